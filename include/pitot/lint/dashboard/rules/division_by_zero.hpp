#pragma once
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/promql/print.hpp>

#include <algorithm>  // std::any_of
#include <string>
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

/// Is it a comparison that keeps only what is above 0: x > 0, x >= 2, 0 < x, x == 3?
[[nodiscard]] inline bool is_above_zero(const promql::binary_node& b)
{
    using promql::token_kind;
    const bool mirrored = promql::type_of(b.left) == promql::value_type::scalar;
    const auto* const limit = promql::as<promql::number_node>(promql::without_parens(mirrored ? b.left : b.right));
    if (limit == nullptr) return false;
    if (b.op == (mirrored ? token_kind::less : token_kind::greater)) return limit->value >= 0;
    return limit->value > 0 &&
           (b.op == (mirrored ? token_kind::less_equal : token_kind::greater_equal) || b.op == token_kind::equal);
}

/// Is a value above 0, as far as it is there? Counts are: what is not there is not counted.
[[nodiscard]] inline bool is_positive(const promql::node* n)
{
    using promql::aggregator;
    using promql::token_kind;
    n = promql::without_parens(n);
    if (number_of(n) > 0) return true;
    if (const auto* const b = promql::as<promql::binary_node>(n)) {
        if (promql::is_comparison(b->op))
            return !b->return_bool && (is_above_zero(*b) || (promql::type_of(b->left) == promql::value_type::vector &&
                                                             is_positive(b->left)));
        const bool left = is_positive(b->left);
        switch (b->op) {
        case token_kind::add: return left || is_positive(b->right);  // a little is added lest it be 0
        case token_kind::multiply:
        case token_kind::divide:
        case token_kind::power:
        case token_kind::or_: return left && is_positive(b->right);
        case token_kind::and_:
        case token_kind::unless: return left;
        default: return false;
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

/// Is it a comparison of a value with 0 by an operator?
/// of  the value's text; empty: any
[[nodiscard]] inline bool compares_with_zero(const promql::node* n, promql::token_kind op, std::string_view of)
{
    const auto* const b = promql::as<promql::binary_node>(promql::without_parens(n));
    if (b == nullptr || b->op != op || b->return_bool) return false;
    const auto* const zero = promql::as<promql::number_node>(promql::without_parens(b->right));
    return zero != nullptr && zero->value == 0 &&
           (of.empty() || promql::to_text(promql::without_parens(b->left)) == of);
}

/// Is it not 0, where it is there at all? Who compares the divisor has thought of it: x < 0, x == $limit.
[[nodiscard]] inline bool is_never_zero(const promql::node* n)
{
    using promql::token_kind;
    n = promql::without_parens(n);
    if (const auto* const sign = promql::as<promql::unary_node>(n)) return is_never_zero(sign->of);
    if (is_positive(n)) return true;
    if (const auto* const c = promql::as<promql::call_node>(n))
        return c->name == "vector" && !c->arguments.empty() && number_of(c->arguments[0]) != 0;
    const auto* const b = promql::as<promql::binary_node>(n);
    if (b == nullptr) return false;
    if (promql::is_comparison(b->op) && !b->return_bool) return !compares_with_zero(b, token_kind::equal, {});
    if (b->op == token_kind::or_) return is_never_zero(b->left) && is_never_zero(b->right);
    if (b->op == token_kind::unless)
        return compares_with_zero(b->right, token_kind::equal, promql::to_text(promql::without_parens(b->left)));
    return b->op == token_kind::and_ && is_never_zero(b->left);
}

/// Does an `and` around the division ask for a divisor above 0, or other than 0?
[[nodiscard]] inline bool is_guarded(const promql::binary_node* division, const std::vector<const promql::node*>& above)
{
    const std::string divisor = promql::to_text(promql::without_parens(division->right));
    const auto asks = [&divisor](const promql::node* n) {
        if (compares_with_zero(n, promql::token_kind::not_equal, divisor)) return true;
        const auto* const b = promql::as<promql::binary_node>(promql::without_parens(n));
        return b != nullptr && promql::is_comparison(b->op) && !b->return_bool && is_above_zero(*b) &&
               promql::to_text(promql::without_parens(b->left)) == divisor;
    };
    return std::any_of(above.begin(), above.end(), [&asks](const promql::node* up) {
        const auto* const both = promql::as<promql::binary_node>(up);
        return both != nullptr && both->op == promql::token_kind::and_ && (asks(both->left) || asks(both->right));
    });
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
            if (const auto* const number = promql::as<promql::number_node>(divisor);
                number != nullptr && number->value == 0) {
                out.findings.push_back(
                    in.at(divisor->span, about, about.level, "this is 0: the result is +Inf or NaN"));
                return;
            }
            if (promql::type_of(divisor) != promql::value_type::vector) return;
            if (detail::is_never_zero(divisor) || (!above.empty() && detail::is_guarded(b, above))) return;
            out.findings.push_back(
                in.at(divisor->span, about, about.level, "when this is 0 the result is +Inf or NaN", "… > 0"));
        });
    }};

}  // namespace pitot::lint::dashboards
