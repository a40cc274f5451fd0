#pragma once
// The types of an expression's parts, and what does not go together.
// source  Prometheus 3.14, promql/parser/parse.go, checkAST

#include <pitot/promql/ast.hpp>
#include <pitot/promql/complaints.hpp>
#include <pitot/promql/nullable.hpp>
#include <pitot/promql/parse_options.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::promql {

/// Of a tree without errors; of another, what can be said. Walks the left side without recursion.
[[nodiscard]] inline value_type type_of(const node* n) noexcept
{
    bool only_scalars = true;  // of the operands to the right that were passed by
    while (n != nullptr) {
        switch (n->kind) {
        case node_kind::number:
        case node_kind::duration: return only_scalars ? value_type::scalar : value_type::vector;
        case node_kind::string: return only_scalars ? value_type::string : value_type::vector;
        case node_kind::vector_selector:
        case node_kind::aggregation: return value_type::vector;
        case node_kind::matrix_selector:
        case node_kind::subquery: return only_scalars ? value_type::matrix : value_type::vector;
        case node_kind::call: {
            const auto* const of = static_cast<const call_node*>(n)->of;
            return of == nullptr ? value_type::none
                   : only_scalars || of->returns == value_type::scalar
                       ? (only_scalars ? of->returns : value_type::vector)
                       : value_type::vector;
        }
        case node_kind::paren: n = static_cast<const paren_node*>(n)->of; break;
        case node_kind::unary: n = static_cast<const unary_node*>(n)->of; break;
        case node_kind::binary: {
            const auto* const b = static_cast<const binary_node*>(n);
            if (type_of(b->right) != value_type::scalar) return value_type::vector;
            // The left side decides, and whatever is no scalar there makes a vector.
            const node* left = b->left;
            return type_of(left) == value_type::scalar ? value_type::scalar : value_type::vector;
        }
        }
    }
    return value_type::none;
}

[[nodiscard]] constexpr bool is_comparison(token_kind op) noexcept
{
    return op >= token_kind::equal && op <= token_kind::greater_equal;
}
[[nodiscard]] constexpr bool is_set_operator(token_kind op) noexcept
{
    return op == token_kind::and_ || op == token_kind::or_ || op == token_kind::unless;
}

/// As the source writes it, in small letters.
[[nodiscard]] constexpr std::string_view operator_text(token_kind op) noexcept
{
    switch (op) {
    case token_kind::add: return "+";
    case token_kind::subtract: return "-";
    case token_kind::multiply: return "*";
    case token_kind::divide: return "/";
    case token_kind::modulo: return "%";
    case token_kind::power: return "^";
    case token_kind::equal: return "==";
    case token_kind::not_equal: return "!=";
    case token_kind::less: return "<";
    case token_kind::less_equal: return "<=";
    case token_kind::greater: return ">";
    case token_kind::greater_equal: return ">=";
    case token_kind::trim_upper: return "</";
    case token_kind::trim_lower: return ">/";
    case token_kind::and_: return "and";
    case token_kind::or_: return "or";
    case token_kind::unless: return "unless";
    case token_kind::atan2: return "atan2";
    default: return "?";
    }
}

/// One pass; fills in what only types tell (which binary operations match vectors, and how).
class checker : private detail::complaints {
public:
    checker(std::string_view text, tree_arena& memory, std::vector<parse_error>& errors)
        : complaints(memory, errors), text_(text), spine_(memory.scratch().spine)
    {
        spine_.clear();
    }

