#pragma once
// The regular expressions of a query, of whichever library: the engine knows what they do, not whose they are.

#include <pitot/base/result.hpp>

#include <concepts>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace pitot::promql {

/// compile(pattern)           anchored at both ends, a dot matches a newline too
/// matches(text)
/// expand(text, pattern, to)  Go's Expand: $1, ${name}; false when the text does not match
template <class R>
concept regular_expression = requires(const R& r, std::string_view text, std::string& out) {
    {
        R::compile(text)
    } -> std::same_as<result<R>>;
    {
        r.matches(text)
    } -> std::convertible_to<bool>;
    {
        r.expand(text, text, out)
    } -> std::convertible_to<bool>;
};

struct compiled_regex {
    std::function<bool(std::string_view)> matches;
    std::function<bool(std::string_view, std::string_view, std::string&)> expand;
};

using regex_source = std::function<result<compiled_regex>(std::string_view pattern)>;

template <regular_expression R>
[[nodiscard]] regex_source regexes_of()
{
    return [](std::string_view pattern) -> result<compiled_regex> {
        auto made = R::compile(pattern);
        if (!made) return unexpected(std::move(made.error()));
        return compiled_regex{
            [r = *made](std::string_view text) { return r.matches(text); },
            [r = *made](std::string_view text, std::string_view with, std::string& out) {
                return r.expand(text, with, out);
            },
        };
    };
}

}  // namespace pitot::promql
