#pragma once
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/look.hpp>

namespace pitot::lint::dashboards {

inline constexpr dashboard_rule old_prefix{
    {"old-prefix", severity::warning,
     "the metric has the prefix of an exporter that is gone; its family lives under another one",
     "When another collector takes over, it puts its own word before the names: pg_stat_… becomes "
     "postgresql_pg_stat_…. Nothing\n"
     "exposes a name with the old prefix any more, even where this very metric has no successor.",
     "pg_stat_database_numbackends", "postgresql_pg_stat_database_numbackends"},
    [](const context& in, const rule& about, remarks& out) {
        if (in.sources.series == nullptr || in.sources.names == nullptr) return;
        for (const asked& a : in.asks) {
            if (!a.unknown.empty() || a.exists || a.total || may_be_missing(in, a)) continue;
            const std::size_t cut = a.name.find('_');
            if (cut == std::string::npos || cut == 0) continue;
            const std::string prefix = a.name.substr(0, cut + 1);
            const std::string other = successor_of(in, prefix);
            if (other.empty()) continue;
            out.findings.push_back(
                in.at(a.selector->name_span, about, about.level,
                      concat("nothing has the prefix ", prefix, " any more; its family is exposed as ", other, "…"),
                      suggest_name(in, a.name)));
        }
    }};

}  // namespace pitot::lint::dashboards
