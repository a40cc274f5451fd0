#pragma once
// What the parser accepts, and what it says when it does not.

#include <pitot/base/span.hpp>
#include <pitot/base/text.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace pitot::promql {

/// Named as Prometheus names its feature flags (promql-…).
struct parse_options {
    bool experimental_functions = false;
    bool extended_range_selectors = false;  ///< anchored, smoothed
    bool binop_fill_modifiers = false;      ///< fill, fill_left, fill_right
    unsigned max_depth = 500;               ///< of nesting
    unsigned max_operators = 10'000;        ///< in a row: a tree is walked down its left side

    /// What is wrong with a regular expression; empty when nothing is. Null: they are not looked at.
    std::string (*regex_error)(std::string_view pattern) = nullptr;

    [[nodiscard]] static constexpr parse_options everything() noexcept
    {
        parse_options all;
        all.experimental_functions = all.extended_range_selectors = all.binop_fill_modifiers = true;
        return all;
    }
};

/// begin, end  bytes of the source
/// message     in the memory of the tree, and only as long as that
struct parse_error {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::string_view message;

    [[nodiscard]] text_span span() const noexcept { return {begin, end > begin ? end - begin : 0}; }
};

/// "1:5: parse error: …": how Prometheus shows it. Columns count bytes.
[[nodiscard]] inline std::string to_text(const parse_error& e, std::string_view source)
{
    std::string place = "unknown position";
    if (!source.empty()) {
        const std::string_view before = source.substr(0, e.begin);
        std::size_t line = 1;
        for (const char c : before) line += c == '\n' ? 1U : 0U;
        const std::size_t newline = before.rfind('\n');
        place = std::to_string(line) + ':' +
                std::to_string(newline == std::string_view::npos ? e.begin + 1 : e.begin - newline);
    }
    return concat(place, ": parse error: ", e.message);
}

}  // namespace pitot::promql
