#pragma once
// How the two sides of an operator that pairs nothing could be paired.

#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/look.hpp>
#include <pitot/lint/dashboard/result_series.hpp>

#include <algorithm>  // std::adjacent_find, std::all_of, std::any_of, std::binary_search, std::find
#include <cstddef>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::lint::dashboards {

namespace detail {

/// on (labels), or ignoring (labels).
struct pairing {
    bool on = false;
    std::vector<promql::label_name> labels;
};

[[nodiscard]] inline std::string names_of(std::span<const promql::label_name> labels)
{
    std::string names;
    for (const promql::label_name& l : labels) names += concat(names.empty() ? "" : ", ", l.text);
    return names;
}

/// Has one side surely no two series that a pairing takes for the same?
/// all  its label sets, where they are known
[[nodiscard]] inline bool is_one_each(const promql::node* side, const known_label_sets& all, const pairing& by)
{
    if (all) {
        const label_sets groups = projected(*all, by.labels, by.on);
        return std::adjacent_find(groups.begin(), groups.end()) == groups.end();
    }
    const auto* const sum = promql::as<promql::aggregation>(promql::without_parens(side));
    if (sum == nullptr || sum->without || sum->op > promql::aggregator::stdvar) return false;  // topk and its like
    return std::all_of(sum->grouping.begin(), sum->grouping.end(),
                       [&](const promql::label_name& l) { return promql::contains(by.labels, l.text) == by.on; });
}

/// Are there a series of one side and one of the other that a pairing takes for the same?
[[nodiscard]] inline bool pairs_some(const label_sets& left, const label_sets& right, const pairing& by)
{
    const label_sets lefts = projected(left, by.labels, by.on);
    const label_sets rights = projected(right, by.labels, by.on);
    return std::any_of(rights.begin(), rights.end(),
                       [&lefts](const label_set& s) { return std::binary_search(lefts.begin(), lefts.end(), s); });
}

/// A pairing as it would be written, with the side that may have several series; empty when Prometheus would refuse it.
/// common  labels that both sides have
[[nodiscard]] inline std::string written_pairing(const context& in, const promql::binary_node& b, const pairing& by,
                                                 std::span<const promql::label_name> common)
{
    using promql::cardinality;
    const auto left = label_sets_of(in, b.left);
    const auto right = label_sets_of(in, b.right);
    if (left && right && !pairs_some(*left, *right, by)) return {};
    std::string text = concat(by.on ? "on (" : "ignoring (", names_of(by.labels), ")");
    if (promql::is_set_operator(b.op)) return text;
    const bool one_left = is_one_each(b.left, left, by);
    const bool one_right = is_one_each(b.right, right, by);
    std::vector<promql::label_name> include(b.matching->include.begin(), b.matching->include.end());
    if (by.on)  // Prometheus takes no label in both lists
        std::erase_if(include, [&by](const promql::label_name& l) { return promql::contains(by.labels, l.text); });
    const std::string included = names_of(include);
    switch (b.matching->card) {
    case cardinality::many_to_one: return one_right ? concat(text, " group_left (", included, ")") : std::string();
    case cardinality::one_to_many: return one_left ? concat(text, " group_right (", included, ")") : std::string();
    default: break;
    }
    if (one_left || one_right)
        return concat(text, one_left && one_right ? "" : one_right ? " group_left ()" : " group_right ()");
    const auto is_of_target = [](const promql::label_name& l) { return l.text == "job" || l.text == "instance"; };
    if (promql::is_comparison(b.op) || !left || !right || std::all_of(common.begin(), common.end(), is_of_target))
        return {};
    const text_span op = in.readable.original_span(b.op_span);
    const std::string shared = names_of(common);
    return concat("… ", in.expr.text.substr(op.offset, op.length), " on (", shared, ") group_left () sum by (", shared,
                  ") (…)");
}

}  // namespace detail

/// How the sides could be paired so that Prometheus takes it; empty when that is not known.
/// apart     labels that keep them apart
/// compared  those by which they are paired
[[nodiscard]] inline std::string how_to_pair(const context& in, const promql::binary_node& b,
                                             const std::vector<std::string>& apart,
                                             const std::vector<std::string>& compared)
{
    if (b.matching->on) return {};
    const auto has = [&in](const promql::node* side, std::string_view label) {
        return in.presence(side, label) != promql::presence::never;
    };
    std::set<std::string, std::less<>> all(compared.begin(), compared.end());
    for (const std::string_view own : {"job", "instance"})  // which nobody need tell
        if (!promql::contains(b.matching->labels, own)) all.emplace(own);
    std::vector<promql::label_name> common;
    detail::pairing by{false, {b.matching->labels.begin(), b.matching->labels.end()}};
    bool by_common = apart.size() > 4;
    bool any_left = false;
    bool any_right = false;
    for (const promql::label_name& l : by.labels) {
        any_left = any_left || has(b.left, l.text);
        any_right = any_right || has(b.right, l.text);
    }
    for (const std::string& label : all) {
        const bool left = has(b.left, label);
        const bool right = has(b.right, label);
        any_left = any_left || left;
        any_right = any_right || right;
        if (std::find(apart.begin(), apart.end(), label) != apart.end())
            by.labels.push_back({label, {}});
        else if (left && right)
            common.push_back({label, {}});
        else
            by_common = by_common || left != right;  // some series of one side have it
    }
    if (common.empty()) {
        const bool is_set = promql::is_set_operator(b.op);
        if (!any_right)
            return concat("the right side has no labels: pair by none, on ()", is_set ? "" : " group_left ()");
        if (!any_left)
            return concat("the left side has no labels: pair by none, on ()", is_set ? "" : " group_right ()");
        return {};
    }
    if (by_common) by = {true, common};
    const std::string how = detail::written_pairing(in, b, by, common);
    if (how.empty()) return {};
    if (how.starts_with("…")) return concat("add one side up: ", how);
    return concat(by_common           ? "pair by what they have in common: "
                  : apart.size() == 1 ? "pair without it: "
                                      : "pair without them: ",
                  how);
}

}  // namespace pitot::lint::dashboards
