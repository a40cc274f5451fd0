#pragma once
// Which series a batch holds: found by family and labels, in whatever order the labels stand.

#include <pitot/model/batch.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>  // std::hash
#include <optional>
#include <string_view>
#include <vector>

namespace pitot::collect {

/// An index over a batch that grows. A label with an empty value counts as none, as it does for Prometheus.
/// Memory: 16 to 32 bytes a series; clear() keeps it.
class series_index {
public:
    void clear() noexcept
    {
        if (taken_ != 0) slots_.assign(slots_.size(), slot{});
        taken_ = 0;
    }

    /// The first point of `in` with that family and those labels. Points that were added to `in` since the last call
    /// are taken in first; the batch must not be finished or sorted between calls.
    [[nodiscard]] std::optional<std::size_t> find(const batch& in, family_id family, labels_view labels)
    {
        for (; taken_ < in.point_count(); ++taken_) {
            const point_row& p = in.points()[taken_];
            const std::size_t hash = hash_of(p.family, in.labels(p.labels));
            if (lookup(in, hash, p.family, in.labels(p.labels))) continue;  // the first stays
            if ((taken_ + 1) * 2 > slots_.size()) grow();
            insert({hash, static_cast<std::uint32_t>(taken_) + 1});
        }
        return lookup(in, hash_of(family, labels), family, labels);
    }

private:
    struct slot {
        std::size_t hash = 0;
        std::uint32_t point = 0;  ///< its index and 1; 0 where nothing is
    };

    static std::size_t mix(std::size_t x) noexcept
    {
        x ^= x >> 31U;
        x *= static_cast<std::size_t>(0x9E3779B97F4A7C15U);
        return x ^ (x >> 29U);
    }

    static std::size_t hash_of(family_id family, labels_view labels) noexcept
    {
        const std::hash<std::string_view> text;
        std::size_t sum = mix(static_cast<std::size_t>(family) + 1);
        for (const label_view& l : labels)  // a sum, so that the order does not matter
            if (!l.value.empty()) sum += mix(mix(text(l.name)) + text(l.value));
        return sum;
    }

    static bool same(labels_view a, labels_view b) noexcept
    {
        const auto within = [](labels_view all, labels_view in) {
            for (const label_view& l : all) {
                bool found = l.value.empty();
                for (std::size_t i = 0; i < in.size() && !found; ++i) found = in[i] == l;
                if (!found) return false;
            }
            return true;
        };
        return within(a, b) && within(b, a);
    }

    [[nodiscard]] std::optional<std::size_t> lookup(const batch& in, std::size_t hash, family_id family,
                                                    labels_view labels) const noexcept
    {
        if (slots_.empty()) return std::nullopt;
        for (std::size_t at = hash & (slots_.size() - 1); slots_[at].point != 0; at = (at + 1) & (slots_.size() - 1)) {
            if (slots_[at].hash != hash) continue;
            const point_row& p = in.points()[slots_[at].point - 1];
            if (p.family == family && same(in.labels(p.labels), labels)) return slots_[at].point - 1;
        }
        return std::nullopt;
    }

    void insert(slot what) noexcept
    {
        std::size_t at = what.hash & (slots_.size() - 1);
        while (slots_[at].point != 0) at = (at + 1) & (slots_.size() - 1);
        slots_[at] = what;
    }

    void grow()
    {
        std::vector<slot> old(slots_.empty() ? 1024 : slots_.size() * 2);
        old.swap(slots_);
        for (const slot& s : old)
            if (s.point != 0) insert(s);
    }

    std::vector<slot> slots_;  ///< a power of two of them, at most half in use
    std::size_t taken_ = 0;    ///< points of the batch that were looked at
};

}  // namespace pitot::collect
