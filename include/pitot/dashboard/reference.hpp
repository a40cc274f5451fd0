#pragma once
// How Grafana writes a variable into a text: $name, ${name}, ${name.path:format}, [[name]], [[name:format]].

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace pitot::dashboard {

/// name    of the variable, ASCII letters, digits and underscores
/// format  what follows the colon; empty when there is none
/// length  bytes of the whole reference; 0: none here
struct reference {
    std::string_view name;
    std::string_view format;
    std::size_t length = 0;

    explicit constexpr operator bool() const noexcept { return length != 0; }
};

namespace detail {

constexpr bool is_word(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

constexpr std::size_t word_length(std::string_view text, std::size_t at) noexcept
{
    std::size_t end = at;
    while (end < text.size() && is_word(text[end])) ++end;
    return end - at;
}

}  // namespace detail

/// The reference that begins at a byte, if one does. `$name` takes as many word characters as there are and neither
/// path nor format.
/// source  Grafana's variable regex: \$(\w+)|\[\[(\w+?)(?::(\w+))?\]\]|\$\{(\w+)(?:\.([^:^\}]+))?(?::([^\}]+))?}
[[nodiscard]] constexpr reference reference_at(std::string_view text, std::size_t at) noexcept
{
    using detail::word_length;
    if (at >= text.size()) return {};
    if (text[at] == '[') {
        if (text.substr(at, 2) != "[[") return {};
        const std::size_t name = at + 2;
        const std::size_t n = word_length(text, name);
        if (n == 0) return {};
        std::size_t end = name + n;
        std::string_view format;
        if (end < text.size() && text[end] == ':') {
            const std::size_t f = word_length(text, end + 1);
            if (f == 0) return {};
            format = text.substr(end + 1, f);
            end += 1 + f;
        }
        if (text.substr(end, 2) != "]]") return {};
        return {text.substr(name, n), format, end + 2 - at};
    }
    if (text[at] != '$') return {};
    if (const std::size_t n = word_length(text, at + 1); n > 0) return {text.substr(at + 1, n), {}, n + 1};
    if (text.substr(at, 2) != "${") return {};
    const std::size_t name = at + 2;
    const std::size_t n = word_length(text, name);
    const std::size_t close = text.find('}', name);
    if (n == 0 || close == std::string_view::npos) return {};
    std::string_view inside = text.substr(name + n, close - name - n);
    if (!inside.empty() && inside.front() == '.') {
        const std::size_t end = inside.find_first_of(":^");
        const std::size_t path = (end == std::string_view::npos ? inside.size() : end) - 1;
        if (path == 0) return {};
        inside.remove_prefix(1 + path);
    }
    if (!inside.empty() && (inside.front() != ':' || inside.size() == 1)) return {};
    return {text.substr(name, n), inside.empty() ? inside : inside.substr(1), close + 1 - at};
}

/// The first byte from `at` on that a reference may begin at: a '$', or a '[' before another; the text's end without
/// one.
[[nodiscard]] constexpr std::size_t next_possible_reference(std::string_view text, std::size_t at) noexcept
{
    for (; at < text.size(); ++at)
        if (text[at] == '$' || (text[at] == '[' && at + 1 < text.size() && text[at + 1] == '[')) return at;
    return text.size();
}

/// Is it a name that Grafana gives a value without a declaration, wherever that may be: in queries, titles, legends and
/// links?
/// source  Grafana 12, docs/sources/visualizations/dashboards/variables/add-template-variables; Loki's $__auto
[[nodiscard]] constexpr bool is_of_grafana(std::string_view name) noexcept
{
    if (!name.starts_with("__")) return false;
    for (const std::string_view family : {"__auto_interval_", "__cell", "__timeGroup", "__unixEpoch"})
        if (name.starts_with(family)) return true;
    for (const std::string_view own : {"__interval",     "__interval_ms",    "__rate_interval", "__rate_interval_ms",
                                       "__range",        "__range_s",        "__range_ms",      "__from",
                                       "__to",           "__auto",           "__all",           "__all_variables",
                                       "__url",          "__url_time_range", "__dashboard",     "__org",
                                       "__user",         "__name",           "__timezone",      "__timeFilter",
                                       "__timeFrom",     "__timeTo",         "__time",          "__timeEpoch",
                                       "__searchFilter", "__data",           "__field",         "__series",
                                       "__value",        "__values",         "__calc",          "__expr",
                                       "__filters",      "__groupBy",        "__sceneObject",   "__resource",
                                       "__tenantId",     "__ignore_usage"})
        if (name == own) return true;
    return false;
}

/// Does a text hold a reference that `wanted(reference, byte)` is true for? They are asked in order, none inside
/// another.
template <class Wanted>
[[nodiscard]] constexpr bool any_reference(std::string_view text, Wanted&& wanted)
{
    for (std::size_t at = next_possible_reference(text, 0); at < text.size(); at = next_possible_reference(text, at)) {
        const reference found = reference_at(text, at);
        if (found && wanted(found, at)) return true;
        at += found ? found.length : 1;
    }
    return false;
}

/// Calls f(reference, byte) for each reference of a text.
template <class F>
constexpr void each_reference(std::string_view text, F&& f)
{
    static_cast<void>(any_reference(text, [&f](const reference& found, std::size_t at) {
        f(found, at);
        return false;
    }));
}

/// Does a text hold any reference?
[[nodiscard]] constexpr bool has_reference(std::string_view text) noexcept
{
    return any_reference(text, [](const reference&, std::size_t) { return true; });
}

/// A text with what f(reference) gives, a text or nothing, in the place of each reference; nothing leaves it as it is.
template <class F>
[[nodiscard]] std::string with_references(std::string_view text, F&& f)
{
    std::string out;
    std::size_t done = 0;
    each_reference(text, [&](const reference& r, std::size_t at) {
        const std::optional<std::string> value = f(r);
        if (!value) return;
        out += text.substr(done, at - done);
        out += *value;
        done = at + r.length;
    });
    return out.append(text.substr(done));
}

}  // namespace pitot::dashboard
