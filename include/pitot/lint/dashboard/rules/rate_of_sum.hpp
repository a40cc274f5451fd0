#pragma once
#include <pitot/lint/dashboard/context.hpp>

namespace pitot::lint::dashboards {

/// The aggregation of a selector that a part of a query shows, alone or calculated with; null when there is none.
[[nodiscard]] inline const promql::vector_selector* summed(const promql::node* n)
{
    n = promql::without_parens(n);
    if (const auto* const g = promql::as<promql::aggregation>(n)) {
        using promql::aggregator;
        for (const aggregator keeps : {aggregator::count, aggregator::group, aggregator::topk, aggregator::bottomk,
                                       aggregator::limitk, aggregator::limit_ratio})
            if (g->op == keeps) return nullptr;
        return promql::as<promql::vector_selector>(promql::without_parens(g->of));
    }
    if (const auto* const b = promql::as<promql::binary_node>(n)) {
        if (promql::is_comparison(b->op)) return nullptr;
        const promql::vector_selector* const left = summed(b->left);
        return left != nullptr ? left : summed(b->right);
    }
    if (const auto* const c = promql::as<promql::call_node>(n))
        for (const promql::node* const argument : c->arguments)
            if (const promql::vector_selector* const found = summed(argument)) return found;
    return nullptr;
}

inline constexpr dashboard_rule rate_of_sum{
    {"rate-of-sum", severity::warning, "a rate is taken of an aggregated counter",
     "When one of the summed counters starts anew, the sum falls, and rate takes that for a restart of all: a spike "
     "that never was.\n"
     "Take the rate first, then aggregate.",
     "rate(sum(http_requests_total)[5m:])", "sum(rate(http_requests_total[5m]))"},
    [](const context& in, const rule& about, remarks& out) {
        promql::walk(in.root, [&](const promql::node* n, const std::vector<const promql::node*>&) {
            const auto* const call = promql::as<promql::call_node>(n);
            if (call == nullptr || call->of == nullptr || call->of->of != promql::wants::counter ||
                call->arguments.empty())
                return;
            const auto* const sub = promql::as<promql::subquery>(promql::without_parens(call->arguments[0]));
            const promql::vector_selector* const v = sub == nullptr ? nullptr : summed(sub->of);
            if (v == nullptr) return;
            if (const asked* const a = in.find(*v); a != nullptr && type_of(*a) == metric_type::gauge)
                return;  // rate-on-gauge
            out.findings.push_back(in.at(call->span, about, about.level,
                                         concat(call->name, "() of an aggregate sees restarts that are none"),
                                         "take the rate first, then aggregate"));
        });
    }};

}  // namespace pitot::lint::dashboards
