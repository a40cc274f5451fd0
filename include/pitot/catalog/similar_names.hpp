#pragma once
// "Did you mean …?" of the names of series that exist.

#include <pitot/base/nearest.hpp>
#include <pitot/base/text.hpp>
#include <pitot/catalog/listing.hpp>

#include <algorithm>  // std::lower_bound
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::catalog {

/// The names of a listing, which must outlive this and stay as it is.
class similar_names {
public:
    explicit similar_names(const listing& from) : from_(&from), all_(from.names())
    {
        letters_.reserve(all_.size());
        for (const std::string& name : all_) letters_.push_back(letters_of(name));
    }

    /// The series name that was probably meant by one that is not there: with or without _total, with more words behind
    /// (of a histogram _bucket), with another prefix, or with a slip of the pen, in this order. Empty when none is
    /// near.
    [[nodiscard]] std::string to(std::string_view name) const
    {
        if (name.empty()) return {};
        const std::string_view bare = without_total(name);
        if (std::string more = concat(name, "_total"); from_->find(more)) return more;
        if (bare != name && from_->find(bare)) return std::string(bare);
        if (std::string bucket = concat(name, "_bucket"); from_->find(bucket)) return bucket;
        if (const std::string_view longer = shortest_beginning_with(concat(bare, "_")); !longer.empty())
            return std::string(longer);
        if (const std::string_view other = with_other_prefix(name, bare); !other.empty()) return std::string(other);
        const std::uint64_t letters = letters_of(name);
        const edits_from edits(name);
        std::string_view best;
        std::size_t least = (name.size() < 8 ? 1 : name.size() / 6) + 1;
        for (std::size_t i = 0; i < all_.size(); ++i) {
            // each letter that only one of them has costs an edit
            if (has_bits(letters & ~letters_[i], least) || has_bits(letters_[i] & ~letters, least)) continue;
            const std::size_t distance = edits.to(all_[i], least - 1);
            if (distance >= least) continue;
            best = all_[i];
            least = distance;
            if (least == 1) break;
        }
        return std::string(best);
    }

private:
    /// A bit for each letter that occurs, so that two names with many other letters need not be compared.
    [[nodiscard]] static std::uint64_t letters_of(std::string_view text) noexcept
    {
        std::uint64_t all = 0;
        for (const char c : text) {
            const auto letter = static_cast<unsigned char>(c);
            all |= std::uint64_t{1} << (letter >= 'a' && letter <= 'z' ? letter - 'a' : 26 + letter % 38);
        }
        return all;
    }

    /// Are that many bits set?
    [[nodiscard]] static bool has_bits(std::uint64_t bits, std::size_t count) noexcept
    {
        for (; bits != 0 && count > 0; --count) bits &= bits - 1;
        return count == 0;
    }

    [[nodiscard]] std::string_view shortest_beginning_with(std::string_view start) const
    {
        std::string_view best;
        for (auto at = std::lower_bound(all_.begin(), all_.end(), start); at != all_.end() && at->starts_with(start);
             ++at)
            if (best.empty() || at->size() < best.size()) best = *at;
        return best;
    }

    /// `x_rest` for `rest`, `rest` for `x_rest`, `y_rest` for `x_rest` (rest of two words at least); _total may differ.
    [[nodiscard]] std::string_view with_other_prefix(std::string_view name, std::string_view bare) const
    {
        const auto same_but_total = [](std::string_view a, std::string_view b) {
            return a == b || (a.size() == b.size() + 6 && a.starts_with(b) && a.ends_with("_total")) ||
                   (b.size() == a.size() + 6 && b.starts_with(a) && b.ends_with("_total"));
        };
        const std::size_t cut = name.find('_');
        const std::string_view rest = cut == std::string_view::npos ? std::string_view{} : name.substr(cut + 1);
        const std::string_view bare_rest = without_total(rest);
        const bool rest_tells = rest.find('_') != std::string_view::npos;
        std::string_view best;
        for (const std::string& candidate : all_) {
            const std::string_view c = candidate;
            if (const std::string_view end = without_total(c); !end.ends_with(bare) && !end.ends_with(bare_rest))
                continue;
            bool fits = rest_tells && same_but_total(c, rest);
            for (std::size_t at = c.find('_'); !fits && at != std::string_view::npos; at = c.find('_', at + 1)) {
                const std::string_view tail = c.substr(at + 1);
                if (tail.size() + 6 < bare.size() && tail.size() + 6 < rest.size()) break;
                fits = (bare.find('_') != std::string_view::npos && same_but_total(tail, name)) ||
                       (rest_tells && same_but_total(tail, rest));
            }
            if (fits && (best.empty() || c.size() < best.size())) best = c;
        }
        return best;
    }

    const listing* from_;
    std::vector<std::string> all_;
    std::vector<std::uint64_t> letters_;
};

}  // namespace pitot::catalog
