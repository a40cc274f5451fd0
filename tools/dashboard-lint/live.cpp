#include <dashboard-lint/answers.hpp>
#include <dashboard-lint/live.hpp>
#include <dashboard-lint/opened.hpp>

#include <pitot/promql/parse.hpp>

#include <fmt/format.h>

#include <memory>
#include <string_view>
#include <utility>

namespace pitot::tools::dashboard_lint {

namespace {

/// Does a text hold a reference that a variable should have answered? "$1" of label_replace is none.
bool has_unknown(std::string_view text)
{
    return dashboard::any_reference(text, [](const dashboard::reference& r, std::size_t) {
        return r.name.find_first_not_of("0123456789") != std::string_view::npos;
    });
}

/// The query with values; empty when one is not known. A range or step may be any.
std::string askable(std::string_view query, const dashboard::variable_values& values)
{
    const dashboard::interpolated readable = dashboard::interpolate(query, &values);
    for (const dashboard::stand_in& s : readable.stand_ins) {
        if (s.known) continue;
        const std::size_t open = readable.text.find_last_of("[]", s.replaced.offset);
        if (open == std::string::npos || readable.text[open] != '[') return {};
    }
    return has_unknown(readable.text) ? std::string() : readable.text;
}

std::string shown(const lint::answered& got)
{
    if (got.status == lint::asking::refused) return got.message;
    if (got.status == lint::asking::no_data) return "no data";
    return got.series == 1 ? got.value : fmt::format("{} series, the first {}", got.series, got.value);
}

/// Why a query is not asked; empty when it is.
std::string reason_not_to_ask(const lint::dashboards::judgement& of, std::string_view askable)
{
    if (of.reason == "LogQL" || of.reason == "MetricsQL" || of.reason == "datasource that is not Prometheus")
        return of.reason;
    if (askable.empty()) return "a variable without a value";
    return promql::parse(askable, promql::parse_options::everything()) ? "" : "no PromQL";
}

}  // namespace

result<void> ask_all(const live_options& how, lint::dashboards::verdicts& found, std::vector<lint::answered>& out)
{
    std::unique_ptr<answers> from;
    if (how.prometheus.empty())
        from = std::make_unique<engine_answers>(*how.data, how.now);
    else
        from = std::make_unique<server_answers>(how.prometheus, how.http);
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
        to.asked = j.board ? askable(j.query, values) : j.query;
        to.message = reason_not_to_ask(j, to.asked);
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
