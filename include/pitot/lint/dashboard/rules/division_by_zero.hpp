#pragma once
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/promql/print.hpp>

#include <string_view>
#include <vector>

namespace pitot::lint::dashboards {

namespace detail {

/// A number that is written, its sign with it; 0 for anything else.
[[nodiscard]] inline double number_of(const promql::node* n)
{
    n = promql::without_parens(n);
    if (const auto* const sign = promql::as<promql::unary_node>(n))
        return sign->op == promql::token_kind::subtract ? -number_of(sign->of) : number_of(sign->of);
    const auto* const number = promql::as<promql::number_node>(n);
    return number == nullptr ? 0 : number->value;
}

/// Is a value above 0, as far as it is there? Counts are: what is not there is not counted.
[[nodiscard]] inline bool is_positive(const promql::node* n)
{
    using promql::aggregator;
    using promql::token_kind;
    n = promql::without_parens(n);
    if (number_of(n) > 0) return true;
    if (const auto* const b = promql::as<promql::binary_node>(n)) {
        if ((b->op == token_kind::greater || b->op == token_kind::greater_equal) && !b->return_bool &&
            promql::type_of(b->right) == promql::value_type::scalar) {
            const auto* const limit = promql::as<promql::number_node>(promql::without_parens(b->right));
            return limit != nullptr && (limit->value > 0 || (limit->value == 0 && b->op == token_kind::greater));
        }
        const bool left = is_positive(b->left);
        switch (b->op) {
        case token_kind::add: return left || is_positive(b->right);  // a little is added lest it be 0
        case token_kind::multiply:
        case token_kind::divide:
        case token_kind::power:
        case token_kind::or_: return left && is_positive(b->right);
        case token_kind::and_:
        case token_kind::unless: return left;
        default: return promql::is_comparison(b->op) && !b->return_bool && left;
        }
    }
    if (const auto* const g = promql::as<promql::aggregation>(n)) {
        for (const aggregator keeps : {aggregator::sum, aggregator::avg, aggregator::min, aggregator::max,
                                       aggregator::quantile, aggregator::topk, aggregator::bottomk, aggregator::limitk})
            if (g->op == keeps) return is_positive(g->of);
        return g->op == aggregator::count || g->op == aggregator::group || g->op == aggregator::count_values;
    }
    const auto* const c = promql::as<promql::call_node>(n);
    if (c == nullptr) return false;
    for (const std::string_view counts :
         {"exp", "days_in_month", "count_over_time", "present_over_time", "absent", "absent_over_time", "time", "month",
          "day_of_month", "day_of_year", "year", "pi"})
        if (c->name == counts) return true;
    if (c->name == "clamp" || c->name == "clamp_min") return c->arguments.size() > 1 && is_positive(c->arguments[1]);
    for (const std::string_view keeps :
         {"vector", "scalar", "label_replace", "label_join", "sort", "sort_desc", "abs", "sqrt"})
        if (c->name == keeps) return !c->arguments.empty() && is_positive(c->arguments[0]);
    return false;
}

/// Is it surely not 0, where it is there at all?
[[nodiscard]] inline bool is_never_zero(const promql::node* n)
{
    n = promql::without_parens(n);
    if (is_positive(n)) return true;
    const auto* const b = promql::as<promql::binary_node>(n);
    if (b == nullptr) return false;
    using promql::token_kind;
    if (promql::is_comparison(b->op) && !b->return_bool) return true;  // as x < 0 and x != 0; who compares has thought
    if (b->op == token_kind::or_) return is_never_zero(b->left) && is_never_zero(b->right);
    if (b->op == token_kind::unless) {  // y unless y == 0
        const auto* const zero = promql::as<promql::binary_node>(promql::without_parens(b->right));
        return zero != nullptr && zero->op == token_kind::equal && number_of(zero->right) == 0;
    }
    return b->op == token_kind::and_ && is_never_zero(b->left);
}

/// Does an `and` around the division ask for a divisor above 0?
[[nodiscard]] inline bool is_guarded(const promql::binary_node* division, const std::vector<const promql::node*>& above)
{
    for (const promql::node* up : above) {
        const auto* const both = promql::as<promql::binary_node>(up);
        if (both == nullptr || both->op != promql::token_kind::and_) continue;
        const auto* const asks = promql::as<promql::binary_node>(promql::without_parens(both->right));
        if (asks != nullptr && promql::is_comparison(asks->op) && !asks->return_bool &&
            promql::type_of(asks->right) == promql::value_type::scalar &&
            promql::to_text(asks->left) == promql::to_text(promql::without_parens(division->right)))
            return true;
    }
    return false;
}

}  // namespace detail

inline constexpr dashboard_rule division_by_zero{
    {"division-by-zero", severity::info, "a divisor may be 0",
     "x / 0 is +Inf, and 0 / 0 is NaN: +Inf > 0.9 fires, NaN shows nothing. Limits are often 0 for \"none\".",
     "container_memory_usage_bytes / container_spec_memory_limit_bytes > 0.9",
     "container_memory_usage_bytes / (container_spec_memory_limit_bytes > 0) > 0.9"},
    [](const context& in, const rule& about, remarks& out) {
        promql::walk(in.root, [&](const promql::node* n, const std::vector<const promql::node*>& above) {
            const auto* const b = promql::as<promql::binary_node>(n);
            if (b == nullptr || b->op != promql::token_kind::divide) return;
            const promql::node* const divisor = promql::without_parens(b->right);
            if (promql::type_of(divisor) != promql::value_type::vector) return;
            if (detail::is_never_zero(divisor) || detail::is_guarded(b, above)) return;
            out.findings.push_back(
                in.at(divisor->span, about, about.level, "when this is 0 the result is +Inf or NaN", "… > 0"));
        });
    }};

}  // namespace pitot::lint::dashboards
