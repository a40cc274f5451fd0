#pragma once
// LogQL, as far as dashboards use it: is a query one, which streams does it select, which labels does it make?
// source  Grafana Loki 3, documentation of LogQL

#include <pitot/base/text.hpp>
#include <pitot/logql/streams.hpp>

namespace pitot::logql {

namespace detail {

class reader : public streams {
public:
    using streams::streams;

    [[nodiscard]] result<query> run()
    {
        skip();
        if (at_ == text_.size()) return unexpected(errc::syntax, "the query is empty", text_span{0, 0});
        kind k = kind::vector;
        if (equal_lower(peek_word(), "variants") ? !variants() : !expression(1, k))
            return unexpected(std::move(failure_));
        if (at_ < text_.size() && !fail("an operator or the end")) return unexpected(std::move(failure_));
        out_.metric = k != kind::log;
        return std::move(out_);
    }

private:
    enum class kind : unsigned char { log, vector, number };

    static int level_of(std::string_view op) noexcept
    {
        if (op == "or") return 1;
        if (op == "and" || op == "unless") return 2;
        if (one_of(op, {"==", "!=", ">", ">=", "<", "<="})) return 3;
        if (op == "+" || op == "-") return 4;
        if (op == "*" || op == "/" || op == "%") return 5;
        return op == "^" ? 6 : 0;
    }
    [[nodiscard]] std::string_view peek_operator() const noexcept
    {
        for (const std::string_view op : {"==", "!=", ">=", "<=", ">", "<", "+", "-", "*", "/", "%", "^"})
            if (sees(op)) return op;
        const std::string_view word = peek_word();
        for (const std::string_view op : {"or", "and", "unless"})
            if (word == op || (word.size() == op.size() && (word[0] | 0x20) == op[0] && (word[1] | 0x20) == op[1]))
                return op;
        return {};
    }

    bool expression(int level, kind& k)
    {
        if (++depth_ > max_depth) return fail("less nesting");
        if (!operand(k)) return false;
        for (;;) {
            const std::string_view op = k == kind::log ? std::string_view() : peek_operator();
            const int strength = op.empty() ? 0 : level_of(op);
            if (strength == 0 || strength < level) break;
            const text_span sign{at_, op.size()};
            at_ += op.size();
            skip();
            take_word("bool");
            if (take_word("on") || take_word("ignoring")) {
                if (!labels()) return false;
                if ((take_word("group_left") || take_word("group_right")) && sees("(") && !labels()) return false;
            }
            kind right{};
            if (!expression(op == "^" ? strength : strength + 1, right)) return false;
            if (right == kind::log) return fail("a metric query beside an operator");
            if (strength <= 2 && (k == kind::number || right == kind::number))
                return fail_at(sign,
                               concat("unexpected literal for a leg of logical/set binary operation ", to_lower(op)));
            k = k == kind::number && right == kind::number ? kind::number : kind::vector;
        }
        --depth_;
        return true;
    }

    bool operand(kind& k)
    {
        if (sees("{")) {
            k = kind::log;
            return selector() && pipeline();
        }
        std::string_view text;
        if (sees("-") || sees("+") || sees_number()) {
            k = kind::number;
            static_cast<void>(take("-") || take("+"));
            return number(text, "a number");
        }
        if (take("(")) return expression(1, k) && expect(")");
        const std::string word = to_lower(peek_word());
        k = kind::vector;
        if (one_of(word, {"sum", "avg", "max", "min", "count", "stddev", "stdvar", "topk", "bottomk", "approx_topk",
                          "sort", "sort_desc"}))
            return vector_aggregation(word);
        if (one_of(word, {"rate", "rate_counter", "count_over_time", "bytes_rate", "bytes_over_time", "sum_over_time",
                          "avg_over_time", "max_over_time", "min_over_time", "first_over_time", "last_over_time",
                          "stdvar_over_time", "stddev_over_time", "quantile_over_time", "absent_over_time"}))
            return range_aggregation(word);
        if (word == "label_replace") return label_replace();
        if (word == "vector") {
            at_ += word.size();
            skip();
            return expect("(") && number(text, "a number") && expect(")");
        }
        return fail("a stream selector, a function or a number");
    }

    bool labels()
    {
        if (!expect("(")) return false;
        if (take(")")) return true;
        do {
            if (std::string_view label; !name(label, "a label")) return false;
        } while (take(","));
        return expect(")");
    }
    bool grouping(bool& seen)
    {
        seen = take_word("by") || take_word("without");
        return !seen || labels();
    }

