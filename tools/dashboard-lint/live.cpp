#include <dashboard-lint/live.hpp>

#include <pitot/base/percent.hpp>
#include <pitot/catalog/api_client.hpp>
#include <pitot/connect/regex.hpp>
#include <pitot/promql/engine/query.hpp>

#include <fmt/format.h>

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
std::string askable(std::string_view query, const dashboard::variable_values* values)
{
    const dashboard::interpolated readable = dashboard::interpolate(query, values);
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

void refuse(lint::answered& to, std::string_view why)
{
    to.status = lint::asking::refused;
    to.message = why;
}

void take(lint::answered& to, std::size_t series, std::string first)
{
    to.status = series == 0 ? lint::asking::no_data : lint::asking::data;
    to.series = series;
    to.value = std::move(first);
}

void ask_engine(const live_options& how, const promql::engine_options& engine, const std::string& expr,
                lint::answered& to)
{
    const auto got = promql::query(expr, *how.data, promql::query_times::at(how.now), engine,
                                   promql::parse_options::everything());
    if (!got) return refuse(to, got.error().message);
    if (got->series.empty()) return take(to, 0, {});
    const promql::query_sample first = got->series.front().samples.front();
    take(to, got->series.size(),
         first.hist != nullptr ? store::to_text(*first.hist) : promql::plain_number(first.value));
}

/// A histogram of the API, as PromQL writes it.
std::string histogram_text(json::value from)
{
    constexpr std::string_view open[] = {"(", "[", "(", "["};
    constexpr std::string_view close[] = {"]", ")", ")", "]"};
    std::string out = fmt::format("{{count:{}, sum:{}", from["count"].text(), from["sum"].text());
    for (const json::value bucket : from["buckets"]) {
        const auto ends = static_cast<std::size_t>(bucket[0].as_int().value_or(0)) % 4;
        out += fmt::format(", {}{},{}{}:{}", open[ends], bucket[1].text(), bucket[2].text(), close[ends],
                           bucket[3].text());
    }
    return out + "}";
}

/// The first sample of a series of the API; instant vectors have one, range vectors a list.
std::string first_value(json::value series)
{
    if (const json::value one = series["value"]) return std::string(one[1].text());
    if (const json::value all = series["values"]) return std::string(all[0][1].text());
    if (const json::value one = series["histogram"]) return histogram_text(one[1]);
    const json::value all = series["histograms"];
    return all ? histogram_text(all[0][1]) : std::string();
}

result<void> ask_server(catalog::api_client& server, const std::string& expr, lint::answered& to)
{
    const auto got = server.ask("/api/v1/query", concat("query=", percent_encoded(expr)));
    if (!got) return unexpected(got.error());
    const json::value data = got->data()["result"];
    const std::string_view type = got->data()["resultType"].text();
    if (!got->success())
        refuse(to, got->refusal());
    else if (type == "scalar" || type == "string")
        take(to, 1, std::string(data[1].text()));
    else
        take(to, data.size(), first_value(data[0]));
    return {};
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
    promql::engine_options engine;
    engine.regex = promql::regexes_of<regex>();
    catalog::api_client server(how.prometheus, how.http);
    for (lint::dashboards::judgement& j : found.judged) {
        lint::answered& to = out.emplace_back(lint::answered{j.file, j.pointer, j.query});
        const std::string expr = askable(j.query, how.values);
        to.message = reason_not_to_ask(j, expr);
        if (!to.message.empty()) continue;
        if (how.prometheus.empty()) {
            ask_engine(how, engine, expr, to);
        } else if (auto asked = ask_server(server, expr, to); !asked) {
            out.pop_back();
            return asked;
        }
        j.reason = j.reason.empty() ? shown(to) : fmt::format("{}; {}", j.reason, shown(to));
    }
    return {};
}

}  // namespace pitot::tools::dashboard_lint
