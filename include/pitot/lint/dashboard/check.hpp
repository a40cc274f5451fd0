#pragma once
// The run of all rules over a dashboard.

#include <pitot/dashboard/queries.hpp>
#include <pitot/dashboard/variables.hpp>
#include <pitot/json/pointer.hpp>
#include <pitot/json/reader.hpp>
#include <pitot/lint/dashboard/dialect.hpp>
#include <pitot/lint/dashboard/layout.hpp>
#include <pitot/lint/dashboard/log_streams.hpp>
#include <pitot/lint/dashboard/look.hpp>
#include <pitot/lint/dashboard/readings.hpp>
#include <pitot/lint/dashboard/rules.hpp>
#include <pitot/lint/dashboard/selectors.hpp>
#include <pitot/lint/dashboard/variable_choices.hpp>
#include <pitot/lint/dashboard/variable_graph.hpp>
#include <pitot/lint/dashboard/variable_query.hpp>
#include <pitot/lint/dashboard/variable_texts.hpp>
#include <pitot/lint/report.hpp>
#include <pitot/promql/dialect.hpp>
#include <pitot/promql/selector.hpp>

#include <algorithm>  // std::any_of, std::min
#include <deque>
#include <iterator>  // std::make_move_iterator
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::lint::dashboards {

enum class verdict : unsigned char { ok, broken, not_verified };

[[nodiscard]] constexpr std::string_view to_string(verdict v) noexcept
{
    return v == verdict::ok ? "ok" : v == verdict::broken ? "broken" : "not verified";
}

/// One query and what became of it.
/// panel   its title; empty when it has none
/// at      of the expression in the file
/// reason  why it is not verified, else empty
/// pointer of the expression in the file
/// missing  pointer of its datasource's name when nobody declares it, else empty
/// board    the variables of its dashboard, where the world keeps them; null for rules
/// repeats  variables that hold one value there, the same
struct judgement {
    std::string file;
    std::string panel;
    std::string query;
    text_position at;
    verdict is = verdict::ok;
    std::string reason;
    std::string pointer = {};
    std::string missing = {};
    saved_board board = {};
    std::vector<std::string> repeats = {};
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

    /// What another run has found, behind this.
    void add(verdicts&& more)
    {
        dashboards += more.dashboards;
        queries += more.queries;
        broken += more.broken;
        not_verified += more.not_verified;
        for (const auto& [reason, n] : more.reasons) reasons[reason] += n;
        const auto move_all = [](auto& to, auto& from) {
            to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
        };
        move_all(findings, more.findings);
        move_all(unknown, more.unknown);
        move_all(judged, more.judged);
    }
};

namespace detail {

/// Appends each {{name}} of a legend. {{ $labels.name }}, as alerts write it, is a label too: Grafana leaves what is no
/// variable as it is.
inline void add_legend_labels(const located& legend, const variables& declared, std::vector<label_use>& all)
{
    const std::string_view text = legend.text;
    for (std::size_t at = text.find("{{"); at != std::string_view::npos; at = text.find("{{", at + 2)) {
        const std::size_t end = text.find("}}", at);
        if (end == std::string_view::npos) break;
        const std::size_t first = text.find_first_not_of(" \t", at + 2);
        const std::size_t last = text.find_last_not_of(" \t", end - 1);
        if (first >= end || first > last) continue;
        const std::string_view name = text.substr(first, last - first + 1);
        const bool is_of_alert = name.starts_with("$labels.") && declared.lacks("labels");
        if (!dashboard::has_reference(name.substr(is_of_alert ? 1 : 0)))
            all.push_back({name, {first, name.size()}, &legend});
    }
}

/// Appends each label of a list with commas.
inline void add_listed_labels(const located& list, std::vector<label_use>& all)
{
    if (dashboard::has_reference(list.text)) return;
    for (std::size_t at = 0; at < list.text.size();) {
        const std::size_t end = std::min(list.text.find(',', at), list.text.size());
        const std::string_view label = trimmed(list.text.substr(at, end - at));
        if (!label.empty())
            all.push_back({label, {static_cast<std::size_t>(label.data() - list.text.data()), label.size()}, &list});
        at = end + 1;
    }
}

[[nodiscard]] inline located located_at(json::value v)
{
    return {v.text(), json::pointer_of(v), [v](text_span part) { return v.source_span(part); }};
}

/// The labels that a query's legend shows, or an annotation's title, text and tags.
/// source  Grafana, the Prometheus data source: renderLegendFormat() of titleFormat and textFormat, tagKeys
class shown_labels {
public:
    shown_labels(const dashboard::query& query, const variables& declared)
    {
        if (query.target) {
            if (query.target["format"].text() == "table" || dashboard::is_hidden(query)) return;
            add_text(query.target["legendFormat"], declared);
        } else if (query.in == dashboard::language::promql) {
            const json::value spec = query.panel["spec"] ? query.panel["spec"] : query.panel;
            for (const json::value part : {spec, spec["legacyOptions"]}) {
                for (const std::string_view key : {"titleFormat", "textFormat"}) add_text(part[key], declared);
                if (!part["tagKeys"].text().empty()) add_listed_labels(text_at(part["tagKeys"]), labels_);
            }
        }
    }
    shown_labels(const shown_labels&) = delete;

    /// They live as long as this.
    [[nodiscard]] const std::vector<label_use>& all() const noexcept { return labels_; }

private:
    void add_text(json::value text, const variables& declared)
    {
        if (!text.text().empty()) add_legend_labels(text_at(text), declared, labels_);
    }
    const located& text_at(json::value text) { return texts_.emplace_back(located_at(text)); }

    std::deque<located> texts_;
    std::vector<label_use> labels_;
};

/// A text that is being judged, and what goes with it.
struct subject {
    const located* expr = nullptr;
    std::vector<label_use> legend = {};
    std::vector<label_use> annotations = {};
    std::string panel = {};
    std::string_view panel_type = {};
    dashboard::language in = dashboard::language::promql;
    bool is_alert = false;
    bool is_rule = false;
    bool is_range = false;  ///< asked for a range of time: Prometheus takes no range vectors then
    text_position at = {};
    std::span<const std::string_view> repeats = {};
    json::value panel_json = {};
    std::span<const finding> shape = {};  ///< what is known of it already
    std::string missing = {};             ///< as of its judgement
};

/// A name that may be missing is not taken for the one with _total: x_total or x, absent(x).
inline void forget_totals(const context& in, std::vector<asked>& asks)
{
    for (asked& a : asks) {
        if (!a.total || !may_be_missing(in, a)) continue;
        a.total = false;
        a.is_held = false;
        a.metric = nullptr;
        a.selected.clear();
        for (asked_matcher& m : a.matchers) m.alive = true;
    }
}

/// spoken  by the dashboard's queries; none by a rule file's
inline void judge(const source& file, const subject& about, const world& sources, const variables& declared,
                  dialect& spoken, verdicts& out)
{
    remarks said;
    said.findings.assign(about.shape.begin(), about.shape.end());
    if (about.in == dashboard::language::other) {
        said.unknown = "datasource that is not Prometheus";
    } else if (about.in == dashboard::language::logql) {
        const logql_reading reading(about.expr->text, sources, declared);
        const dashboard::interpolated& readable = reading.readable();
        const result<logql::query>& read = reading.query();
        const std::vector<asked> none;
        context in{file, *about.expr, readable, nullptr, none, sources, declared, about.panel_type};
        in.repeats = about.repeats;
        if (read) {
            if (check_log_texts(in, *read, logql_parse.about, said))
                check_selects_something(in, *read, logql_parse.about, said);
            check_log_variables(in, *read, said);
            check_log_streams(in, *read, said);
            in.legend = about.legend;
            check_log_legend(in, *read, said);
        } else if (is_in_doubt(readable, with_blanks_before(readable.text, read.error().where))) {
            said.unknown = "query made of variables";
        } else {
            said.findings.push_back(
                in.at(read.error().where, logql_parse.about, logql_parse.about.level, read.error().message));
        }
    } else {
        const promql_reading read(about.expr->text, about.is_rule, sources, declared);
        const dashboard::interpolated& readable = read.readable();
        const promql::node* const root = read.root();
        const std::vector<promql::parse_error>& errors = read.errors();
        if (errors.empty()) {
            std::vector<asked> asks = all_asked(sources, readable, root);
            context in{file,    *about.expr, readable,         root,           asks,
                       sources, declared,    about.panel_type, about.is_alert, about.is_rule};
            forget_totals(in, asks);
            in.legend = about.legend;
            in.annotations = about.annotations;
            in.repeats = about.repeats;
            in.panel = about.panel_json;
            if (asks.empty() && !readable.stand_ins.empty()) said.unknown = "query made of variables";
            if (sources.series == nullptr && said.unknown.empty())
                said.unknown = sources.unread.empty() ? "no metrics given" : sources.unread;
            for (const dashboard_rule& r : rules)
                if (r.check != nullptr) r.check(in, r.about, said);
            check_choices(in, said);
            if (about.is_range && about.in == dashboard::language::promql &&
                promql::type_of(root) == promql::value_type::matrix)
                said.findings.push_back(
                    in.at(root->span, promql_parse.about, promql_parse.about.level,
                          "invalid expression type \"range vector\" for range query, must be Scalar "
                          "or instant Vector"));
            if (said.unknown.empty())
                for (const asked& a : asks)
                    if (asks_unread_job(in, a)) said.unknown = "job whose exposition was not given";
        } else {
            const auto loose = promql::find_selectors(readable.text);
            if ((loose && (about.in == dashboard::language::metricsql || loose->metricsql)) ||
                promql::says_metricsql(errors, readable.text) ||
                (loose &&
                 (spoken.is_metricsql() || (promql::is_of_kinds(errors.front()) && spoken.is_of_victoria())))) {
                said.unknown = "MetricsQL";
            } else if (is_in_doubt(readable, errors.front().span()) ||
                       (is_of_scalars(errors.front()) && is_made_of_variables(readable))) {
                said.unknown = "query made of variables";
            } else {
                const std::vector<asked> none;
                const context in{file, *about.expr, readable, nullptr, none, sources, declared, about.panel_type};
                said.findings.push_back(in.at(errors.front().span(), promql_parse.about, promql_parse.about.level,
                                              std::string(errors.front().message), suggest_function(errors.front())));
            }
        }
    }
    ++out.queries;
    const bool broken = !about.missing.empty() ||
                        std::any_of(said.findings.begin(), said.findings.end(),
                                    [](const finding& f) { return f.level != severity::info; });
    out.judged.push_back({file.name(),
                          about.panel,
                          std::string(about.expr->text),
                          about.at,
                          verdict::ok,
                          {},
                          about.expr->pointer,
                          about.missing,
                          declared.saved});
    if (declared.saved) out.judged.back().repeats.assign(about.repeats.begin(), about.repeats.end());
    if (broken) {
        ++out.broken;
        out.judged.back().is = verdict::broken;
    } else if (!said.unknown.empty()) {
        ++out.not_verified;
        out.judged.back().is = verdict::not_verified;
        out.judged.back().reason = said.unknown;
        ++out.reasons[said.unknown];
        out.unknown.push_back({file.name(), about.expr->pointer, said.unknown});
    }
    for (finding& f : said.findings) out.findings.push_back(std::move(f));
}

inline void check_query(const source& file, const dashboard::query& query, const world& sources,
                        const variables& declared, std::string missing, dialect& spoken, verdicts& out)
{
    const located expr = located_at(query.expr);
    json::value title = query.panel["title"];
    if (!title) title = query.panel["name"];
    const json::value type = query.panel["type"];
    const json::value spec = title && type ? json::value() : query.panel["spec"];
    if (!title) title = spec["title"];
    if (!title) title = spec["name"];
    subject about;
    about.expr = &expr;
    const shown_labels shown(query, declared);
    about.legend = shown.all();
    about.panel = title.text();
    about.panel_type = type ? type.text() : dashboard::detail::group_of(spec["vizConfig"], "VizConfig");
    about.in = query.in;
    about.is_range = !query.target["instant"].as_bool().value_or(false) ||
                     query.target["range"].as_bool().value_or(false);
    about.at = file.position(query.expr.span().offset + 1);
    about.repeats = query.repeats;
    about.panel_json = query.panel;
    about.missing = std::move(missing);
    if (query.untyped && about.in == dashboard::language::promql && is_logql_only(expr.text))
        about.in = dashboard::language::logql;
    judge(file, about, sources, declared, spoken, out);
}

/// Is the datasource of a variable surely a Prometheus: does its type say so, or is it asked PromQL elsewhere?
/// asked  names of datasources that are
[[nodiscard]] inline bool is_surely_prometheus(const dashboard::dashboard& board, const dashboard::declared_variable& v,
                                               const std::set<std::string_view>& asked)
{
    using namespace dashboard::detail;
    if (!tells_no_language(board.types.of(v))) return true;
    return asked.contains(name_of_datasource(datasource_types::asked(v.datasource, v.written["query"]["datasource"])));
}

}  // namespace detail

/// Does a text that is no JSON have what dashboards have? What is cut off at its beginning may be one. What has
/// comments is another program's.
[[nodiscard]] inline bool looks_like_dashboard(std::string_view text)
{
    for (std::string_view rest = text; !rest.empty();) {
        const std::size_t end = std::min(rest.find('\n'), rest.size() - 1) + 1;
        if (trimmed(rest.substr(0, end)).starts_with("//")) return false;
        rest.remove_prefix(end);
    }
    for (const std::string_view key : {"panels", "rows", "targets", "schemaVersion", "dashboard", "elements",
                                       "templating", "annotations", "title", "expr"})
        if (text.find(concat("\"", key, "\"")) != std::string_view::npos) return true;
    return trimmed(text).size() < 2;
}

/// Reads and judges one file.
/// file         its text; must outlive the call
/// sources      what the sources expose; none leaves every name not verified
/// is_expected  it should be a dashboard; of others what is no JSON is an error only if it looks like one
/// returns      false when it is no dashboard
[[nodiscard]] inline bool check(const source& file, const world& sources, const json::limits& allowed, verdicts& out,
                                bool is_expected = true)
{
    const auto document = json::parse(file.text(), allowed);
    if (!document) {
        if (!is_expected && !looks_like_dashboard(file.text())) return false;
        out.findings.push_back(finding_of(file, document.error(), json_syntax.about.id));
        return true;
    }
    const dashboard::dashboard board = dashboard::read_dashboard(*document, sources.datasources);
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
    variables declared;
    // What Grafana's API tells of library panels alone leaves their dashboards' variables open.
    declared.known = board.model["panels"] || board.model["rows"] || board.model["elements"];
    const std::vector<dashboard::declared_variable> all = dashboard::read_variables(document->root(), board.model);
    const auto asks_prometheus = [&board](const dashboard::declared_variable& v) {
        return dashboard::detail::language_of(board.types.of(v), {}) == dashboard::language::promql;
    };
    for (const dashboard::declared_variable& v : all) declared.declare(v, asks_prometheus(v));
    if (sources.keeps_variables)
        declared.saved = std::make_shared<const std::vector<dashboard::saved_variable>>(
            dashboard::saved_variables(all, asks_prometheus));
    std::set<std::string_view> promql;
    for (const dashboard::query& q : board.queries)
        if (q.in == dashboard::language::promql) promql.insert(dashboard::detail::name_of_datasource(q.asks));
    check_variable_graph(file, all, declared, board.types, out.findings);
    check_variable_texts(file, board.model, declared, out.findings);
    check_layout(file, board.model, out.findings);
    for (const dashboard::declared_variable& v : all)
        if (asks_prometheus(v))
            check_variable(file, v, detail::is_surely_prometheus(board, v, promql), sources, declared, out.findings);
    const auto any_asks = [&board](function_ref<bool(std::string_view)> is_metricsql) {
        return std::any_of(board.queries.begin(), board.queries.end(), [&](const dashboard::query& q) {
            return q.in == dashboard::language::metricsql ||
                   (q.in == dashboard::language::promql && is_metricsql(q.expr.text()));
        });
    };
    detail::dialect spoken(any_asks, file.text());
    datasource_check asked(file, document->root()["__inputs"], declared, sources.datasources, out.findings);
    for (const dashboard::query& query : board.queries) {
        const json::value missing = asked.check(query.asks, query.expr.text());
        detail::check_query(file, query, sources, declared, missing ? json::pointer_of(missing) : std::string(), spoken,
                            out);
    }
    for (const json::value at : board.asks) asked.check(at);
    for (const dashboard::declared_variable& v : all) asked.check(v);
    for (const dashboard::unread& part : board.not_read)
        out.unknown.push_back({file.name(), json::pointer_of(part.where), part.reason});
    return true;
}

}  // namespace pitot::lint::dashboards
