#pragma once
// Undeclared variables where no query is: titles and legends show them as they are written, a repeat repeats nothing.
// Info: what is seen is wrong, what is asked is not.

#include <pitot/json/pointer.hpp>
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/rules/undeclared_variable.hpp>

#include <string_view>
#include <vector>

namespace pitot::lint::dashboards {

namespace detail {

class variable_texts {
public:
    variable_texts(const source& file, const variables& declared, std::vector<finding>& out)
        : file_(file), declared_(declared), out_(out)
    {}

    /// One panel, row or tab, and the panels inside it; of version 2 an element's or a layout item's spec.
    void read(json::value panel, int depth = 0)
    {
        if (depth > 40 || !panel.is_object()) return;
        shown(panel["title"]);
        const json::value repeat = panel["repeat"].is_object() ? panel["repeat"]["value"] : panel["repeat"];
        if (repeat.is_string() && !dashboard::has_reference(repeat.text()))
            name(repeat, repeat.text(), {0, repeat.text().size()});
        for (const json::value target : panel["targets"]) shown(target["legendFormat"]);
        for (const json::value query : panel["data"]["spec"]["queries"])
            shown(query["spec"]["query"]["spec"]["legendFormat"]);
        for (const json::value inner : panel["panels"]) read(inner, depth + 1);
        layout(panel["layout"], depth + 1);
    }
    void layout(json::value at, int depth = 0)
    {
        const json::value spec = at["spec"];
        for (const std::string_view list : {"rows", "tabs", "items"})
            for (const json::value one : spec[list]) read(one["spec"], depth + 1);
    }

private:
    void shown(json::value text)
    {
        for (std::size_t at = 0; at < text.text().size(); ++at) {
            const dashboard::reference found = dashboard::reference_at(text.text(), at);
            if (!found) continue;
            name(text, found.name, {at, found.length});
            at += found.length - 1;
        }
    }
    void name(json::value text, std::string_view variable, text_span where)
    {
        if (variable.empty() || variable.starts_with("__") || declared_.find(variable) != nullptr ||
            variable.find_first_not_of("0123456789") == std::string_view::npos)
            return;
        finding f = finding_in_query(file_, text.source_span(where), text.text(), where, undeclared_variable.about.id,
                                     severity::info, concat("the dashboard has no variable ", variable));
        f.pointer = json::pointer_of(text);
        out_.push_back(std::move(f));
    }

    const source& file_;
    const variables& declared_;
    std::vector<finding>& out_;
};

}  // namespace detail

/// model  of read_dashboard
inline void check_variable_texts(const source& file, json::value model, const variables& declared,
                                 std::vector<finding>& out)
{
    if (!declared.known) return;
    detail::variable_texts texts(file, declared, out);
    texts.read(model);
    for (const json::value row : model["rows"]) texts.read(row);
    for (const json::value element : model["elements"]) texts.read(element["spec"]);
}

}  // namespace pitot::lint::dashboards
