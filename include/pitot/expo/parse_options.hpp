#pragma once
// What the three parsers have in common.

#include <pitot/expo/text_lines.hpp>  // text_format

#include <cstddef>

namespace pitot::expo {

/// format      of parse_text; parse() and parse_protobuf() don't look at it
/// strict      stop at the first error; else keep what is good and list max_errors, and behind them how many more
/// max_bytes   of the whole text
/// max_line    bytes of one line, or of one family in protobuf
/// max_samples lines with a value (protobuf: series)
/// max_labels  of one sample
struct parse_options {
    text_format format = text_format::text_0_0_4;
    bool strict = true;
    std::size_t max_bytes = std::size_t{1} << 30U;
    std::size_t max_line = std::size_t{1} << 28U;
    std::size_t max_samples = 50'000'000;
    std::size_t max_labels = 1024;
    std::size_t max_errors = 100;
};

}  // namespace pitot::expo
