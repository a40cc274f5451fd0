#pragma once
// What was probably meant: a name, a label, a value, a job.

#include <pitot/base/nearest.hpp>
#include <pitot/base/number.hpp>
#include <pitot/base/text.hpp>
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/look.hpp>

#include <algorithm>  // std::all_of, std::find_if, std::stable_sort
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::lint::dashboards {

/// Every series name that there is to ask for: without those that metric_relabel_configs drop, with those they give.
[[nodiscard]] inline std::vector<std::string> names_to_mean(const world& in)
{
    std::vector<std::string> all = in.names->names();
    if (in.series == nullptr) return all;
    std::erase_if(all, [&in](const std::string& name) { return in.series->was_dropped(name); });
    for (const auto& [name, metric] : in.series->metrics()) all.push_back(name);
    return all;
}

/// "did you mean NAME (job a, b)?", with the jobs that expose it if they were told; empty when no name is near.
[[nodiscard]] inline std::string suggest_name(const context& in, std::string_view name)
{
    if (in.sources.names == nullptr) return {};
    if (const auto known = in.sources.near.find(name); known != in.sources.near.end()) return known->second;
    if (!in.sources.similar) in.sources.similar.emplace(names_to_mean(in.sources));
    const std::string near = in.sources.similar->to(name);
    std::string text;
    if (!near.empty()) {
        std::string jobs;
        if (const auto found = in.sources.names->find(near))
            for (const std::string& job : found->of->jobs) jobs += concat(jobs.empty() ? " (job " : ", ", job);
        text = concat("did you mean ", near, jobs, jobs.empty() ? "?" : ")?");
    }
    in.sources.near.emplace(name, text);
    return text;
}

namespace detail {

/// The number that a text is; nothing for another, and for NaN.
[[nodiscard]] inline std::optional<double> number_in(std::string_view text)
{
    const auto value = parse_number(text);
    return value && *value == *value ? std::optional(*value) : std::nullopt;
}

[[nodiscard]] inline std::string list_of(const std::set<std::string, std::less<>>& all, std::string_view what)
{
    if (all.empty()) return {};
    std::vector<std::string_view> views(all.begin(), all.end());
    if (std::all_of(views.begin(), views.end(), [](std::string_view one) { return number_in(one).has_value(); }))
        std::stable_sort(views.begin(), views.end(),
                         [](std::string_view a, std::string_view b) { return *number_in(a) < *number_in(b); });
    std::string text;
    std::size_t n = 0;
    for (const std::string_view one : views) {
        if (++n > 8) return concat(what, text, ", …");
        text += concat(text.empty() ? " " : ", ", one);
    }
    return concat(what, text);
}

[[nodiscard]] inline std::string near_or_list(const std::set<std::string, std::less<>>& all, std::string_view text,
                                              std::string_view what)
{
    if (number_in(text)) return list_of(all, what);
    const std::vector<std::string_view> views(all.begin(), all.end());
    const auto same = std::find_if(views.begin(), views.end(),
                                   [text](std::string_view one) { return equal_fold(one, text); });
    const std::string_view near = same != views.end() ? *same : nearest(text, views);
    return near.empty() ? list_of(all, what) : concat("did you mean ", near, "?");
}

}  // namespace detail

[[nodiscard]] inline std::string suggest_label(const context& in, const asked& a, std::string_view label)
{
    return detail::near_or_list(labels_of(in, a), label, "its labels are");
}
[[nodiscard]] inline std::string suggest_value(const context& in, const asked& a, const asked_matcher& m)
{
    if (!m.test.is_positive()) return {};  // what there is, is not wanted
    const asked_matcher* const job = a.matcher("job");
    const auto all = values_of(in, a, m.written->name, job == &m || job == nullptr || !job->alive ? nullptr : job);
    return m.test.is_regex() ? detail::list_of(all, "there are")
                             : detail::near_or_list(all, m.test.value(), "there are");
}
[[nodiscard]] inline std::string suggest_job(const context& in, const asked_matcher& m)
{
    std::set<std::string, std::less<>> all;
    for (const catalog::scrape_job& j : in.sources.series->jobs())
        static_cast<void>(detail::any_name_of(j, [&all](std::string_view name) {
            if (!name.empty()) all.emplace(name);
            return false;
        }));
    return detail::near_or_list(all, m.test.value(), "there are");
}
namespace detail {

/// Does a part of the query ask for a metric that has a label?
[[nodiscard]] inline bool asks_for_label(const context& in, const promql::node* part, std::string_view label)
{
    bool any = false;
    promql::walk(part, [&](const promql::node* n, const std::vector<const promql::node*>&) {
        const auto* const v = promql::as<promql::vector_selector>(n);
        const asked* const a = v == nullptr ? nullptr : in.find(*v);
        any = any || (a != nullptr && (!a->unknown.empty() || labels_of(in, *a).contains(label)));
    });
    return any;
}

/// Would an operator take away a label that one of its sides has, or pair nothing by it?
[[nodiscard]] inline bool takes_away(const context& in, const promql::binary_node& b, const promql::node* side,
                                     std::string_view label)
{
    using promql::cardinality;
    if (b.matching == nullptr || b.op == promql::token_kind::or_) return false;
    const promql::vector_matching& how = *b.matching;
    const bool is_compared = promql::contains(how.labels, label) == how.on;
    const bool is_left = side == b.left;
    if (is_compared && !asks_for_label(in, is_left ? b.right : b.left, label)) return true;
    if (promql::is_set_operator(b.op)) return !is_left;
    if (how.card == cardinality::one_to_one) return !is_compared;
    const bool is_many = is_left == (how.card == cardinality::many_to_one);
    return !is_many && !promql::contains(how.include, label);
}

/// Does a function give series without the labels of what it is asked of, or without this one?
[[nodiscard]] inline bool takes_away(const promql::call_node& c, std::string_view label) noexcept
{
    return c.of != nullptr && (c.of->returns == promql::value_type::scalar || c.name.starts_with("absent") ||
                               (label == "le" && c.name.starts_with("histogram_")));
}

/// What a by () would be that keeps one more label.
[[nodiscard]] inline std::string by_and(const context& in, const promql::aggregation& g, std::string_view label)
{
    std::string names;
    for (const promql::label_name& l : g.grouping) {
        const text_span written = in.readable.original_span(l.span);
        names += concat(in.expr.text.substr(written.offset, written.length), ", ");
    }
    return concat("by (", names, label, ")");
}

/// How the aggregations around a selector could keep a label; empty when none drops it, or something else would.
[[nodiscard]] inline std::string how_to_keep(const context& in, const asked& a, std::string_view label)
{
    using promql::aggregator;
    std::string text;
    const promql::node* inside = a.selector;
    for (std::size_t i = a.above.size(); i-- > 0; inside = a.above[i]) {
        if (const auto* const c = promql::as<promql::call_node>(a.above[i]); c != nullptr && takes_away(*c, label))
            return {};
        if (const auto* const b = promql::as<promql::binary_node>(a.above[i]);
            b != nullptr && takes_away(in, *b, inside, label))
            return {};
        const auto* const g = promql::as<promql::aggregation>(a.above[i]);
        if (g == nullptr || g->op == aggregator::topk || g->op == aggregator::bottomk || g->op == aggregator::limitk ||
            g->op == aggregator::limit_ratio || promql::contains(g->grouping, label) != g->without)
            continue;
        text += text.empty() ? "keep it: " : " and ";
        text += g->without ? concat("take ", label, " out of without (…)") : by_and(in, *g, label);
    }
    return text;
}

}  // namespace detail

/// What a legend could show instead.
[[nodiscard]] inline std::string suggest_result_label(const context& in, std::string_view label)
{
    for (const asked& a : in.asks) {
        if (const std::string_view other = known_name_of(in, a, label); !other.empty())
            return concat("it is called ", other);
        if (!labels_of(in, a).contains(label) || presence_of(in.sources, a, label) == promql::presence::never) continue;
        if (std::string keep = detail::how_to_keep(in, a, label); !keep.empty()) return keep;
    }
    std::set<std::string, std::less<>> all;
    for (const asked& a : in.asks)
        for (const std::string& l : labels_of(in, a))
            if (in.presence(in.root, l) != promql::presence::never) all.insert(l);
    return detail::near_or_list(all, label, "it has");
}

}  // namespace pitot::lint::dashboards