    bool vector_aggregation(std::string_view op)
    {
        const text_span called{at_, op.size()};
        at_ += op.size();
        skip();
        bool grouped = false;
        if (!grouping(grouped) || !expect("(")) return false;
        if (one_of(op, {"topk", "bottomk", "approx_topk"})) {
            std::string_view text;
            if (!number(text, "a number of series")) return false;
            if (text.find_first_not_of("0123456789") != std::string_view::npos ||
                text.find_first_not_of('0') == std::string_view::npos)
                return fail_at(span_of(text), concat("invalid parameter: ", text, ", expecting an integer from 1 on"));
            if (!expect(",")) return false;
        }
        kind k{};
        if (!expression(1, k)) return false;
        if (k != kind::vector) return fail("a metric query inside an aggregation");
        if (!expect(")") || (!grouped && !grouping(grouped))) return false;
        if (grouped && one_of(op, {"sort", "sort_desc", "approx_topk"}))
            return fail_at(called, concat("grouping not allowed for ", op, " aggregation"));
        return true;
    }

    bool range_aggregation(std::string_view op)
    {
        const text_span called{at_, op.size()};
        at_ += op.size();
        skip();
        bool grouped = false;
        std::string_view text;
        if (!expect("(")) return false;
        if (op == "quantile_over_time" && (!number(text, "a quantile") || !expect(","))) return false;
        bool unwrapped = false;
        if (!log_range(unwrapped) || !expect(")") || !grouping(grouped)) return false;
        const bool of_lines = one_of(op, {"count_over_time", "bytes_rate", "bytes_over_time"});
        const bool of_both = one_of(op, {"rate", "absent_over_time"});
        if (grouped && (of_lines || of_both || one_of(op, {"sum_over_time", "rate_counter"})))
            return fail_at(called, concat("grouping not allowed for ", op, " aggregation"));
        if (unwrapped ? of_lines : !of_lines && !of_both)
            return fail_at(called, concat("invalid aggregation ", op, unwrapped ? " with unwrap" : " without unwrap"));
        return true;
    }
    /// variants(rate(…), …) of (…[5m])
    bool variants()
    {
        static_cast<void>(take_word("variants"));
        if (!expect("(")) return false;
        do {
            kind k{};
            if (!expression(1, k)) return false;
            if (k == kind::log) return fail("a metric query among variants");
        } while (take(","));
        bool unwrapped = false;
        if (!expect(")")) return false;
        if (!take_word("of")) return fail("'of'");
        return expect("(") && log_range(unwrapped) && expect(")");
    }
    /// A log query with its range: directly behind the selector, or behind the pipeline, or behind both in parentheses.
    bool log_range(bool& unwrapped)
    {
        if (++depth_ > max_depth) return fail("less nesting");
        if (!take("(")) {
            bool range = false;
            bool staged = false;
            return log_range_body(range, staged, unwrapped) && (range || fail("a range like [5m]")) && leave();
        }
        if (sees("(")) return log_range(unwrapped) && expect(")") && leave();
        bool range = false;
        bool staged = false;
        if (!log_range_body(range, staged, unwrapped) || !expect(")")) return false;
        if (range) return leave();
        if (!duration_range()) return false;
        if (!staged && sees_unwrap()) {
            unwrapped = true;
            return unwrap() && leave();
        }
        return leave();
    }
    bool log_range_body(bool& range, bool& staged, bool& unwrapped)
    {
        if (!sees("{")) return fail("a stream selector");
        if (!selector()) return false;
        const std::size_t behind = at_;
        const bool early = sees("[");
        if (early && !duration_range()) return false;
        if (!pipeline()) return false;
        unwrapped = sees_unwrap();
        if (unwrapped && !unwrap()) return false;
        if (!early) staged = at_ != behind;
        range = early;
        if (!early && sees("[")) {
            range = true;
            return duration_range();
        }
        return true;
    }
    bool leave() noexcept
    {
        --depth_;
        return true;
    }
    bool label_replace()
    {
        at_ += std::string_view("label_replace").size();
        skip();
        kind k{};
        if (!expect("(") || !expression(1, k)) return false;
        if (k == kind::log) return fail("a metric query inside label_replace");
        for (int i = 0; i < 4; ++i)
            if (std::string_view text; !expect(",") || !string(text)) return false;
        return expect(")");
    }
};

}  // namespace detail

/// error  syntax or unexpected_end, with the place; views in the query are of the text
[[nodiscard]] inline result<query> parse(std::string_view text) { return detail::reader(text).run(); }

}  // namespace pitot::logql
