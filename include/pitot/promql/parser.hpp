#pragma once
// PromQL's parser: precedence climbing over the lexer's tokens. Types are checked afterwards (check.hpp).
// source  Prometheus 3.14, promql/parser: the grammar, what is an error, its words and its place

#include <pitot/base/text.hpp>
#include <pitot/promql/parser_selectors.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace pitot::promql {

/// One expression, or one selector. Not for reuse.
/// errors  gets what is wrong, in the order of the text as far as it was read
class parser : private detail::selector_parser {
public:
    parser(std::string_view text, tree_arena& into, const parse_options& how, std::vector<parse_error>& errors)
        : selector_parser(text, into, how, errors)
    {}

    /// The tree, or null; it is one to use only when there are no errors.
    [[nodiscard]] node* expression()
    {
        node* const root = whole_expression();
        tell_failed_word();
        return root;
    }

    /// A series selector by itself, as match[] of the API and variables take it.
    [[nodiscard]] vector_selector* selector()
    {
        node* const found = can_be_metric(now().kind) || now().kind == token_kind::left_brace ? vector() : nullptr;
        tell_failed_word();
        if (found == nullptr || now().kind != token_kind::end) {
            if (found != nullptr || errors_.empty()) fail();
            return nullptr;
        }
        return static_cast<vector_selector*>(found);
    }

private:
    [[nodiscard]] node* whole_expression()
    {
        if (now().kind == token_kind::end) {
            complain(range_of{0, 0}, "no expression found in input");
            return nullptr;
        }
        node* const root = expression(1);
        if (root == nullptr || now().kind == token_kind::end) return root;
        fail();
        return nullptr;
    }

    [[nodiscard]] node* expression(int level)
    {
        const deeper guard(*this);
        if (too_deep()) return nullptr;
        node* left = operand();
        while (left != nullptr) {
            const int strength = level_of(now().kind);
            if (strength == 0 || strength < level) return left;
            const token_kind op = now().kind;
            const text_span where = now().span;
            if (++operators_ > how_.max_operators) return too_many_operators(where);
            advance();
            left = binary(left, op, where, strength);
        }
        return nullptr;
    }

    /// A sign has the strength of a multiplication: -a^b is -(a^b), -a*b is (-a)*b.
    [[nodiscard]] node* unary()
    {
        const token_kind sign = now().kind;
        const std::size_t begin = now().span.offset;
        advance();
        node* const of = expression(power_level);
        if (of == nullptr) return nullptr;
        const text_span span{begin, of->span.end() - begin};
        if (auto* const literal = as<number_node>(of)) {
            if (sign == token_kind::subtract) literal->value *= -1;
            literal->span = span;
            return literal;
        }
        return tree_.make(unary_node{{node_kind::unary, span}, sign, of});
    }

    [[nodiscard]] node* binary(node* left, token_kind op, text_span op_span, int strength)
    {
        const bool return_bool = accept(token_kind::bool_);
        vector_matching& how = *tree_.make(vector_matching{});  // in its place: copying it costs more than reading it
        if (now().kind == token_kind::on || now().kind == token_kind::ignoring) {
            how.on = now().kind == token_kind::on;
            const std::size_t begin = now().span.offset;
            advance();
            if (!label_list(how.labels)) return nullptr;
            how.span = span_from(begin);
            if (now().kind == token_kind::group_left || now().kind == token_kind::group_right) {
                how.card = now().kind == token_kind::group_left ? cardinality::many_to_one : cardinality::one_to_many;
                advance();
                if (now().kind == token_kind::left_paren && !label_list(how.include)) return nullptr;
            }
        }
        if (!fill_values(how)) return nullptr;
        node* const right = expression(op == token_kind::power ? strength : strength + 1);
        if (right == nullptr) return nullptr;
        const text_span span{left->span.offset, right->span.end() - left->span.offset};
        if ((how.has_fill_left || how.has_fill_right) && !how_.binop_fill_modifiers)
            complain(span, "binop fill modifiers are experimental and not enabled");
        return tree_.make(binary_node{{node_kind::binary, span}, op, op_span, left, right, return_bool, &how});
    }

    bool fill_values(vector_matching& how)
    {
        for (int i = 0; i < 2; ++i) {
            const token_kind which = now().kind;
            const bool left = which == token_kind::fill_left;
            const bool right = which == token_kind::fill_right;
            if (which == token_kind::fill ? i > 0 : !(left && !how.has_fill_left) && !(right && !how.has_fill_right))
                break;
            advance();
            double value = 0;
            if (!fill_value(value)) return false;
            if (!right) how.fill_left = value, how.has_fill_left = true;
            if (!left) how.fill_right = value, how.has_fill_right = true;
            if (which == token_kind::fill) break;
        }
        return true;
    }
    bool fill_value(double& value)
    {
        if (!accept(token_kind::left_paren)) return fail() != nullptr;
        const bool minus = now().kind == token_kind::subtract;
        if (minus || now().kind == token_kind::add) advance();
        if (now().kind != token_kind::number && now().kind != token_kind::duration) return fail() != nullptr;
        value = number()->value * (minus ? -1 : 1);
        if (!accept(token_kind::right_paren)) return fail() != nullptr;
        return true;
    }

    // Operands

    [[nodiscard]] node* operand()
    {
        node* of = primary();
        while (of != nullptr) {
            switch (now().kind) {
            case token_kind::left_bracket: of = range(of); break;
            case token_kind::offset: of = offset(of); break;
            case token_kind::at: of = at_modifier(of); break;
            case token_kind::anchored:
            case token_kind::smoothed: extend(of); break;
            default: return of;
            }
            if (++operators_ > how_.max_operators && of != nullptr) return too_many_operators(now().span);
        }
        return nullptr;
    }

