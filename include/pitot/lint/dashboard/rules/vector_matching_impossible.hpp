#pragma once
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/look.hpp>
#include <pitot/lint/dashboard/paired_sides.hpp>
#include <pitot/lint/dashboard/pairing.hpp>

#include <cstddef>
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

/// How many series the selectors of a part of the query select, and one for each of them.
[[nodiscard]] inline std::size_t series_below(const context& in, const promql::node* part)
{
    std::size_t all = 0;
    promql::walk(part, [&](const promql::node* n, const std::vector<const promql::node*>&) {
        const auto* const v = promql::as<promql::vector_selector>(n);
        const asked* const a = v == nullptr ? nullptr : in.find(*v);
        if (a != nullptr) all += 1 + a->selected.size();
    });
    return all;
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

/// What Prometheus refuses, or pairs with nothing, although no label alone keeps the sides apart.
inline void check_pairing(const context& in, const promql::binary_node& b, const rule& about, remarks& out)
{
    const paired_sides sides = pair_sides(in, b);
    if (!sides.known || (sides.pairs && !sides.are_refused())) return;
    const auto say = [&](std::string message, std::string advice) {
        out.findings.push_back(in.at(b.op_span, about, about.level, std::move(message), std::move(advice)));
    };
    if (!sides.are_refused())
        return say("no series of both sides are alike in all labels that are compared: nothing is paired", {});
    const bool is_both = sides.alike_left && sides.alike_right;
    const bool is_grouped = b.matching->card != promql::cardinality::one_to_one;
    const std::string_view side = is_both ? "both sides" : sides.alike_left ? "the left" : "the right";
    say(concat("Prometheus refuses this: several series on ", side, " are alike in ",
               text_of_labels(sides.alike_right ? *sides.alike_right : *sides.alike_left)),
        is_both            ? "pair by more labels, or aggregate one side"
        : is_grouped       ? concat("pair by more labels, or aggregate ", side, " side")
        : sides.alike_left ? "keep them apart: group_left ()"
                           : "keep them apart: group_right ()");
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
        constexpr std::size_t most = 2'000'000;  // values of labels that a query's operators look at: then no more
        if (in.sources.series == nullptr) return;
        std::size_t looked_at = 0;
        promql::walk(in.root, [&](const promql::node* n, const std::vector<const promql::node*>&) {
            const auto* const b = promql::as<promql::binary_node>(n);
            if (looked_at > most || b == nullptr || b->matching == nullptr || b->op == promql::token_kind::or_ ||
                b->op == promql::token_kind::unless)
                return;
            for (const promql::label_name& l : b->matching->labels)
                if (in.readable.is_variable(l.span)) return;  // nobody knows what is compared
            if (detail::asks_for_nothing(in, b->left) || detail::asks_for_nothing(in, b->right)) return;
            const std::vector<std::string> compared = compared_labels(in, *b);
            looked_at += (detail::series_below(in, b->left) + detail::series_below(in, b->right)) * compared.size();
            if (looked_at > most) return;
            std::vector<std::string> apart;
            std::string why;
            for (const std::string& label : compared) {
                std::string one = detail::what_keeps_apart(in, *b, label);
                if (one.empty()) continue;
                apart.push_back(label);
                if (why.empty()) why = std::move(one);
            }
            if (!apart.empty())
                out.findings.push_back(
                    in.at(b->op_span, about, about.level, std::move(why), how_to_pair(in, *b, apart, compared)));
            else
                detail::check_pairing(in, *b, about, out);
        });
    }};

}  // namespace pitot::lint::dashboards
