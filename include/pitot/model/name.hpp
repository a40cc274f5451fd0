#pragma once
// Metric and label names: the legacy alphabet of Prometheus and the UTF-8 scheme of Prometheus 3.

#include <pitot/base/utf8.hpp>

#include <cstddef>
#include <string_view>

namespace pitot {

/// Which names are legal. legacy: [a-zA-Z_:][a-zA-Z0-9_:]* (labels without ':'); utf8: any non-empty UTF-8 text.
enum class name_scheme : unsigned char { legacy, utf8 };

namespace detail {
constexpr bool is_name_start(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
constexpr bool is_name_char(char c) noexcept { return is_name_start(c) || (c >= '0' && c <= '9'); }
}  // namespace detail

[[nodiscard]] constexpr bool is_legacy_metric_name(std::string_view name) noexcept
{
    if (name.empty() || (!detail::is_name_start(name.front()) && name.front() != ':')) return false;
    for (const char c : name)
        if (!detail::is_name_char(c) && c != ':') return false;
    return true;
}

[[nodiscard]] constexpr bool is_legacy_label_name(std::string_view name) noexcept
{
    if (name.empty() || !detail::is_name_start(name.front())) return false;
    for (const char c : name)
        if (!detail::is_name_char(c)) return false;
    return true;
}

[[nodiscard]] constexpr bool is_metric_name(std::string_view name, name_scheme scheme) noexcept
{
    return scheme == name_scheme::legacy ? is_legacy_metric_name(name) : !name.empty() && is_utf8(name);
}

[[nodiscard]] constexpr bool is_label_name(std::string_view name, name_scheme scheme) noexcept
{
    return scheme == name_scheme::legacy ? is_legacy_label_name(name) : !name.empty() && is_utf8(name);
}

/// Names that begin with "__" belong to the scraper.
[[nodiscard]] constexpr bool is_reserved_label_name(std::string_view name) noexcept
{
    return name.size() >= 2 && name[0] == '_' && name[1] == '_';
}

/// A string usable as a template argument: pitot::label<"method">.
template <std::size_t N>
struct fixed_string {
    char data[N] = {};
    consteval fixed_string(const char (&text)[N])
    {
        for (std::size_t i = 0; i < N; ++i) data[i] = text[i];
    }
    [[nodiscard]] constexpr std::string_view view() const noexcept { return {data, N - 1}; }
    constexpr operator std::string_view() const noexcept { return view(); }
};

}  // namespace pitot
