#pragma once
#include <pitot/base/nearest.hpp>  // is_short_for
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/look.hpp>
#include <pitot/lint/dashboard/suggest.hpp>

#include <algorithm>  // std::any_of
#include <cstddef>
#include <iterator>  // std::begin, std::end
#include <string>
#include <string_view>

namespace pitot::lint::dashboards {

namespace detail {

/// Is what now has the prefix a metric's family, or has it the word by chance, as erlang_vm_ for vm_rows_total? It is
/// when the old word is short for the new one, or the next word is the same.
[[nodiscard]] inline bool is_family(const context& in, const std::string& name, const std::string& successor)
{
    const std::size_t cut = name.find('_');
    const std::string_view put_before = std::string_view(successor).substr(0, successor.find('_'));
    if (is_short_for(std::string_view(name).substr(0, cut), put_before)) return true;
    const std::string words = concat(put_before, "_", name.substr(0, name.find('_', cut + 1)));
    const auto& metrics = in.sources.series->metrics();
    for (auto at = metrics.lower_bound(words); at != metrics.end() && at->first.starts_with(words); ++at)
        if (at->first.size() == words.size() || at->first[words.size()] == '_') return true;
    return false;
}

}  // namespace detail

inline constexpr dashboard_rule old_prefix{
    {"old-prefix", severity::warning,
     "the metric has the prefix of an exporter that is gone; its family lives under another one",
     "When another collector takes over, it puts its own word before the names: pg_stat_… becomes "
     "postgresql_pg_stat_…. Nothing\n"
     "exposes a name with the old prefix any more, even where this very metric has no successor. Info where it is\n"
     "a common word, which others have by chance (cpu_ in node_cpu_ and container_cpu_, vm_ in erlang_vm_), and where "
     "the\n"
     "metric may be missing.",
     "pg_stat_database_numbackends", "postgresql_pg_stat_database_numbackends"},
    [](const context& in, const rule& about, remarks& out) {
        if (in.sources.series == nullptr || in.sources.names == nullptr) return;
        for (const asked& a : in.asks) {
            if (!a.unknown.empty() || a.exists || a.total) continue;
            const std::size_t cut = a.name.find('_');
            if (cut == std::string::npos || cut == 0) continue;
            const std::string prefix = a.name.substr(0, cut + 1);
            if (std::any_of(std::begin(catalog::made_by_prometheus), std::end(catalog::made_by_prometheus),
                            [&prefix](std::string_view own) { return own.starts_with(prefix); }))
                continue;
            const auto& others = successors_of(in, prefix);
            if (others.empty()) continue;
            std::string names;
            for (const std::string& o : others) names += concat(names.empty() ? "" : "…, ", o);
            out.findings.push_back(
                in.at(a.selector->name_span.length > 0 ? a.selector->name_span : a.selector->span, about,
                      others.size() > 1 || !detail::is_family(in, a.name, *others.begin()) || may_be_missing(in, a)
                          ? severity::info
                          : about.level,
                      concat("nothing has the prefix ", prefix, " any more; its family is exposed as ", names, "…"),
                      suggest_name(in, a.name)));
        }
    }};

}  // namespace pitot::lint::dashboards
