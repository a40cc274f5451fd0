#pragma once
// Variables that wait for each other, that are declared twice, and whose queries, values or regex name what is not
// declared.

#include <pitot/dashboard/queries.hpp>
#include <pitot/dashboard/variable_graph.hpp>
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/rules/duplicate_variable.hpp>
#include <pitot/lint/dashboard/rules/undeclared_variable.hpp>
#include <pitot/lint/dashboard/variable_query.hpp>

#include <optional>
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

/// How bad it is that a variable names one that nobody declares. A query asks for something else, or is refused; values
/// and regex have its name in them. Nothing for what is no text of Grafana's, and for datasources, which are told where
/// they are asked.
[[nodiscard]] inline std::optional<severity> weight_of(const dashboard::variable_use& use,
                                                       const dashboard::declared_variable& by,
                                                       const dashboard::detail::datasource_types& types)
{
    const bool has_query = by.type == "query" || by.type == "QueryVariable";
    if (!use.in_query) {
        const bool in_regex = use.text.index() == by.written["regex"].index();
        return in_regex && (has_query || by.type == "datasource" || by.type == "DatasourceVariable")
                   ? std::optional(severity::info)
                   : std::nullopt;
    }
    if (by.type == "custom" || by.type == "CustomVariable") return severity::info;
    if (!has_query || dashboard::detail::language_of(types.of(by), {}) == dashboard::language::other) return {};
    return undeclared_variable.about.level;
}

}  // namespace detail

/// all  as read_variables() gives them
inline void check_variable_graph(const source& file, const std::vector<dashboard::declared_variable>& all,
                                 const variables& declared, const dashboard::detail::datasource_types& types,
                                 std::vector<finding>& out)
{
    const std::vector<dashboard::variable_use> uses = dashboard::uses_of_variables(all);
    for (const std::vector<dashboard::variable_use>& cycle : dashboard::cycles_of(uses, all.size()))
        out.push_back(finding_in_text(
            file, cycle.front().text, cycle.front().where, variable_query.about, variable_query.about.level,
            cycle.size() == 1 ? concat("the variable names itself: ", detail::text_of(cycle, all))
                              : concat("these variables wait for each other: ", detail::text_of(cycle, all))));
    for (const dashboard::variable_use& use : uses) {
        if (!declared.lacks(use.name)) continue;
        if (const auto level = detail::weight_of(use, all[use.by], types))
            out.push_back(finding_in_text(file, use.text, use.where, undeclared_variable.about, *level,
                                          undeclared_message(use.name)));
    }
    for (const dashboard::repeated_declaration& twice : dashboard::repeated_declarations(all)) {
        const json::value name = all[twice.again].written["name"];
        const text_position first = file.position(all[twice.first].written["name"].span().offset);
        out.push_back(finding_in_text(
            file, name, {0, name.text().size()}, duplicate_variable.about, duplicate_variable.about.level,
            concat("the variable ", name.text(), " stands in line ", std::to_string(first.line), " already")));
    }
}

}  // namespace pitot::lint::dashboards
