#pragma once
// What Prometheus makes of the series of both sides of an operator, or why it refuses them.

#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/result_series.hpp>

#include <algorithm>  // std::adjacent_find, std::any_of, std::binary_search
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
    const label_sets lefts = projected(*left, how.labels, how.on);
    const label_sets rights = projected(*right, how.labels, how.on);
    const auto is_among = [](const label_sets& all, const label_set& one) {
        return std::binary_search(all.begin(), all.end(), one);
    };
    const auto several = [&](const label_sets& of, const label_sets* among) -> std::optional<label_set> {
        const auto at = std::adjacent_find(of.begin(), of.end(), [&](const label_set& one, const label_set& next) {
            return one == next && (among == nullptr || is_among(*among, one));
        });
        return at == of.end() ? std::optional<label_set>() : *at;
    };
    using promql::cardinality;
    paired_sides out;
    out.known = true;
    out.pairs = std::any_of(lefts.begin(), lefts.end(), [&](const label_set& s) { return is_among(rights, s); });
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
