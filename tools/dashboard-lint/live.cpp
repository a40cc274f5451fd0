#include <dashboard-lint/answers.hpp>
#include <dashboard-lint/live.hpp>
#include <dashboard-lint/opened.hpp>

#include <pitot/promql/parse.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace pitot::tools::dashboard_lint {

namespace {

/// PromQL without its comments: a variable in them has nothing to say.
std::string without_comments(std::string_view query)
{
    std::string out;
    char quote = '\0';
    for (std::size_t i = 0; i < query.size(); ++i) {
        const char c = query[i];
        if (quote == '\0' && c == '#') {
            i = query.find('\n', i);
            if (i == std::string_view::npos) break;
            out += '\n';
            continue;
        }
        if (quote == '\0' && (c == '"' || c == '\'' || c == '`'))
            quote = c;
        else if (c == quote)
            quote = '\0';
        else if (c == '\\' && quote != '\0' && quote != '`' && i + 1 < query.size())
            out += query[i++];
        out += query[i];
    }
    return out;
}

/// The query with values. What nobody declares stays as it is in texts, as "$1" of label_replace.
/// missing  the name of a variable that has no value; the result is empty then
std::string askable(const lint::dashboards::judgement& of, const dashboard::variable_values& values,
                    std::string& missing)
{
    const std::string query = without_comments(of.query);
    const dashboard::interpolated readable = dashboard::interpolate(query, &values);
    const auto name_at = [&query](std::size_t at) { return std::string(dashboard::reference_at(query, at).name); };
    for (const dashboard::stand_in& s : readable.stand_ins)
        if (!s.known) missing = name_at(s.original.offset);
    dashboard::each_reference(query, [&](const dashboard::reference& r, std::size_t) {
        const auto is_it = [&r](const dashboard::saved_variable& v) { return v.name == r.name; };
        if (!values.contains(r.name) && std::any_of(of.board->begin(), of.board->end(), is_it)) missing = r.name;
    });
    return missing.empty() ? readable.text : std::string();
}

std::string shown(const lint::answered& got)
{
    if (got.status == lint::asking::refused) return got.message;
    if (got.status == lint::asking::no_data) return "no data";
    return got.series == 1 ? got.value : fmt::format("{} series, the first {}", got.series, got.value);
}

/// Why a query is not asked; empty when it is.
std::string reason_not_to_ask(const lint::dashboards::judgement& of, const std::string& askable,
                              const std::string& missing)
{
    if (of.reason == "LogQL" || of.reason == "MetricsQL" || of.reason == "datasource that is not Prometheus")
        return of.reason;
    if (of.board &&
        std::any_of(of.board->begin(), of.board->end(), [](const dashboard::saved_variable& v) { return v.filters; }))
        return "filters that the dashboard adds to every query";
    if (!missing.empty()) return fmt::format("the variable {} has no value", missing);
    return promql::parse(askable, promql::parse_options::everything()) ? "" : "no PromQL";
}

/// The values of a panel that is repeated: of each variable it is repeated for the first, written as one of its own.
dashboard::variable_values repeated(const dashboard::variable_values& values, const std::vector<std::string>& by)
{
    dashboard::variable_values out = values;
    for (const std::string& name : by)
        if (const auto at = out.find(name); at != out.end() && !at->second.is_raw && !at->second.values.empty())
            at->second = {{at->second.values.front()}};
    return out;
}

}  // namespace

result<void> ask_all(const live_options& how, lint::dashboards::verdicts& found, std::vector<lint::answered>& out)
{
    std::unique_ptr<answers> from;
    if (how.prometheus.empty())
        from = std::make_unique<engine_answers>(*how.data, how.now);
    else
        from = std::make_unique<server_answers>(how.prometheus, how.http, how.now);
    const lint::dashboards::saved_board none = std::make_shared<const std::vector<dashboard::saved_variable>>();
    lint::dashboards::saved_board open;  // a dashboard's queries stand together
    dashboard::variable_values values;
    for (lint::dashboards::judgement& j : found.judged) {
        if (const auto& board = j.board ? j.board : none; board != open) {
            auto opened = open_board(*board, how.values, how.now, *from);
            if (!opened) return unexpected(opened.error());
            values = std::move(*opened);
            open = board;
        }
        lint::answered& to = out.emplace_back(lint::answered{j.file, j.pointer, j.query});
        std::string missing;
        if (!j.board)
            to.asked = j.query;
        else if (j.repeats.empty())
            to.asked = askable(j, values, missing);
        else
            to.asked = askable(j, repeated(values, j.repeats), missing);
        to.message = reason_not_to_ask(j, to.asked, missing);
        if (!to.message.empty()) {
            to.asked.clear();
            continue;
        }
        if (const auto asked = from->query(to.asked, to); !asked) {
            out.pop_back();
            return asked;
        }
        j.reason = j.reason.empty() ? shown(to) : fmt::format("{}; {}", j.reason, shown(to));
    }
    return {};
}

}  // namespace pitot::tools::dashboard_lint
