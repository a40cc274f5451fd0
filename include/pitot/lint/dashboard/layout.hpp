#pragma once
// Elements of a version 2 dashboard that no layout shows, and names in its layout that no element has.
// source  Grafana, dashboard schema v2: layouts refer to elements by name

#include <pitot/base/nearest.hpp>
#include <pitot/base/text.hpp>
#include <pitot/dashboard/queries.hpp>
#include <pitot/json/pointer.hpp>
#include <pitot/lint/dashboard/context.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::lint::dashboards {

inline constexpr dashboard_rule element_not_shown{
    {"element-not-shown", severity::warning, "a panel that no layout shows",
     "It is in the file, its queries are kept up, and nobody sees it: what is left when a panel is taken out of a row "
     "or "
     "a tab\nby hand.",
     "\"elements\": {\"panel-1\": …, \"panel-2\": …}, \"layout\": {… \"name\": \"panel-1\" …}",
     "\"elements\": {\"panel-1\": …}, \"layout\": {… \"name\": \"panel-1\" …}"}};

inline constexpr dashboard_rule element_missing{
    {"element-missing", severity::error, "the layout names a panel that is not in the dashboard",
     "Grafana has nothing to draw there: the place stays empty, or the dashboard does not load.",
     "\"element\": {\"kind\": \"ElementReference\", \"name\": \"panel-10\"}",
     "\"element\": {\"kind\": \"ElementReference\", \"name\": \"panel-1\"}"}};

/// model  of read_dashboard; without a layout it is not judged
inline void check_layout(const source& file, json::value model, std::vector<finding>& out)
{
    const json::value elements = model["elements"];
    if (!elements.is_object() || !model["layout"].is_object()) return;
    std::vector<json::value> references;
    dashboard::detail::each_shown_element(
        model["layout"],
        [&references](json::value name, const std::vector<std::string_view>&) { references.push_back(name); });
    std::vector<std::string_view> shown;
    shown.reserve(references.size());
    for (const json::value at : references) shown.push_back(at.text());
    std::sort(shown.begin(), shown.end());
    std::vector<std::string_view> names;
    for (const json::value element : elements) {
        const std::string_view name = element.key().text();
        names.push_back(name);
        if (std::binary_search(shown.begin(), shown.end(), name)) continue;
        finding f = finding_at(file, element.key().span(), element_not_shown.about.id, element_not_shown.about.level,
                               concat("no layout shows the element ", name));
        f.pointer = json::pointer_of(element);
        out.push_back(std::move(f));
    }
    std::sort(names.begin(), names.end());
    for (const json::value at : references) {
        if (std::binary_search(names.begin(), names.end(), at.text())) continue;
        finding f = finding_at(file, at.span(), element_missing.about.id, element_missing.about.level,
                               concat("the dashboard has no element ", at.text()),
                               std::string(nearest(at.text(), names)));
        f.pointer = json::pointer_of(at);
        out.push_back(std::move(f));
    }
}

}  // namespace pitot::lint::dashboards
