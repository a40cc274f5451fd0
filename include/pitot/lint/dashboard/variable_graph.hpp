#pragma once
// Variables that wait for each other, and variables whose queries name what is not declared.

#include <pitot/dashboard/queries.hpp>
#include <pitot/dashboard/variable_graph.hpp>
#include <pitot/json/pointer.hpp>
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/rules/undeclared_variable.hpp>
#include <pitot/lint/dashboard/variable_query.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::lint::dashboards {

namespace detail {

/// "a -> b -> a"; of a long one the beginning and the end.
[[nodiscard]] inline std::string text_of(const std::vector<dashboard::variable_use>& cycle,
                                         const std::vector<dashboard::declared_variable>& all)
{
    std::string text;
    for (std::size_t i = 0; i < cycle.size(); ++i) {
        if (i == 8 && cycle.size() > 10) {
            text += "… -> ";
            i = cycle.size() - 1;
        }
        text += concat(all[cycle[i].from].name, " -> ");
    }
    return concat(text, all[cycle.back().to].name);
}

[[nodiscard]] inline finding at_use(const source& file, const dashboard::variable_use& use, const rule& about,
                                    std::string message)
{
    finding f = finding_in_query(file, use.text.source_span(use.where), use.text.text(), use.where, about.id,
                                 about.level, std::move(message));
    f.pointer = json::pointer_of(use.text);
    return f;
}

}  // namespace detail

/// all  as read_variables() gives them
/// has  the dashboard declares its variables here
inline void check_variable_graph(const source& file, const std::vector<dashboard::declared_variable>& all, bool has,
                                 const dashboard::detail::datasource_types& types, std::vector<finding>& out)
{
    const std::vector<dashboard::variable_use> uses = dashboard::uses_of_variables(all);
    for (const std::vector<dashboard::variable_use>& cycle : dashboard::cycles_of(uses, all.size()))
        out.push_back(detail::at_use(
            file, cycle.front(), variable_query.about,
            cycle.size() == 1 ? concat("the variable names itself: ", detail::text_of(cycle, all))
                              : concat("these variables wait for each other: ", detail::text_of(cycle, all))));
    for (const dashboard::variable_use& use : uses) {
        if (!has || !use.in_query || use.to != dashboard::variable_use::none || use.name.starts_with("__") ||
            use.name.find_first_not_of("0123456789") == std::string_view::npos)
            continue;
        const std::string_view type = all[use.from].type;
        if (type != "query" && type != "QueryVariable") continue;
        const json::value group = all[use.from].written["query"]["group"];  // version 2
        const std::string_view datasource = group ? group.text() : types.of(all[use.from].datasource);
        if (dashboard::detail::language_of(datasource, {}) == dashboard::language::other) continue;
        out.push_back(
            detail::at_use(file, use, undeclared_variable.about, concat("the dashboard has no variable ", use.name)));
    }
}

}  // namespace pitot::lint::dashboards
