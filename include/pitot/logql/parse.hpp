#pragma once
// LogQL, as far as dashboards use it: is a query one, which streams does it select, which labels does it make?
// source  Grafana Loki 3, documentation of LogQL

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
        kind k{};
        if (!expression(1, k) || (at_ < text_.size() && !fail("an operator or the end")))
            return unexpected(std::move(failure_));
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
            k = k == kind::number && right == kind::number ? kind::number : kind::vector;
        }
        --depth_;
        return true;
    }

    bool operand(kind& k)
    {
        if (sees("{")) {
            k = kind::log;
            bool range = false;
            return selector() && pipeline(range, false);
        }
        if (sees("-") || sees("+") || sees_number()) {
            k = kind::number;
            while (take("-") || take("+")) {}
            if (sees_number()) return amount("a number");
            return operand(k);
        }
        if (take("(")) {
            if (!expression(1, k) || !expect(")")) return false;
            bool range = false;
            return k != kind::log || pipeline(range, false);
        }
        const std::string_view word = peek_word();
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
            return expect("(") && amount("a number") && expect(")");
        }
        return fail("a stream selector, a function or a number");
    }

    bool labels()
    {
        if (!expect("(")) return false;
        while (!sees(")")) {
            std::string_view label;
            if (!name(label, "a label")) return false;
            if (!take(",")) break;
        }
        return expect(")");
    }
    bool grouping(bool& seen)
    {
        seen = take_word("by") || take_word("without");
        return !seen || labels();
    }

    bool vector_aggregation(std::string_view op)
    {
        at_ += op.size();
        skip();
        bool grouped = false;
        if (!grouping(grouped) || !expect("(")) return false;
        if (one_of(op, {"topk", "bottomk", "approx_topk"}) && (!amount("a number of series") || !expect(",")))
            return false;
        kind k{};
        if (!expression(1, k)) return false;
        if (k == kind::log) return fail("a metric query inside an aggregation");
        return expect(")") && (grouped || grouping(grouped));
    }

    bool range_aggregation(std::string_view op)
    {
        at_ += op.size();
        skip();
        bool grouped = false;
        if (!expect("(")) return false;
        if (op == "quantile_over_time" && (!amount("a quantile") || !expect(","))) return false;
        if (!log_range()) return false;
        return expect(")") && grouping(grouped);
    }
    /// A log query with its range, which may stand anywhere behind the selector.
    bool log_range()
    {
        if (++depth_ > max_depth) return fail("less nesting");
        bool range = false;
        if (take("(")) {
            if (!log_range_body(range) || !expect(")")) return false;
            if (!range && !duration_range(range)) return false;
            if (!pipeline(range, true)) return false;
        } else if (!log_range_body(range)) {
            return false;
        }
        if (!range) return fail("a range like [5m]");
        --depth_;
        return true;
    }
    bool log_range_body(bool& range)
    {
        if (sees("(")) return log_range_in_parentheses(range);
        if (!sees("{")) return fail("a stream selector");
        return selector() && pipeline(range, true);
    }
    bool log_range_in_parentheses(bool& range)
    {
        if (++depth_ > max_depth) return fail("less nesting");
        if (!expect("(") || !log_range_body(range) || !expect(")")) return false;
        --depth_;
        return pipeline(range, true);
    }
    bool label_replace()
    {
        at_ += std::string_view("label_replace").size();
        skip();
        kind k{};
        if (!expect("(") || !expression(1, k)) return false;
        for (int i = 0; i < 4; ++i)
            if (std::string_view text; !expect(",") || !string(text)) return false;
        return expect(")");
    }
};

}  // namespace detail

/// error  syntax or unexpected_end, with the place; views in the query are of the text
[[nodiscard]] inline result<query> parse(std::string_view text) { return detail::reader(text).run(); }

}  // namespace pitot::logql
