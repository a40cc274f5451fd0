#pragma once
// What is known of a LogQL query once it is read.

#include <pitot/base/span.hpp>

#include <string_view>
#include <vector>

namespace pitot::logql {

enum class match_op : unsigned char { equal, not_equal, regex, not_regex };

/// One matcher of a stream selector.
/// value       between its quotes, escapes as written
/// value_span  of it, without the quotes
struct matcher {
    std::string_view name;
    match_op op;
    std::string_view value;
    text_span span;
    text_span name_span;
    text_span value_span;
};

/// A label that the pipeline makes: named by json, logfmt, regexp, pattern or label_format.
struct made_label {
    std::string_view name;
    text_span span;
};

/// matchers  of the streams' own labels
/// made      in the order of the pipeline; a name may stand there twice
/// any_made  json, logfmt or unpack without a list: the log lines say which labels there are
struct stream_selector {
    std::vector<matcher> matchers;
    text_span span;
    std::vector<made_label> made = {};
    bool any_made = false;
};

/// streams  each selector, in the order of the text
/// metric   its result is numbers; else log lines
struct query {
    std::vector<stream_selector> streams;
    bool metric = false;
};

}  // namespace pitot::logql
