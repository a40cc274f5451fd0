#pragma once
#include <pitot/lint/dashboard/context.hpp>

namespace pitot::lint::dashboards {

[[nodiscard]] inline std::string undeclared_message(std::string_view name)
{
    return concat("the dashboard has no variable ", name);
}

/// Does a regular expression of the text have a group of this name? label_replace() takes it over: (?P<host>.*),
/// "$host".
[[nodiscard]] inline bool names_a_group(std::string_view text, std::string_view name)
{
    return text.find(concat("(?P<", name, ">")) != std::string_view::npos ||
           text.find(concat("(?<", name, ">")) != std::string_view::npos;
}

/// Does a template in the text make a variable of this name: {{ range $k, $v := . }}, of line_format?
[[nodiscard]] inline bool is_of_template(std::string_view text, std::string_view name)
{
    if (text.find("{{") == std::string_view::npos) return false;
    for (const std::string_view behind : {" :=", ":=", ",", " ,"})
        if (text.find(concat("$", name, behind)) != std::string_view::npos) return true;
    return false;
}

inline constexpr dashboard_rule undeclared_variable{
    {"undeclared-variable", severity::warning, "a query uses a variable that the dashboard does not declare",
     "Grafana leaves the text as it is, $ and all: the query is refused, or selects nothing. In titles, legends, "
     "repeats,\n"
     "datasources, and in the values and regex of variables it is info; of a datasource it is told once.",
     "up{job=\"$jbo\"}", "up{job=\"$job\"}"},
    [](const context& in, const rule& about, remarks& out) {
        if (!in.declared.known || in.is_rule) return;
        const std::string_view text = in.expr.text;
        if (dashboard::next_possible_reference(text, 0) == text.size()) return;
        char quote = '\0';
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (quote == '\0' && text[i] == '#') {  // a comment: Grafana may fill it in, and nobody reads it
                i = text.find('\n', i);
                if (i == std::string_view::npos) return;
            }
            if (quote != '\0' ? text[i] == quote : text[i] == '"' || text[i] == '\'' || text[i] == '`')
                quote = quote != '\0' ? '\0' : text[i];
            else if (quote != '\0' && quote != '`' && text[i] == '\\' && ++i == text.size())
                return;
            if (text[i] != '$' && text[i] != '[') continue;
            const dashboard::reference ref = dashboard::reference_at(text, i);
            if (!ref) continue;
            if (in.declared.lacks(ref.name) && !names_a_group(text, ref.name) && !is_of_template(text, ref.name)) {
                finding f = finding_in_query(in.file, in.expr.place({i, ref.length}), text, {i, ref.length}, about.id,
                                             about.level, undeclared_message(ref.name));
                f.pointer = in.expr.pointer;
                out.findings.push_back(std::move(f));
            }
            i += ref.length - 1;
        }
    }};

}  // namespace pitot::lint::dashboards
