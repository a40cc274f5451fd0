#pragma once
#include <pitot/lint/dashboard/context.hpp>

namespace pitot::lint::dashboards {

inline constexpr dashboard_rule up_of_collected_service{
    {"up-of-collected-service", severity::warning, "up is asked for a service that another job collects",
     "up tells of the target that Prometheus scrapes. Where a collector gathers for the service, there is no up of its "
     "own: ask for the\n"
     "metric by which the collector says whether the service answers.",
     "up{job=\"postgres\"}", "postgresql_up"},
    [](const context& in, const rule& about, remarks& out) {
        if (in.sources.series == nullptr) return;
        for (const asked& a : in.asks) {
            const asked_matcher* const m = a.matcher("job");
            if (a.name != "up" || m == nullptr || m->templated || !m->test.is_positive()) continue;
            for (const auto& [collector, services] : in.sources.collected_by)
                for (const std::string& service : services) {
                    bool named = m->test.value() == service;
                    for (const std::string_view one : m->test.alternatives()) named = named || one == service;
                    bool scraped = false;
                    for (const catalog::scrape_job& j : in.sources.series->jobs())
                        scraped = scraped || j.name == service;
                    if (!named || scraped) continue;
                    std::string better;
                    for (const std::string_view ending : {"_up", "ql_up"})
                        if (better.empty() && in.sources.series->find(concat(service, ending)) != nullptr)
                            better = concat(service, ending);
                    out.findings.push_back(
                        in.at(m->written->value_span, about, about.level,
                              concat("the job ", collector, " collects ", service, ": it has no up of its own"),
                              better.empty() ? "" : concat("ask for ", better)));
                }
        }
    }};

}  // namespace pitot::lint::dashboards
