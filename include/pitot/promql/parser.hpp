#pragma once
// PromQL's parser: precedence climbing over the lexer's tokens. Types are checked afterwards (check.hpp).
// source  Prometheus 3.14, promql/parser: the grammar, what is an error, its words and its place

#include <pitot/base/text.hpp>
#include <pitot/promql/ast.hpp>
#include <pitot/promql/durations.hpp>
#include <pitot/promql/lexer.hpp>
#include <pitot/promql/literal.hpp>
#include <pitot/promql/nullable.hpp>
#include <pitot/promql/parse_options.hpp>

#include <cmath>   // std::isfinite
#include <cstdio>  // std::snprintf
#include <string>
#include <string_view>
#include <vector>

namespace pitot::promql {

/// One expression, or one selector. Not for reuse.
/// errors  gets what is wrong, in the order of the text as far as it was read
class parser {
public:
    parser(std::string_view text, tree_arena& into, const parse_options& how, std::vector<parse_error>& errors)
        : text_(text), words_(text), tree_(into), how_(how), errors_(errors), matchers_(into.scratch().matchers),
          labels_(into.scratch().labels), arguments_(into.scratch().arguments)
    {
        matchers_.clear();
        labels_.clear();
        arguments_.clear();
        advance();
    }

    /// The tree, or null; it is one to use only when there are no errors.
    [[nodiscard]] node* expression()
    {
        if (now_.kind == token_kind::end && !lexing_failed_) {
            complain(range_of{0, 0}, "no expression found in input");
            return nullptr;
        }
        node* const root = expression(1);
        if (root != nullptr && now_.kind != token_kind::end) {
            fail();
            return nullptr;
        }
        return root;
    }

    /// A series selector by itself, as match[] of the API and variables take it.
    [[nodiscard]] vector_selector* selector()
    {
        node* const found = can_be_metric(now_.kind) || now_.kind == token_kind::left_brace ? vector() : nullptr;
        if (found == nullptr || now_.kind != token_kind::end) {
            if (found != nullptr || errors_.empty()) fail();
            return nullptr;
        }
        return static_cast<vector_selector*>(found);
    }

private:
    enum class place : unsigned char {
        anywhere,
        aggregation,
        offset,
        at,
        range_begin,
        range_end,
        step_begin,
        step_end
    };
    static constexpr int multiply_level = 5;
    static constexpr int power_level = 6;

    struct range_of {
        std::size_t begin;
        std::size_t end;
    };

    /// Where we are, for the error text; restored when it goes.
    class inside {
    public:
        inside(parser& of, place now) noexcept : of_(of), was_(of.place_), was_op_(of.aggregation_begin_)
        {
            of.place_ = now;
            ++of.depth_;
        }
        inside(const inside&) = delete;
        inside& operator=(const inside&) = delete;
        ~inside()
        {
            of_.place_ = was_;
            of_.aggregation_begin_ = was_op_;
            --of_.depth_;
        }

    private:
        parser& of_;
        place was_;
        std::size_t was_op_;
    };

    // Words

    void advance()
    {
        previous_end_ = now_.span.end();
        const token& read = words_.next();  // part by part: a copy as a whole waits for the stores
        now_.kind = read.kind;
        now_.span.offset = read.span.offset;
        now_.span.length = read.span.length;
        switch (now_.kind) {
        case token_kind::error:
            complain(range_of{now_.span.offset, text_.size()}, words_.message());
            lexing_failed_ = true;
            now_.kind = token_kind::end;
            break;
        case token_kind::right_brace:
        case token_kind::right_paren:
        case token_kind::right_bracket:
        case token_kind::duration:
        case token_kind::number: last_closing_ = now_.span.end(); break;
        default: break;
        }
    }
    [[nodiscard]] std::string_view word(const token& t) const noexcept
    {
        return text_.substr(t.span.offset, t.span.length);
    }
    [[nodiscard]] std::string_view word() const noexcept { return word(now_); }
    bool accept(token_kind kind)
    {
        if (now_.kind != kind) return false;
        advance();
        return true;
    }

