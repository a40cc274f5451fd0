#pragma once
// Putting sentences together without a formatting library; blanks around a text; words whatever their case.

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

namespace pitot {

namespace detail {

/// One body for all: concat only makes views of its parts where it is called.
[[nodiscard]] inline std::string joined(std::initializer_list<std::string_view> parts)
{
    std::size_t size = 0;
    for (const std::string_view part : parts) size += part.size();
    std::string text;
    text.reserve(size);
    for (const std::string_view part : parts) text.append(part);
    return text;
}

}  // namespace detail

/// Joins texts in one allocation. (GCC 12 also warns falsely about `"literal" + std::string` at -O3; this does not.)
/// No template for those that are usual: lengths of literals are types, and nearly each call another instance.
[[nodiscard]] inline std::string concat(std::string_view a, std::string_view b) { return detail::joined({a, b}); }
[[nodiscard]] inline std::string concat(std::string_view a, std::string_view b, std::string_view c)
{
    return detail::joined({a, b, c});
}
[[nodiscard]] inline std::string concat(std::string_view a, std::string_view b, std::string_view c, std::string_view d)
{
    return detail::joined({a, b, c, d});
}
template <class... Parts>
    requires(sizeof...(Parts) < 2 || sizeof...(Parts) > 4)
[[nodiscard]] std::string concat(const Parts&... parts)
{
    return detail::joined({std::string_view(parts)...});
}

/// A text without the blanks around it.
[[nodiscard]] constexpr std::string_view trimmed(std::string_view text, std::string_view blanks = " \t\r\n") noexcept
{
    const std::size_t first = text.find_first_not_of(blanks);
    return first == std::string_view::npos ? std::string_view()
                                           : text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// ASCII alone; other bytes stay, whatever the locale.
[[nodiscard]] constexpr char to_lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

[[nodiscard]] inline std::string to_lower(std::string_view text)
{
    std::string out(text);
    for (char& c : out) c = to_lower(c);
    return out;
}

/// Is a text this word, whatever the case of the text?
[[nodiscard]] constexpr bool equal_lower(std::string_view text, std::string_view lower_case) noexcept
{
    if (text.size() != lower_case.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (to_lower(text[i]) != lower_case[i]) return false;
    return true;
}

/// Are two texts the same, whatever their cases?
[[nodiscard]] constexpr bool equal_fold(std::string_view a, std::string_view b) noexcept
{
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (to_lower(a[i]) != to_lower(b[i])) return false;
    return true;
}

}  // namespace pitot