    value_type check(node* n)
    {
        if (n->kind != node_kind::binary && n->kind != node_kind::subquery) return leaf(n);
        if (auto* const b = as<binary_node>(n);
            b != nullptr && b->left->kind != node_kind::binary && b->left->kind != node_kind::subquery)
            return binary(*b, leaf(b->left));
        return spine(n);
    }

private:
    /// A long chain of operators leans to the left: its spine is walked in a loop.
    [[gnu::noinline]] value_type spine(node* n)
    {
        const std::size_t first = spine_.size();
        for (;;) {
            spine_.push_back(n);
            if (auto* const b = as<binary_node>(n))
                n = b->left;
            else if (auto* const s = as<subquery>(n))
                n = s->of;
            else
                break;
        }
        value_type type = leaf(spine_.back());
        for (std::size_t i = spine_.size() - 1; i-- > first;) {
            node* const above = spine_[i];
            if (auto* const b = as<binary_node>(above)) {
                type = binary(*b, type);
            } else {
                if (type != value_type::vector)
                    complain(above->span, joined({"subquery is only allowed on instant vector, got ", short_name(type),
                                                  " instead"}));
                type = value_type::matrix;
            }
        }
        spine_.resize(first);
        return type;
    }

    static std::string_view short_name(value_type type) noexcept
    {
        constexpr std::string_view all[] = {"none", "scalar", "vector", "matrix", "string"};
        return all[static_cast<unsigned>(type)];
    }

    void expect(node* n, value_type wanted, std::string_view context)
    {
        const value_type type = check(n);
        if (type != wanted)
            complain(n->span,
                     joined({"expected type ", to_string(wanted), " in ", context, ", got ", to_string(type)}));
    }

    value_type leaf(node* n)
    {
        switch (n->kind) {
        case node_kind::number:
        case node_kind::duration: return value_type::scalar;
        case node_kind::string: return value_type::string;
        case node_kind::vector_selector: selector(*static_cast<vector_selector*>(n)); return value_type::vector;
        case node_kind::matrix_selector: check(static_cast<matrix_selector*>(n)->of); return value_type::matrix;
        case node_kind::paren: return check(static_cast<paren_node*>(n)->of);
        case node_kind::unary: {
            const value_type type = check(static_cast<unary_node*>(n)->of);
            if (type != value_type::scalar && type != value_type::vector)
                complain(
                    n->span,
                    joined({"unary expression only allowed on expressions of type scalar or instant vector, got \"",
                            to_string(type), "\""}));
            return type;
        }
        case node_kind::aggregation: aggregate(*static_cast<aggregation*>(n)); return value_type::vector;
        case node_kind::call: return call(*static_cast<call_node*>(n));
        default: return value_type::none;
        }
    }

    void aggregate(aggregation& a)
    {
        expect(a.of, value_type::vector, "aggregation expression");
        if (a.op == aggregator::count_values)
            expect(a.parameter, value_type::string, "aggregation parameter");
        else if (a.parameter != nullptr)
            expect(a.parameter, value_type::scalar, "aggregation parameter");
    }

    /// The operator and its modifiers; ends at its last character, as Prometheus's does.
    [[nodiscard]] text_span operator_range(const binary_node& b) const
    {
        const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
        std::size_t begin = b.left->span.end();
        while (begin < text_.size() && blank(text_[begin])) ++begin;
        std::size_t end = b.right->span.offset - 1;
        while (end > 0 && blank(text_[end])) --end;
        return {begin, end > begin ? end - begin : 0};
    }

