#pragma once
#include <pitot/lint/metrics/context.hpp>

namespace pitot::lint::metrics {

inline constexpr metrics_rule reserved_suffix{
    {"reserved-suffix", severity::warning,
     "a name ends in _bucket, _count or _sum and is no part of a histogram or summary",
     "These suffixes are the series of histograms and summaries. Tools that see them apply rate() or "
     "histogram_quantile(), and a histogram "
     "of the shorter name could not be added later.",
     "# TYPE jobs_count gauge\njobs_count 3", "# TYPE jobs gauge\njobs 3"},
    [](const context& in, const family_view& family, const rule& about, remarks& out) {
        const metric_type type = family.type();
        if (type == metric_type::unknown) return;
        const bool histogram = type == metric_type::histogram || type == metric_type::gauge_histogram;
        for (const std::string_view suffix : {"_bucket", "_count", "_sum"}) {
            if (!family.name().ends_with(suffix) || histogram) continue;
            if (type == metric_type::summary && suffix != "_bucket") continue;
            add(out, about, in.place_of(family),
                concat("the ", to_string(type), " ", family.name(), " has the suffix ", suffix, ", which belongs to ",
                       suffix == "_bucket" ? "histograms" : "histograms and summaries"),
                concat("rename it to ", family.name().substr(0, family.name().size() - suffix.size())));
        }
    }};

}  // namespace pitot::lint::metrics
