#pragma once
// Whether a counter that is a native histogram was set back. source  Prometheus, FloatHistogram.DetectReset

#include <pitot/store/summed_buckets.hpp>

#include <vector>

namespace pitot::store {

namespace detail {

/// Did any bucket lose something, from a place on?
inline bool lost_some(const std::vector<bucket>& now, const std::vector<bucket>& before, std::size_t begin)
{
    std::size_t i = 0;
    for (std::size_t k = begin; k < before.size(); ++k) {
        const bucket& b = before[k];
        while (i < now.size() && now[i].index < b.index) ++i;
        const bool there = i < now.size() && now[i].index == b.index;
        if (there ? now[i].count < b.count : b.count != 0) return true;
    }
    return false;
}

inline std::vector<bucket> without_rests(const summed_buckets& from)
{
    std::vector<bucket> out;
    out.reserve(from.size());
    for (const summed_bucket& b : from) out.push_back({b.index, b.count.sum});
    return out;
}

/// Did any bucket above the zero bucket lose something?
/// from  the schema of those before, perhaps finer
inline bool lost_some(const std::vector<bucket>& now, const std::vector<bucket>& before, int from, int schema,
                      double threshold)
{
    if (from == schema) return lost_some(now, before, inside_zero(before, schema, threshold));
    summed_buckets coarser = to_sums(before);
    reduce(coarser, from, schema);
    return lost_some(now, without_rests(coarser), inside_zero(coarser, schema, threshold));
}

inline bool custom_was_reset(const histogram& now, const histogram& before)
{
    if (!before.is_custom()) return true;
    if (now.bounds == before.bounds) return lost_some(now.positive, before.positive, 0);
    const std::vector<double> common = common_bounds(now.bounds, before.bounds);
    return lost_some(without_rests(rebound(to_sums(now.positive), now.bounds, common)),
                     without_rests(rebound(to_sums(before.positive), before.bounds, common)), 0);
}

}  // namespace detail

/// Was the counter set back between two histograms? Hints come first.
[[nodiscard]] inline bool was_reset(const histogram& now, const histogram& before)
{
    if (now.hint == reset_hint::reset) return true;
    if (now.hint == reset_hint::not_reset) return false;
    if (now.count < before.count) return true;
    if (now.is_custom()) return detail::custom_was_reset(now, before);
    if (before.is_custom() || now.schema > before.schema || now.zero_threshold < before.zero_threshold) return true;
    double threshold = now.zero_threshold;
    detail::summed zero{before.zero_count, 0};
    if (threshold != before.zero_threshold)
        detail::widen_zero(before.schema, detail::to_sums(before.positive), detail::to_sums(before.negative),
                           {before.zero_count, 0}, threshold, zero);
    if (threshold != now.zero_threshold || now.zero_count < zero.sum) return true;
    return detail::lost_some(now.positive, before.positive, before.schema, now.schema, threshold) ||
           detail::lost_some(now.negative, before.negative, before.schema, now.schema, threshold);
}

}  // namespace pitot::store
