#pragma once
// Which labels the result of an expression has, from what its selectors have.

#include <pitot/promql/ast.hpp>
#include <pitot/promql/check.hpp>

#include <algorithm>
#include <span>
#include <string_view>

namespace pitot::promql {

/// Of a label on the series of a result.
enum class presence : unsigned char {
    never,   ///< surely on none
    maybe,   ///< on some, or nobody knows
    always,  ///< surely on each
};

[[nodiscard]] constexpr presence either(presence a, presence b) noexcept { return a == b ? a : presence::maybe; }

/// Does the result, or a part of it, carry the metric's name?
[[nodiscard]] inline bool keeps_name(const node* n) noexcept
{
    switch (n->kind) {
    case node_kind::vector_selector:
    case node_kind::matrix_selector: return true;
    case node_kind::subquery: return keeps_name(static_cast<const subquery*>(n)->of);
    case node_kind::paren: return keeps_name(static_cast<const paren_node*>(n)->of);
    case node_kind::unary: {
        const auto& u = *static_cast<const unary_node*>(n);
        return u.op == token_kind::add && keeps_name(u.of);
    }
    case node_kind::aggregation: {
        const auto& a = *static_cast<const aggregation*>(n);
        const bool picks = a.op == aggregator::topk || a.op == aggregator::bottomk || a.op == aggregator::limitk ||
                           a.op == aggregator::limit_ratio;
        return picks ? keeps_name(a.of) : !a.without && contains(a.grouping, "__name__") && keeps_name(a.of);
    }
    case node_kind::call: {
        const auto& c = *static_cast<const call_node*>(n);
        if (c.of == nullptr || c.arguments.empty()) return false;
        const bool relabels = c.name == "label_replace" || c.name == "label_join" || c.name == "info";
        return (relabels || c.of->labels == label_effect::keeps_all) && keeps_name(c.arguments[0]);
    }
    case node_kind::binary: {
        const auto& b = *static_cast<const binary_node*>(n);
        if (b.op == token_kind::or_) return keeps_name(b.left) || keeps_name(b.right);
        if (is_set_operator(b.op)) return keeps_name(b.left);
        if (!is_comparison(b.op) || b.return_bool) return false;
        if (b.matching != nullptr && b.matching->card == cardinality::one_to_many) return keeps_name(b.right);
        if (b.matching != nullptr && b.matching->card == cardinality::one_to_one &&
            contains(b.matching->labels, "__name__") != b.matching->on)
            return false;  // on () keeps the labels that it names, ignoring () the others
        return type_of(b.left) == value_type::vector ? keeps_name(b.left) : keeps_name(b.right);
    }
    default: return false;
    }
}

/// of_selector  (const vector_selector&, std::string_view label) -> presence
/// is_open      (const label_name&) -> bool: it stands for labels that nobody knows, as a dashboard's variable does
/// source       Prometheus 3.14: the rules on labels of functions, aggregation and vector matching
template <class F, class Open>
[[nodiscard]] presence label_presence(const node* n, std::string_view label, F&& of_selector, Open&& is_open)
{
    const auto below = [&](const node* of) { return label_presence(of, label, of_selector, is_open); };
    // Of a label that a list does not name: it may be among the open ones.
    const auto if_open = [&](std::span<const label_name> names, const node* of, presence otherwise) {
        if (std::none_of(names.begin(), names.end(), is_open)) return otherwise;
        return below(of) == presence::never ? presence::never : presence::maybe;
    };
    switch (n->kind) {
    case node_kind::vector_selector:
        if (label == "__name__") return presence::always;
        return of_selector(*static_cast<const vector_selector*>(n), label);
    case node_kind::matrix_selector: return below(static_cast<const matrix_selector*>(n)->of);
    case node_kind::subquery: return below(static_cast<const subquery*>(n)->of);
    case node_kind::paren: return below(static_cast<const paren_node*>(n)->of);
    case node_kind::unary:
        return label == "__name__" && !keeps_name(n) ? presence::never : below(static_cast<const unary_node*>(n)->of);
    case node_kind::aggregation: {
        const auto& a = *static_cast<const aggregation*>(n);
        switch (a.op) {
        case aggregator::topk:
        case aggregator::bottomk:
        case aggregator::limitk:
        case aggregator::limit_ratio: return below(a.of);
        case aggregator::count_values:
            if (const auto* const name = as<string_node>(a.parameter); name != nullptr && name->value == label)
                return presence::always;
            break;
        default: break;
        }
        if (label == "__name__" && a.without) return presence::never;
        if (contains(a.grouping, label)) return a.without ? presence::never : below(a.of);
        return if_open(a.grouping, a.of, a.without ? below(a.of) : presence::never);
    }
    case node_kind::call: {
        const auto& c = *static_cast<const call_node*>(n);
        if (c.of == nullptr) return presence::maybe;
        if (c.of->returns == value_type::scalar) return presence::never;
        const node* vector = nullptr;
        for (std::size_t i = 0; i < c.arguments.size() && vector == nullptr; ++i)
            if (const value_type t = c.of->argument(i); t == value_type::vector || t == value_type::matrix)
                vector = c.arguments[i];
        if (vector == nullptr) return presence::never;  // vector(1), time()
        if (c.name == "absent" || c.name == "absent_over_time") {
            const node* of = without_parens(vector);
            if (const auto* const m = as<matrix_selector>(of)) of = m->of;
            const auto* const v = as<vector_selector>(of);
            if (v == nullptr || label == "__name__") return presence::never;
            bool equal = false;  // once one was, each that follows takes the label away
            bool has = false;
            for (const label_matcher& m : v->matchers) {
                if (m.name != label) continue;
                has = m.op == match_op::equal && !equal && !m.value.empty();
                equal = equal || m.op == match_op::equal;
            }
            return has ? presence::always : presence::never;
        }
        if (c.name == "label_replace" || c.name == "label_join") {
            const auto* const target = c.arguments.size() > 1 ? as<string_node>(without_parens(c.arguments[1]))
                                                              : nullptr;
            return target == nullptr || target->value == label ? presence::maybe : below(vector);
        }
        if (c.name == "info") return either(below(vector), presence::maybe);
        if (label == "le" &&
            (c.name == "histogram_quantile" || c.name == "histogram_fraction" || c.name == "histogram_quantiles"))
            return presence::never;
        if (c.name == "histogram_quantiles" && c.arguments.size() > 1)
            if (const auto* const name = as<string_node>(c.arguments[1]); name != nullptr && name->value == label)
                return presence::always;
        if (label == "__name__" && !keeps_name(n)) return presence::never;
        return below(vector);
    }
    case node_kind::binary: {
        const auto& b = *static_cast<const binary_node*>(n);
        if (label == "__name__" && !keeps_name(n)) return presence::never;
        if (b.matching == nullptr) {
            if (type_of(b.left) == value_type::vector) return below(b.left);
            return type_of(b.right) == value_type::vector ? below(b.right) : presence::never;
        }
        const vector_matching& how = *b.matching;
        if (b.op == token_kind::or_) return either(below(b.left), below(b.right));
        if (is_set_operator(b.op)) return below(b.left);
        switch (how.card) {
        case cardinality::many_to_one:
        case cardinality::one_to_many: {
            const bool many_left = how.card == cardinality::many_to_one;
            const node* const many = many_left ? b.left : b.right;
            const node* const one = many_left ? b.right : b.left;
            if (contains(how.include, label)) return below(one);
            const presence own = below(many);
            const bool open = std::any_of(how.include.begin(), how.include.end(), is_open);
            return open && below(one) != own ? presence::maybe : own;
        }
        default: break;
        }
        if (contains(how.labels, label)) return how.on ? below(b.left) : presence::never;
        return if_open(how.labels, b.left, how.on ? presence::never : below(b.left));
    }
    default: return presence::never;
    }
}

/// May the result be without series, whatever there is? A scalar never is.
[[nodiscard]] inline bool can_be_empty(const node* n) noexcept
{
    if (type_of(n) == value_type::scalar) return false;
    switch (n->kind) {
    case node_kind::paren: return can_be_empty(static_cast<const paren_node*>(n)->of);
    case node_kind::unary: return can_be_empty(static_cast<const unary_node*>(n)->of);
    case node_kind::aggregation: {
        const auto& a = *static_cast<const aggregation*>(n);
        if (a.op == aggregator::limit_ratio) return true;
        if (a.op == aggregator::topk || a.op == aggregator::bottomk || a.op == aggregator::limitk) {
            const auto* const k = as<number_node>(without_parens(a.parameter));
            if (k == nullptr || !(k->value >= 1)) return true;
        }
        return can_be_empty(a.of);
    }
    case node_kind::call: {
        const auto& c = *static_cast<const call_node*>(n);
        if (c.name == "vector" || c.arguments.empty()) return false;
        if (c.name.starts_with("absent") || c.name.starts_with("histogram_") || c.name == "clamp" || c.name == "info" ||
            c.name == "start_timestamp" || c.of == nullptr || c.of->argument(0) != value_type::vector)
            return true;
        return can_be_empty(c.arguments[0]);
    }
    case node_kind::binary: {
        const auto& b = *static_cast<const binary_node*>(n);
        if (b.op == token_kind::or_) return can_be_empty(b.left) && can_be_empty(b.right);
        if (b.matching != nullptr || (is_comparison(b.op) && !b.return_bool) || b.op == token_kind::trim_lower ||
            b.op == token_kind::trim_upper)
            return true;
        return can_be_empty(type_of(b.left) == value_type::scalar ? b.right : b.left);
    }
    default: return true;
    }
}

}  // namespace pitot::promql
