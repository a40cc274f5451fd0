#pragma once
// Which series a query asks for: its selectors with their places, found by one walk over the tokens.
// Not the parser: it knows where an operand and where an operator stands, but neither types nor precedence.

#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>
#include <pitot/promql/lexer.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::promql {

/// One matcher between braces.
/// label   a name, or a string literal with its quotes
/// value   the string literal with its quotes
struct matcher {
    text_span label;
    token_kind op = token_kind::assign;
    text_span value;
};

/// name          the metric's name, decoded; empty when no equality says it
/// name_span     where the name stands: the word, or what is between a string's quotes
/// span          name and braces; without range and offset
/// under_absent  an argument of absent() or absent_over_time(): missing is what it asks about
/// operand       index into selection::operands
struct selector {
    std::string name;
    text_span name_span;
    text_span span;
    std::vector<matcher> matchers;
    bool under_absent = false;
    std::uint32_t operand = 0;
};

/// A stretch of a query between two `or` of one level. Every selector lies in one, and every one but the first in
/// another. parent  the stretch around its brackets; itself for those of the query's own level level   the same number
/// for all that are joined by `or`
struct or_operand {
    std::uint32_t parent = 0;
    std::uint32_t level = 0;
};

/// metricsql  words were seen that VictoriaMetrics knows and Prometheus does not; the rest of the query may be read
/// wrong
struct selection {
    std::vector<selector> selectors;
    std::vector<or_operand> operands;
    bool metricsql = false;
};

namespace detail {

class selector_walk {
public:
    selector_walk(std::string_view text, const std::vector<token>& tokens) : text_(text), tokens_(tokens) {}

    [[nodiscard]] result<selection> run()
    {
        if (tokens_.size() == 1) return unexpected(errc::syntax, "the query is empty", text_span{0, 0});
        if (equal_lower(word(0), "with") && kind(1) == token_kind::left_paren) {
            out_.metricsql = true;  // templates: names mean what the query defines
            return std::move(out_);
        }
        frames_.push_back({frame_kind::query, false, 0, 0});
        new_operand(false);
        while (kind(at_) != token_kind::end || want_operand_)
            if (!(want_operand_ ? operand() : after_operand())) return unexpected(std::move(failure_));
        return std::move(out_);
    }

private:
    enum class frame_kind : unsigned char { query, group, call, aggregation };
    struct frame {
        frame_kind kind = frame_kind::group;
        bool under_absent = false;
        std::uint32_t around = 0;  ///< the operand outside
        std::size_t opened = 0;    ///< the token of its bracket
    };

    [[nodiscard]] token_kind kind(std::size_t i) const noexcept
    {
        return i < tokens_.size() ? tokens_[i].kind : token_kind::end;
    }
    [[nodiscard]] std::string_view word(std::size_t i) const noexcept
    {
        return i < tokens_.size() ? text_.substr(tokens_[i].span.offset, tokens_[i].span.length) : std::string_view{};
    }

    bool fail(std::size_t i, std::string message)
    {
        const token& at = tokens_[std::min(i, tokens_.size() - 1)];
        failure_ = error(at.kind == token_kind::end ? errc::unexpected_end : errc::syntax, std::move(message), at.span);
        return false;
    }
    bool expected(std::string_view what)
    {
        if (kind(at_) == token_kind::end) return fail(at_, concat("the query ends where ", what, " is expected"));
        return fail(at_, concat(what, " is expected before '", word(at_), "'"));
    }

    /// The next stretch between `or`s: of this level, or the first of a new one.
    void new_operand(bool same_level)
    {
        const std::uint32_t level = same_level ? out_.operands[operand_].level : next_level_++;
        out_.operands.push_back(
            {frames_.size() == 1 ? static_cast<std::uint32_t>(out_.operands.size()) : frames_.back().around, level});
        operand_ = static_cast<std::uint32_t>(out_.operands.size() - 1);
    }

    void open(frame_kind what, bool under_absent)
    {
        frames_.push_back({what, under_absent || frames_.back().under_absent, operand_, at_});
        ++at_;
        new_operand(false);
        want_operand_ = true;
        after_operator_ = false;
    }

    void close()
    {
        closed_ = frames_.back().kind;
        operand_ = frames_.back().around;
        frames_.pop_back();
        ++at_;
        want_operand_ = false;
    }

    void step_over(bool operand_follows) noexcept
    {
        ++at_;
        want_operand_ = operand_follows;
        closed_ = frame_kind::query;
    }

