#pragma once
#include <pitot/lint/dashboard/context.hpp>

namespace pitot::lint::dashboards {

inline constexpr dashboard_rule ambiguous_source{
    {"ambiguous-source", severity::warning, "two jobs expose the metric, and no matcher on job says which is meant",
     "The result mixes series of different sources: averages and sums are of both, and what was meant as one machine "
     "is two.",
     "avg(rate(node_cpu_seconds_total{mode=\"idle\"}[5m]))",
     "avg(rate(node_cpu_seconds_total{job=\"node\",mode=\"idle\"}[5m]))"},
    [](const context& in, const rule& about, remarks& out) {
        if (in.sources.series == nullptr) return;
        for (const asked& a : in.asks) {
            if (a.own || a.metric == nullptr || a.matcher("job") != nullptr) continue;
            const asked_matcher* const instance = a.matcher("instance");
            if (instance != nullptr && instance->templated) continue;
            std::set<std::string, std::less<>> jobs;
            for (const found_series& f : a.selected)
                jobs.emplace(in.sources.series->value(*f.series, *f.target, "job"));
            if (jobs.size() < 2) continue;
            std::string names;
            for (const std::string& j : jobs) names += concat(names.empty() ? "" : ", ", j.empty() ? "(none)" : j);
            out.findings.push_back(in.at(a.selector->span, about, about.level,
                                         concat("the jobs ", names, " expose this metric"), "add a matcher on job"));
        }
    }};

}  // namespace pitot::lint::dashboards
