#pragma once
// Amounts of time in PromQL: numbers, durations, and arithmetic of them, in brackets and after offset.

#include <pitot/promql/parser_words.hpp>

#include <algorithm>  // std::max
#include <cmath>      // std::abs

namespace pitot::promql::detail {

class amount_parser : protected parser_words {
protected:
    using parser_words::parser_words;

    [[nodiscard]] number_node* nothing() { return tree_.make(number_node{{node_kind::number, {0, 0}}, 0, false}); }

    [[nodiscard]] node* in_range(number_node* literal, text_span blamed)
    {
        if (std::abs(literal->value) <= 9223372036854775808.0 / 1e9 || std::isnan(literal->value)) return literal;
        complain(blamed, "duration out of range");
        return nothing();
    }

    [[nodiscard]] node* wrapped(node* of, text_span span)
    {
        if (auto* const d = as<duration_node>(of)) {
            d->wrapped = true;
            return d;
        }
        return tree_.make(duration_node{{node_kind::duration, span}, token_kind::add, nullptr, of, true});
    }

    [[nodiscard]] node* with_sign(token_kind sign, text_span sign_span, node* of)
    {
        if (auto* const literal = as<number_node>(of)) {
            if (sign == token_kind::subtract) literal->value *= -1;
            node* const checked = in_range(literal, sign_span);
            if (checked == literal) literal->span = {sign_span.offset, literal->span.end() - sign_span.offset};
            return checked;
        }
        if (sign != token_kind::subtract) return of;
        return tree_.make(duration_node{{node_kind::duration, {sign_span.offset, of->span.end() - sign_span.offset}},
                                        token_kind::subtract,
                                        nullptr,
                                        of,
                                        false});
    }

    [[nodiscard]] node* amount_expression(int level)
    {
        const deeper guard(*this);
        if (too_deep()) return nullptr;
        node* left = nullptr;
        if (now().kind == token_kind::add || now().kind == token_kind::subtract) {
            const token_kind sign = now().kind;
            const text_span where = now().span;
            advance();
            left = amount_expression(power_level);
            if (left != nullptr) left = with_sign(sign, where, left);
        } else {
            left = amount();
        }
        while (left != nullptr) {
            const int strength = level_of(now().kind);
            if (strength < std::max(level, 4) || now().kind == token_kind::atan2) return left;
            const token_kind op = now().kind;
            const text_span where = now().span;
            advance();
            node* const right = amount_expression(op == token_kind::power ? strength : strength + 1);
            if (right == nullptr) return nullptr;
            const auto* const divisor = as<number_node>(right);
            if (divisor != nullptr && divisor->value == 0 && (op == token_kind::divide || op == token_kind::modulo)) {
                complain(where, op == token_kind::divide ? "division by zero" : "modulo by zero");
                left = nothing();
                continue;
            }
            left = tree_.make(
                duration_node{{node_kind::duration, {left->span.offset, right->span.end() - left->span.offset}},
                              op,
                              left,
                              right,
                              false});
        }
        return nullptr;
    }

    [[nodiscard]] node* amount()
    {
        const token_kind kind = now().kind;
        const std::size_t begin = now().span.offset;
        switch (kind) {
        case token_kind::number:
        case token_kind::duration: {
            number_node* const literal = number();
            return in_range(literal, literal->span);
        }
        case token_kind::step:
        case token_kind::range:
            advance();
            if (!accept(token_kind::left_paren) || !accept(token_kind::right_paren)) return fail();
            return tree_.make(duration_node{{node_kind::duration, span_from(begin)}, kind, nullptr, nullptr, false});
        case token_kind::max_of:
        case token_kind::min_of: {
            advance();
            if (!accept(token_kind::left_paren)) return fail();
            node* const left = amount_expression(1);
            if (left == nullptr) return nullptr;
            if (!accept(token_kind::comma)) return fail();
            node* const right = amount_expression(1);
            if (right == nullptr) return nullptr;
            if (!accept(token_kind::right_paren)) return fail();
            return tree_.make(duration_node{{node_kind::duration, span_from(begin)}, kind, left, right, false});
        }
        case token_kind::left_paren: {
            advance();
            node* const of = amount_expression(1);
            if (of == nullptr) return nullptr;
            if (!accept(token_kind::right_paren)) return fail();
            return wrapped(of, span_from(begin));
        }
        default: return fail();
        }
    }

    /// After `offset` only what begins with a parenthesis goes on behind it: foo offset 5s-8 is a subtraction.
    [[nodiscard]] node* offset_amount()
    {
        if (now().kind == token_kind::left_paren) return amount_expression(1);
        if (now().kind != token_kind::add && now().kind != token_kind::subtract) return amount();
        const token_kind sign = now().kind;
        const text_span where = now().span;
        advance();
        node* const of = amount();
        return of == nullptr ? nullptr : with_sign(sign, where, of);
    }

    /// Null when the range is an expression.
    static std::int64_t nanoseconds(const node* amount) noexcept
    {
        const auto* const literal = as<number_node>(amount);
        return literal != nullptr ? static_cast<std::int64_t>(std::round(literal->value * 1e9)) : 0;
    }

    [[nodiscard]] node* positive_amount()
    {
        node* const amount = amount_expression(1);
        if (auto* const literal = as<number_node>(amount); literal != nullptr && literal->value <= 0) {
            complain(literal->span, "duration must be greater than 0");
            literal->value = 0;
            literal->span = {0, 0};
        }
        return amount;
    }
};

}  // namespace pitot::promql::detail