    // Errors

    void complain(range_of where, std::string message)
    {
        errors_.push_back({where.begin, where.end, std::move(message)});
    }
    void complain(text_span where, std::string message)
    {
        complain(range_of{where.offset, where.end()}, std::move(message));
    }

    /// Text in quotes, ten characters of it.
    static std::string shortened(std::string_view text)
    {
        std::size_t end = 0;
        for (int n = 0; n < 10 && end < text.size(); ++n)
            end += std::max<std::size_t>(utf8_decode(text, end).length, 1);
        return text.size() > 10 ? concat(detail::quote(text.substr(0, end)), "...") : detail::quote(text);
    }
    [[nodiscard]] std::string describe(const token& t) const
    {
        const std::string_view text = word(t);
        switch (t.kind) {
        case token_kind::end: return "end of input";
        case token_kind::identifier: return concat("identifier ", detail::quote(text));
        case token_kind::metric_identifier: return concat("metric identifier ", detail::quote(text));
        case token_kind::string: return concat("string ", shortened(text));
        case token_kind::number: return concat("number ", shortened(text));
        case token_kind::duration: return concat("duration ", shortened(text));
        case token_kind::aggregator: return concat("<aggr:", text, ">");
        case token_kind::by:
        case token_kind::without:
        case token_kind::on:
        case token_kind::ignoring:
        case token_kind::group_left:
        case token_kind::group_right:
        case token_kind::bool_:
        case token_kind::offset:
        case token_kind::anchored:
        case token_kind::smoothed:
        case token_kind::fill:
        case token_kind::fill_left:
        case token_kind::fill_right: return concat("<", text, ">");
        default: break;
        }
        if (t.kind == token_kind::at || t.kind == token_kind::regex_match || t.kind == token_kind::regex_not_match ||
            is_operator(t.kind))
            return concat("<op:", text, ">");
        return shortened(text);
    }
    std::nullptr_t unexpected(std::string_view context, std::string_view expected)
    {
        if (!lexing_failed_)
            complain(now_.span, concat("unexpected ", describe(now_), context.empty() ? "" : " in ", context,
                                       expected.empty() ? "" : ", expected ", expected));
        return nullptr;
    }
    /// What does not fit here at all; said by the innermost construct that has words for it.
    std::nullptr_t fail()
    {
        if (failed_) return nullptr;
        failed_ = true;
        constexpr std::string_view amount = "number, duration, step(), or range()";
        switch (place_) {
        case place::anywhere: return unexpected("", "");
        case place::aggregation:
            unexpected("aggregation", "");
            complain(range_of{aggregation_begin_, last_closing_}, "no arguments for aggregate expression provided");
            return nullptr;
        case place::offset: return unexpected("offset", amount);
        case place::at: return unexpected("@", "timestamp");
        case place::range_begin: return unexpected("subquery or range selector", amount);
        case place::range_end: return unexpected("subquery or range", "\":\" or \"]\"");
        case place::step_begin: return unexpected("subquery selector", "number, duration, step(), range(), or \"]\"");
        case place::step_end: return unexpected("subquery selector", "\"]\"");
        }
        return nullptr;
    }
    bool too_deep()
    {
        if (depth_ <= how_.max_depth) return false;
        if (!failed_) complain(now_.span, concat("nested more than ", std::to_string(how_.max_depth), " levels deep"));
        failed_ = lexing_failed_ = true;
        return true;
    }

    // Operators

    [[nodiscard]] static constexpr int level_of(token_kind kind) noexcept
    {
        switch (kind) {
        case token_kind::or_: return 1;
        case token_kind::and_:
        case token_kind::unless: return 2;
        case token_kind::equal:
        case token_kind::not_equal:
        case token_kind::less:
        case token_kind::less_equal:
        case token_kind::greater:
        case token_kind::greater_equal:
        case token_kind::trim_upper:
        case token_kind::trim_lower: return 3;
        case token_kind::add:
        case token_kind::subtract: return 4;
        case token_kind::multiply:
        case token_kind::divide:
        case token_kind::modulo:
        case token_kind::atan2: return multiply_level;
        case token_kind::power: return power_level;
        default: return 0;
        }
    }

