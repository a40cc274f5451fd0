#pragma once
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/look.hpp>
#include <pitot/lint/dashboard/suggest.hpp>

#include <algorithm>  // std::any_of, std::none_of
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace pitot::lint::dashboards {

namespace detail {

/// Is it unknown which metrics a selector means, and known that sources expose them: {job="x"}? What rules record has
/// the labels that they give it.
[[nodiscard]] inline bool means_some_exposed(const asked& a)
{
    if (a.unknown == no_name) return true;
    return a.unknown == name_by_pattern &&
           std::none_of(a.selector->matchers.begin(), a.selector->matchers.end(), [](const promql::label_matcher& m) {
               return m.name == "__name__" && m.value.find(':') != std::string_view::npos;
           });
}

/// Has a series of whatever metric brought along a job that the matcher selects (honor_labels), or may it have?
[[nodiscard]] inline bool is_brought_along(const world& in, const asked_matcher& m)
{
    if (m.test("")) return true;
    for (const catalog::scrape_job& j : in.series->jobs())
        if (j.honor_labels && !j.has_exposition) return true;
    for (const auto& [name, metric] : in.series->metrics())
        for (const catalog::existing_series& s : metric.series)
            if (const std::string_view own = catalog::value_of(s.labels, "job"); !own.empty() && m.test(own))
                return true;
    return false;
}

/// By prometheus.yml alone: a job that stands there is scraped, and what is recorded or brought along may have others.
inline void check_jobs_alone(const context& in, const rule& about, remarks& out)
{
    const catalog::inventory& known = *in.sources.jobs;
    if (!known.knows_all_jobs()) return;
    std::optional<std::set<std::string, std::less<>>> names;  // found out when a job is asked for
    bool brings_along = false;
    bool any_open = false;
    for (const asked& a : in.asks)
        for (const asked_matcher& m : a.matchers) {
            if (m.written->name != "job" || m.templated || a.name.starts_with("ALERTS")) continue;
            if (!names) {
                names.emplace();
                for (const catalog::scrape_job& j : known.jobs()) {
                    any_open = any_open || j.job_is_open;
                    brings_along = brings_along || j.honor_labels;
                    static_cast<void>(any_name_of(j, [&names](std::string_view name) {
                        names->emplace(name);
                        return false;
                    }));
                }
            }
            const bool is_of_target = a.unknown.empty() && catalog::is_made_by_prometheus(a.name);
            const bool may_have_others = brings_along || !a.unknown.empty() || !m.test.is_positive() || m.test("");
            if (any_open || (!is_of_target && may_have_others) || std::any_of(names->begin(), names->end(), m.test))
                continue;
            const bool positive = m.test.is_positive();
            out.findings.push_back(
                in.at(m.written->value_span, about, has_stand_in(in, a) ? severity::info : about.level,
                      positive ? "Prometheus scrapes no such job" : "Prometheus scrapes no other job",
                      positive ? near_or_list(*names, m.test.value(), "there are") : std::string()));
        }
}

}  // namespace detail

inline constexpr dashboard_rule job_not_scraped{
    {"job-not-scraped", severity::error, "a matcher asks for jobs that Prometheus does not scrape",
     "No series has this job: it was renamed, removed, or never was in prometheus.yml. up{job=\"…\"} of such a job is "
     "empty, not 0, so\n"
     "an alert on it never fires. A matcher that excludes every job is one, too. A prometheus.yml alone is enough to "
     "see "
     "it; of series\n"
     "that the run's rules record, their rules must give the job. In one operand of `or` whose other operand selects "
     "something\n"
     "it is info; so it is of a selector without a metric name where the run's rules record series.",
     "up{job=\"postgres\"} == 0", "postgresql_up == 0"},
    [](const context& in, const rule& about, remarks& out) {
        if (in.sources.series == nullptr && in.sources.jobs != nullptr) detail::check_jobs_alone(in, about, out);
        if (in.sources.series == nullptr || !in.sources.series->knows_all_jobs()) return;
        for (const asked& a : in.asks)
            for (const asked_matcher& m : a.matchers) {
                if (m.written->name != "job" || m.templated || names_a_job(in.sources, m)) continue;
                const bool any_metric = detail::means_some_exposed(a);
                if (!m.test.is_positive() && (any_metric || !a.is_held)) continue;
                if (detail::is_recorded_without(in.sources, a, m)) {
                    out.findings.push_back(
                        in.at(m.written->value_span, about, may_be_missing(in, a) ? severity::info : about.level,
                              "Prometheus scrapes no such job, and no rule gives it", suggest_job(in, m)));
                    continue;
                }
                const bool missing = a.metric == nullptr && !a.own && !any_metric;  // that says enough
                if (any_metric ? detail::is_brought_along(in.sources, m)
                    : missing  ? !a.unknown.empty() || a.exists
                               : m.alive)
                    continue;
                const bool may_be_recorded = any_metric && in.sources.recorded != nullptr &&
                                             !in.sources.recorded->empty();
                const bool little = missing || may_be_recorded || has_stand_in(in, a);
                out.findings.push_back(
                    in.at(m.written->value_span, about, little ? severity::info : about.level,
                          m.test.is_positive() ? "Prometheus scrapes no such job" : "Prometheus scrapes no other job",
                          m.test.is_positive() ? suggest_job(in, m) : std::string()));
            }
    }};

}  // namespace pitot::lint::dashboards
