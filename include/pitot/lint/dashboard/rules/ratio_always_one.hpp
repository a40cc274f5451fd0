#pragma once
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/look.hpp>

namespace pitot::lint::dashboards {

namespace detail {

/// A selection without aggregation: what it selects and what is done with it.
struct plain_side {
    std::string name;
    std::string function;
    std::int64_t range = 0;
    std::int64_t offset = 0;
    friend bool operator==(const plain_side&, const plain_side&) = default;
};

}  // namespace detail
using detail::plain_side;

/// Without a name when it is something else.
[[nodiscard]] inline plain_side plain_side_of(const context& in, const promql::node* n)
{
    plain_side out;
    n = promql::without_parens(n);
    if (const auto* const call = promql::as<promql::call_node>(n); call != nullptr && call->arguments.size() == 1) {
        out.function = call->name;
        n = promql::without_parens(call->arguments[0]);
    }
    if (const auto* const range = promql::as<promql::matrix_selector>(n)) {
        if (range->range_expr != nullptr) return {};
        out.range = range->range;
        n = range->of;
    }
    const auto* const v = promql::as<promql::vector_selector>(n);
    if (v == nullptr || v->shift.offset_expr != nullptr || v->shift.at != promql::at_kind::none) return {};
    out.offset = v->shift.offset;
    const asked* const a = in.find(*v);
    if (a == nullptr || !a->unknown.empty()) return {};
    for (const asked_matcher& m : a->matchers)
        if (m.templated) return {};
    out.name = a->name;
    return out;
}

inline constexpr dashboard_rule ratio_always_one{
    {"ratio-always-one", severity::warning, "each series is divided by itself",
     "Both sides are the same metric with all its labels, so each series finds itself on the other side: the ratio is "
     "1, whatever the\n"
     "matchers are. Aggregate both sides.",
     "rate(http_requests_total{status=~\"5..\"}[5m]) / rate(http_requests_total[5m])",
     "sum(rate(http_requests_total{status=~\"5..\"}[5m])) / sum(rate(http_requests_total[5m]))"},
    [](const context& in, const rule& about, remarks& out) {
        promql::walk(in.root, [&](const promql::node* n, const std::vector<const promql::node*>&) {
            const auto* const b = promql::as<promql::binary_node>(n);
            if (b == nullptr || b->op != promql::token_kind::divide || b->matching == nullptr || b->matching->on ||
                !b->matching->labels.empty())
                return;
            const plain_side left = plain_side_of(in, b->left);
            const plain_side right = plain_side_of(in, b->right);
            if (left.name.empty() || left != right) return;
            out.findings.push_back(in.at(b->span, about, about.level, "each series is divided by itself: this is 1",
                                         "aggregate both sides"));
        });
    }};

}  // namespace pitot::lint::dashboards
