#pragma once
// Putting sentences together without a formatting library; comparing words whatever their case.

#include <cstddef>
#include <string>
#include <string_view>

namespace pitot {

/// Joins texts in one allocation. (GCC 12 also warns falsely about `"literal" + std::string` at -O3; this does not.)
template <class... Parts>
[[nodiscard]] std::string concat(const Parts&... parts)
{
    std::string text;
    text.reserve((std::string_view(parts).size() + ... + 0));
    (text.append(std::string_view(parts)), ...);
    return text;
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
