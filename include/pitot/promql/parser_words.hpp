#pragma once
// The base of PromQL's parser: the word that is looked at, and what is said when it does not fit.

#include <pitot/base/text.hpp>
#include <pitot/promql/ast.hpp>
#include <pitot/promql/durations.hpp>
#include <pitot/promql/lexer.hpp>
#include <pitot/promql/literal.hpp>
#include <pitot/promql/parse_options.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::promql::detail {

class parser_words {
protected:
    parser_words(std::string_view text, tree_arena& into, const parse_options& how, std::vector<parse_error>& errors)
        : text_(text), words_(text), tree_(into), how_(how), errors_(errors), matchers_(into.scratch().matchers),
          labels_(into.scratch().labels), arguments_(into.scratch().arguments)
    {
        matchers_.clear();
        labels_.clear();
        arguments_.clear();
        advance();
    }

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
        inside(parser_words& of, place now) noexcept : of_(of), was_(of.place_), was_op_(of.aggregation_begin_)
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
        parser_words& of_;
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

}  // namespace pitot::promql::detail
