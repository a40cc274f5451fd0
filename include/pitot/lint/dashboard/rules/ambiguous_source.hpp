#pragma once
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/look.hpp>

#include <algorithm>  // std::all_of, std::any_of, std::find
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::lint::dashboards {

/// Does one matcher on job name all of these jobs, letter by letter, or leave it to a variable which are meant?
[[nodiscard]] inline bool names_jobs(const asked& a, const std::set<std::string, std::less<>>& jobs)
{
    return std::any_of(a.matchers.begin(), a.matchers.end(), [&jobs](const asked_matcher& m) {
        if (m.written->name != "job") return false;
        if (m.templated) return true;
        const auto named = m.test.alternatives();
        return m.test.is_positive() && std::all_of(jobs.begin(), jobs.end(), [&named](const std::string& j) {
                   return std::find(named.begin(), named.end(), j) != named.end();
               });
    });
}

/// The jobs of what a selector selects. What has not the label that a variable asks for is left out, where the variable
/// is never empty.
[[nodiscard]] inline std::set<std::string, std::less<>> selected_jobs(const context& in, const asked& a)
{
    const catalog::inventory& all = *in.sources.series;
    std::vector<std::string_view> needed;
    for (const asked_matcher& m : a.matchers)
        if (asks_for_some_value(in, m)) needed.push_back(m.written->name);
    std::set<std::string, std::less<>> jobs;
    for (const found_series& f : a.selected)
        if (std::all_of(needed.begin(), needed.end(), [&](std::string_view label) {
                return !all.value(*f.series, *f.target, label).empty() || detail::is_open(in.sources, *f.series, label);
            }))
            jobs.emplace(all.value(*f.series, *f.target, "job"));
    return jobs;
}

inline constexpr dashboard_rule ambiguous_source{
    {"ambiguous-source", severity::warning, "two jobs expose the metric, and no matcher on job says which is meant",
     "The result mixes series of different sources: averages and sums are of both, and what was meant as one machine "
     "is two. A\nmatcher that names each of them means both; one that only fits them, as job=~\".+\", tells nothing "
     "apart.",
     "avg(rate(node_cpu_seconds_total{mode=\"idle\"}[5m]))",
     "avg(rate(node_cpu_seconds_total{job=\"node\",mode=\"idle\"}[5m]))"},
    [](const context& in, const rule& about, remarks& out) {
        if (in.sources.series == nullptr) return;
        for (const asked& a : in.asks) {
            if (a.own || a.metric == nullptr) continue;
            const asked_matcher* const instance = a.matcher("instance");
            if (instance != nullptr && instance->templated) continue;
            const std::set<std::string, std::less<>> jobs = selected_jobs(in, a);
            if (jobs.size() < 2 || names_jobs(a, jobs)) continue;
            std::string names;
            for (const std::string& j : jobs) names += concat(names.empty() ? "" : ", ", j.empty() ? "(none)" : j);
            out.findings.push_back(in.at(
                a.selector->span, about, about.level,
                concat("the jobs ", names, " expose ", a.total ? concat(a.name, "_total") : std::string("this metric")),
                "add a matcher on job"));
        }
    }};

}  // namespace pitot::lint::dashboards