    [[nodiscard]] node* expression(int level)
    {
        const inside guard(*this, place_);
        if (too_deep()) return nullptr;
        node* left = now_.kind == token_kind::add || now_.kind == token_kind::subtract ? unary() : operand();
        while (left != nullptr) {
            const token op = now_;
            const int strength = level_of(op.kind);
            if (strength == 0 || strength < level) return left;
            if (++operators_ > how_.max_operators) {
                complain(op.span, concat("more than ", std::to_string(how_.max_operators), " operators"));
                failed_ = true;
                return nullptr;
            }
            advance();
            left = binary(left, op, strength);
        }
        return nullptr;
    }

    /// A sign has the strength of a multiplication: -a^b is -(a^b), -a*b is (-a)*b.
    [[nodiscard]] node* unary()
    {
        const token sign = now_;
        advance();
        node* const of = expression(power_level);
        if (of == nullptr) return nullptr;
        const text_span span{sign.span.offset, of->span.end() - sign.span.offset};
        if (auto* const literal = as<number_node>(of)) {
            if (sign.kind == token_kind::subtract) literal->value *= -1;
            literal->span = span;
            return literal;
        }
        return tree_.make(unary_node{{node_kind::unary, span}, sign.kind, of});
    }

    [[nodiscard]] node* binary(node* left, const token& op, int strength)
    {
        const bool return_bool = accept(token_kind::bool_);
        vector_matching& how = *tree_.make(vector_matching{});  // in its place: copying it costs more than reading it
        if (now_.kind == token_kind::on || now_.kind == token_kind::ignoring) {
            how.on = now_.kind == token_kind::on;
            const std::size_t begin = now_.span.offset;
            advance();
            if (!label_list(how.labels)) return nullptr;
            how.span = {begin, previous_end_ - begin};
            if (now_.kind == token_kind::group_left || now_.kind == token_kind::group_right) {
                how.card = now_.kind == token_kind::group_left ? cardinality::many_to_one : cardinality::one_to_many;
                advance();
                if (now_.kind == token_kind::left_paren && !label_list(how.include)) return nullptr;
            }
        }
        if (!fill_values(how)) return nullptr;
        node* const right = expression(op.kind == token_kind::power ? strength : strength + 1);
        if (right == nullptr) return nullptr;
        const text_span span{left->span.offset, right->span.end() - left->span.offset};
        if ((how.has_fill_left || how.has_fill_right) && !how_.binop_fill_modifiers)
            complain(span, "binop fill modifiers are experimental and not enabled");
        return tree_.make(binary_node{{node_kind::binary, span}, op.kind, op.span, left, right, return_bool, &how});
    }

