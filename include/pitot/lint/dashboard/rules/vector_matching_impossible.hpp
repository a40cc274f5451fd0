#pragma once
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/look.hpp>
#include <pitot/lint/dashboard/result_series.hpp>

#include <algorithm>  // std::find
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::lint::dashboards {

namespace detail {

/// Does a part of the query ask for what is not there? Other rules say so, and what it would be paired with is unknown.
[[nodiscard]] inline bool asks_for_nothing(const context& in, const promql::node* part)
{
    bool any = false;
    promql::walk(part, [&](const promql::node* n, const std::vector<const promql::node*>&) {
        const auto* const v = promql::as<promql::vector_selector>(n);
        const asked* const a = v == nullptr ? nullptr : in.find(*v);
        any = any || (a != nullptr && a->unknown.empty() && (!a->exists || a->dead_matcher() != nullptr));
    });
    return any;
}

/// Why a label keeps the sides of an operator apart; empty when it does not.
[[nodiscard]] inline std::string what_keeps_apart(const context& in, const promql::binary_node& b,
                                                  std::string_view label)
{
    if (have_nothing_in_common(in, b, label))
        return concat("no value of ", label, " is on both sides: nothing is paired");
    using promql::presence;
    const presence left = in.presence(b.left, label);
    const presence right = in.presence(b.right, label);
    if (!((left == presence::always && right == presence::never) ||
          (left == presence::never && right == presence::always)))
        return {};
    return concat("only the ", left == presence::always ? "left" : "right", " side has the label ", label,
                  ": nothing is paired");
}

/// How the sides could be paired; empty when no label would do.
/// apart     labels that keep them apart
/// compared  those by which they are paired
[[nodiscard]] inline std::string how_to_pair(const context& in, const promql::binary_node& b,
                                             const std::vector<std::string>& apart,
                                             const std::vector<std::string>& compared)
{
    if (b.matching->on) return {};
    const auto has = [&in](const promql::node* side, const std::string& label) {
        return in.presence(side, label) != promql::presence::never;
    };
    std::string common;
    for (const std::string& label : compared)
        if (has(b.left, label) && has(b.right, label) && std::find(apart.begin(), apart.end(), label) == apart.end())
            common += concat(common.empty() ? "" : ", ", label);
    if (common.empty()) {
        const auto has_any = [&](const promql::node* side) {
            for (const asked& a : in.asks)
                for (const std::string& label : labels_of(in, a))
                    if (label != "__name__" && has(side, label)) return true;
            return false;
        };
        if (!has_any(b.right)) return "the right side has no labels: pair by none, on () group_left ()";
        if (!has_any(b.left)) return "the left side has no labels: pair by none, on () group_right ()";
        return {};
    }
    if (apart.size() > 4) return concat("pair by what they have in common: on (", common, ")");
    std::string names;
    for (const promql::label_name& l : b.matching->labels) names += concat(names.empty() ? "" : ", ", l.text);
    for (const std::string& label : apart) names += concat(names.empty() ? "" : ", ", label);
    return concat("pair without ", apart.size() == 1 ? "it" : "them", ": ignoring (", names, ")");
}

/// What Prometheus refuses, or pairs with nothing, although no label alone keeps the sides apart.
inline void check_pairing(const context& in, const promql::binary_node& b, const rule& about, remarks& out)
{
    const paired_sides sides = pairing_of(in, b);
    if (sides.is == pairing::unknown || sides.is == pairing::fine) return;
    const std::string group = sides.alike.empty() ? "no label" : sides.alike;
    const auto say = [&](std::string message, std::string advice) {
        out.findings.push_back(in.at(b.op_span, about, about.level, std::move(message), std::move(advice)));
    };
    const bool grouped = b.matching->card != promql::cardinality::one_to_one;
    switch (sides.is) {
    case pairing::none:
        return say("no series of both sides are alike in all labels that are compared: nothing is paired", {});
    case pairing::many_left:
        return say(concat("Prometheus refuses this: several series on the left are alike in ", group),
                   grouped ? "" : "keep them apart: group_left ()");
    case pairing::many_right:
        return say(concat("Prometheus refuses this: several series on the right are alike in ", group),
                   grouped ? "pair by more labels, or aggregate the right side" : "keep them apart: group_right ()");
    default:
        return say(concat("Prometheus refuses this: several series on both sides are alike in ", group),
                   "pair by more labels, or aggregate one side");
    }
}

}  // namespace detail

inline constexpr dashboard_rule vector_matching_impossible{
    {"vector-matching-impossible", severity::warning, "the two sides of an operator can never match",
     "Series are paired when the labels that are compared are equal. Here one side always has a label that the other "
     "never has, or\n"
     "the two have it with other values, so nothing is paired and the result is empty. Or several series of a side "
     "that has one for each\n"
     "pair are alike: Prometheus refuses that (\"many-to-many matching not allowed\"), and the panel shows an error.",
     "rate(a_total[5m]) / sum by (job) (b)", "sum by (job) (rate(a_total[5m])) / sum by (job) (b)"},
    [](const context& in, const rule& about, remarks& out) {
        constexpr std::size_t most = 300;  // selectors: each operator looks at all
        if (in.sources.series == nullptr || in.asks.size() > most) return;
        promql::walk(in.root, [&](const promql::node* n, const std::vector<const promql::node*>&) {
            const auto* const b = promql::as<promql::binary_node>(n);
            if (b == nullptr || b->matching == nullptr || b->op == promql::token_kind::or_ ||
                b->op == promql::token_kind::unless)
                return;
            for (const promql::label_name& l : b->matching->labels)
                if (in.readable.is_variable(l.span)) return;  // nobody knows what is compared
            if (detail::asks_for_nothing(in, b->left) || detail::asks_for_nothing(in, b->right)) return;
            const std::vector<std::string> compared = compared_labels(in, *b);
            std::vector<std::string> apart;
            std::string why;
            for (const std::string& label : compared) {
                std::string one = detail::what_keeps_apart(in, *b, label);
                if (one.empty()) continue;
                apart.push_back(label);
                if (why.empty()) why = std::move(one);
            }
            if (!apart.empty())
                out.findings.push_back(in.at(b->op_span, about, about.level, std::move(why),
                                             detail::how_to_pair(in, *b, apart, compared)));
            else
                detail::check_pairing(in, *b, about, out);
        });
    }};

}  // namespace pitot::lint::dashboards