    value_type binary(binary_node& b, value_type left)
    {
        const value_type right = check(b.right);
        const value_type type = left == value_type::scalar && right == value_type::scalar ? value_type::scalar
                                                                                          : value_type::vector;
        vector_matching& how = *b.matching;
        if (b.return_bool && !is_comparison(b.op))
            complain(operator_range(b), "bool modifier can only be used on comparison operators");
        if (is_comparison(b.op) && !b.return_bool && type == value_type::scalar)
            complain(operator_range(b), "comparisons between scalars must use BOOL modifier");
        if (is_set_operator(b.op) && how.card == cardinality::one_to_one) how.card = cardinality::many_to_many;
        if (how.on)
            for (const label_name& l : how.labels)
                for (const label_name& i : how.include)
                    if (l.text == i.text)
                        complain(operator_range(b),
                                 joined({"label ", quoted(l.text), " must not occur in ON and GROUP clause at once"}));
        const auto fits = [](value_type t) { return t == value_type::scalar || t == value_type::vector; };
        for (const auto& [side, t] : {std::pair{b.left, left}, std::pair{b.right, right}})
            if (!fits(t)) complain(side->span, "binary expression must contain only scalar and instant vector types");
        const bool fills = how.has_fill_left || how.has_fill_right;
        if (left != value_type::vector || right != value_type::vector) {
            if (!how.labels.empty()) complain(b.span, "vector matching only allowed between instant vectors");
            if (fills) complain(b.span, "filling in missing series only allowed between instant vectors");
            b.matching = nullptr;
        } else if (is_set_operator(b.op)) {
            if (how.card != cardinality::many_to_many) {
                complain(b.span, joined({"no grouping allowed for \"", operator_text(b.op), "\" operation"}));
                complain(b.span, "set operations must always be many-to-many");
            }
            if (fills) complain(b.span, "filling in missing series not allowed for set operators");
        }
        if ((left == value_type::scalar || right == value_type::scalar) && is_set_operator(b.op))
            complain(b.span,
                     joined({"set operator \"", operator_text(b.op), "\" not allowed in binary scalar expression"}));
        return type;
    }

    value_type call(call_node& c)
    {
        const function& f = *c.of;
        const std::size_t given = c.arguments.size();
        const std::size_t taken = f.arguments.size();
        const auto count = [&](std::string_view how, std::size_t n) {
            complain(c.span, joined({"expected ", how, std::to_string(n), " argument(s) in call to ", quoted(f.name),
                                     ", got ", std::to_string(given)}));
        };
        if (f.variadic == 0) {
            if (given != taken) count("", taken);
        } else if (given + 1 < taken) {
            count("at least ", taken - 1);
        } else if (f.variadic > 0 && given > taken - 1 + static_cast<std::size_t>(f.variadic)) {
            count("at most ", taken - 1 + static_cast<std::size_t>(f.variadic));
        }
        if (f.name == "info" && given > 1) {
            node* const which = c.arguments[1];
            if (type_of(which) != value_type::vector)
                complain(c.span, joined({"expected type instant vector in call to function \"info\", got ",
                                         to_string(type_of(which))}));
            if (auto* const v = as<vector_selector>(which)) {
                v->for_info = true;
                if (!v->name.empty()) complain(v->span, "expected label selectors only, got vector selector instead");
            } else {
                complain(which->span, "expected label selectors only");
            }
        }
        for (std::size_t i = 0; i < given; ++i) {
            if (i >= taken && f.variadic == 0) break;
            const value_type type = check(c.arguments[i]);
            if (type != f.argument(i))
                complain(c.arguments[i]->span,
                         joined({"expected type ", to_string(f.argument(i)), " in call to function ", quoted(f.name),
                                 ", got ", to_string(type)}));
        }
        return f.returns;
    }

    void selector(const vector_selector& v)
    {
        if (!v.name.empty()) {
            for (const label_matcher& m : v.matchers)
                if (m.name == "__name__")
                    complain(v.span,
                             joined({"metric name must not be set twice: ", quoted(v.name), " or ", quoted(m.value)}));
            return;
        }
        if (v.for_info) return;
        const bool excludes = std::any_of(v.matchers.begin(), v.matchers.end(), [](const label_matcher& m) {
            switch (m.op) {
            case match_op::equal: return !m.value.empty();
            case match_op::not_equal: return m.value.empty();
            case match_op::regex: return !matches_empty(m.value);
            case match_op::not_regex: return matches_empty(m.value);
            }
            return false;
        });
        if (!excludes) complain(v.span, "vector selector must contain at least one non-empty matcher");
    }

    std::string_view text_;
    std::vector<node*>& spine_;
};

}  // namespace pitot::promql
