#pragma once
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/look.hpp>

namespace pitot::lint::dashboards {

inline constexpr dashboard_rule label_not_exposed{
    {"label-not-exposed", severity::error, "a matcher asks for a label that no series of the metric has",
     "The selector selects nothing. Another exporter, or another version, names the label otherwise. Matchers that an "
     "absent label\n"
     "satisfies (=\"\", !=\"x\", =~\".*\") are no findings.",
     "pg_up{datname=\"app\"}", "pg_up{db=\"app\"}"},
    [](const context& in, const rule& about, remarks& out) {
        each_dead_matcher(in, [&](const asked& a, const asked_matcher& m) {
            if (m.written->name == "job" || m.on_series || (!says_little(m) && !renamed_to(in, a, m).empty())) return;
            const bool renamed = !known_name_of(in, a, m.written->name).empty();  // label-renamed
            out.findings.push_back(
                in.at(m.written->name_span, about, renamed ? severity::info : about.level,
                      concat("no series of ", a.name, a.total ? "_total" : "", " has the label ", m.written->name),
                      suggest_label(in, a, m.written->name)));
        });
    }};

}  // namespace pitot::lint::dashboards
