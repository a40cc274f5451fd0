#pragma once
// PromQL's selectors, their matchers, and what follows an operand: ranges, subqueries, offset, @.

#include <pitot/promql/parser_amounts.hpp>

#include <cmath>   // std::isfinite
#include <cstdio>  // std::snprintf
#include <string>

namespace pitot::promql::detail {

class selector_parser : protected amount_parser {
protected:
    using amount_parser::amount_parser;

    [[nodiscard]] node* metric(text_span name)
    {
        vector_selector& made = *tree_.make(vector_selector{});
        made.kind = node_kind::vector_selector;
        made.name = word(name);
        made.name_span = made.span = name;
        return now().kind != token_kind::left_brace || matchers(made) ? &made : nullptr;
    }
    [[nodiscard]] node* vector()
    {
        if (now().kind != token_kind::left_brace) {
            const text_span name = now().span;
            advance();
            return metric(name);
        }
        vector_selector& made = *tree_.make(vector_selector{});
        made.kind = node_kind::vector_selector;
        made.span = made.name_span = {now().span.offset, 0};
        return matchers(made) ? &made : nullptr;
    }

    bool matchers(vector_selector& into)
    {
        advance();
        const std::size_t first = matchers_.size();
        while (now().kind != token_kind::right_brace) {
            if (!one_matcher(first)) {
                failed_ = true;
                matchers_.resize(first);
                return false;
            }
            if (now().kind == token_kind::comma) {
                advance();
            } else if (now().kind != token_kind::right_brace) {
                unexpected("label matching", "\",\" or \"}\"");
                failed_ = true;
                matchers_.resize(first);
                return false;
            }
        }
        into.matchers = tree_.copy(matchers_.data() + first, matchers_.size() - first);
        matchers_.resize(first);
        into.span.length = now().span.end() - into.span.offset;
        advance();
        return true;
    }

    bool one_matcher(std::size_t)
    {
        label_matcher made{};
        const bool quoted = now().kind == token_kind::string;
        if (!quoted && now().kind != token_kind::identifier)
            return unexpected("label matching", "identifier or \"}\"") != nullptr;
        made.name = quoted ? unquoted() : word();
        made.name_span = now().span;
        advance();
        switch (now().kind) {
        case token_kind::assign: made.op = match_op::equal; break;
        case token_kind::not_equal: made.op = match_op::not_equal; break;
        case token_kind::regex_match: made.op = match_op::regex; break;
        case token_kind::regex_not_match: made.op = match_op::not_regex; break;
        default:
            if (!quoted) return unexpected("label matching", "label matching operator") != nullptr;
            made.value = made.name;  // a metric's name that needs quotes
            made.value_span = made.name_span;
            made.name_span.length = 0;
            made.name = "__name__";
            matchers_.push_back(made);
            return true;
        }
        advance();
        if (now().kind != token_kind::string) return unexpected("label matching", "string") != nullptr;
        made.value = unquoted();
        made.value_span = now().span;
        advance();
        if ((made.op == match_op::regex || made.op == match_op::not_regex) && how_.regex_error != nullptr)
            if (const std::string why = how_.regex_error(made.value); !why.empty())
                complain(range_of{made.name_span.offset, made.value_span.end()}, tree_.copy(why));
        matchers_.push_back(made);
        return true;
    }

    /// (a, "b", c,)
    bool label_list(std::span<const label_name>& into)
    {
        if (!accept(token_kind::left_paren)) {
            unexpected("grouping opts", "\"(\"");
            failed_ = true;
            return false;
        }
        const std::size_t first = labels_.size();
        while (now().kind != token_kind::right_paren) {
            const bool quoted = now().kind == token_kind::string;
            if (!quoted && !can_be_label(now().kind)) {
                unexpected("grouping opts", "label");
                failed_ = true;
                return false;
            }
            const std::string_view name = quoted ? unquoted() : word();
            if (name.empty()) complain(now().span, "invalid label name for grouping: \"\"");
            labels_.push_back({name, now().span});
            advance();
            if (now().kind == token_kind::comma) {
                advance();
            } else if (now().kind != token_kind::right_paren) {
                unexpected("grouping opts", "\",\" or \")\"");
                failed_ = true;
                return false;
            }
        }
        advance();
        into = tree_.copy(labels_.data() + first, labels_.size() - first);
        labels_.resize(first);
        return true;
    }

    // What follows an operand