    bool fill_values(vector_matching& how)
    {
        for (int i = 0; i < 2; ++i) {
            const token_kind which = now_.kind;
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
        const bool minus = now_.kind == token_kind::subtract;
        if (minus || now_.kind == token_kind::add) advance();
        if (now_.kind != token_kind::number && now_.kind != token_kind::duration) return fail() != nullptr;
        value = number()->value * (minus ? -1 : 1);
        if (!accept(token_kind::right_paren)) return fail() != nullptr;
        return true;
    }

    // Operands

    [[nodiscard]] node* operand()
    {
        node* of = primary();
        while (of != nullptr) {
            switch (now_.kind) {
            case token_kind::left_bracket: of = range(of); break;
            case token_kind::offset: of = offset(of); break;
            case token_kind::at: of = at_modifier(of); break;
            case token_kind::anchored:
            case token_kind::smoothed: extend(of); break;
            default: return of;
            }
            if (++operators_ > how_.max_operators && of != nullptr) {
                complain(now_.span, concat("more than ", std::to_string(how_.max_operators), " operators"));
                failed_ = true;
                return nullptr;
            }
        }
        return nullptr;
    }

    [[nodiscard]] node* primary()
    {
        switch (now_.kind) {
        case token_kind::number:
        case token_kind::duration: return number();
        case token_kind::string: {
            auto* const made = tree_.make(string_node{{node_kind::string, now_.span}, unquoted(now_)});
            advance();
            return made;
        }
        case token_kind::left_paren: {
            const std::size_t begin = now_.span.offset;
            advance();
            node* const of = expression(1);
            if (of == nullptr) return nullptr;
            if (!accept(token_kind::right_paren)) return fail();
            return tree_.make(paren_node{{node_kind::paren, {begin, previous_end_ - begin}}, of});
        }
        case token_kind::left_brace: return vector();
        default: return can_be_metric(now_.kind) ? named() : fail();
        }
    }

    /// A metric, a function's call, or an aggregation: what follows the name says which.
    [[nodiscard]] node* named()
    {
        const token name = now_;
        if (name.kind == token_kind::aggregator) {
            const inside guard(*this, place::aggregation);
            aggregation_begin_ = name.span.offset;
            advance();
            if (now_.kind == token_kind::left_paren || now_.kind == token_kind::by || now_.kind == token_kind::without)
                return aggregate(name);
            return metric(name);
        }
        advance();
        if (now_.kind == token_kind::left_paren) {
            switch (name.kind) {
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

    [[nodiscard]] number_node* number()
    {
        const bool is_duration = now_.kind == token_kind::duration;
        const std::string_view text = word();
        double value = 0;
        std::string why = is_duration ? read_duration_seconds(text, value) : read_number(text, value);
        if (!why.empty()) complain(now_.span, std::move(why));
        auto* const made = tree_.make(number_node{{node_kind::number, now_.span}, value, is_duration});
        advance();
        return made;
    }

    [[nodiscard]] std::string_view unquoted(const token& literal)
    {
        const std::string_view text = word(literal);
        const std::string_view body = text.substr(1, text.size() - 2);
        if (text[0] == '`' || body.find('\\') == std::string_view::npos) return body;
        const auto value = unquote(text);
        return value ? tree_.copy(*value) : body;
    }

    // Selectors

    [[nodiscard]] node* metric(const token& name)
    {
        vector_selector& made = *tree_.make(vector_selector{});
        made.kind = node_kind::vector_selector;
        made.name = word(name);
        made.name_span = made.span = name.span;
        return now_.kind != token_kind::left_brace || matchers(made) ? &made : nullptr;
    }
    [[nodiscard]] node* vector()
    {
        if (now_.kind != token_kind::left_brace) {
            const token name = now_;
            advance();
            return metric(name);
        }
        vector_selector& made = *tree_.make(vector_selector{});
        made.kind = node_kind::vector_selector;
        made.span = made.name_span = {now_.span.offset, 0};
        return matchers(made) ? &made : nullptr;
    }

    bool matchers(vector_selector& into)
    {
        advance();
        const std::size_t first = matchers_.size();
        while (now_.kind != token_kind::right_brace) {
            if (!one_matcher(first)) {
                failed_ = true;
                matchers_.resize(first);
                return false;
            }
            if (now_.kind == token_kind::comma) {
                advance();
            } else if (now_.kind != token_kind::right_brace) {
                unexpected("label matching", "\",\" or \"}\"");
                failed_ = true;
                matchers_.resize(first);
                return false;
            }
        }
        into.matchers = tree_.copy(matchers_.data() + first, matchers_.size() - first);
        matchers_.resize(first);
        into.span.length = now_.span.end() - into.span.offset;
        advance();
        return true;
    }

    bool one_matcher(std::size_t)
    {
        label_matcher made{};
        const bool quoted = now_.kind == token_kind::string;
        if (!quoted && now_.kind != token_kind::identifier)
            return unexpected("label matching", "identifier or \"}\"") != nullptr;
        made.name = quoted ? unquoted(now_) : word();
        made.name_span = now_.span;
        advance();
        switch (now_.kind) {
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
        if (now_.kind != token_kind::string) return unexpected("label matching", "string") != nullptr;
        made.value = unquoted(now_);
        made.value_span = now_.span;
        advance();
        if ((made.op == match_op::regex || made.op == match_op::not_regex) && how_.regex_error != nullptr)
            if (std::string why = how_.regex_error(made.value); !why.empty())
                complain(range_of{made.name_span.offset, made.value_span.end()}, std::move(why));
        matchers_.push_back(made);
        return true;
    }

    // Aggregations and calls

    [[nodiscard]] node* aggregate(const token& name)
    {
        aggregation made{};
        made.kind = node_kind::aggregation;
        made.op = aggregator_of(word(name));
        made.op_span = name.span;
        if (now_.kind != token_kind::left_paren && !grouping(made)) return nullptr;
        if (now_.kind != token_kind::left_paren) return fail();
        const std::size_t first = arguments_.size();
        if (!call_body()) return nullptr;
        if (made.grouping_span.length == 0 && (now_.kind == token_kind::by || now_.kind == token_kind::without) &&
            !grouping(made))
            return nullptr;
        made.span = {name.span.offset, previous_end_ - name.span.offset};
        const std::size_t count = arguments_.size() - first;
        const bool has_parameter = made.op == aggregator::topk || made.op == aggregator::bottomk ||
                                   made.op == aggregator::count_values || made.op == aggregator::quantile ||
                                   made.op == aggregator::limitk || made.op == aggregator::limit_ratio;
        const std::size_t wanted = has_parameter ? 2 : 1;
        if (count == 0) {
            complain(made.span, "no arguments for aggregate expression provided");
        } else if (made.op >= aggregator::limitk && !how_.experimental_functions) {
            complain(made.span, concat(to_lower(word(name)), "() is experimental and must be enabled with "
                                                             "--enable-feature=promql-experimental-functions"));
        } else if (count != wanted) {
            complain(made.span, concat("wrong number of arguments for aggregate expression provided, expected ",
                                       std::to_string(wanted), ", got ", std::to_string(count)));
        } else {
            if (has_parameter) made.parameter = arguments_[first];
            made.of = arguments_[first + wanted - 1];
        }
        arguments_.resize(first);
        return tree_.make(made);
    }

    static std::string to_lower(std::string_view text)
    {
        std::string out(text);
        for (char& c : out) c = detail::lower(c);
        return out;
    }
    static aggregator aggregator_of(std::string_view word) noexcept
    {
        constexpr std::string_view names[] = {"sum",          "avg",      "count",  "min",        "max",
                                              "group",        "stddev",   "stdvar", "topk",       "bottomk",
                                              "count_values", "quantile", "limitk", "limit_ratio"};
        unsigned i = 0;
        while (!detail::equal_lower(word, names[i])) ++i;
        return static_cast<aggregator>(i);
    }

    bool grouping(aggregation& into)
    {
        into.without = now_.kind == token_kind::without;
        const std::size_t begin = now_.span.offset;
        advance();
        if (!label_list(into.grouping)) return false;
        into.grouping_span = {begin, previous_end_ - begin};
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
        while (now_.kind != token_kind::right_paren) {
            const bool quoted = now_.kind == token_kind::string;
            if (!quoted && !can_be_label(now_.kind)) {
                unexpected("grouping opts", "label");
                failed_ = true;
                return false;
            }
            const std::string_view name = quoted ? unquoted(now_) : word();
            if (name.empty()) complain(now_.span, "invalid label name for grouping: \"\"");
            labels_.push_back({name, now_.span});
            advance();
            if (now_.kind == token_kind::comma) {
                advance();
            } else if (now_.kind != token_kind::right_paren) {
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

    /// Arguments onto arguments_.
    bool call_body()
    {
        advance();
        if (accept(token_kind::right_paren)) return true;
        for (;;) {
            node* const argument = expression(1);
            if (argument == nullptr) return false;
            arguments_.push_back(argument);
            while (now_.kind == token_kind::comma) {
                const token comma = now_;
                advance();
                if (begins_operand(now_.kind)) break;
                complain(comma.span, "trailing commas not allowed in function call args");
                if (now_.kind != token_kind::comma) {
                    if (accept(token_kind::right_paren)) return true;
                    return fail() != nullptr;
                }
            }
            if (begins_operand(now_.kind) && text_[previous_end_ - 1] == ',') continue;
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

    [[nodiscard]] node* call(const token& name)
    {
        const std::size_t first = arguments_.size();
        if (!call_body()) return nullptr;
        const std::string_view text = word(name);
        const function* const of = find_function(text);
        if (of == nullptr)
            complain(name.span, concat("unknown function with name ", detail::quote(text)));
        else if (of->experimental && !how_.experimental_functions)
            complain(name.span, concat("function ", detail::quote(text), " is not enabled"));
        auto* const made = tree_.make(call_node{{node_kind::call, {name.span.offset, previous_end_ - name.span.offset}},
                                                of,
                                                text,
                                                name.span,
                                                tree_.copy(arguments_.data() + first, arguments_.size() - first)});
        arguments_.resize(first);
        return made;
    }

    // What follows an operand

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

    [[nodiscard]] node* range(node* of)
    {
        const inside guard(*this, place::range_begin);
        const std::size_t begin = now_.span.offset;
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
            if (!why.empty()) complain(range_of{begin, previous_end_}, std::string(why));
            return tree_.make(
                matrix_selector{{node_kind::matrix_selector, {of->span.offset, previous_end_ - of->span.offset}},
                                of,
                                nanoseconds(length),
                                as<duration_node>(length)});
        }
        if (!accept(token_kind::colon)) return fail();
        place_ = place::step_begin;
        node* step = nullptr;
        if (now_.kind != token_kind::right_bracket) {
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
                 concat(what, " modifier must be preceded by an instant vector selector or range vector selector "
                              "or a subquery"));
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
        of->span.length = last_closing_ > of->span.offset ? last_closing_ - of->span.offset : 0;
        return of;
    }

    [[nodiscard]] node* at_modifier(node* of)
    {
        const inside guard(*this, place::at);
        advance();
        const bool minus = now_.kind == token_kind::subtract;
        const bool sign = minus || now_.kind == token_kind::add;
        if (sign) advance();
        at_kind kind = at_kind::time;
        double time = 0;
        if (now_.kind == token_kind::number || now_.kind == token_kind::duration) {
            time = number()->value * (minus ? -1 : 1);
            if (!std::isfinite(time) || time >= 9223372036854775807.0 || time <= -9223372036854775808.0)
                complain(of->span, concat("timestamp out of bounds for @ modifier: ", fixed_text(time)));
        } else if (!sign && (now_.kind == token_kind::start || now_.kind == token_kind::end_of_range)) {
            kind = now_.kind == token_kind::start ? at_kind::start : at_kind::end;
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
        const bool anchored = now_.kind == token_kind::anchored;
        advance();
        const std::string_view name = anchored ? "anchored" : "smoothed";
        auto* v = as<vector_selector>(of);
        if (const auto* const m = as<matrix_selector>(of)) {
            v = as<vector_selector>(m->of);
            if (v == nullptr) return;
        }
        if (v == nullptr) {
            complain(of->span, concat(name, as<subquery>(of) != nullptr ? " modifier is not supported for subqueries"
                                                                        : " modifier not implemented"));
            return;
        }
        (anchored ? v->anchored : v->smoothed) = true;
        if (v->anchored && v->smoothed) complain(of->span, "anchored and smoothed modifiers cannot be used together");
    }

    // Amounts of time: numbers, durations, and arithmetic of them

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

    [[nodiscard]] node* with_sign(const token& sign, node* of)
    {
        if (auto* const literal = as<number_node>(of)) {
            if (sign.kind == token_kind::subtract) literal->value *= -1;
            node* const checked = in_range(literal, sign.span);
            if (checked == literal) literal->span = {sign.span.offset, literal->span.end() - sign.span.offset};
            return checked;
        }
        if (sign.kind != token_kind::subtract) return of;
        return tree_.make(duration_node{{node_kind::duration, {sign.span.offset, of->span.end() - sign.span.offset}},
                                        token_kind::subtract,
                                        nullptr,
                                        of,
                                        false});
    }

    [[nodiscard]] node* amount_expression(int level)
    {
        const inside guard(*this, place_);
        if (too_deep()) return nullptr;
        node* left = nullptr;
        if (now_.kind == token_kind::add || now_.kind == token_kind::subtract) {
            const token sign = now_;
            advance();
            left = amount_expression(power_level);
            if (left != nullptr) left = with_sign(sign, left);
        } else {
            left = amount();
        }
        while (left != nullptr) {
            const token op = now_;
            const int strength = level_of(op.kind);
            if (strength < std::max(level, 4) || op.kind == token_kind::atan2) return left;
            advance();
            node* const right = amount_expression(op.kind == token_kind::power ? strength : strength + 1);
            if (right == nullptr) return nullptr;
            const auto* const divisor = as<number_node>(right);
            if (divisor != nullptr && divisor->value == 0 &&
                (op.kind == token_kind::divide || op.kind == token_kind::modulo)) {
                complain(op.span, op.kind == token_kind::divide ? "division by zero" : "modulo by zero");
                left = nothing();
                continue;
            }
            left = tree_.make(
                duration_node{{node_kind::duration, {left->span.offset, right->span.end() - left->span.offset}},
                              op.kind,
                              left,
                              right,
                              false});
        }
        return nullptr;
    }

    [[nodiscard]] node* amount()
    {
        const token first = now_;
        switch (first.kind) {
        case token_kind::number:
        case token_kind::duration: {
            number_node* const literal = number();
            return in_range(literal, literal->span);
        }
        case token_kind::step:
        case token_kind::range:
            advance();
            if (!accept(token_kind::left_paren) || !accept(token_kind::right_paren)) return fail();
            return tree_.make(
                duration_node{{node_kind::duration, {first.span.offset, previous_end_ - first.span.offset}},
                              first.kind,
                              nullptr,
                              nullptr,
                              false});
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
            return tree_.make(
                duration_node{{node_kind::duration, {first.span.offset, previous_end_ - first.span.offset}},
                              first.kind,
                              left,
                              right,
                              false});
        }
        case token_kind::left_paren: {
            advance();
            node* const of = amount_expression(1);
            if (of == nullptr) return nullptr;
            if (!accept(token_kind::right_paren)) return fail();
            return wrapped(of, {first.span.offset, previous_end_ - first.span.offset});
        }
        default: return fail();
        }
    }

    /// After `offset` only what begins with a parenthesis goes on behind it: foo offset 5s-8 is a subtraction.
    [[nodiscard]] node* offset_amount()
    {
        if (now_.kind == token_kind::left_paren) return amount_expression(1);
        if (now_.kind != token_kind::add && now_.kind != token_kind::subtract) return amount();
        const token sign = now_;
        advance();
        node* const of = amount();
        return of == nullptr ? nullptr : with_sign(sign, of);
    }

    std::string_view text_;
    lexer words_;
    tree_arena& tree_;
    const parse_options& how_;
    std::vector<parse_error>& errors_;
    token now_;
    std::size_t previous_end_ = 0;  ///< of the token before
    std::size_t last_closing_ = 0;  ///< end of the last bracket, number or duration that was read
    std::size_t aggregation_begin_ = 0;
    unsigned depth_ = 0;
    unsigned operators_ = 0;
    place place_ = place::anywhere;
    bool lexing_failed_ = false;
    bool failed_ = false;
    std::vector<label_matcher>& matchers_;
    std::vector<label_name>& labels_;
    std::vector<node*>& arguments_;
};

}  // namespace pitot::promql
