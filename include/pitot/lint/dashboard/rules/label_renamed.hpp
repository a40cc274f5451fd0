#pragma once
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/look.hpp>

namespace pitot::lint::dashboards {

inline constexpr dashboard_rule label_renamed{
    {"label-renamed", severity::warning, "a matcher asks for a label whose value another label has",
     "The value is right and the label is not: an exporter was replaced, and its successor names the label otherwise.",
     "postgresql_up{datname=\"app\"}", "postgresql_up{db=\"app\"}"},
    [](const context& in, const rule& about, remarks& out) {
        each_dead_matcher(in, [&](const asked& a, const asked_matcher& m) {
            if (m.written->name == "job" || m.on_series) return;
            const std::string other = renamed_to(in, a, m);
            if (!other.empty())
                out.findings.push_back(
                    in.at(m.written->name_span, about, about.level,
                          concat("no series has the label ", m.written->name, "; ", other, " has this value"),
                          concat("write ", other)));
        });
    }};

}  // namespace pitot::lint::dashboards
