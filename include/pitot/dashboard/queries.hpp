#pragma once
// The queries of a Grafana dashboard: classic (panels, rows of panels, panels inside collapsed rows) and version 2
// (elements by name); of library panels that its export brings along, and of exported library panels and alert rules
// alone.

#include <pitot/base/text.hpp>
#include <pitot/dashboard/alert_rules.hpp>
#include <pitot/dashboard/datasource_types.hpp>
#include <pitot/dashboard/reference.hpp>
#include <pitot/dashboard/variables.hpp>
#include <pitot/json/document.hpp>
#include <pitot/promql/token.hpp>

#include <algorithm>  // std::find, std::reverse
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::dashboard {

/// One query.
/// expr   the JSON string that holds it
/// panel  the panel, annotation or alert rule it belongs to
/// target  what the expression is a member of, its legend too; absent for annotations and alert rules
/// untyped  nothing says what kind of datasource it asks
/// repeats  variables that its panel, row or tab is repeated for: there they hold one value
/// asks     the datasource that it names, itself or by its panel; absent when it asks the default one
struct query {
    json::value expr;
    json::value panel;
    language in = language::promql;
    json::value target = {};
    std::vector<std::string_view> repeats = {};
    bool untyped = false;
    json::value asks = {};
};

/// Is it not shown, and asked only for others that calculate with it? In version 2 what holds the query says so.
[[nodiscard]] inline bool is_hidden(const query& q)
{
    return q.target["hide"].as_bool().value_or(false) || q.target.parent().parent()["hidden"].as_bool().value_or(false);
}

/// A part of the dashboard whose queries are not in reach.
struct unread {
    json::value where;
    std::string reason;
};

/// model    the dashboard itself, also inside the wrappers {"dashboard": …} and {"apiVersion": …, "spec": …}; the whole
///          document when it is what Grafana's API tells of library panels, or alert rules of Grafana's own; absent
///          when it is neither
/// queries  of panels in the order of the file, then of library panels in __elements, each once, then of annotations;
///          without empty ones
/// asks     the datasources that targets and annotations name, also those without an expression; one may stand there
///          several times
/// types    of the datasources that it names
struct dashboard {
    json::value model;
    detail::datasource_types types = {};
    std::vector<query> queries;
    std::vector<json::value> asks;
    std::vector<unread> not_read;

    explicit operator bool() const noexcept { return static_cast<bool>(model); }
};

namespace detail {

/// Panels or rows; also none yet, where the rest says what it is.
inline bool is_classic(json::value at)
{
    if (!at.is_object() || at["targets"]) return false;
    if (at["panels"].is_array() || at["rows"].is_array()) return true;
    return !at["panels"] && !at["rows"] && !at["elements"] && at["schemaVersion"].is_number() &&
           at["title"].is_string();
}

/// The element map of version 2, where every element says its kind.
inline bool is_version_2(json::value at)
{
    const json::value elements = at["elements"];
    if (!elements.is_object()) return false;
    for (const json::value element : elements)
        if (const std::string_view kind = element["kind"].text(); kind != "Panel" && kind != "LibraryPanel")
            return false;
    return elements.size() > 0 || at["layout"].is_object();
}

/// Of a library panel, what Grafana's API and the exports hold: {"uid", "name", "kind": 1, "model": the panel}.
inline bool is_library_element(json::value at)
{
    return at.is_object() && at["model"].is_object() && at["uid"].is_string() &&
           at["kind"].as_double().value_or(0) == 1;
}

/// The library panels that an export brings along: __elements, a map by uid, or a list.
class library {
public:
    explicit library(json::value elements)
    {
        for (const json::value element : elements) {
            if (!element["model"].is_object() || element["kind"].as_double().value_or(1) != 1) continue;
            all_.push_back(element);
            for (const std::string_view id : {element.key().text(), element["uid"].text()}) uids_.insert(id);
            names_.insert(element["name"].text());
        }
    }

    [[nodiscard]] bool has(json::value reference) const
    {
        const std::string_view uid = reference["uid"].text();
        const std::string_view name = reference["name"].text();
        return (!uid.empty() && uids_.contains(uid)) || (!name.empty() && names_.contains(name));
    }
    [[nodiscard]] const std::vector<json::value>& all() const noexcept { return all_; }

private:
    std::vector<json::value> all_;
    std::set<std::string_view> uids_;
    std::set<std::string_view> names_;
};

/// Says of a library panel that it is elsewhere, unless it is in the file.
inline void look_up(json::value at, json::value reference, const library& known, dashboard& out)
{
    if (!known.has(reference))
        out.not_read.push_back(
            {at, concat("library panel '", reference["name"].text(), "' is kept outside of this file")});
}

/// A panel and what it is repeated for, itself or its row.
struct placed_panel {
    json::value panel;
    std::vector<std::string_view> repeats;
};

/// The variable that a panel, row, tab or item is repeated for; without text when there is none.
[[nodiscard]] inline json::value repeat_of(json::value panel)
{
    const json::value repeat = panel["repeat"];
    return repeat.is_object() ? repeat["value"] : repeat;  // version 2 or not
}

[[nodiscard]] inline std::vector<std::string_view> with_repeat(std::vector<std::string_view> around, json::value of)
{
    if (const std::string_view variable = repeat_of(of).text(); !variable.empty()) around.push_back(variable);
    return around;
}

/// Panels with the repeats around them: those that follow an open row are its own.
inline void place_panels(json::value panels, const std::vector<std::string_view>& around,
                         std::vector<placed_panel>& into)
{
    std::vector<std::string_view> row = around;
    for (const json::value panel : panels) {
        if (panel["type"].text() == "row") {
            row = with_repeat(around, panel);
            into.push_back({panel, row});
        } else {
            into.push_back({panel, with_repeat(row, panel)});
        }
    }
}

inline void read_targets(json::value panel, dashboard& out, const std::vector<std::string_view>& repeats = {})
{
    const json::value outer = panel["datasource"];
    const std::string_view panel_type = panel["type"].text();
    for (const json::value target : panel["targets"]) {
        const json::value own = target["datasource"];
        const json::value asks = datasource_types::asked(own, outer);
        out.asks.push_back(asks);
        const json::value expr = target["expr"];
        if (trimmed(expr.text()).empty()) continue;
        const std::string_view type = out.types.of(own, outer);
        if (type == "-- Dashboard --") continue;  // another panel's result; what was asked before stays in the file
        out.queries.push_back(
            {expr, panel, language_of(type, panel_type), target, repeats, tells_no_language(type), asks});
    }
}

/// The elements that a layout shows: f(name, what the item and the rows and tabs around it are repeated for).
template <class F>
void each_shown_element(json::value at, F&& f, std::vector<std::string_view> around = {}, int depth = 0)
{
    if (depth > 40 || !at.is_object()) return;
    const json::value spec = at["spec"] ? at["spec"] : at;
    around = with_repeat(std::move(around), spec);
    if (const json::value name = spec["element"]["name"]; !name.text().empty()) f(name, around);
    each_shown_element(spec["layout"], f, around, depth + 1);
    each_layout_part(spec, [&](json::value part) { each_shown_element(part, f, around, depth + 1); });
}

/// elements of version 2: {"NAME": {"kind": "Panel", "spec": {…}}}
inline void read_elements(const library& known, dashboard& out)
{
    std::multimap<std::string_view, std::vector<std::string_view>> shown;
    each_shown_element(out.model["layout"], [&shown](json::value name, const std::vector<std::string_view>& around) {
        shown.emplace(name.text(), around);
    });
    for (const json::value element : out.model["elements"]) {
        const json::value spec = element["spec"];
        const auto [first, last] = shown.equal_range(element.key().text());
        std::vector<std::string_view> repeats;  // wherever it is shown
        if (first != last) repeats = first->second;
        for (auto other = first; other != last; ++other)
            std::erase_if(repeats, [&other](std::string_view r) {
                return std::find(other->second.begin(), other->second.end(), r) == other->second.end();
            });
        if (element["kind"].text() == "LibraryPanel") look_up(element, spec["libraryPanel"], known, out);
        for (const json::value one : spec["data"]["spec"]["queries"]) {
            const json::value asked = one["spec"]["query"];
            const json::value named = asked["datasource"] ? asked["datasource"] : one["spec"]["datasource"];
            const json::value asks = datasource_types::asked(named, {});
            out.asks.push_back(asks);
            const json::value expr = asked["spec"]["expr"];
            if (trimmed(expr.text()).empty()) continue;
            std::string_view type = group_of(asked, "DataQuery");
            if (type.empty()) type = out.types.of(named, {});
            out.queries.push_back({expr, element, language_of(type, group_of(spec["vizConfig"], "VizConfig")),
                                   asked["spec"], repeats, tells_no_language(type), asks});
        }
    }
}

/// Annotations: `expr` (old) or `target.expr` (new); in version 2 `query.spec.expr` or `legacyOptions.expr` of a spec.
inline void read_annotations(dashboard& out)
{
    const json::value all = out.model["annotations"];
    for (const json::value one : all.is_array() ? all : all["list"]) {
        const json::value spec = one["spec"] ? one["spec"] : one;
        const json::value inner = spec["query"]["datasource"];
        const json::value asks = datasource_types::asked(inner, spec["datasource"]);
        out.asks.push_back(asks);
        for (const json::value expr :
             {spec["expr"], spec["target"]["expr"], spec["query"]["spec"]["expr"], spec["legacyOptions"]["expr"]}) {
            if (trimmed(expr.text()).empty()) continue;
            std::string_view type = group_of(spec["query"], "DataQuery");
            if (type.empty()) type = out.types.of(inner, spec["datasource"]);
            out.queries.push_back({expr, one, language_of(type, {}), {}, {}, tells_no_language(type), asks});
            break;
        }
    }
}

/// Every target of some panels, of the panels inside them too.
inline void read_panels(std::vector<placed_panel> open, const library& known, dashboard& out)
{
    std::reverse(open.begin(), open.end());  // the next one last
    while (!open.empty()) {
        const auto [panel, repeats] = std::move(open.back());
        open.pop_back();
        if (const json::value elsewhere = panel["libraryPanel"]; elsewhere.is_object() && panel["targets"].size() == 0)
            look_up(elsewhere, elsewhere, known, out);
        else
            read_targets(panel, out, repeats);
        const std::size_t first = open.size();
        place_panels(panel["panels"], repeats, open);
        std::reverse(open.begin() + static_cast<std::ptrdiff_t>(first), open.end());
    }
}

inline void read_library(const library& known, dashboard& out)
{
    for (const json::value element : known.all()) read_targets(element["model"], out);
}

inline void read_alert_rules(json::value root, dashboard& out)
{
    each_alert_query(root, [&out](json::value rule, json::value model, json::value asks) {
        out.asks.push_back(asks);
        const json::value expr = model["expr"];
        if (trimmed(expr.text()).empty()) return;
        const std::string_view type = out.types.of(asks);
        out.queries.push_back({expr, rule, language_of(type, {}), {}, {}, tells_no_language(type), asks});
    });
}

/// What Grafana's API tells of library panels: one, bare or as "result", or a page of them.
inline json::value library_elements(json::value root)
{
    const json::value result = root["result"];
    const json::value page = result["elements"];
    if (page.is_array() && page.size() > 0) {
        for (const json::value one : page)
            if (!is_library_element(one) && one["kind"].as_double().value_or(0) != 2) return {};
        return page;
    }
    return is_library_element(result) ? result : is_library_element(root) ? root : json::value{};
}

}  // namespace detail

/// Finds a dashboard and its queries in a document; see dashboard::model for what is none.
/// declared  datasources that the user knows of, whose types the dashboard may leave out
[[nodiscard]] inline dashboard read_dashboard(const json::document& document, const datasources* declared = nullptr)
{
    dashboard out;
    const json::value root = document.root();
    const json::value spec = root["spec"];
    const std::string_view api = root["apiVersion"].text();
    const bool resource = api.starts_with("dashboard.grafana.app/") ||
                          (!api.empty() && root["kind"].text() == "Dashboard");
    for (const json::value candidate : {root, root["dashboard"], resource ? spec : json::value{}})
        if (!out && detail::is_classic(candidate)) out.model = candidate;
    bool version_2 = false;
    for (const json::value candidate : {spec ? spec : root, root["dashboard"], root["dashboard"]["spec"]})
        if (!out && detail::is_version_2(candidate)) {
            out.model = candidate;
            version_2 = true;
        }
    if (!out) {
        const json::value elements = detail::library_elements(root);
        if (!elements && !detail::has_alert_rules(root)) return out;
        out.model = root;
        out.types = detail::datasource_types(root, root, declared);
        if (!elements)
            detail::read_alert_rules(root, out);
        else if (elements.is_array())
            detail::read_library(detail::library(elements), out);
        else
            detail::read_targets(elements["model"], out);
        return out;
    }
    out.types = detail::datasource_types(root, out.model, declared);
    const detail::library known(root["__elements"] ? root["__elements"] : out.model["__elements"]);
    if (version_2) {
        detail::read_elements(known, out);
    } else {
        const json::value rows = out.model["rows"];
        const json::value panels = out.model["panels"];
        const bool rows_first = rows && panels && rows.span().offset < panels.span().offset;
        std::vector<detail::placed_panel> open;
        for (const json::value part : {rows_first ? rows : panels, rows_first ? panels : rows})
            detail::place_panels(part, {}, open);
        detail::read_panels(std::move(open), known, out);
    }
    detail::read_library(known, out);
    detail::read_annotations(out);
    return out;
}

}  // namespace pitot::dashboard
