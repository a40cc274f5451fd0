#pragma once
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/look.hpp>

namespace pitot::lint::dashboards {

inline constexpr dashboard_rule job_not_scraped{
    {"job-not-scraped", severity::error, "a matcher asks for jobs that Prometheus does not scrape",
     "No series has this job: it was renamed, removed, or never was in prometheus.yml. up{job=\"…\"} of such a job is "
     "empty, not 0, so\n"
     "an alert on it never fires. In one operand of `or` whose other operand selects something it is info.",
     "up{job=\"postgres\"} == 0", "postgresql_up == 0"},
    [](const context& in, const rule& about, remarks& out) {
        if (in.sources.series == nullptr || !in.sources.series->knows_all_jobs()) return;
        for (const asked& a : in.asks)
            for (const asked_matcher& m : a.matchers) {
                if (m.written->name != "job" || m.templated || !m.test.is_positive() || names_a_job(in.sources, m))
                    continue;
                const bool missing = a.metric == nullptr && !a.own;  // that says enough
                if (missing ? !a.unknown.empty() || a.exists : m.alive) continue;
                const bool little = missing || has_stand_in(in, a);
                out.findings.push_back(in.at(m.written->value_span, about, little ? severity::info : about.level,
                                             "Prometheus scrapes no such job", suggest_job(in, m)));
            }
    }};

}  // namespace pitot::lint::dashboards
