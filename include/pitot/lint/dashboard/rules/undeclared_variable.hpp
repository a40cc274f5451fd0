#pragma once
#include <pitot/lint/dashboard/context.hpp>

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace pitot::lint::dashboards {

[[nodiscard]] inline std::string undeclared_message(std::string_view name)
{
    return concat("the dashboard has no variable ", name);
}

/// Names that a query itself gives: groups of its regular expressions, which label_replace() takes over
/// ("(?P<host>.*)",
/// "$host"), and variables of its templates ({{ range $k, $v := . }}, of line_format).
[[nodiscard]] inline std::set<std::string_view> own_names(std::string_view text)
{
    std::set<std::string_view> all;
    for (std::size_t at = text.find("(?"); at != std::string_view::npos; at = text.find("(?", at + 2)) {
        std::size_t first = at + 2;
        if (first < text.size() && text[first] == 'P') ++first;
        if (first >= text.size() || text[first] != '<') continue;
        const std::size_t length = dashboard::detail::word_length(text, ++first);
        if (first + length < text.size() && text[first + length] == '>') all.insert(text.substr(first, length));
    }
    if (text.find("{{") == std::string_view::npos) return all;
    for (std::size_t at = text.find('$'); at != std::string_view::npos; at = text.find('$', at + 1)) {
        const std::size_t length = dashboard::detail::word_length(text, at + 1);
        std::size_t behind = at + 1 + length;
        while (behind < text.size() && text[behind] == ' ') ++behind;
        const std::string_view rest = text.substr(behind);
        if (rest.starts_with(":=") || rest.starts_with(",")) all.insert(text.substr(at + 1, length));
    }
    return all;
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
        const auto is_lacking = [&in](const dashboard::reference& r, std::size_t) { return in.declared.lacks(r.name); };
        if (!dashboard::any_reference(text, is_lacking)) return;
        std::optional<std::set<std::string_view>> own;
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
            if (in.declared.lacks(ref.name) && !own) own = own_names(text);
            if (in.declared.lacks(ref.name) && !own->contains(ref.name)) {
                finding f = finding_in_query(in.file, in.expr.place({i, ref.length}), text, {i, ref.length}, about.id,
                                             about.level, undeclared_message(ref.name));
                f.pointer = in.expr.pointer;
                out.findings.push_back(std::move(f));
            }
            i += ref.length - 1;
        }
    }};

}  // namespace pitot::lint::dashboards