    [[nodiscard]] bool operand()
    {
        const token_kind now = kind(at_);
        const token_kind next = kind(at_ + 1);
        switch (now) {
        case token_kind::number:
        case token_kind::duration:
        case token_kind::string: step_over(false); return true;
        case token_kind::add:
        case token_kind::subtract: ++at_; return true;
        case token_kind::left_paren: open(frame_kind::group, false); return true;
        case token_kind::left_brace: return vector({});
        case token_kind::right_paren:
            if (frames_.back().kind == frame_kind::call && frames_.back().opened + 1 == at_) {
                close();
                return true;
            }
            return expected("an operand");
        default: break;
        }
        if (after_operator_) {
            if (now == token_kind::bool_) return ++at_, true;
            if (now == token_kind::on || now == token_kind::ignoring) return ++at_, label_list();
            if (now == token_kind::group_left || now == token_kind::group_right)
                return ++at_, next != token_kind::left_paren || label_list();
            if (next == token_kind::left_paren &&
                (now == token_kind::fill || now == token_kind::fill_left || now == token_kind::fill_right))
                return skip_parentheses();
        }
        if (!can_be_metric(now)) return expected("an operand");
        if (now == token_kind::aggregator && (next == token_kind::by || next == token_kind::without) &&
            kind(at_ + 2) == token_kind::left_paren) {
            at_ += 2;
            if (!label_list()) return false;
            if (kind(at_) != token_kind::left_paren) return expected("'('");
            open(frame_kind::aggregation, false);
            return true;
        }
        if (next != token_kind::left_paren) return vector(tokens_[at_].span);
        if (now == token_kind::metric_identifier) return fail(at_, concat("'", word(at_), "' is no function"));
        const std::string_view name = word(at_++);
        open(now == token_kind::aggregator ? frame_kind::aggregation : frame_kind::call,
             name == "absent" || name == "absent_over_time");
        return true;
    }

    [[nodiscard]] bool after_operand()
    {
        const token_kind now = kind(at_);
        after_operator_ = false;
        if (is_operator(now) || now == token_kind::offset || now == token_kind::at) {
            step_over(true);
            after_operator_ = is_operator(now);
            if (now == token_kind::or_) new_operand(true);
            return true;
        }
        switch (now) {
        case token_kind::left_bracket: return range();
        case token_kind::by:
        case token_kind::without:
            if (closed_ != frame_kind::aggregation) return expected("an operator");
            closed_ = frame_kind::query;
            return ++at_, label_list();
        case token_kind::anchored:
        case token_kind::smoothed: step_over(false); return true;
        case token_kind::comma:
            if (frames_.back().kind == frame_kind::query) return expected("an operator");
            if (frames_.back().kind == frame_kind::group) out_.metricsql = true;  // (a, b) is a union there
            operand_ = frames_.back().around;
            step_over(true);
            new_operand(false);
            return true;
        case token_kind::right_paren: close(); return true;
        case token_kind::identifier: return metricsql_word();
        default: return expected("an operator");
        }
    }

    /// [5m], [1h:1m], [2 * step():]: numbers, durations and the operators between them.
    [[nodiscard]] bool range()
    {
        bool before = false;  // an operand stands before
        std::size_t depth = 0;
        for (++at_;; ++at_) {
            const token_kind now = kind(at_);
            const bool name = now >= token_kind::step && now <= token_kind::min_of;
            if (now == token_kind::right_bracket) {
                if (!before && kind(at_ - 1) != token_kind::colon) return expected("a duration");
                step_over(false);
                return true;
            }
            if (now == token_kind::number || now == token_kind::duration || name) {
                if (before) return expected(depth == 0 ? "']'" : "')'");
                before = true;
            } else if (now == token_kind::left_paren) {
                const token_kind last = kind(at_ - 1);
                if (before && (last < token_kind::step || last > token_kind::min_of)) return expected("']'");
                before = false;
                ++depth;
            } else if (now == token_kind::right_paren) {
                before = true;
                --depth;
            } else if (now == token_kind::colon || now == token_kind::comma ||
                       (now >= token_kind::add && now <= token_kind::power)) {
                if (!before && now != token_kind::add && now != token_kind::subtract) return expected("a duration");
                before = false;
            } else {
                return expected("a duration");
            }
        }
    }

    /// `a default b`, `a if b`, `a ifnot b`, `f(x) keep_metric_names`, `sum(x) limit 3`
    [[nodiscard]] bool metricsql_word()
    {
        const std::string_view name = word(at_);
        const bool joins = equal_lower(name, "default") || equal_lower(name, "if") || equal_lower(name, "ifnot") ||
                           equal_lower(name, "limit");
        if (!joins && !equal_lower(name, "keep_metric_names")) return expected("an operator");
        out_.metricsql = true;
        step_over(joins);
        after_operator_ = joins;
        return true;
    }

