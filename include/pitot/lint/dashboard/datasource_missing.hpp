#pragma once
// Datasources that a dashboard refers to and does not declare.

#include <pitot/dashboard/queries.hpp>
#include <pitot/dashboard/reference.hpp>
#include <pitot/json/pointer.hpp>
#include <pitot/lint/dashboard/context.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace pitot::lint::dashboards {

inline constexpr dashboard_rule datasource_missing{
    {"datasource-missing", severity::warning, "a query names a datasource that the dashboard's inputs do not declare",
     "An exported dashboard asks for its datasources when it is imported (__inputs). One that is not among them stays "
     "a "
     "variable\nwithout a value, and its panels show an error. Dashboards without inputs are not judged.",
     "\"datasource\": \"${DS_PROMETEUS}\"", "\"datasource\": \"${DS_PROMETHEUS}\""}};

/// Judges the datasource of one query, its own or its panel's.
inline void check_datasource(const source& file, const dashboard::query& query, json::value inputs,
                             const variables& declared, std::vector<finding>& out)
{
    if (inputs.size() == 0) return;
    for (const json::value at : {query.target["datasource"], query.panel["datasource"]}) {
        const json::value named = at.is_string() ? at : at["uid"];
        const dashboard::reference found = dashboard::reference_at(named.text(), 0);
        if (!found.name.starts_with("DS_")) continue;  // how inputs are called; others are variables
        if (declared.find(found.name) != nullptr) return;
        std::string all;
        for (const json::value input : inputs) all += concat(all.empty() ? "there are " : ", ", input["name"].text());
        finding f = finding_at(file, named.span(), datasource_missing.about.id, datasource_missing.about.level,
                               concat("the dashboard declares no datasource ", found.name), std::move(all));
        f.pointer = json::pointer_of(named);
        f.query = query.expr.text();
        out.push_back(std::move(f));
        return;
    }
}

}  // namespace pitot::lint::dashboards