    [[nodiscard]] node* primary()
    {
        switch (now().kind) {
        case token_kind::number:
        case token_kind::duration: return number();
        case token_kind::string: {
            auto* const made = tree_.make(string_node{{node_kind::string, now().span}, unquoted()});
            advance();
            return made;
        }
        case token_kind::left_paren: {
            const std::size_t begin = now().span.offset;
            advance();
            node* const of = expression(1);
            if (of == nullptr) return nullptr;
            if (!accept(token_kind::right_paren)) return fail();
            return tree_.make(paren_node{{node_kind::paren, span_from(begin)}, of});
        }
        case token_kind::left_brace: return vector();
        case token_kind::add:
        case token_kind::subtract: return unary();
        default: return can_be_metric(now().kind) ? named() : fail();
        }
    }

    /// A metric, a function's call, or an aggregation: what follows the name says which.
    [[nodiscard]] node* named()
    {
        const token_kind kind = now().kind;
        const text_span name = now().span;
        if (kind == token_kind::aggregator) {
            const inside guard(*this, place::aggregation);
            aggregation_begin_ = name.offset;
            advance();
            if (now().kind == token_kind::left_paren || now().kind == token_kind::by ||
                now().kind == token_kind::without)
                return aggregate(name);
            return metric(name);
        }
        advance();
        if (now().kind == token_kind::left_paren) {
            switch (kind) {
            case token_kind::identifier:
            case token_kind::start:
            case token_kind::end_of_range:
            case token_kind::step:
            case token_kind::range:
            case token_kind::max_of:
            case token_kind::min_of: return call(name);
            default: break;
            }
        }
        return metric(name);
    }

    // Aggregations and calls

    [[nodiscard]] node* aggregate(text_span name)
    {
        aggregation made{};
        made.kind = node_kind::aggregation;
        made.op = detail::aggregator_of(word(name));
        made.op_span = name;
        if (now().kind != token_kind::left_paren && !grouping(made)) return nullptr;
        if (now().kind != token_kind::left_paren) return fail();
        const std::size_t first = arguments_.size();
        if (!call_body()) return nullptr;
        if (made.grouping_span.length == 0 && (now().kind == token_kind::by || now().kind == token_kind::without) &&
            !grouping(made))
            return nullptr;
        made.span = span_from(name.offset);
        const std::size_t count = arguments_.size() - first;
        const bool has_parameter = made.op == aggregator::topk || made.op == aggregator::bottomk ||
                                   made.op == aggregator::count_values || made.op == aggregator::quantile ||
                                   made.op == aggregator::limitk || made.op == aggregator::limit_ratio;
        const std::size_t wanted = has_parameter ? 2 : 1;
        if (count == 0) {
            complain(made.span, "no arguments for aggregate expression provided");
        } else if (made.op >= aggregator::limitk && !how_.experimental_functions) {
            complain(made.span, joined({to_lower(word(name)), "() is experimental and must be enabled with "
                                                              "--enable-feature=promql-experimental-functions"}));
        } else if (count != wanted) {
            complain(made.span, joined({"wrong number of arguments for aggregate expression provided, expected ",
                                        std::to_string(wanted), ", got ", std::to_string(count)}));
        } else {
            if (has_parameter) made.parameter = arguments_[first];
            made.of = arguments_[first + wanted - 1];
        }
        arguments_.resize(first);
        return tree_.make(made);
    }

    bool grouping(aggregation& into)
    {
        into.without = now().kind == token_kind::without;
        const std::size_t begin = now().span.offset;
        advance();
        if (!label_list(into.grouping)) return false;
        into.grouping_span = span_from(begin);
        return true;
    }

    /// Arguments onto arguments_.
    bool call_body()
    {
        advance();
        if (accept(token_kind::right_paren)) return true;
        for (;;) {
            node* const argument = expression(1);
            if (argument == nullptr) return false;
            arguments_.push_back(argument);
            while (now().kind == token_kind::comma) {
                const text_span comma = now().span;
                advance();
                if (begins_operand(now().kind)) break;
                complain(comma, "trailing commas not allowed in function call args");
                if (now().kind != token_kind::comma) {
                    if (accept(token_kind::right_paren)) return true;
                    return fail() != nullptr;
                }
            }
            if (begins_operand(now().kind) && text_[previous_end_ - 1] == ',') continue;
            if (accept(token_kind::right_paren)) return true;
            return fail() != nullptr;
        }
    }
    static constexpr bool begins_operand(token_kind kind) noexcept
    {
        return can_be_metric(kind) || kind == token_kind::number || kind == token_kind::duration ||
               kind == token_kind::string || kind == token_kind::left_paren || kind == token_kind::left_brace ||
               kind == token_kind::add || kind == token_kind::subtract;
    }

    [[nodiscard]] node* call(text_span name)
    {
        const std::size_t first = arguments_.size();
        if (!call_body()) return nullptr;
        const std::string_view text = word(name);
        const function* const of = find_function(text);
        if (of == nullptr)
            complain(name, joined({"unknown function with name ", quoted(text)}));
        else if (of->experimental && !how_.experimental_functions)
            complain(name, joined({"function ", quoted(text), " is not enabled"}));
        auto* const made = tree_.make(call_node{{node_kind::call, span_from(name.offset)},
                                                of,
                                                text,
                                                name,
                                                tree_.copy(arguments_.data() + first, arguments_.size() - first)});
        arguments_.resize(first);
        return made;
    }
};

}  // namespace pitot::promql