    [[nodiscard]] node* range(node* of)
    {
        const inside guard(*this, place::range_begin);
        const std::size_t begin = now().span.offset;
        advance();
        node* const length = positive_amount();
        if (length == nullptr) return nullptr;
        place_ = place::range_end;
        if (accept(token_kind::right_bracket)) {
            std::string_view why;
            const auto* const v = as<vector_selector>(of);
            if (v == nullptr)
                why = "ranges only allowed for vector selectors";
            else if (v->shift.offset != 0 || v->shift.offset_expr != nullptr)
                why = "no offset modifiers allowed before range";
            else if (v->shift.at != at_kind::none)
                why = "no @ modifiers allowed before range";
            if (!why.empty()) complain(range_of{begin, previous_end_}, why);
            return tree_.make(
                matrix_selector{{node_kind::matrix_selector, {of->span.offset, previous_end_ - of->span.offset}},
                                of,
                                nanoseconds(length),
                                as<duration_node>(length)});
        }
        if (!accept(token_kind::colon)) return fail();
        place_ = place::step_begin;
        node* step = nullptr;
        if (now().kind != token_kind::right_bracket) {
            step = positive_amount();
            if (step == nullptr) return nullptr;
            place_ = place::step_end;
        }
        if (!accept(token_kind::right_bracket)) return fail();
        subquery made{};
        made.kind = node_kind::subquery;
        made.span = {of->span.offset, previous_end_ - of->span.offset};
        made.of = of;
        made.range = nanoseconds(length);
        made.range_expr = as<duration_node>(length);
        made.step = nanoseconds(step);
        made.step_expr = as<duration_node>(step);
        return tree_.make(made);
    }

    /// Where a node keeps its offset and @; null with a complaint when it can have none.
    [[nodiscard]] time_shift* shift_of(node* of, std::string_view what)
    {
        if (auto* const v = as<vector_selector>(of)) return &v->shift;
        if (auto* const s = as<subquery>(of)) return &s->shift;
        if (auto* const m = as<matrix_selector>(of)) {
            if (auto* const v = as<vector_selector>(m->of)) return &v->shift;
            complain(of->span, "ranges only allowed for vector selectors");
            return nullptr;
        }
        complain(of->span,
                 joined({what, " modifier must be preceded by an instant vector selector or range vector selector "
                               "or a subquery"}));
        return nullptr;
    }

    [[nodiscard]] node* offset(node* of)
    {
        const inside guard(*this, place::offset);
        advance();
        node* const amount = offset_amount();
        if (amount == nullptr) return nullptr;
        time_shift* const shift = shift_of(of, "offset");
        if (shift == nullptr) return of;
        if (shift->offset != 0 || shift->offset_expr != nullptr) {
            complain(of->span, "offset may not be set multiple times");
        } else {
            shift->offset = nanoseconds(amount);
            shift->offset_expr = as<duration_node>(amount);
            shift->has_offset = true;
        }
        of->span.length = words_.last_closing() > of->span.offset ? words_.last_closing() - of->span.offset : 0;
        return of;
    }

    [[nodiscard]] node* at_modifier(node* of)
    {
        const inside guard(*this, place::at);
        advance();
        const bool minus = now().kind == token_kind::subtract;
        const bool sign = minus || now().kind == token_kind::add;
        if (sign) advance();
        at_kind kind = at_kind::time;
        double time = 0;
        if (now().kind == token_kind::number || now().kind == token_kind::duration) {
            time = number()->value * (minus ? -1 : 1);
            if (!std::isfinite(time) || time >= 9223372036854775807.0 || time <= -9223372036854775808.0)
                complain(of->span, joined({"timestamp out of bounds for @ modifier: ", fixed_text(time)}));
        } else if (!sign && (now().kind == token_kind::start || now().kind == token_kind::end_of_range)) {
            kind = now().kind == token_kind::start ? at_kind::start : at_kind::end;
            advance();
            if (!accept(token_kind::left_paren) || !accept(token_kind::right_paren)) return fail();
        } else {
            return fail();
        }
        time_shift* const shift = shift_of(of, "@");
        if (shift == nullptr) return of;
        if (shift->at != at_kind::none) {
            complain(of->span, "@ <timestamp> may not be set multiple times");
            return of;
        }
        shift->at = kind;
        if (std::isfinite(time) && std::abs(time) < 9.2e15)
            shift->at_time = static_cast<std::int64_t>(std::round(time * 1000));
        of->span.length = previous_end_ - of->span.offset;
        return of;
    }
    /// As Go's %f.
    static std::string fixed_text(double value)
    {
        if (std::isnan(value)) return "NaN";
        if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
        char text[400];
        return {text, static_cast<std::size_t>(std::snprintf(text, sizeof text, "%f", value))};
    }

    void extend(node* of)
    {
        const bool anchored = now().kind == token_kind::anchored;
        advance();
        const std::string_view name = anchored ? "anchored" : "smoothed";
        if (!how_.extended_range_selectors) {
            complain(of->span, joined({name, " modifier is experimental and not enabled"}));
            return;
        }
        auto* v = as<vector_selector>(of);
        if (const auto* const m = as<matrix_selector>(of)) {
            v = as<vector_selector>(m->of);
            if (v == nullptr) return;
        }
        if (v == nullptr) {
            complain(of->span, joined({name, as<subquery>(of) != nullptr ? " modifier is not supported for subqueries"
                                                                         : " modifier not implemented"}));
            return;
        }
        (anchored ? v->anchored : v->smoothed) = true;
        if (v->anchored && v->smoothed) complain(of->span, "anchored and smoothed modifiers cannot be used together");
    }
};

}  // namespace pitot::promql::detail
