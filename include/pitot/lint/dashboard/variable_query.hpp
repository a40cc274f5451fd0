#pragma once
// The queries that fill a dashboard's variables: label_values(selector, label), query_result(expression),
// metrics(regex).

#include <pitot/base/text.hpp>
#include <pitot/catalog/matcher.hpp>  // regex
#include <pitot/dashboard/interpolate.hpp>
#include <pitot/dashboard/template_query.hpp>
#include <pitot/dashboard/variables.hpp>
#include <pitot/lint/dashboard/listed_values.hpp>
#include <pitot/lint/dashboard/rules/instance_filter.hpp>
#include <pitot/lint/dashboard/rules/job_not_scraped.hpp>
#include <pitot/lint/dashboard/rules/label_not_exposed.hpp>
#include <pitot/lint/dashboard/rules/label_renamed.hpp>
#include <pitot/lint/dashboard/rules/label_value_not_exposed.hpp>
#include <pitot/lint/dashboard/rules/metric_not_exposed.hpp>
#include <pitot/lint/dashboard/rules/missing_total_suffix.hpp>
#include <pitot/lint/dashboard/rules/multi_variable_equality.hpp>
#include <pitot/lint/dashboard/rules/old_prefix.hpp>
#include <pitot/lint/dashboard/rules/up_of_collected_service.hpp>
#include <pitot/lint/dashboard/selectors.hpp>
#include <pitot/lint/dashboard/suggest.hpp>
#include <pitot/lint/dashboard/variable_regex.hpp>
#include <pitot/promql/dialect.hpp>
#include <pitot/promql/parse.hpp>

