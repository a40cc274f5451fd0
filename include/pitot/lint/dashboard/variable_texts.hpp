#pragma once
// Undeclared variables where no query is: titles and legends show them as they are written, a repeat repeats nothing.
// Info: what is seen is wrong, what is asked is not.

#include <pitot/base/text.hpp>
#include <pitot/dashboard/queries.hpp>
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
        const json::value repeat = dashboard::detail::repeat_of(panel);
        if (!dashboard::has_reference(repeat.text())) name(repeat, repeat.text(), {0, repeat.text().size()});
        for (const json::value target : panel["targets"]) shown(target["legendFormat"], true);
        for (const json::value query : panel["data"]["spec"]["queries"])
            shown(query["spec"]["query"]["spec"]["legendFormat"], true);
        for (const json::value inner : panel["panels"]) read(inner, depth + 1);
        dashboard::detail::each_layout_part(panel["layout"]["spec"],
                                            [&](json::value part) { read(part["spec"], depth + 1); });
    }

private:
    void shown(json::value text, bool is_legend = false)
    {
        dashboard::each_reference(text.text(), [&](const dashboard::reference& found, std::size_t at) {
            if (!is_legend || !is_label(text.text(), found, at)) name(text, found.name, {at, found.length});
        });
    }
    /// Is it {{ $labels.x }}, which legend-label-missing tells of?
    [[nodiscard]] static bool is_label(std::string_view legend, const dashboard::reference& found, std::size_t at)
    {
        return found.name == "labels" && legend.substr(at).starts_with("$labels.") &&
               trimmed(legend.substr(0, at)).ends_with("{{");
    }
    void name(json::value text, std::string_view variable, text_span where)
    {
        if (declared_.lacks(variable))
            out_.push_back(finding_in_text(file_, text, where, undeclared_variable.about, severity::info,
                                           undeclared_message(variable)));
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
    detail::variable_texts texts(file, declared, out);
    texts.read(model);
    for (const json::value row : model["rows"]) texts.read(row);
    for (const json::value element : model["elements"]) texts.read(element["spec"]);
}

}  // namespace pitot::lint::dashboards
