#pragma once
#include <pitot/lint/metrics/context.hpp>
#include <pitot/lint/metrics/duplicate_series.hpp>  // labels_text

#include <limits>

namespace pitot::lint::metrics {

inline constexpr metrics_rule histogram_buckets{
    {"histogram-buckets", severity::error, "a histogram's buckets contradict each other",
     "Bucket counts are cumulative: each includes those below it, and the last, le=\"+Inf\", is the number of "
     "observations. Where they fall or the "
     "last is missing, histogram_quantile() gives nonsense or nothing.",
     "latency_seconds_bucket{le=\"1\"} 5\nlatency_seconds_bucket{le=\"+Inf\"} 3",
     "latency_seconds_bucket{le=\"+Inf\"} 5"},
    [](const context& in, const family_view& family, const rule& about, remarks& out) {
        for (std::size_t i = 0; i < family.size(); ++i) {
            const point_view point = family[i];
            const histogram_row* const row = point.histogram();
            if (row == nullptr || row->classic.count == 0) continue;
            const auto given = in.families().buckets(row->classic);
            std::vector<classic_bucket> buckets(given.begin(), given.end());
            std::stable_sort(buckets.begin(), buckets.end(),
                             [](const auto& a, const auto& b) { return a.upper < b.upper; });
            const std::string whose = concat(family.name(), point.labels().empty() ? "" : labels_text(point.labels()));
            for (std::size_t b = 1; b < buckets.size(); ++b) {
                if (buckets[b].cumulative.as_double(row->float_counts) >=
                    buckets[b - 1].cumulative.as_double(row->float_counts))
                    continue;
                add(out, about, in.place_of(point, family),
                    concat("the bucket counts of ", whose, " fall at le=\"", to_text(buckets[b].upper),
                           "\"; they are cumulative"));
                break;
            }
            if (in.exposition().format == expo::format::protobuf) continue;  // there +Inf may be left out
            if (buckets.back().upper != std::numeric_limits<double>::infinity())
                add(out, about, in.place_of(point, family),
                    concat("the histogram ", whose, " has no bucket le=\"+Inf\""));
            else if (row->has_count &&
                     buckets.back().cumulative.as_double(row->float_counts) != row->count.as_double(row->float_counts))
                add(out, about, in.place_of(point, family),
                    concat("the bucket le=\"+Inf\" of ", whose, " differs from its _count"));
        }
    }};

}  // namespace pitot::lint::metrics
