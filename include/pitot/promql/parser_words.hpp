#pragma once
// The base of PromQL's parser: the word that is looked at, and what is said when it does not fit.

#include <pitot/promql/ast.hpp>
#include <pitot/promql/complaints.hpp>
#include <pitot/promql/durations.hpp>
#include <pitot/promql/lexer.hpp>
#include <pitot/promql/literal.hpp>
#include <pitot/promql/parse_options.hpp>

#include <algorithm>  // std::max
#include <iterator>   // std::size
#include <string>
#include <string_view>
#include <vector>

namespace pitot::promql::detail {

class parser_words : protected complaints {
protected:
    parser_words(std::string_view text, tree_arena& into, const parse_options& how, std::vector<parse_error>& errors)
        : complaints(into, errors), text_(text), words_(text, into.texts()), how_(how),
          matchers_(into.scratch().matchers), labels_(into.scratch().labels), arguments_(into.scratch().arguments)
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
    static constexpr int power_level = 6;

    /// One level of nesting, until it goes.
    class deeper {
    public:
        explicit deeper(parser_words& of) noexcept : of_(of) { ++of.depth_; }
        deeper(const deeper&) = delete;
        deeper& operator=(const deeper&) = delete;
        ~deeper() { --of_.depth_; }

    private:
        parser_words& of_;
    };

    /// The same, and where we are, for the error text; restored when it goes.
    class inside : deeper {
    public:
        inside(parser_words& of, place now) noexcept
            : deeper(of), of_(of), was_(of.place_), was_op_(of.aggregation_begin_)
        {
            of.place_ = now;
        }
        ~inside()
        {
            of_.place_ = was_;
            of_.aggregation_begin_ = was_op_;
        }

    private:
        parser_words& of_;
        place was_;
        std::size_t was_op_;
    };

    // Words

    /// The word that is looked at; of kind error when there is none. To keep of it are kind and span, each by itself: a
    /// whole token is copied in pieces other than those that were just written, and waits for them.
    [[nodiscard]] const token& now() const noexcept { return words_.last(); }
    void advance()
    {
        previous_end_ = words_.at();
        (void)words_.next();  // an error is told by tell_failed_word(): most words are none
    }
    [[nodiscard]] std::string_view word(text_span at) const noexcept { return {text_.data() + at.offset, at.length}; }
    [[nodiscard]] std::string_view word() const noexcept { return word(now().span); }
    /// What ends with the word before.
    [[nodiscard]] text_span span_from(std::size_t begin) const noexcept { return {begin, previous_end_ - begin}; }
    bool accept(token_kind kind)
    {
        if (now().kind != kind) return false;
        advance();
        return true;
    }

    // Errors

    /// What the lexer could not read, once: before all else that is wrong from there on, and at the end.
    void tell_failed_word()
    {
        if (!words_.failed() || failed_word_told_) return;
        failed_word_told_ = true;
        complaints::complain(range_of{words_.failed_at(), text_.size()}, words_.message());
    }
    [[gnu::cold, gnu::noinline]] void complain(range_of where, std::string_view message)
    {
        tell_failed_word();
        complaints::complain(where, message);
    }
    void complain(text_span where, std::string_view message) { complain(range_of{where.offset, where.end()}, message); }

