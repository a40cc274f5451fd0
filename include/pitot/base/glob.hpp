#pragma once
// Names that a pattern selects, as shells read it, but without escapes.

#include <cstddef>
#include <string_view>

namespace pitot {

/// Whether a name matches a pattern as a whole: '*' is any text ('/' too), '?' one byte, [a-z] one byte of a set,
/// [!a-z] and [^a-z] one that is not of it. A ']' that stands first is of the set; a '\', and a '[' that nothing
/// closes, are bytes as any other.
/// negations  what may begin the opposite of a set; Go's filepath.Match has "^" alone
[[nodiscard]] constexpr bool glob_match(std::string_view pattern, std::string_view name,
                                        std::string_view negations = "!^") noexcept
{
    std::size_t p = 0;
    std::size_t n = 0;
    std::size_t star = std::string_view::npos;
    std::size_t back = 0;
    const auto set_matches = [&](std::size_t& at, char c) {
        std::size_t i = at + 1;
        const bool negated = i < pattern.size() && negations.find(pattern[i]) != std::string_view::npos;
        if (negated) ++i;
        bool hit = false;
        const std::size_t first = i;
        while (i < pattern.size() && (pattern[i] != ']' || i == first)) {
            if (i + 2 < pattern.size() && pattern[i + 1] == '-' && pattern[i + 2] != ']') {
                hit = hit || (pattern[i] <= c && c <= pattern[i + 2]);
                i += 3;
            } else {
                hit = hit || pattern[i] == c;
                ++i;
            }
        }
        if (i >= pattern.size()) return c == '[';  // never closed: an ordinary character
        if (hit != negated) at = i;
        return hit != negated;
    };
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            back = n;
            continue;
        }
        if (p < pattern.size()) {
            std::size_t at = p;
            const bool one = pattern[p] == '?' ||
                             (pattern[p] == '[' ? set_matches(at, name[n]) : pattern[p] == name[n]);
            if (one) {
                p = at + 1;
                ++n;
                continue;
            }
        }
        if (star == std::string_view::npos) return false;
        p = star + 1;
        n = ++back;
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

}  // namespace pitot
