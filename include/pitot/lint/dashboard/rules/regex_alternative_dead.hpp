#pragma once
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/look.hpp>

namespace pitot::lint::dashboards {

inline constexpr dashboard_rule regex_alternative_dead{
    {"regex-alternative-dead", severity::info, "an alternative of a regular expression selects nothing",
     "The matcher works by its other alternatives; this one is a leftover, or misspelt. The values in a variable's own "
     "list are\nalternatives too, behind = as well.",
     "up{job=~\"node|nodde\"}", "up{job=~\"node\"}"},
    [](const context& in, const rule& about, remarks& out) {
        if (in.sources.series == nullptr) return;
        for (const asked& a : in.asks)
            for (const asked_matcher& m : a.matchers) {
                if (m.templated || !m.test.is_regex() || !m.test.is_positive()) continue;
                if (!m.alive && a.name != "up") continue;
                if (a.metric == nullptr && !a.own) continue;
                for (const std::string_view one : m.test.alternatives()) {
                    const catalog::matcher alone(one, true, true, catalog::holds_numbers(m.written->name));
                    if (one.empty() || selects(in, a, m.written->name, alone)) continue;
                    out.findings.push_back(
                        in.at(m.written->value_span, about, about.level, concat("'", one, "' selects nothing")));
                }
            }
    }};

}  // namespace pitot::lint::dashboards
