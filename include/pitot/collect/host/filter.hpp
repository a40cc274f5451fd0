#pragma once
// Which devices, mounts and filesystems are measured.

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::collect {

/// Whether a name matches a pattern as a whole: '*' is any text ('/' too), '?' one byte, [a-z] and [!a-z] one of a set.
[[nodiscard]] constexpr bool glob_match(std::string_view pattern, std::string_view name) noexcept
{
    std::size_t p = 0;
    std::size_t n = 0;
    std::size_t star = std::string_view::npos;
    std::size_t back = 0;
    const auto set_matches = [&](std::size_t& at, char c) {
        std::size_t i = at + 1;
        const bool negated = i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^');
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

/// What to measure. Empty: node_exporter's default. Globs, so that the core needs no regular expressions; a program
/// that wants those sets `wanted`.
/// include  only names that match one of these; the default exclusion is then off
/// exclude  not the names that match one of these, instead of the default exclusion
/// wanted   decides alone when it is set
struct name_filter {
    std::vector<std::string> include = {};
    std::vector<std::string> exclude = {};
    std::function<bool(std::string_view)> wanted = {};

    /// excluded_by_default  whether node_exporter leaves a name out
    [[nodiscard]] bool operator()(std::string_view name,
                                  bool (*excluded_by_default)(std::string_view) noexcept = nullptr) const
    {
        if (wanted) return wanted(name);
        const auto any = [name](const std::vector<std::string>& globs) {
            for (const std::string& g : globs)
                if (glob_match(g, name)) return true;
            return false;
        };
        if (!include.empty() && !any(include)) return false;
        if (!exclude.empty()) return !any(exclude);
        return !include.empty() || excluded_by_default == nullptr || !excluded_by_default(name);
    }
    [[nodiscard]] bool is_set() const noexcept { return !include.empty() || !exclude.empty() || wanted; }
};

}  // namespace pitot::collect
