#pragma once
// "Did you mean …?": the nearest of some known words.

#include <algorithm>  // std::min, std::max
#include <cstddef>
#include <string_view>
#include <vector>

namespace pitot {

/// Edits (insert, delete, replace, swap two neighbours) that turn a into b, or limit + 1 when there are more.
/// cost  a.size() * b.size()
[[nodiscard]] inline std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit)
{
    const std::size_t longer = std::max(a.size(), b.size());
    if (longer - std::min(a.size(), b.size()) > limit) return limit + 1;
    std::vector<std::size_t> before(b.size() + 1);
    std::vector<std::size_t> above(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        std::size_t least = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const bool same = a[i - 1] == b[j - 1];
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0U : 1U)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
            least = std::min(least, row[j]);
        }
        if (least > limit) return limit + 1;
        before.swap(above);
        above.swap(row);
    }
    return std::min(above[b.size()], limit + 1);
}

/// The known word nearest to what was given; empty when none is near (a third of its letters, at least one edit).
/// known  a range of things that convert to std::string_view; of equally near ones the first wins
template <class Words>
[[nodiscard]] std::string_view nearest(std::string_view given, const Words& known)
{
    std::string_view best;
    std::size_t limit = given.size() < 3 ? 1 : (given.size() + 2) / 3;
    for (const auto& word : known) {
        const std::string_view candidate(word);
        const std::size_t distance = edit_distance(given, candidate, limit);
        if (distance > limit) continue;
        best = candidate;
        if (distance == 0) break;
        limit = distance - 1;
    }
    return best;
}

}  // namespace pitot
