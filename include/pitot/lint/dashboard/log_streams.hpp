#pragma once
// The stream selectors of a LogQL query, held against the labels that Loki has, and its legend against its
// aggregations.

#include <pitot/base/function_ref.hpp>
#include <pitot/base/nearest.hpp>
#include <pitot/base/text.hpp>
#include <pitot/catalog/log_labels.hpp>
#include <pitot/catalog/matcher.hpp>
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/look.hpp>
#include <pitot/lint/dashboard/readings.hpp>
#include <pitot/lint/dashboard/rules/label_not_exposed.hpp>
#include <pitot/lint/dashboard/rules/label_value_not_exposed.hpp>
#include <pitot/lint/dashboard/rules/legend_label_missing.hpp>
#include <pitot/lint/dashboard/rules/multi_variable_equality.hpp>
#include <pitot/lint/dashboard/rules/regex_alternative_dead.hpp>
#include <pitot/lint/dashboard/rules/undeclared_variable.hpp>
#include <pitot/lint/dashboard/suggest.hpp>
#include <pitot/logql/query.hpp>
#include <pitot/logql/template_functions.hpp>
#include <pitot/promql/literal.hpp>  // both languages quote as Go does
#include <pitot/template/check.hpp>

#include <algorithm>   // std::all_of, std::any_of
#include <functional>  // std::less<>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::lint::dashboards {

namespace detail {

inline void check_log_matcher(const context& in, const logql::matcher& m, remarks& out)
{
    const text_span whole{m.value_span.offset - 1, m.value_span.length + 2};
    if (in.readable.is_variable(m.name_span) || in.readable.is_variable(whole) || dashboard::has_reference(m.value))
        return;
    const catalog::log_labels& known = *in.sources.logs;
    const bool is_regex = m.op == logql::match_op::regex || m.op == logql::match_op::not_regex;
    const bool positive = m.op == logql::match_op::equal || m.op == logql::match_op::regex;
    const std::string value = promql::unquote(std::string_view(in.readable.text).substr(whole.offset, whole.length))
                                  .value_or(std::string(m.value));
    const catalog::matcher test(value, positive, is_regex);
    if (test("")) return;  // streams without the label
    const auto at = known.find(m.name);
    if (at == known.end()) {
        std::set<std::string, std::less<>> names;
        for (const auto& [name, label] : known) names.insert(name);
        out.findings.push_back(in.at(m.name_span, label_not_exposed.about, label_not_exposed.about.level,
                                     concat("no log stream has the label ", m.name),
                                     near_or_list(names, m.name, "Loki's labels are")));
        return;
    }
    const std::set<std::string, std::less<>>& values = at->second.values;
    if (std::any_of(values.begin(), values.end(), test)) {
        if (!is_regex || !positive || !at->second.complete) return;
        each_dead_branch(
            test, [&values](const catalog::matcher& alone) { return std::any_of(values.begin(), values.end(), alone); },
            [&](const std::string& message) {
                out.findings.push_back(
                    in.at(m.value_span, regex_alternative_dead.about, regex_alternative_dead.about.level, message));
            });
        return;
    }
    if (!at->second.complete) {
        out.unknown = "values of a log label not given";
        return;
    }
    out.findings.push_back(
        in.at(m.value_span.length > 0 ? m.value_span : whole, label_value_not_exposed.about,
              label_value_not_exposed.about.level,
              concat("no log stream has ", m.name,
                     is_regex ? " with a value that this selects" : concat(positive ? " = " : " other than ", value)),
              is_regex ? list_of(values, "there are") : near_or_list(values, value, "there are")));
}

/// Does the matcher select streams without its label, so that alone it selects all? Not told of variables.
[[nodiscard]] inline bool matches_empty(const context& in, const logql::matcher& m)
{
    const text_span whole{m.value_span.offset - 1, m.value_span.length + 2};
    const bool is_regex = m.op == logql::match_op::regex || m.op == logql::match_op::not_regex;
    if (in.readable.is_variable(m.name_span) || in.readable.is_variable(whole) || dashboard::has_reference(m.value))
        return false;
    const bool positive = m.op == logql::match_op::equal || m.op == logql::match_op::regex;
    const std::string value = promql::unquote(std::string_view(in.readable.text).substr(whole.offset, whole.length))
                                  .value_or(std::string(m.value));
    return catalog::matcher(value, positive, is_regex)("");
}

}  // namespace detail