#include <algorithm>  // std::any_of
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::lint::dashboards {

namespace detail {

/// Does metrics(REGEX) list nothing? The expression is searched for. Not known where it has a variable, or cannot be
/// read.
[[nodiscard]] inline bool lists_no_metric(const world& in, std::string_view pattern)
{
    if (in.series == nullptr || dashboard::has_reference(pattern)) return false;
    const auto made = regex::compile(pattern, false);
    if (!made || pattern.find(':') != std::string_view::npos) return false;
    for (const std::string_view own : {"up", "ALERTS", "scrape_duration_seconds", "scrape_samples_scraped"})
        if (made->matches(own)) return false;
    if (in.recorded != nullptr)
        for (const auto& [name, series] : *in.recorded)
            if (made->matches(name)) return false;
    if (in.names != nullptr)
        for (const std::string& name : in.names->names())
            if (made->matches(name)) return false;
    for (const auto& [name, m] : in.series->metrics())
        if (made->matches(name)) return false;
    return true;
}

/// Is the query no function of Grafana's, so that it is taken for a series selector?
[[nodiscard]] inline bool asks_for_series(const dashboard::declared_variable& v)
{
    if (v.type != "query" && v.type != "QueryVariable") return false;
    const json::value written = v.written["query"];
    if (!written.is_string() && (!written["query"].is_string() || written["qryType"])) return false;
    const std::string_view text = trimmed(v.query.text());
    return !text.empty() && !text.starts_with("label_names(");
}

/// The rule that a dead matcher of a query breaks.
[[nodiscard]] inline const rule& reason_of(const world& sources, const asked_matcher& dead)
{
    if (dead.written->name == "instance") return instance_filter.about;
    if (dead.written->name != "job") return dead.on_series ? label_value_not_exposed.about : label_not_exposed.about;
    return names_a_job(sources, dead) ? label_value_not_exposed.about : job_not_scraped.about;
}

}  // namespace detail

inline constexpr dashboard_rule variable_query{
    {"variable-query", severity::warning, "the query of a variable gives nothing, is refused, or waits for itself",
     "The variable stays empty, and with it every panel that uses it. label_values() takes a series selector and a "
     "label, no "
     "expression:\nrate(x[5m]) or a parenthesis is refused there; query_result() takes an expression. The variable's "
     "regex may keep none of\nthe values. Variables that name each other in a circle have no first one: Grafana fills "
     "none of them.",
     "label_values(rate(app_requests_total[5m]), path)", "label_values(app_requests_total, path)"}};

namespace detail {

/// What the rules on queries say of a variable's: info, beside variable-query, which says what comes of it.
/// written  the whole query
inline void check_what_explains(const context& in, std::string_view written, std::vector<finding>& out)
{
    remarks said;
    for (const dashboard_rule& r : {up_of_collected_service, old_prefix, missing_total_suffix, label_renamed})
        r.check(in, r.about, said);
    for (finding& f : said.findings) {
        f.level = severity::info;
        f.query = written;
        out.push_back(std::move(f));
    }
}

/// Does the query give something although a selector selects nothing? What it takes away need not exist.
[[nodiscard]] inline bool gives_without(const context& in, const asked& a)
{
    for (std::size_t i = 0; i < a.above.size(); ++i) {
        const auto* const b = promql::as<promql::binary_node>(a.above[i]);
        const promql::node* const inside = i + 1 < a.above.size() ? a.above[i + 1] : a.selector;
        if (b != nullptr && b->op == promql::token_kind::unless && inside == b->right) return true;
    }
    return may_be_missing(in, a);
}

}  // namespace detail

/// Judges the query of one variable.
/// is_sure  it is for Prometheus; others have queries of their own, but none as label_values()
inline void check_variable(const source& file, const dashboard::declared_variable& v, bool is_sure,
                           const world& sources, const variables& declared, std::vector<finding>& out)
{
    const std::string_view written = v.query.text();
    const dashboard::template_query asked_for = dashboard::read_template_query(written);
    if (!is_sure && asked_for.kind != "label_values" && asked_for.kind != "query_result") return;
    const auto say_by = [&](const rule& about, severity level, std::string_view part, std::string message,
                            std::string suggestion = {}) {
        const text_span where{static_cast<std::size_t>(part.data() - written.data()), part.size()};
        out.push_back(finding_in_text(file, v.query, where, about, level, std::move(message), std::move(suggestion)));
    };
    const auto say = [&](std::string_view part, std::string message, std::string suggestion = {}) {
        say_by(variable_query.about, variable_query.about.level, part, std::move(message), std::move(suggestion));
    };
    const auto check_regex = [&](const asked& a) {
        const json::value pattern = v.written["regex"];
        if (pattern.text().empty() || dashboard::has_reference(pattern.text())) return;
        const auto keeps = variable_regex::read(pattern.text());
        const auto values = detail::known_values(sources, a, asked_for.label);
        if (!keeps || !values ||
            std::any_of(values->begin(), values->end(), [&keeps](const auto& one) { return keeps->keeps(one); }))
            return;
        const rule& about = variable_query.about;
        out.push_back(finding_in_text(file, pattern, {0, pattern.text().size()}, about, about.level,
                                      concat("the regex keeps no value of ", asked_for.label),
                                      detail::list_of(*values, "there are")));
    };
    if (asked_for.kind.empty()) {
        if (!detail::asks_for_series(v)) return;
        const dashboard::interpolated readable = dashboard::interpolate(written, declared.told_values(sources.values));
        const auto tree = promql::parse_selector(readable.text);
        if (!tree && !promql::asks_for_victoriametrics(readable.text))
            say(trimmed(written), concat("this is none of label_values(), label_names(), metrics() and query_result(), "
                                         "nor a series selector: ",
                                         tree.error().message));
        return;
    }
    if (asked_for.kind == "label_values" && asked_for.label.find_first_of("{}()[]") != std::string_view::npos &&
        !dashboard::has_reference(asked_for.label))
        return say(trimmed(written), "label_values() takes a label, behind a selector or alone");
    if (asked_for.kind == "metrics") {
        if (!asked_for.inside.empty() && detail::lists_no_metric(sources, asked_for.inside)) {
            say(asked_for.inside, "no source exposes a metric with such a name");
            say_by(metric_not_exposed.about, severity::info, asked_for.inside, "no source exposes this metric");
        }
        return;
    }
    if (asked_for.kind == "label_values" && asked_for.label.empty())
        return say(trimmed(written), "label_values() takes a label, behind a selector or alone");
    if (asked_for.inside.empty() || asked_for.inside == "{}") {
        if (asked_for.kind == "query_result" || sources.series == nullptr || asked_for.label == "__name__" ||
            dashboard::has_reference(asked_for.label))
            return;
        for (const auto& [name, m] : sources.series->metrics())
            for (const catalog::existing_series& s : m.series)
                if (!catalog::value_of(s.labels, asked_for.label).empty()) return;
        for (const catalog::scrape_job& j : sources.series->jobs()) {
            if (!j.targets_known && (asked_for.label == "instance" || asked_for.label == "job" || j.discovered)) return;
            for (const catalog::label_list& t : j.targets)
                if (!catalog::value_of(t, asked_for.label).empty()) return;
        }
        return say(asked_for.label, concat("no series has the label ", asked_for.label));
    }
    const dashboard::interpolated readable = dashboard::interpolate(asked_for.inside,
                                                                    declared.told_values(sources.values));
    const bool expression = asked_for.kind == "query_result";
    const auto tree = expression ? promql::parse(readable.text, promql::parse_options::everything())
                                 : promql::parse_selector(readable.text);
    if (!tree) {
        if (promql::asks_for_victoriametrics(readable.text)) return;
        return say(asked_for.inside, expression
                                         ? tree.error().message
                                         : concat("label_values() takes a series selector: ", tree.error().message));
    }
    const std::vector<asked> asks = detail::all_asked(sources, readable, tree->root());
    for (const asked& a : asks)
        for (const asked_matcher& m : a.matchers)
            if (!m.test.is_regex() && m.templated)
                if (const variable* const many = several(declared, {}, m.written->value))
                    say_by(multi_variable_equality.about, multi_variable_equality.about.level, asked_for.inside,
                           several_message(*many, m.test.is_positive()), several_advice(m.test.is_positive()));
    if (sources.series == nullptr) return;
    const auto before = static_cast<std::size_t>(asked_for.inside.data() - written.data());
    const located expr{asked_for.inside, json::pointer_of(v.query), [&](text_span part) {
                           return v.query.source_span({before + part.offset, part.length});
                       }};
    const context in{file, expr, readable, tree->root(), asks, sources, declared, {}};
    detail::check_what_explains(in, written, out);
    for (const asked& a : asks) {
        if (!a.unknown.empty()) continue;
        if (!a.exists) {
            const promql::vector_selector& of = *a.selector;
            const text_span where = readable.original_span(of.name_span.length > 0 ? of.name_span : of.span);
            const std::string_view part = asked_for.inside.substr(where.offset, where.length);
            if (!expression || !detail::gives_without(in, a)) say(part, concat("no source exposes ", a.name));
            say_by(metric_not_exposed.about, severity::info, part, "no source exposes this metric");
            continue;
        }
        if (const asked_matcher* const dead = a.dead_matcher(); dead != nullptr && !expression) {
            say(asked_for.inside, concat("no series of ", a.name, " satisfies the matcher on ", dead->written->name));
            say_by(detail::reason_of(sources, *dead), severity::info, asked_for.inside,
                   "the variable stays empty by it");
            continue;
        }
        if (expression || dashboard::has_reference(asked_for.label)) continue;
        if (asked_for.label == "__name__") continue;
        if (presence_of(sources, a, asked_for.label) == promql::presence::never)
            say(asked_for.label, concat("no series of ", a.name, " has the label ", asked_for.label));
        check_regex(a);
    }
}

}  // namespace pitot::lint::dashboards
