#pragma once
// "Did you mean …?" of the names of series that exist.

#include <pitot/base/nearest.hpp>
#include <pitot/base/text.hpp>
#include <pitot/catalog/listing.hpp>

#include <algorithm>  // std::binary_search, std::lexicographical_compare, std::lower_bound, std::sort, std::unique
#include <array>
#include <cstdint>
#include <cstdlib>  // std::abs
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::catalog {

namespace detail {

/// Units that one metric may be told in, the base unit first.
inline constexpr std::string_view units_of_time[] = {
    "seconds", "milliseconds", "microseconds", "nanoseconds", "minutes", "hours", "days",
    "sec",     "secs",         "msec",         "usec",        "ms",      "us",    "ns"};
inline constexpr std::string_view units_of_size[] = {"bytes",     "kilobytes", "megabytes", "gigabytes", "kibibytes",
                                                     "mebibytes", "gibibytes", "kb",        "mb",        "gb",
                                                     "kib",       "mib",       "gib"};
inline constexpr std::string_view units_of_share[] = {"ratio", "percent", "pct"};

/// The units of a word's kind; none when it is no unit.
[[nodiscard]] constexpr std::span<const std::string_view> units_like(std::string_view word) noexcept
{
    for (const std::span<const std::string_view> kind :
         {std::span<const std::string_view>(units_of_time), std::span<const std::string_view>(units_of_size),
          std::span<const std::string_view>(units_of_share)})
        for (const std::string_view unit : kind)
            if (unit == word) return kind;
    return {};
}

/// Has every program, or every exporter, a metric of this name behind its own word?
[[nodiscard]] constexpr bool is_everybodys(std::string_view rest) noexcept
{
    return rest == "build_info" || rest == "uptime_seconds" || rest.starts_with("exporter_");
}

/// A name up to its first underscore.
[[nodiscard]] constexpr std::string_view first_word(std::string_view name) noexcept
{
    return name.substr(0, name.find('_'));
}

}  // namespace detail

class similar_names {
public:
    explicit similar_names(const listing& from) : similar_names(from.names()) {}
    explicit similar_names(std::vector<std::string> names) : all_(std::move(names))
    {
        std::sort(all_.begin(), all_.end());
        all_.erase(std::unique(all_.begin(), all_.end()), all_.end());
        by_size_.reserve(all_.size());
        by_end_.reserve(all_.size());
        for (const std::string& name : all_) {
            by_size_.push_back({letters_of(name), name.size(), by_end_.size()});
            by_end_.push_back(by_end_.size());
        }
        std::stable_sort(by_size_.begin(), by_size_.end(),
                         [](const candidate& a, const candidate& b) { return a.size < b.size; });
        std::sort(by_end_.begin(), by_end_.end(), [this](std::size_t a, std::size_t b) {
            return ends_before(without_total(all_[a]), without_total(all_[b]));
        });
    }

    /// The series name that was probably meant by one that is not there: with or without _total, in another unit or
    /// without one, one letter away, with more words behind (of a histogram _bucket), with another prefix, with a
    /// prefix that is short for its own or the other way round (pg_up, postgresql_up), or with a slip of the pen, in
    /// this order. Empty when none is near.
    [[nodiscard]] std::string to(std::string_view name) const
    {
        if (name.empty()) return {};
        const std::string_view bare = without_total(name);
        if (std::string more = concat(name, "_total"); has(more)) return more;
        if (bare != name && has(bare)) return std::string(bare);
        if (std::string bucket = concat(name, "_bucket"); has(bucket)) return bucket;
        if (std::string unit = in_other_unit(name); !unit.empty()) return unit;
        if (const std::string_view slip = name.size() < 8 ? std::string_view{} : nearest_to(name, 1); !slip.empty())
            return std::string(slip);
        for (const std::string_view ends : {std::string_view(), std::string_view("_total")}) {
            if (!ends.empty() && bare == name) break;
            const std::string start = concat(ends.empty() ? name : bare, "_");
            if (const std::string_view longer = shortest_beginning_with(start, ends); !longer.empty())
                return std::string(longer);
        }
        if (const std::string_view other = with_other_prefix(name, bare); !other.empty()) return std::string(other);
        if (const std::string_view other = with_longer_prefix(name); !other.empty()) return std::string(other);
        return std::string(nearest_to(name));
    }

private:
    [[nodiscard]] bool has(std::string_view name) const { return std::binary_search(all_.begin(), all_.end(), name); }

    /// x_seconds for x_ms, else x; what is behind the unit (_sum, _total) stays, but for _total.
    [[nodiscard]] std::string in_other_unit(std::string_view name) const
    {
        std::string_view behind;
        for (const std::string_view end : {"_total", "_sum", "_count", "_bucket"})
            if (name.ends_with(end)) behind = end;
        const std::string_view bare = name.substr(0, name.size() - behind.size());
        const std::size_t cut = bare.rfind('_');
        if (cut == std::string_view::npos) return {};
        const auto units = detail::units_like(bare.substr(cut + 1));
        const auto found = [&](std::string_view before) -> std::string {
            for (const std::string_view end :
                 {behind, std::string_view("_total"), std::string_view("_bucket"), std::string_view()}) {
                if (end != behind && !behind.empty() && behind != "_total") continue;
                if (std::string one = concat(before, end); has(one)) return one;
            }
            return {};
        };
        for (const std::string_view unit : units)
            if (std::string one = found(concat(bare.substr(0, cut + 1), unit)); !one.empty()) return one;
        const std::string_view rest = bare.substr(0, cut);
        return units.empty() || rest.find('_') == std::string_view::npos ? std::string() : found(rest);
    }

    [[nodiscard]] static bool is_same_but_total(std::string_view a, std::string_view b) noexcept
    {
        return a == b || (a.size() == b.size() + 6 && a.starts_with(b) && a.ends_with("_total")) ||
               (b.size() == a.size() + 6 && b.starts_with(a) && b.ends_with("_total"));
    }

    /// How often each letter occurs; what is no lower-case letter shares places with others.
    using letter_counts = std::array<std::uint8_t, 32>;

    /// A name and what tells quickly that it is far from another.
    /// index  in all_
    struct candidate {
        letter_counts letters;
        std::size_t size;
        std::size_t index;
    };

    [[nodiscard]] static letter_counts letters_of(std::string_view text) noexcept
    {
        letter_counts all{};
        for (const char c : text) {
            const auto letter = static_cast<unsigned char>(c);
            std::uint8_t& n = all[letter >= 'a' && letter <= 'z' ? letter - 'a' : 26 + letter % 6];
            if (n < 255) ++n;
        }
        return all;
    }

    /// Letters that one of two texts has more often than the other.
    [[nodiscard]] static std::size_t apart(const letter_counts& a, const letter_counts& b) noexcept
    {
        unsigned sum = 0;
        for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<unsigned>(std::abs(a[i] - b[i]));
        return sum;
    }

    /// A name with a slip of the pen: the one with the least edits, the first of those; no edits are as good as one.
    [[nodiscard]] std::string_view nearest_to(std::string_view name) const
    {
        return nearest_to(name, name.size() < 8 ? 1 : name.size() / 6);
    }
    [[nodiscard]] std::string_view nearest_to(std::string_view name, std::size_t most) const
    {
        const letter_counts letters = letters_of(name);
        const edits_from edits(name);
        std::size_t least = most + 1;
        std::size_t best = all_.size();
        const auto is_shorter = [](const candidate& c, std::size_t size) { return c.size < size; };
        const std::size_t shortest = name.size() - std::min(name.size(), least - 1);
        for (auto c = std::lower_bound(by_size_.begin(), by_size_.end(), shortest, is_shorter);
             c != by_size_.end() && c->size <= name.size() + least; ++c) {
            const std::size_t limit = best != all_.size() && c->index < best ? least : least - 1;
            // an edit makes up for one letter that each of them has and the other has not
            const std::size_t longer = std::max(c->size, name.size()) - std::min(c->size, name.size());
            if (apart(letters, c->letters) + longer > 2 * limit) continue;
            const std::size_t distance = std::max<std::size_t>(edits.to(all_[c->index], limit), 1);
            if (distance > limit || (distance > 1 && !begins_alike(name, all_[c->index]))) continue;
            best = c->index;
            least = distance;
        }
        return best == all_.size() ? std::string_view{} : all_[best];
    }

    /// Another first word names another service.
    [[nodiscard]] static bool begins_alike(std::string_view a, std::string_view b)
    {
        const std::string_view word = detail::first_word(a);
        const std::size_t most = (word.size() + 2) / 3;
        return edit_distance(word, detail::first_word(b), most) <= most;
    }

    [[nodiscard]] std::string_view shortest_beginning_with(std::string_view start, std::string_view end = {}) const
    {
        std::string_view best;
        for (auto at = std::lower_bound(all_.begin(), all_.end(), start); at != all_.end() && at->starts_with(start);
             ++at)
            if (at->ends_with(end) && (best.empty() || at->size() < best.size())) best = *at;
        return best;
    }

    /// `x_rest` for `rest`, `rest` for `x_rest`, else `y_rest` for `x_rest` (rest of two words at least) where nothing
    /// begins with x_, and rest is not what everybody has; _total may differ.
    [[nodiscard]] std::string_view with_other_prefix(std::string_view name, std::string_view bare) const
    {
        const std::size_t cut = name.find('_');
        const std::string_view rest = cut == std::string_view::npos ? std::string_view{} : name.substr(cut + 1);
        const std::string_view bare_rest = without_total(rest);
        const bool rest_tells = rest.find('_') != std::string_view::npos;
        const bool may_move = rest_tells && !detail::is_everybodys(rest) &&
                              shortest_beginning_with(name.substr(0, cut + 1)).empty();
        std::string_view best;
        std::size_t best_index = 0;
        bool best_is_whole = false;
        const auto consider = [&](std::size_t i) {
            const std::string_view c = all_[i];
            bool whole = rest_tells && is_same_but_total(c, rest);
            bool fits = whole;
            for (std::size_t at = c.find('_'); !fits && at != std::string_view::npos; at = c.find('_', at + 1)) {
                const std::string_view tail = c.substr(at + 1);
                if (tail.size() + 6 < bare.size() && tail.size() + 6 < rest.size()) break;
                whole = bare.find('_') != std::string_view::npos && is_same_but_total(tail, name);
                fits = whole || (may_move && is_same_but_total(tail, rest));
            }
            if (!fits || (best_is_whole && !whole)) return;
            if (best_is_whole == whole && !best.empty() &&
                (c.size() > best.size() || (c.size() == best.size() && i > best_index)))
                return;
            best_is_whole = whole;
            best = c;
            best_index = i;
        };
        each_ending_with(bare, consider);
        if (bare_rest != bare) each_ending_with(bare_rest, consider);
        return best;
    }

    /// `postgresql_rest` for `pg_rest`, or the other way round. Of several the one whose prefix the name's family has
    /// got, as in postgresql_pg_stat; none when that does not tell.
    [[nodiscard]] std::string_view with_longer_prefix(std::string_view name) const
    {
        const std::size_t cut = name.find('_');
        if (cut == std::string_view::npos || cut < 2 || cut + 1 == name.size()) return {};
        const std::string_view word = name.substr(0, cut);
        const std::string_view rest = name.substr(cut + 1);
        std::vector<std::string_view> all;
        each_ending_with(concat("_", without_total(rest)), [&](std::size_t i) {
            const std::string_view c = all_[i];
            const std::size_t end = c.find('_');
            const std::string_view other = c.substr(0, end);
            if (end < 2 || !is_same_but_total(c.substr(end + 1), rest)) return;
            if (is_short_for(word, other) || is_short_for(other, word)) all.push_back(c);
        });
        if (all.size() > 1)
            std::erase_if(all, [&](std::string_view c) {
                return shortest_beginning_with(concat(c.substr(0, c.find('_') + 1), word, "_")).empty();
            });
        return all.size() == 1 ? all.front() : std::string_view{};
    }

    /// Calls f(index) for every name that ends with a text, _total left out of account.
    template <class F>
    void each_ending_with(std::string_view end, F&& f) const
    {
        const auto bare = [this](std::size_t i) { return without_total(all_[i]); };
        auto at = std::lower_bound(by_end_.begin(), by_end_.end(), end, [&bare](std::size_t i, std::string_view text) {
            return ends_before(bare(i), text);
        });
        for (; at != by_end_.end() && bare(*at).ends_with(end); ++at) f(*at);
    }

    /// In the order of texts read from their ends.
    [[nodiscard]] static bool ends_before(std::string_view a, std::string_view b) noexcept
    {
        return std::lexicographical_compare(a.rbegin(), a.rend(), b.rbegin(), b.rend());
    }

    std::vector<std::string> all_;
    std::vector<candidate> by_size_;   ///< of equal sizes in the order of the names
    std::vector<std::size_t> by_end_;  ///< indices in all_, by what the names end with
};

}  // namespace pitot::catalog
