#pragma once
// Native histograms with custom bounds: no format carries them, and a classic histogram says the same.

#include <pitot/model/batch.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace pitot::expo {

/// The classic buckets of a histogram row; of one with custom bounds and no classic buckets, those that it amounts to.
/// room     what they are made in, when they have to be made
/// returns  [n] cumulative counts by ascending upper bound, in the metric's unit
[[nodiscard]] inline std::span<const classic_bucket> classic_buckets(const batch& in, const histogram_row& row,
                                                                     std::vector<classic_bucket>& room)
{
    const auto own = in.buckets(row.classic);
    if (!own.empty() || row.schema != custom_buckets_schema) return own;
    const auto bounds = in.bounds(row.custom_bounds);
    const auto counts = in.counts(row.positive);
    room.clear();
    room.reserve(bounds.size() + 1);
    for (const double bound : bounds) room.push_back({bound, {.integer = 0}});
    room.push_back({std::numeric_limits<double>::infinity(), {.integer = 0}});
    std::int64_t index = 0;  // of a bucket; bucket i ends at bounds[i], the last one at +Inf
    std::size_t next = 0;
    const auto put = [&](count_cell n) {
        if (index < 0 || index >= static_cast<std::int64_t>(room.size())) return;
        room[static_cast<std::size_t>(index)].cumulative = n;
    };
    if (row.float_counts)
        for (classic_bucket& b : room) b.cumulative.real = 0;
    for (const bucket_span& span : in.spans(row.positive_spans)) {
        index += span.offset;
        for (std::uint32_t i = 0; i < span.length && next < counts.size(); ++i, ++index) put(counts[next++]);
    }
    for (std::size_t i = 1; i < room.size(); ++i) {
        if (row.float_counts)
            room[i].cumulative.real += room[i - 1].cumulative.real;
        else
            room[i].cumulative.integer += room[i - 1].cumulative.integer;
    }
    return room;
}

}  // namespace pitot::expo
