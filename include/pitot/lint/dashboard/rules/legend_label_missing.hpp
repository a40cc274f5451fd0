#pragma once
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/look.hpp>
#include <pitot/lint/dashboard/suggest.hpp>

namespace pitot::lint::dashboards {

inline constexpr dashboard_rule legend_label_missing{
    {"legend-label-missing", severity::warning, "a legend shows a label that the result does not have",
     "The legend has a gap there, and lines cannot be told apart. Either an aggregation drops the label, or no series "
     "has it.",
     "sum(rate(http_requests_total[5m])) with legend {{path}}", "sum by (path) (rate(http_requests_total[5m]))"},
    [](const context& in, const rule& about, remarks& out) {
        for (const label_use& use : in.legend)
            if (in.presence(in.root, use.label) == promql::presence::never)
                out.findings.push_back(in.at(use, about, about.level, concat("the result has no label ", use.label),
                                             suggest_result_label(in, use.label)));
    }};

}  // namespace pitot::lint::dashboards
