#pragma once
// The variables that a dashboard declares.

#include <pitot/json/document.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace pitot::dashboard {

/// many  it may hold several values: multi, or with an "All"
struct declared_variable {
    std::string name;
    std::string type;  ///< query, custom, interval, textbox, constant, datasource, adhoc, …; as the file says
    bool many = false;
    json::value query;       ///< of a query variable: its text
    json::value datasource;  ///< as the file has it
    json::value written;     ///< the whole of it
    json::value section;     ///< what it counts in: the dashboard's model, or a row's or tab's spec

    /// Grafana finds its values, and waits for the variables that it names. Constants, texts and filters hold what they
    /// say.
    [[nodiscard]] bool is_asked() const noexcept
    {
        for (const std::string_view held :
             {"constant", "textbox", "adhoc", "input", "system", "ConstantVariable", "TextVariable", "AdhocVariable"})
            if (type == held) return false;
        return true;
    }
};

namespace detail {

/// What a layout of version 2, its spec, holds: its rows, tabs or items; of a row in an old grid its elements.
template <class F>
void each_layout_part(json::value layout, F&& f)
{
    for (const std::string_view list : {"rows", "tabs", "items"})
        for (const json::value part : layout[list]) f(part);
    if (const json::value list = layout["elements"]; list.is_array())
        for (const json::value part : list) f(part);
}

/// Rows and tabs of version 2 have variables of their own: f(variable, section).
template <class F>
void each_section_variable(json::value at, F&& f, int depth = 0)
{
    if (depth > 20) return;
    for (const json::value v : at["variables"]) f(v, at);
    for (const std::string_view inside : {"spec", "layout"})
        if (at[inside].is_object()) each_section_variable(at[inside], f, depth + 1);
    each_layout_part(at, [&](json::value part) { each_section_variable(part, f, depth + 1); });
}

}  // namespace detail

/// root, model  of read_dashboard's document; inputs count too
[[nodiscard]] inline std::vector<declared_variable> read_variables(json::value root, json::value model)
{
    std::vector<declared_variable> out;
    const auto add = [&out](json::value v, std::string_view type, json::value section) {
        if (v["name"].text().empty()) return;
        json::value query = v["query"];
        if (const json::value spec = query["spec"])
            query = spec["query"] ? spec["query"] : spec["__legacyStringValue"];
        else if (query.is_object())
            query = query["query"];
        out.push_back({std::string(v["name"].text()), std::string(type),
                       v["multi"].as_bool().value_or(false) || v["includeAll"].as_bool().value_or(false), query,
                       v["datasource"], v, section});
    };
    for (const json::value v : model["templating"]["list"]) add(v, v["type"].text(), model);
    for (const json::value v : model["variables"]) add(v["spec"], v["kind"].text(), model);
    detail::each_section_variable(
        model["layout"], [&](json::value v, json::value section) { add(v["spec"], v["kind"].text(), section); });
    for (const json::value input : root["__inputs"]) add(input, "input", root);
    return out;
}

}  // namespace pitot::dashboard