/// A selector that selects every stream: Loki refuses it.
/// source  Loki 3, pkg/logql/syntax, validateMatchers
inline void check_selects_something(const context& in, const logql::query& read, const rule& about, remarks& out)
{
    for (const logql::stream_selector& s : read.streams)
        if (std::all_of(s.matchers.begin(), s.matchers.end(),
                        [&in](const logql::matcher& m) { return detail::matches_empty(in, m); }))
            out.findings.push_back(in.at(s.span, about, about.level,
                                         "queries require at least one regexp or equality matcher that does not have "
                                         "an empty-compatible value"));
}

/// Its regular expressions and templates: Loki refuses a query with a wrong one. Those with a variable are not known.
/// returns  are they right, for all that is known?
inline bool check_log_texts(const context& in, const logql::query& read, const rule& about, remarks& out)
{
    bool all = true;
    const auto check = [&](const std::vector<text_span>& texts,
                           function_ref<std::string(std::string_view)> wrong_with) {
        for (const text_span where : texts) {
            if (in.readable.is_variable(where)) continue;
            const auto text = promql::unquote(std::string_view(in.readable.text).substr(where.offset, where.length));
            if (!text) continue;
            std::string wrong = wrong_with(*text);
            if (wrong.empty()) continue;
            out.findings.push_back(in.at(where, about, about.level, std::move(wrong)));
            all = false;
        }
    };
    check(read.patterns, [](std::string_view text) { return detail::what_is_wrong_with(text); });
    check(read.templates, [](std::string_view text) {
        const auto good = templates::check(text, nullptr, logql::is_template_function);
        return good ? std::string() : concat("invalid template: ", good.error().message);
    });
    return all;
}

/// The variables of a LogQL query: declared, and with one value behind = and !=.
inline void check_log_variables(const context& in, const logql::query& read, remarks& out)
{
    undeclared_variable.check(in, undeclared_variable.about, out);
    const rule& about = multi_variable_equality.about;
    for (const logql::stream_selector& s : read.streams)
        for (const logql::matcher& m : s.matchers) {
            if (m.op != logql::match_op::equal && m.op != logql::match_op::not_equal) continue;
            if (const variable* const v = several(in.declared, in.repeats, m.value))
                out.findings.push_back(in.at(m.value_span, about, about.level,
                                             several_message(*v, m.op == logql::match_op::equal),
                                             several_advice(m.op == logql::match_op::equal)));
        }
}

/// A legend that shows a label which the query's aggregations drop. Nothing where a variable may be an aggregation or a
/// label.
inline void check_log_legend(const context& in, const logql::query& read, remarks& out)
{
    const auto is_word = [&in](const dashboard::stand_in& s) {
        const std::string_view text = std::string_view(in.readable.text).substr(s.replaced.offset, s.replaced.length);
        return !s.known && text.find_first_not_of("0123456789m") != std::string_view::npos;  // no duration, no number
    };
    if (!read.metric || std::any_of(in.readable.stand_ins.begin(), in.readable.stand_ins.end(), is_word)) return;
    std::set<std::string, std::less<>> there;
    if (read.labels.are_only()) there.insert(read.labels.names().begin(), read.labels.names().end());
    const rule& about = legend_label_missing.about;
    for (const label_use& use : in.legend)
        if (detail::is_of_alerts(use.label) || !read.labels.may_have(use.label)) {
            const std::string_view label = detail::meant_label(use.label);
            out.findings.push_back(in.at(use, about, about.level, concat("the result has no label ", use.label),
                                         label != use.label && read.labels.may_have(label)
                                             ? concat("write {{", label, "}}")
                                             : detail::near_or_list(there, label, "it has")));
        }
}

/// readable of `in` is what was read. Nothing when no labels were given.
inline void check_log_streams(const context& in, const logql::query& read, remarks& out)
{
    if (in.sources.logs == nullptr) {
        out.unknown = "LogQL";
        return;
    }
    for (const logql::stream_selector& s : read.streams)
        for (const logql::matcher& m : s.matchers) detail::check_log_matcher(in, m, out);
}

}  // namespace pitot::lint::dashboards