    /// Text in quotes, ten characters of it.
    [[nodiscard]] std::string_view shortened(std::string_view text) const
    {
        std::size_t end = 0;
        for (int n = 0; n < 10 && end < text.size(); ++n)
            end += std::max<std::size_t>(utf8_decode(text, end).length, 1);
        return text.size() > 10 ? joined({quoted(text.substr(0, end)), "..."}) : quoted(text);
    }
    [[nodiscard]] std::string_view describe(const token& t) const
    {
        const std::string_view text = word(t.span);
        switch (t.kind) {
        case token_kind::end: return "end of input";
        case token_kind::identifier: return joined({"identifier ", quoted(text)});
        case token_kind::metric_identifier: return joined({"metric identifier ", quoted(text)});
        case token_kind::string: return joined({"string ", shortened(text)});
        case token_kind::number: return joined({"number ", shortened(text)});
        case token_kind::duration: return joined({"duration ", shortened(text)});
        case token_kind::aggregator: return joined({"<aggr:", text, ">"});
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
        case token_kind::fill_right: return joined({"<", text, ">"});
        default: break;
        }
        if (t.kind == token_kind::at || t.kind == token_kind::regex_match || t.kind == token_kind::regex_not_match ||
            is_operator(t.kind))
            return joined({"<op:", text, ">"});
        return shortened(text);
    }
    std::nullptr_t unexpected(std::string_view context, std::string_view expected)
    {
        if (!words_.failed() && !too_deep_)
            complain(now().span, joined({"unexpected ", describe(now()), context.empty() ? "" : " in ", context,
                                         expected.empty() ? "" : ", expected ", expected}));
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
            complain(range_of{aggregation_begin_, words_.last_closing()},
                     "no arguments for aggregate expression provided");
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
    bool too_deep() { return depth_ > how_.max_depth && refuse_depth(); }
    [[gnu::cold, gnu::noinline]] bool refuse_depth()
    {
        if (!failed_)
            complain(now().span, joined({"nested more than ", std::to_string(how_.max_depth), " levels deep"}));
        failed_ = too_deep_ = true;
        return true;
    }
    [[gnu::cold, gnu::noinline]] std::nullptr_t too_many_operators(text_span where)
    {
        complain(where, joined({"more than ", std::to_string(how_.max_operators), " operators"}));
        failed_ = true;
        return nullptr;
    }

    // Operators

    static constexpr signed char levels[] = {
        4, 4,              // + -
        5, 5, 5,           // * / %
        6,                 // ^
        3, 3, 3, 3, 3, 3,  // == != < <= > >=
        0, 0,              // =~ !~
        3, 3,              // </ >/
        2, 1, 2,           // and or unless
        5,                 // atan2
    };
    static_assert(std::size(levels) ==
                  static_cast<std::size_t>(token_kind::atan2) - static_cast<std::size_t>(token_kind::add) + 1);
    /// How strong an operator binds; 0 for what is none.
    [[nodiscard]] static constexpr int level_of(token_kind kind) noexcept
    {
        const unsigned i = static_cast<unsigned>(kind) - static_cast<unsigned>(token_kind::add);
        return i < std::size(levels) ? levels[i] : 0;
    }

    [[nodiscard]] number_node* number()
    {
        const bool is_duration = now().kind == token_kind::duration;
        const std::string_view text = word();
        auto* const made = tree_.make(number_node{{node_kind::number, now().span}, 0, is_duration});
        if (!(is_duration ? read_short_duration(text, made->value) : read_short_number(text, made->value)))
            long_number(*made, text);
        advance();
        return made;
    }
    [[gnu::noinline]] void long_number(number_node& into, std::string_view text)
    {
        const std::string why = into.is_duration ? read_duration_seconds(text, into.value)
                                                 : read_number(text, into.value);
        if (!why.empty()) complain(into.span, tree_.copy(why));
    }

    /// The string that is looked at, without its quotes and escapes.
    [[nodiscard]] std::string_view unquoted()
    {
        const std::string_view body(text_.data() + now().span.offset + 1, now().span.length - 2);
        if (!words_.escaped()) return body;
        const auto value = unquote(word());
        return value ? tree_.copy(*value) : body;
    }

    std::string_view text_;
    lexer words_;
    const parse_options& how_;
    std::size_t previous_end_ = 0;  ///< of the token before
    std::size_t aggregation_begin_ = 0;
    unsigned depth_ = 0;
    unsigned operators_ = 0;
    place place_ = place::anywhere;
    bool failed_word_told_ = false;
    bool too_deep_ = false;
    bool failed_ = false;
    std::vector<label_matcher>& matchers_;
    std::vector<label_name>& labels_;
    std::vector<node*>& arguments_;
};

}  // namespace pitot::promql::detail
