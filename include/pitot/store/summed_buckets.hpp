#pragma once
// Buckets of native histograms with what rounding loses of them: moved to a coarser schema, to other bounds, merged.

#include <pitot/store/histogram.hpp>
#include <pitot/store/kahan.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

namespace pitot::store::detail {

struct summed {
    double sum = 0;
    double rest = 0;
    void add(double value) noexcept { kahan_add(value, sum, rest); }
    void add(const summed& value) noexcept
    {
        add(value.sum);
        if (value.rest != 0) add(value.rest);
    }
};

struct summed_bucket {
    std::int32_t index = 0;
    summed count;
};

using summed_buckets = std::vector<summed_bucket>;

inline std::int32_t index_in(std::int32_t index, int from, int to) noexcept { return ((index - 1) >> (from - to)) + 1; }

/// To a coarser schema.
inline void reduce(summed_buckets& buckets, int from, int to)
{
    if (from <= to) return;
    std::size_t n = 0;
    for (const summed_bucket& b : buckets) {
        const std::int32_t index = index_in(b.index, from, to);
        if (n > 0 && buckets[n - 1].index == index)
            buckets[n - 1].count.add(b.count);
        else
            buckets[n++] = {index, b.count};
    }
    buckets.resize(n);
}

inline summed_buckets to_sums(const std::vector<bucket>& from, double sign = 1)
{
    summed_buckets out;
    out.reserve(from.size());
    for (const bucket& b : from) out.push_back({b.index, {sign * b.count, 0}});
    return out;
}

/// Does a bucket end above the zero bucket? False also where only its exact bound could tell.
[[nodiscard]] inline bool is_surely_above(std::int32_t index, int schema, double threshold) noexcept
{
    const std::int64_t power = schema < 0 ? std::int64_t{index} << -schema : std::int64_t{index} >> schema;
    const auto exponent = static_cast<std::int64_t>(std::bit_cast<std::uint64_t>(threshold) >> 52U) - 1023;
    return power > exponent && power < 1024;
}

/// How many of the buckets lie in the zero bucket. They are sorted: the first one above it ends the search.
template <class Buckets>
[[nodiscard]] std::size_t inside_zero(const Buckets& buckets, int schema, double threshold)
{
    std::size_t n = 0;
    while (n < buckets.size() && !is_surely_above(buckets[n].index, schema, threshold) &&
           exponential_bound(buckets[n].index, schema) <= threshold)
        ++n;
    return n;
}

/// Are all buckets from a place on among those of a sum?
[[nodiscard]] inline bool has_all(const std::vector<bucket>& sum, const std::vector<bucket>& of,
                                  std::size_t begin) noexcept
{
    std::size_t at = 0;
    for (std::size_t i = begin; i < of.size(); ++i, ++at) {
        while (at < sum.size() && sum[at].index < of[i].index) ++at;
        if (at == sum.size() || sum[at].index != of[i].index) return false;
    }
    return true;
}

[[nodiscard]] inline bool have_same_indices(const std::vector<bucket>& a, const std::vector<bucket>& b) noexcept
{
    if (a.size() != b.size()) return false;
    const bucket* const x = a.data();
    const bucket* const y = b.data();
    std::int32_t differ = 0;
    for (std::size_t i = 0; i < a.size(); ++i) differ |= x[i].index ^ y[i].index;
    return differ == 0;
}

/// Adds buckets that the sum has.
/// same  both have the same
inline void add_in_place(std::vector<bucket>& to, double* rests, const std::vector<bucket>& from, std::size_t begin,
                         bool same, double sign) noexcept
{
    if (same) {
        bucket* const t = to.data();
        const bucket* const f = from.data();
        for (std::size_t i = begin; i < from.size(); ++i) kahan_add(sign * f[i].count, t[i].count, rests[i]);
        return;
    }
    std::size_t at = 0;
    for (std::size_t i = begin; i < from.size(); ++i, ++at) {
        while (to[at].index != from[i].index) ++at;
        kahan_add(sign * from[i].count, to[at].count, rests[at]);
    }
}

/// Adds buckets that lie above the zero bucket.
inline void merge(summed_buckets& to, const summed_buckets& from, int schema, double threshold, bool exponential)
{
    summed_buckets out;
    out.reserve(to.size() + from.size());
    std::size_t i = 0;
    for (std::size_t k = exponential ? inside_zero(from, schema, threshold) : 0; k < from.size(); ++k) {
        const summed_bucket& b = from[k];
        while (i < to.size() && to[i].index < b.index) out.push_back(to[i++]);
        if (i < to.size() && to[i].index == b.index) {
            out.push_back(to[i++]);
            out.back().count.add(b.count);
        } else {
            out.push_back(b);
        }
    }
    while (i < to.size()) out.push_back(to[i++]);
    to.swap(out);
}

/// The zero bucket widened to a threshold, or further to where a bucket that holds something ends.
inline void widen_zero(int schema, const summed_buckets& positive, const summed_buckets& negative,
                       const summed& zero_count, double& threshold, summed& widened)
{
    for (bool again = true; again;) {
        again = false;
        widened = zero_count;
        for (const auto* const side : {&positive, &negative}) {
            for (const summed_bucket& b : *side) {
                if (exponential_bound(b.index - 1, schema) >= threshold) break;
                widened.add(b.count);
                const double end = exponential_bound(b.index, schema);
                if (end > threshold) {
                    if (b.count.sum != 0) {
                        threshold = end;
                        again = side == &negative;
                    }
                    break;
                }
            }
            if (again) break;
        }
    }
}

inline std::vector<double> common_bounds(const std::vector<double>& a, const std::vector<double>& b)
{
    std::vector<double> out;
    std::size_t i = 0;
    for (const double bound : a) {
        while (i < b.size() && b[i] < bound) ++i;
        if (i < b.size() && b[i] == bound) out.push_back(b[i++]);
    }
    return out;
}

/// Custom buckets in the layout of fewer bounds.
inline summed_buckets rebound(const summed_buckets& from, const std::vector<double>& bounds,
                              const std::vector<double>& to)
{
    summed_buckets out;
    for (const summed_bucket& b : from) {
        const auto i = static_cast<std::size_t>(b.index);
        std::size_t target = to.size();
        if (i < bounds.size())
            target = static_cast<std::size_t>(std::lower_bound(to.begin(), to.end(), bounds[i]) - to.begin());
        if (!out.empty() && out.back().index == static_cast<std::int32_t>(target))
            out.back().count.add(b.count);
        else
            out.push_back({static_cast<std::int32_t>(target), b.count});
    }
    return out;
}

}  // namespace pitot::store::detail
