#pragma once
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/promql/check.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace pitot::lint::dashboards {

namespace detail {

/// Has a panel a text of its own for no data?
[[nodiscard]] inline bool says_no_data(json::value panel)
{
    for (const json::value config : {panel["fieldConfig"], panel["spec"]["vizConfig"]["spec"]["fieldConfig"]}) {
        const json::value defaults = config["defaults"];
        if (!defaults["noValue"].text().empty()) return true;
        for (const json::value mapping : defaults["mappings"])
            if (mapping["type"].text() == "special" && mapping["options"]["match"].text().starts_with("null"))
                return true;
    }
    return false;
}

/// What shows 0 as well: of a comparison that stands alone, and directly in what counts it.
[[nodiscard]] inline std::string with_zero(const promql::binary_node& b, const std::vector<const promql::node*>& above,
                                           bool counted)
{
    std::size_t comparisons = 0;
    promql::walk(&b, [&comparisons](const promql::node* n, const std::vector<const promql::node*>&) {
        const auto* const other = promql::as<promql::binary_node>(n);
        if (other != nullptr && (promql::is_comparison(other->op) || promql::is_set_operator(other->op))) ++comparisons;
    });
    std::size_t around = above.size();
    while (around > 0 && above[around - 1]->kind == promql::node_kind::paren) --around;
    if (!counted) return comparisons == 1 ? concat("write ", promql::operator_text(b.op), " bool") : std::string();
    const auto* const by = around > 0 ? promql::as<promql::aggregation>(above[around - 1]) : nullptr;
    if (comparisons == 1 && by != nullptr && by->op == promql::aggregator::count)
        return concat("write sum(… ", promql::operator_text(b.op), " bool …)");
    const auto* const whole = promql::as<promql::aggregation>(promql::without_parens(above.front()));
    return whole != nullptr && !whole->without && whole->grouping.empty() ? "… or vector(0)" : std::string();
}

}  // namespace detail

inline constexpr dashboard_rule filter_never_zero{
    {"filter-never-zero", severity::info, "a comparison filters where 0 was to be shown",
     "Without bool a comparison drops what does not satisfy it: when nothing does, the panel shows \"No data\" instead "
     "of 0. Under\n"
     "clamp_max(x > 0, 1) and count(x > 5) that is not what was meant.",
     "clamp_max(app_uptime_seconds > 0, 1)", "app_uptime_seconds > bool 0"},
    [](const context& in, const rule& about, remarks& out) {
        if (in.is_rule) return;
        promql::walk(in.root, [&](const promql::node* n, const std::vector<const promql::node*>& above) {
            const auto* const b = promql::as<promql::binary_node>(n);
            if (b == nullptr || !promql::is_comparison(b->op) || b->return_bool) return;
            bool shown = above.empty() && in.panel_type == "stat";
            bool counted = false;
            for (const promql::node* up : above) {
                const auto* const call = promql::as<promql::call_node>(up);
                const auto* const aggregate = promql::as<promql::aggregation>(up);
                counted = counted || (aggregate != nullptr && aggregate->op == promql::aggregator::count);
                shown = shown || counted || (call != nullptr && call->name.starts_with("clamp"));
                const auto* const other = promql::as<promql::binary_node>(up);
                if (other != nullptr && other->op == promql::token_kind::or_) return;  // or vector(0)
            }
            if (shown && !detail::says_no_data(in.panel))
                out.findings.push_back(in.at(b->op_span, about, about.level,
                                             "where this is false there is no data, never 0",
                                             detail::with_zero(*b, above, counted)));
        });
    }};

}  // namespace pitot::lint::dashboards
