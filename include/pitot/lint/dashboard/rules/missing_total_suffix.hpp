#pragma once
#include <pitot/lint/dashboard/context.hpp>

namespace pitot::lint::dashboards {

inline constexpr dashboard_rule missing_total_suffix{
    {"missing-total-suffix", severity::warning, "the metric is exposed with _total behind its name",
     "Counters got the suffix _total with OpenMetrics: half-migrated queries have the new prefix and the old name. The "
     "labels of the\n"
     "metric with _total are then what matchers and legends are held against.",
     "rate(app_requests[5m])", "rate(app_requests_total[5m])"},
    [](const context& in, const rule& about, remarks& out) {
        for (const asked& a : in.asks)
            if (a.total)
                out.findings.push_back(
                    in.at(a.selector->name_span.length > 0 ? a.selector->name_span : a.selector->span, about,
                          about.level, "this metric is exposed with _total", concat("write ", a.name, "_total")));
    }};

}  // namespace pitot::lint::dashboards
