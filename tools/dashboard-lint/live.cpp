#include <dashboard-lint/live.hpp>

#include <pitot/base/percent.hpp>
#include <pitot/connect/http.hpp>
#include <pitot/connect/regex.hpp>
#include <pitot/json/reader.hpp>
#include <pitot/promql/engine/query.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace pitot::tools::dashboard_lint {

namespace {

/// The query with values; empty when one is not known. A range or step may be any.
std::string askable(std::string_view query, const dashboard::variable_values* values)
{
    const dashboard::interpolated readable = dashboard::interpolate(query, values);
    for (const dashboard::stand_in& s : readable.stand_ins) {
        if (s.known) continue;
        const std::size_t open = readable.text.find_last_of("[]", s.replaced.offset);
        if (open == std::string::npos || readable.text[open] != '[') return {};
    }
    return dashboard::has_reference(readable.text) ? std::string() : readable.text;
}

std::string shown(std::size_t series, std::string_view first)
{
    if (series == 0) return "no data";
    return series == 1 ? std::string(first) : fmt::format("{} series, the first {}", series, first);
}

struct answer {
    bool ok = false;
    std::size_t series = 0;
    std::string text;
};

answer from_engine(const live_options& how, const promql::engine_options& engine, const std::string& expr)
{
    const auto got = promql::query(expr, *how.data, promql::query_times::at(how.now), engine,
                                   promql::parse_options::everything());
    if (!got) return {false, 0, got.error().message};
    if (got->series.empty()) return {true, 0, shown(0, {})};
    const promql::query_sample first = got->series.front().samples.front();
    return {true, got->series.size(),
            shown(got->series.size(),
                  first.hist != nullptr ? store::to_text(*first.hist) : promql::plain_number(first.value))};
}

result<answer> from_server(const live_options& how, http::client& client, const std::string& expr)
{
    std::string url = how.prometheus;
    while (url.ends_with('/')) url.pop_back();
    url += "/api/v1/query?query=" + percent_encoded(expr);
    http::request what;
    what.url = url;
    what.accept = "application/json";
    const auto got = client.send(what);
    if (!got) return unexpected(got.error());
    json::limits allowed;
    allowed.size = got->body.size() + 1;
    const auto document = json::parse(got->body, allowed);
    if (!document) return unexpected(http::client::status_error(*got));
    const json::value root = document->root();
    if (root["status"].text() != "success") return answer{false, 0, std::string(root["error"].text())};
    const json::value data = root["data"]["result"];
    const bool scalar = root["data"]["resultType"].text() == "scalar";
    std::size_t series = scalar ? 1 : 0;
    std::string first;
    std::size_t i = 0;
    if (scalar)
        for (const json::value v : data)
            if (i++ == 1) first = v.text();
    for (const json::value one : data) {
        if (scalar) break;
        if (series++ > 0) continue;
        i = 0;
        for (const json::value v : one["value"])
            if (i++ == 1) first = v.text();
        if (first.empty()) first = "a histogram";
    }
    return answer{true, series, shown(series, first)};
}

}  // namespace

result<live_summary> ask_all(const live_options& how, lint::dashboards::verdicts& found)
{
    live_summary out;
    promql::engine_options engine;
    engine.regex = promql::regexes_of<regex>();
    http::client client(how.http);
    for (lint::dashboards::judgement& j : found.judged) {
        const bool other = j.reason == "LogQL" || j.reason == "MetricsQL" ||
                           j.reason == "datasource that is not Prometheus";
        const std::string expr = other ? std::string() : askable(j.query, how.values);
        if (expr.empty() || !promql::parse(expr, promql::parse_options::everything())) {
            ++out.not_asked;
            continue;
        }
        answer got;
        if (how.prometheus.empty()) {
            got = from_engine(how, engine, expr);
        } else {
            auto asked = from_server(how, client, expr);
            if (!asked) return unexpected(std::move(asked.error()));
            got = std::move(*asked);
        }
        ++(!got.ok ? out.failed : got.series == 0 ? out.without : out.with_data);
        j.reason = j.reason.empty() ? got.text : fmt::format("{}; {}", j.reason, got.text);
    }
    return out;
}

}  // namespace pitot::tools::dashboard_lint
