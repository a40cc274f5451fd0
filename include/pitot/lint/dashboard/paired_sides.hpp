#pragma once
// What Prometheus makes of the series of both sides of an operator, or why it refuses them.

#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/result_series.hpp>

#include <algorithm>  // std::any_of, std::find_if
#include <cstddef>
#include <map>
#include <optional>
#include <string>

namespace pitot::lint::dashboards {

/// alike  labels that several series of a side share; empty when that has one for each of the other, or may have many
/// pairs  does any series of one side have one of the other?
struct paired_sides {
    bool known = false;
    bool pairs = true;
    std::optional<label_set> alike_left = {};
    std::optional<label_set> alike_right = {};

    [[nodiscard]] bool are_refused() const noexcept { return alike_left || alike_right; }
};

/// source  Prometheus 3.14, promql/engine.go, VectorBinop
[[nodiscard]] inline paired_sides pair_sides(const context& in, const promql::binary_node& b)
{
    if (b.matching == nullptr || b.matching->has_fill_left || b.matching->has_fill_right) return {};
    const promql::vector_matching& how = *b.matching;
    const auto left = label_sets_of(in, b.left, true);
    if (!left) return {};
    const auto right = label_sets_of(in, b.right, true);
    if (!right) return {};
    using groups = std::map<label_set, std::size_t>;
    const auto counted = [&how](const label_sets& all) {
        groups out;
        for (const label_set& one : all) ++out[projected(one, how.labels, how.on)];
        return out;
    };
    const groups lefts = counted(*left);
    const groups rights = counted(*right);
    const auto several = [](const groups& of, const groups* among) -> std::optional<label_set> {
        const auto at = std::find_if(of.begin(), of.end(), [among](const auto& group) {
            return group.second > 1 && (among == nullptr || among->contains(group.first));
        });
        return at == of.end() ? std::optional<label_set>() : at->first;
    };
    using promql::cardinality;
    paired_sides out;
    out.known = true;
    out.pairs = std::any_of(lefts.begin(), lefts.end(), [&](const auto& g) { return rights.contains(g.first); });
    if (promql::is_set_operator(b.op)) return out;
    // Of the side that has one for each of the other none may be alike; one to one, only those that are paired are
    // seen.
    if (how.card == cardinality::one_to_one) out.alike_left = several(lefts, &rights);
    if (how.card == cardinality::one_to_many) out.alike_left = several(lefts, nullptr);
    if (how.card != cardinality::one_to_many) out.alike_right = several(rights, nullptr);
    return out;
}

/// a="1", b="2"
[[nodiscard]] inline std::string text_of_labels(const label_set& labels)
{
    std::string out;
    for (const auto& [name, value] : labels) out += concat(out.empty() ? "" : ", ", name, "=\"", value, "\"");
    return out.empty() ? "no label" : out;
}

}  // namespace pitot::lint::dashboards
