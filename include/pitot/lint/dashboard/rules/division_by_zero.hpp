#pragma once
#include <pitot/lint/dashboard/context.hpp>

namespace pitot::lint::dashboards {

inline constexpr dashboard_rule division_by_zero{
    {"division-by-zero", severity::info, "a divisor may be 0",
     "x / 0 is +Inf, and 0 / 0 is NaN: +Inf > 0.9 fires, NaN shows nothing. Limits are often 0 for \"none\".",
     "container_memory_usage_bytes / container_spec_memory_limit_bytes > 0.9",
     "container_memory_usage_bytes / (container_spec_memory_limit_bytes > 0) > 0.9"},
    [](const context& in, const rule& about, remarks& out) {
        promql::walk(in.root, [&](const promql::node* n, const std::vector<const promql::node*>&) {
            const auto* const b = promql::as<promql::binary_node>(n);
            if (b == nullptr || b->op != promql::token_kind::divide) return;
            const promql::node* const divisor = promql::without_parens(b->right);
            if (promql::type_of(divisor) != promql::value_type::vector) return;
            if (const auto* const guard = promql::as<promql::binary_node>(divisor);
                guard != nullptr && promql::is_comparison(guard->op) && !guard->return_bool)
                return;
            if (const auto* const counted = promql::as<promql::aggregation>(divisor);
                counted != nullptr &&
                (counted->op == promql::aggregator::count || counted->op == promql::aggregator::group))
                return;  // what is not there is not counted
            if (const auto* const call = promql::as<promql::call_node>(divisor);
                call != nullptr && call->name == "clamp_min")
                return;
            out.findings.push_back(
                in.at(divisor->span, about, about.level, "when this is 0 the result is +Inf or NaN", "… > 0"));
        });
    }};

}  // namespace pitot::lint::dashboards
