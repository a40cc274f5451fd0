#pragma once
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/look.hpp>
#include <pitot/lint/dashboard/suggest.hpp>

#include <string>

namespace pitot::lint::dashboards {

namespace detail {

/// The instances of the job that is asked for.
[[nodiscard]] inline std::string instances_of(const context& in, const asked& a, const asked_matcher& m,
                                              const asked_matcher& job)
{
    return m.test.is_positive() ? list_of(values_of(in, a, "instance", &job), "that job has") : std::string();
}

/// The label that has the value that is asked for, else the instances there are.
[[nodiscard]] inline std::string label_or_values(const context& in, const asked& a, const asked_matcher& m)
{
    const std::string other = renamed_to(in, a, m);
    return other.empty() || other == "job" ? suggest_value(in, a, m) : concat(other, " has this value: write ", other);
}

inline void check_instance(const context& in, const asked& a, const asked_matcher& m, const rule& about, remarks& out)
{
    const text_span where = m.written->value_span;
    if (a.metric == nullptr && !a.own) {
        if (a.unknown.empty() && !a.exists && m.test.is_positive())
            out.findings.push_back(in.at(where, about, severity::info,
                                         "the metric is not exposed; whether this instance would be is unknown"));
        return;
    }
    if (a.own && (!in.sources.series->knows_all_jobs() || a.name.starts_with("ALERTS"))) return;
    const asked_matcher* const job = a.matcher("job");
    const bool elsewhere = job != nullptr && exclude_each_other(in, a, m, *job);
    if (m.alive && !elsewhere) return;
    out.findings.push_back(in.at(where, about, m.elsewhere || may_be_missing(in, a) ? severity::info : about.level,
                                 elsewhere              ? "this instance is another job's"
                                 : m.elsewhere          ? "this instance is of a job whose exposition was not given"
                                 : m.test.is_positive() ? "no target that exposes this metric has this instance"
                                                        : "every target that exposes this metric has this instance",
                                 elsewhere ? instances_of(in, a, m, *job) : label_or_values(in, a, m)));
}

}  // namespace detail

inline constexpr dashboard_rule instance_filter{
    {"instance-filter", severity::warning,
     "a matcher asks for an instance that no target of the metric's jobs has, or excludes them all",
     "When a collector gathers for many services, every series has the collector's instance. A filter by the service's "
     "own\n"
     "instance selects nothing. It is right where the job is scraped directly, and relabelled so.",
     "redis_up{instance=\"redis-1\"}", "redis_up{endpoint=\"redis://redis-1:6379\"}"},
    [](const context& in, const rule& about, remarks& out) {
        if (in.sources.series == nullptr) return;
        for (const asked& a : in.asks)
            for (const asked_matcher& m : a.matchers)
                if (m.written->name == "instance" && !m.templated) detail::check_instance(in, a, m, about, out);
    }};

}  // namespace pitot::lint::dashboards
