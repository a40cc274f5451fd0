#pragma once
// The rules on dashboards, in one table, and the run of all of them over a file.

#include <pitot/dashboard/queries.hpp>
#include <pitot/json/pointer.hpp>
#include <pitot/json/reader.hpp>
#include <pitot/lint/dashboard/metric_not_exposed.hpp>
#include <pitot/lint/report.hpp>

#include <algorithm>  // std::any_of
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::lint::dashboards {

inline constexpr dashboard_rule promql_parse{{"promql-parse", severity::error, "the query is no PromQL",
                                              "Prometheus refuses it, and the panel shows an error. Variables outside "
                                              "of strings are read as something that fits their place\n"
                                              "($__rate_interval as a duration, $metric as a name). So far words, "
                                              "brackets, matchers and the change of operands and operators\n"
                                              "are checked, not types and arguments.",
                                              "sum by (job (rate(x_total[5m]))", "sum by (job) (rate(x_total[5m]))"}};

inline constexpr dashboard_rule json_syntax{{"json-syntax", severity::error, "the file is no JSON",
                                             "Grafana cannot load it.", "{\"panels\": [],}", "{\"panels\": []}"}};

inline constexpr dashboard_rule duplicate_key{
    {"duplicate-key", severity::warning, "an object has the same key twice",
     "Grafana takes the last and drops the others without a word; when it saves the dashboard they are gone.",
     "{\"expr\": \"a\", \"expr\": \"b\"}", "{\"expr\": \"b\"}"}};

inline constexpr dashboard_rule rules[] = {metric_not_exposed, promql_parse, json_syntax, duplicate_key};

enum class verdict : unsigned char { ok, broken, not_verified };

[[nodiscard]] constexpr std::string_view to_string(verdict v) noexcept
{
    return v == verdict::ok ? "ok" : v == verdict::broken ? "broken" : "not verified";
}

/// One query and what became of it.
/// panel   its title; empty when it has none
/// at      of the expression in the file
/// reason  why it is not verified, else empty
struct judgement {
    std::string file;
    std::string panel;
    std::string query;
    text_position at;
    verdict is = verdict::ok;
    std::string reason;
};

/// What a run over dashboards has found so far.
/// judged  every query, in the order of the files
struct verdicts {
    std::size_t dashboards = 0;
    std::size_t queries = 0;
    std::size_t broken = 0;        ///< with an error or a warning
    std::size_t not_verified = 0;  ///< nothing wrong was seen, but not all of it could be judged
    std::map<std::string, std::size_t, std::less<>> reasons;  ///< of not_verified
    std::vector<finding> findings;
    std::vector<unverified> unknown;
    std::vector<judgement> judged;

    [[nodiscard]] std::size_t ok() const noexcept { return queries - broken - not_verified; }
};

namespace detail {

inline void check_query(const source& file, const dashboard::query& query, const catalog::listing* exposed,
                        verdicts& out)
{
    const std::string pointer = json::pointer_of(query.expr);
    remarks said;
    if (query.in == dashboard::language::logql || query.in == dashboard::language::other) {
        said.unknown = query.in == dashboard::language::logql ? "LogQL" : "datasource that is not Prometheus";
    } else {
        const dashboard::interpolated readable = dashboard::interpolate(query.expr.text());
        if (const auto asks = promql::find_selectors(readable.text)) {
            const context in{file, query.expr, pointer, readable, *asks, exposed};
            if (asks->metricsql && asks->selectors.empty()) said.unknown = "MetricsQL";
            if (asks->selectors.empty() && !readable.stand_ins.empty()) said.unknown = "query made of variables";
            if (exposed == nullptr && said.unknown.empty()) said.unknown = "no metrics given";
            for (const dashboard_rule& r : rules)
                if (r.check != nullptr) r.check(in, r.about, said);
        } else if (query.in == dashboard::language::metricsql) {
            said.unknown = "MetricsQL";
        } else {
            const context in{file, query.expr, pointer, readable, {}, exposed};
            said.findings.push_back(
                in.at(asks.error().where, promql_parse.about, promql_parse.about.level, asks.error().message));
        }
    }
    ++out.queries;
    const bool broken = std::any_of(said.findings.begin(), said.findings.end(),
                                    [](const finding& f) { return f.level != severity::info; });
    json::value title;
    for (const json::value of : {query.panel, query.panel["spec"]})
        for (const std::string_view key : {"title", "name"})
            if (!title) title = of[key];
    out.judged.push_back({file.name(),
                          std::string(title.text()),
                          std::string(query.expr.text()),
                          file.position(query.expr.span().offset + 1),
                          verdict::ok,
                          {}});
    if (broken) {
        ++out.broken;
        out.judged.back().is = verdict::broken;
    } else if (!said.unknown.empty()) {
        ++out.not_verified;
        out.judged.back().is = verdict::not_verified;
        out.judged.back().reason = said.unknown;
        ++out.reasons[std::string(said.unknown)];
        out.unknown.push_back({file.name(), pointer, std::string(said.unknown)});
    }
    for (finding& f : said.findings) out.findings.push_back(std::move(f));
}

}  // namespace detail

/// Reads and judges one file.
/// file     its text; must outlive the call
/// exposed  what the sources expose; null leaves every name not verified
/// returns  false when it is well-formed JSON but no dashboard
[[nodiscard]] inline bool check(const source& file, const catalog::listing* exposed, const json::limits& allowed,
                                verdicts& out)
{
    const auto document = json::parse(file.text(), allowed);
    if (!document) {
        out.findings.push_back(finding_of(file, document.error(), json_syntax.about.id));
        return true;
    }
    const dashboard::dashboard board = dashboard::read_dashboard(*document);
    if (!board) return false;
    ++out.dashboards;
    for (const json::duplicate_key& twice : document->duplicates()) {
        const text_position first = file.position(twice.first.offset);
        finding f = finding_at(
            file, twice.again, duplicate_key.about.id, duplicate_key.about.level,
            concat("this key stands in line ", std::to_string(first.line), " already; Grafana takes the last"));
        f.pointer = json::pointer_of(document->at(twice.node));
        out.findings.push_back(std::move(f));
    }
    for (const dashboard::query& query : board.queries) detail::check_query(file, query, exposed, out);
    for (const dashboard::unread& part : board.not_read)
        out.unknown.push_back({file.name(), json::pointer_of(part.where), part.reason});
    return true;
}

}  // namespace pitot::lint::dashboards
