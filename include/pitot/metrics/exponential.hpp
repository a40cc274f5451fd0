#pragma once
// Counts in exponential buckets, as native histograms have them: bucket i of schema s holds the values in
// (2^((i-1)/2^s), 2^(i/2^s)]. Bounded: when the buckets are too many, something is given up.

#include <bit>  // std::bit_cast
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace pitot::detail {

/// The upper bounds of a schema's buckets in [0.5, 1): 2^(i/2^s) / 2. Empty for schemas of 0 and below.
[[nodiscard]] inline std::vector<double> fraction_bounds(int schema)
{
    std::vector<double> bounds;
    if (schema <= 0) return bounds;
    const auto n = std::size_t{1} << static_cast<unsigned>(schema);
    for (std::size_t i = 0; i < n; ++i)
        bounds.push_back(static_cast<double>(std::exp2(static_cast<long double>(i) / static_cast<long double>(n)) / 2));
    return bounds;
}

/// Upper bound of bucket `index`; the largest double for the one that would begin above it, +Inf beyond.
[[nodiscard]] inline double bucket_upper(int schema, std::int32_t index) noexcept
{
    if (schema <= 0) {
        const double exponent = std::ldexp(static_cast<double>(index), -schema);
        if (exponent == 1024) return std::numeric_limits<double>::max();
        return std::exp2(exponent);
    }
    const std::int32_t per_octave = std::int32_t{1} << static_cast<unsigned>(schema);
    const std::int32_t octave = index >> static_cast<unsigned>(schema);  // rounds down
    const std::int32_t rest = index - octave * per_octave;
    if (octave == 1024 && rest == 0) return std::numeric_limits<double>::max();
    return std::ldexp(std::exp2(static_cast<double>(rest) / per_octave), octave);
}

/// The bucket of a positive finite value or +Inf (one past the largest double's). A value on a bound belongs below it.
/// source  Prometheus, client_golang, histogram.go: findBucket by frexp and a table of bounds
/// fractions  fraction_bounds of the largest schema, `fine`; a coarser schema takes every 2^(fine - schema)th
[[nodiscard]] inline std::int32_t bucket_index(double v, int schema, int fine,
                                               std::span<const double> fractions) noexcept
{
    const bool infinite = v > std::numeric_limits<double>::max();
    if (infinite) v = std::numeric_limits<double>::max();
    int exponent = 0;
    double fraction = 0;
    const auto bits = std::bit_cast<std::uint64_t>(v);
    if (const auto biased = static_cast<int>((bits >> 52U) & 0x7FFU); biased != 0) {
        exponent = biased - 1022;
        fraction = std::bit_cast<double>((bits & 0x000FFFFFFFFFFFFFU) | 0x3FE0000000000000U);
    } else {
        fraction = std::frexp(v, &exponent);  // subnormal
    }
    std::int32_t index = 0;
    if (schema > 0) {
        // First bound >= fraction, among all or every 2^k-th.
        const auto skip = static_cast<unsigned>(fine - schema);
        std::size_t first = 0;
        std::size_t n = fractions.size() >> skip;
        const auto per_octave = static_cast<std::int32_t>(n);
        while (n > 1) {
            const std::size_t half = n / 2;
            first += fractions[(first + half - 1) << skip] < fraction ? half : 0;
            n -= half;
        }
        first += fractions[first << skip] < fraction ? 1 : 0;
        index = static_cast<std::int32_t>(first) + (exponent - 1) * per_octave;
    } else {
        index = exponent - (fraction == 0.5 ? 1 : 0);
        const auto shift = static_cast<unsigned>(-schema);
        index = (index + (std::int32_t{1} << shift) - 1) >> shift;
    }
    return index + (infinite ? 1 : 0);
}

/// Bucket counts of positive and negative values in one sorted array; no more than its room, which the caller looks
/// after. Not for two threads at once.
class exponential_counts {
public:
    struct entry {
        std::int32_t key;  ///< index + bias for positive values, -(index + bias) for negative ones
        std::uint32_t low;
        std::uint32_t high;
        [[nodiscard]] std::uint64_t count() const noexcept { return low | static_cast<std::uint64_t>(high) << 32U; }
        void add(std::uint64_t n) noexcept
        {
            n += count();
            low = static_cast<std::uint32_t>(n);
            high = static_cast<std::uint32_t>(n >> 32U);
        }
    };
    static constexpr std::int32_t bias = 1 << 20;  // indices lie between -275,000 and 263,000

    exponential_counts(std::span<entry> room, int schema) noexcept : room_(room), schema_(schema) {}

    [[nodiscard]] int schema() const noexcept { return schema_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::span<const entry> entries() const noexcept { return room_.first(size_); }
    [[nodiscard]] static std::int32_t index_of(const entry& e) noexcept { return (e.key < 0 ? -e.key : e.key) - bias; }

    /// Counts a value whose bucket is `index`; false when it needs a bucket and there is no room.
    bool add(std::int32_t index, bool negative, std::uint64_t n = 1) noexcept
    {
        const std::int32_t key = negative ? -(index + bias) : index + bias;
        const std::size_t at = lower(key);
        if (at < size_ && room_[at].key == key) {
            room_[at].add(n);
            return true;
        }
        if (size_ == room_.size()) return false;
        for (std::size_t i = size_; i > at; --i) room_[i] = room_[i - 1];
        room_[at] = {key, 0, 0};
        room_[at].add(n);
        ++size_;
        return true;
    }

    /// Half the resolution: buckets 2i-1 and 2i become bucket i. Not below schema -4: false.
    bool halve() noexcept
    {
        if (schema_ <= -4) return false;
        --schema_;
        std::size_t kept = 0;
        for (std::size_t i = 0; i < size_; ++i) {
            const entry e = room_[i];
            const std::int32_t index = (index_of(e) + 1) >> 1;
            const std::int32_t key = e.key < 0 ? -(index + bias) : index + bias;
            if (kept != 0 && room_[kept - 1].key == key) {
                room_[kept - 1].add(e.count());
            } else {
                room_[kept++] = {key, e.low, e.high};
            }
        }
        size_ = kept;
        return true;
    }

    /// Takes out the buckets of the smallest values, positive and negative, if their upper bound is at most `most`.
    /// threshold  gets that bound
    /// returns    what they held; 0 when nothing was taken
    std::uint64_t take_smallest(double most, double& threshold) noexcept
    {
        if (size_ == 0) return 0;
        std::int32_t smallest = INT32_MAX;
        for (const entry& e : entries()) smallest = smallest < index_of(e) ? smallest : index_of(e);
        const double upper = bucket_upper(schema_, smallest);
        if (!(upper <= most)) return 0;
        std::uint64_t taken = 0;
        std::size_t kept = 0;
        for (std::size_t i = 0; i < size_; ++i) {
            if (index_of(room_[i]) == smallest)
                taken += room_[i].count();
            else
                room_[kept++] = room_[i];
        }
        size_ = kept;
        threshold = upper;
        return taken;
    }

    void clear(int schema) noexcept
    {
        size_ = 0;
        schema_ = schema;
    }

private:
    [[nodiscard]] std::size_t lower(std::int32_t key) const noexcept
    {
        std::size_t first = 0;
        std::size_t n = size_;
        while (n > 0) {
            const std::size_t half = n / 2;
            const bool right = room_[first + half].key < key;
            first += right ? half + 1 : 0;
            n = right ? n - half - 1 : half;
        }
        return first;
    }

    std::span<entry> room_;
    std::size_t size_ = 0;
    int schema_;
};

}  // namespace pitot::detail
