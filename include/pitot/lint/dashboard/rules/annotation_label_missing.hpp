#pragma once
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/look.hpp>
#include <pitot/lint/dashboard/suggest.hpp>

namespace pitot::lint::dashboards {

inline constexpr dashboard_rule annotation_label_missing{
    {"annotation-label-missing", severity::warning, "an alert's text shows a label that the alert does not have",
     "The message has a gap where the name of what is broken should stand. Either an aggregation drops the label, or "
     "no series has it.",
     "sum(up == 0) > 0 with {{ $labels.instance }}", "sum by (instance) (up == 0) > 0"},
    [](const context& in, const rule& about, remarks& out) {
        for (const label_use& use : in.annotations)
            if (in.presence(in.root, use.label) == promql::presence::never)
                out.findings.push_back(in.at(use, about, about.level, concat("the alert has no label ", use.label),
                                             suggest_result_label(in, use.label)));
    }};

}  // namespace pitot::lint::dashboards
