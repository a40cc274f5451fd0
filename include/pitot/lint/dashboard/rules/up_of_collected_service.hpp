#pragma once
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/look.hpp>

#include <algorithm>  // std::any_of
#include <string>
#include <string_view>
#include <vector>

namespace pitot::lint::dashboards {

/// Does a matcher name a service, by its name or by an expression that fits it and no job: "redis", "pg|redis",
/// "redis.*"?
[[nodiscard]] inline bool names_service(const catalog::inventory& all, const catalog::matcher& m,
                                        std::string_view service)
{
    if (!m.is_regex()) return m.value() == service;
    std::vector<std::string_view> parts = m.alternatives();
    if (parts.empty()) parts.push_back(m.value());
    return std::any_of(parts.begin(), parts.end(), [&](std::string_view part) {
        if (part == service) return true;
        const catalog::matcher alone(part, true, true);
        return alone(service) && std::none_of(all.jobs().begin(), all.jobs().end(),
                                              [&alone](const catalog::scrape_job& j) { return alone(j.name); });
    });
}

/// Says of a matcher on the job of `up`, or of what a variable makes of it, each collected service that it names.
inline void say_collected(const context& in, const asked& a, const asked_matcher& m, const catalog::matcher& test,
                          const rule& about, severity level, remarks& out)
{
    const catalog::inventory& all = *in.sources.series;
    for (const auto& [collector, services] : in.sources.collected_by)
        for (const std::string& service : services) {
            const bool has_job = std::any_of(all.jobs().begin(), all.jobs().end(),
                                             [&service](const catalog::scrape_job& j) { return j.name == service; });
            if (has_job || !names_service(all, test, service)) continue;
            std::string better;
            for (const std::string_view ending : {"_up", "ql_up"})
                if (better.empty() && all.find(concat(service, ending)) != nullptr) better = concat(service, ending);
            finding said = in.at(m.written->value_span, about, has_stand_in(in, a, true) ? severity::info : level,
                                 concat("the job ", collector, " collects ", service, ": it has no up of its own"),
                                 better.empty() ? "" : concat("ask for ", better));
            const bool again = std::any_of(out.findings.begin(), out.findings.end(), [&said](const finding& f) {
                return f.where.offset == said.where.offset && f.message == said.message;
            });
            if (!again) out.findings.push_back(std::move(said));
        }
}

inline constexpr dashboard_rule up_of_collected_service{
    {"up-of-collected-service", severity::warning, "up is asked for a service that another job collects",
     "up tells of the target that Prometheus scrapes. Where a collector gathers for the service, there is no up of its "
     "own: ask for the\n"
     "metric by which the collector says whether the service answers. Beside such a metric, in one operand of `or`, "
     "it is info.",
     "up{job=\"postgres\"}", "postgresql_up"},
    [](const context& in, const rule& about, remarks& out) {
        if (in.sources.series == nullptr) return;
        for (const asked& a : in.asks)
            for (const asked_matcher& m : a.matchers)
                if (a.name == "up" && m.written->name == "job" && !m.templated && m.test.is_positive())
                    say_collected(in, a, m, m.test, about, about.level, out);
    }};

}  // namespace pitot::lint::dashboards
