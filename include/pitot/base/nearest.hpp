#pragma once
// "Did you mean …?": the nearest of some known words, and words that are short for others.

#include <algorithm>  // std::min, std::max
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace pitot {

/// Edits (insert, delete, replace, swap two neighbours) that turn a into b, or limit + 1 when there are more.
/// cost  a.size() * min(2 * limit + 1, b.size()); allocates for words of over 100 bytes
[[nodiscard]] inline std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit)
{
    constexpr std::size_t short_word = 100;
    const std::size_t n = b.size();
    if (std::max(a.size(), n) - std::min(a.size(), n) > limit) return limit + 1;
    std::size_t room[3 * (short_word + 1)];
    std::vector<std::size_t> more;
    std::size_t* before = room;
    if (n > short_word) {
        more.resize(3 * (n + 1));
        before = more.data();
    }
    std::size_t* above = before + n + 1;
    std::size_t* row = above + n + 1;
    for (std::size_t j = 0; j <= n; ++j) above[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        // a cell that is farther than the limit from the diagonal has more edits than the limit
        const std::size_t first = i > limit ? i - limit : 1;
        const std::size_t last = std::min(n, limit < n ? i + limit : n);
        row[first - 1] = first == 1 ? i : limit + 1;
        std::size_t least = row[first - 1];
        for (std::size_t j = first; j <= last; ++j) {
            const bool same = a[i - 1] == b[j - 1];
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0U : 1U)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
            least = std::min(least, row[j]);
        }
        if (last < n) row[last + 1] = limit + 1;
        if (least > limit) return limit + 1;
        std::size_t* const oldest = before;
        before = above;
        above = row;
        row = oldest;
    }
    return std::min(above[n], limit + 1);
}

/// One word, compared with many: edit_distance() from it, a column at a time where it has 64 bytes at most.
/// source  Hyyrö, A bit-vector algorithm for computing Levenshtein and Damerau edit distances, 2003
class edits_from {
public:
    /// word  stays where it is while this lives
    explicit edits_from(std::string_view word) noexcept : word_(word)
    {
        if (word.size() <= 64)
            for (std::size_t i = 0; i < word.size(); ++i) places_[byte(word[i])] |= std::uint64_t{1} << i;
    }

    /// Edits to another word, or limit + 1 when there are more.
    [[nodiscard]] std::size_t to(std::string_view other, std::size_t limit) const
    {
        const std::size_t n = word_.size();
        if (std::max(n, other.size()) - std::min(n, other.size()) > limit) return limit + 1;
        if (n == 0 || n > 64) return edit_distance(word_, other, limit);
        std::uint64_t rises = ~std::uint64_t{0};  // where a cell is one more than the one above it, and one less
        std::uint64_t falls = 0;
        std::uint64_t same = 0;
        std::uint64_t letter_before = 0;
        std::size_t distance = n;
        for (std::size_t j = 0; j < other.size(); ++j) {
            const std::uint64_t letter = places_[byte(other[j])];
            const std::uint64_t swapped = ((~same & letter) << 1U) & letter_before;
            same = (((letter & rises) + rises) ^ rises) | letter | falls | swapped;
            const std::uint64_t more = falls | ~(same | rises);
            const std::uint64_t less = same & rises;
            distance += (more >> (n - 1)) & 1U;
            distance -= (less >> (n - 1)) & 1U;
            if (distance > limit + (other.size() - 1 - j)) return limit + 1;  // each letter takes one back at most
            const std::uint64_t above = (more << 1U) | 1U;
            rises = (less << 1U) | ~(same | above);
            falls = above & same;
            letter_before = letter;
        }
        return distance;
    }

private:
    [[nodiscard]] static unsigned char byte(char c) noexcept { return static_cast<unsigned char>(c); }

    std::string_view word_;
    std::uint64_t places_[256] = {};
};

/// The known word nearest to what was given; empty when none is near (a third of its letters, at least one edit).
/// known  a range of things that convert to std::string_view; of equally near ones the first wins
template <class Words>
[[nodiscard]] std::string_view nearest(std::string_view given, const Words& known)
{
    std::string_view best;
    std::size_t limit = given.size() < 3 ? 1 : (given.size() + 2) / 3;
    const edits_from edits(given);
    for (const auto& word : known) {
        const std::string_view candidate(word);
        const std::size_t distance = edits.to(candidate, limit);
        if (distance > limit) continue;
        best = candidate;
        if (distance == 0) break;
        limit = distance - 1;
    }
    return best;
}

/// Is a word short for another: "pg" for "postgresql"?
[[nodiscard]] constexpr bool is_short_for(std::string_view word, std::string_view whole) noexcept
{
    if (word.empty() || whole.empty() || word.front() != whole.front()) return false;
    std::size_t at = 0;
    for (const char c : word) {
        at = whole.find(c, at);
        if (at == std::string_view::npos) return false;
        ++at;
    }
    return true;
}

}  // namespace pitot
