#pragma once
// The regular expressions of a query, of whichever library: the engine knows what they do, not whose they are.

#include <pitot/base/object_arena.hpp>
#include <pitot/base/result.hpp>

#include <concepts>
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

/// Calls a regular expression of a type that is forgotten; refers to it.
struct compiled_regex {
    const void* what;
    bool (*matches_)(const void*, std::string_view text);
    bool (*expand_)(const void*, std::string_view text, std::string_view pattern, std::string& to);

    [[nodiscard]] bool matches(std::string_view text) const { return matches_(what, text); }
    bool expand(std::string_view text, std::string_view pattern, std::string& to) const
    {
        return expand_(what, text, pattern, to);
    }
};

/// Compiles a pattern into `owner`; null where there are no regular expressions.
using regex_source = result<compiled_regex> (*)(std::string_view pattern, object_arena& owner);

template <regular_expression R>
[[nodiscard]] regex_source regexes_of()
{
    return [](std::string_view pattern, object_arena& owner) -> result<compiled_regex> {
        auto made = R::compile(pattern);
        if (!made) return unexpected(std::move(made.error()));
        return compiled_regex{
            &owner.add(std::move(*made)),
            [](const void* what, std::string_view text) { return static_cast<const R*>(what)->matches(text); },
            [](const void* what, std::string_view text, std::string_view with, std::string& out) {
                return static_cast<const R*>(what)->expand(text, with, out);
            },
        };
    };
}

}  // namespace pitot::promql