    /// ( name, "quoted name", … ), a trailing comma allowed.
    [[nodiscard]] bool label_list()
    {
        if (kind(at_) != token_kind::left_paren) return expected("'('");
        ++at_;
        for (bool name = true;; name = !name) {
            const token_kind now = kind(at_);
            if (now == token_kind::right_paren) return ++at_, true;
            if (name ? !is_label(now) : now != token_kind::comma) return expected(name ? "a label" : "','");
            ++at_;
        }
    }
    [[nodiscard]] static bool is_label(token_kind what) noexcept
    {
        return what == token_kind::string || what == token_kind::identifier ||
               (what >= token_kind::and_ && what <= token_kind::range);
    }

    [[nodiscard]] bool skip_parentheses()
    {
        std::size_t depth = 0;
        for (++at_; at_ < tokens_.size(); ++at_) {
            if (kind(at_) == token_kind::left_paren) ++depth;
            if (kind(at_) == token_kind::right_paren && --depth == 0) return ++at_, true;
        }
        return expected("')'");
    }

    /// A selector: a name, braces, or both.
    [[nodiscard]] bool vector(text_span name)
    {
        selector found;
        found.span = tokens_[at_].span;
        found.under_absent = frames_.back().under_absent;
        found.operand = operand_;
        if (name.length > 0) {
            found.name = text_.substr(name.offset, name.length);
            found.name_span = name;
            ++at_;
        }
        if (kind(at_) == token_kind::left_brace) {
            if (!matchers(found)) return false;
            found.span.length = tokens_[at_ - 1].span.end() - found.span.offset;
        }
        out_.selectors.push_back(std::move(found));
        want_operand_ = false;
        closed_ = frame_kind::query;
        return true;
    }

    [[nodiscard]] bool matchers(selector& into)
    {
        ++at_;
        for (;;) {
            if (kind(at_) == token_kind::right_brace) return ++at_, true;
            const std::size_t label = at_;
            if (kind(label) != token_kind::identifier && kind(label) != token_kind::string) return expected("a label");
            ++at_;
            if (is_match_operator(kind(at_))) {
                ++at_;
                if (kind(at_) != token_kind::string) return expected("a value in quotes");
                into.matchers.push_back({tokens_[label].span, kind(at_ - 1), tokens_[at_].span});
                if (word(label) == "__name__" && kind(at_ - 1) == token_kind::assign && !set_name(into, at_))
                    return false;
                ++at_;
            } else if (kind(label) != token_kind::string) {
                return expected("one of = != =~ !~");
            } else if (!set_name(into, label)) {
                return false;
            }
            if (kind(at_) == token_kind::comma) {
                ++at_;
            } else if (kind(at_) == token_kind::identifier && equal_lower(word(at_), "or")) {
                out_.metricsql = true;  // {a="1" or b="2"}
                ++at_;
            } else if (kind(at_) != token_kind::right_brace) {
                return expected("',' or '}'");
            }
        }
    }

    [[nodiscard]] bool set_name(selector& into, std::size_t literal)
    {
        std::string name = unquote(word(literal)).value_or(std::string{});  // the lexer has seen that it is well-formed
        if (into.name_span.length > 0 && into.name_span.offset == into.span.offset)  // foo{"bar"}
            return fail(literal, concat("the metric's name is set twice, '", into.name, "' and '", name, "'"));
        if (!into.name.empty()) return true;  // {__name__="a", __name__="b"} is allowed; it selects nothing
        into.name = std::move(name);
        into.name_span = {tokens_[literal].span.offset + 1, tokens_[literal].span.length - 2};
        return true;
    }

    std::string_view text_;
    const std::vector<token>& tokens_;
    selection out_;
    error failure_{errc::syntax, {}};
    std::vector<frame> frames_;
    std::size_t at_ = 0;
    std::uint32_t operand_ = 0;
    std::uint32_t next_level_ = 0;
    frame_kind closed_ = frame_kind::query;  // of the bracket just closed; query when something else came since
    bool want_operand_ = true;
    bool after_operator_ = false;  // bool, on, ignoring, group_* and fill stand only there
};

}  // namespace detail

/// The selectors of a query.
/// error  syntax, invalid_utf8, unexpected_end: what is no token, unbalanced brackets, an operand or operator missing,
///        a malformed matcher or label list, a name set twice
[[nodiscard]] inline result<selection> find_selectors(std::string_view text)
{
    const auto tokens = lex(text);
    if (!tokens) return unexpected(tokens.error());
    return detail::selector_walk(text, *tokens).run();
}

}  // namespace pitot::promql
