#pragma once
// LogQL, as far as dashboards use it: is a query one, which streams does it select, which labels does it make, and
// which does an aggregation leave? source  Grafana Loki 3, documentation of LogQL

#include <pitot/base/text.hpp>
#include <pitot/logql/streams.hpp>

#include <string_view>
#include <utility>

namespace pitot::logql {

namespace detail {

class reader : public streams {
public:
    using streams::streams;

    [[nodiscard]] result<query> run()
    {
        skip();
        if (at_ == text_.size()) return unexpected(errc::syntax, "the query is empty", text_span{0, 0});
        part whole;
        if (equal_lower(peek_word(), "variants") ? !variants() : !expression(1, whole))
            return unexpected(std::move(failure_));
        if (at_ < text_.size() && !fail("an operator or the end")) return unexpected(std::move(failure_));
        out_.metric = whole.is != kind::log;
        out_.labels = std::move(whole.labels);
        return std::move(out_);
    }

private:
    enum class kind : unsigned char { log, vector, number };
    /// labels  that its result may have
    struct part {
        kind is = kind::vector;
        result_labels labels = {};
    };
    using names = result_labels::set;
    /// by  else without
    struct grouping {
        bool given = false;
        bool by = false;
        names labels = {};
    };

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

    bool expression(int level, part& left)
    {
        if (++depth_ > max_depth) return fail("less nesting");
        if (!operand(left)) return false;
        for (;;) {
            const std::string_view op = left.is == kind::log ? std::string_view() : peek_operator();
            const int strength = op.empty() ? 0 : level_of(op);
            if (strength == 0 || strength < level) break;
            const text_span sign{at_, op.size()};
            at_ += op.size();
            skip();
            take_word("bool");
            names matched;
            if (take_word("on") || take_word("ignoring")) {
                if (!labels(matched)) return false;
                if ((take_word("group_left") || take_word("group_right")) && sees("(") && !labels(matched))
                    return false;
            }
            part right;
            if (!expression(op == "^" ? strength : strength + 1, right)) return false;
            if (right.is == kind::log) return fail("a metric query beside an operator");
            if (strength <= 2 && (left.is == kind::number || right.is == kind::number))
                return fail_at(sign,
                               concat("unexpected literal for a leg of logical/set binary operation ", to_lower(op)));
            if (left.is == kind::number) left.is = right.is;
            left.labels.add(right.labels);
        }
        --depth_;
        return true;
    }

    bool operand(part& p)
    {
        if (sees("{")) {
            p.is = kind::log;
            return selector() && pipeline();
        }
        std::string_view text;
        if (sees("-") || sees("+") || sees_number()) {
            p = {kind::number, {true, {}}};
            static_cast<void>(take("-") || take("+"));
            return number(text, "a number");
        }
        if (take("(")) return expression(1, p) && expect(")");
        const std::string word = to_lower(peek_word());
        p.is = kind::vector;
        if (one_of(word, {"sum", "avg", "max", "min", "count", "stddev", "stdvar", "topk", "bottomk", "approx_topk",
                          "sort", "sort_desc"}))
            return vector_aggregation(word, p.labels);
        if (one_of(word, {"rate", "rate_counter", "count_over_time", "bytes_rate", "bytes_over_time", "sum_over_time",
                          "avg_over_time", "max_over_time", "min_over_time", "first_over_time", "last_over_time",
                          "stdvar_over_time", "stddev_over_time", "quantile_over_time", "absent_over_time"}))
            return range_aggregation(word, p.labels);
        if (word == "label_replace") return label_replace(p.labels);
        if (word == "vector") {
            at_ += word.size();
            skip();
            p.labels = {true, {}};
            return expect("(") && number(text, "a number") && expect(")");
        }
        return fail("a stream selector, a function or a number");
    }

    bool labels(names& all)
    {
        if (!expect("(")) return false;
        if (take(")")) return true;
        do {
            std::string_view label;
            if (!name(label, "a label")) return false;
            all.insert(label);
        } while (take(","));
        return expect(")");
    }
    bool group(grouping& how)
    {
        how.by = take_word("by");
        how.given = how.by || take_word("without");
        return !how.given || labels(how.labels);
    }
    /// What a grouping leaves of some labels; an aggregation without one leaves none.
    static result_labels left_by(grouping&& how, result_labels of)
    {
        if (!how.given || how.by) return {true, std::move(how.labels)};
        for (const std::string_view label : how.labels) of.drop(label);
        return of;
    }

    bool vector_aggregation(std::string_view op, result_labels& made)
    {
        const text_span called{at_, op.size()};
        at_ += op.size();
        skip();
        grouping how;
        if (!group(how) || !expect("(")) return false;
        if (one_of(op, {"topk", "bottomk", "approx_topk"})) {
            std::string_view text;
            if (!number(text, "a number of series")) return false;
            if (text.find_first_not_of("0123456789") != std::string_view::npos ||
                text.find_first_not_of('0') == std::string_view::npos)
                return fail_at(span_of(text), concat("invalid parameter: ", text, ", expecting an integer from 1 on"));
            if (!expect(",")) return false;
        }
        part inside;
        if (!expression(1, inside)) return false;
        if (inside.is != kind::vector) return fail("a metric query inside an aggregation");
        if (!expect(")") || (!how.given && !group(how))) return false;
        if (how.given && one_of(op, {"sort", "sort_desc", "approx_topk"}))
            return fail_at(called, concat("grouping not allowed for ", op, " aggregation"));
        const bool picks = one_of(op, {"topk", "bottomk", "approx_topk", "sort", "sort_desc"});
        made = picks ? std::move(inside.labels) : left_by(std::move(how), std::move(inside.labels));
        return true;
    }

    bool range_aggregation(std::string_view op, result_labels& made)
    {
        const text_span called{at_, op.size()};
        at_ += op.size();
        skip();
        grouping how;
        std::string_view text;
        if (!expect("(")) return false;
        if (op == "quantile_over_time" && (!number(text, "a quantile") || !expect(","))) return false;
        bool unwrapped = false;
        if (!log_range(unwrapped) || !expect(")") || !group(how)) return false;
        const bool of_lines = one_of(op, {"count_over_time", "bytes_rate", "bytes_over_time"});
        const bool of_both = one_of(op, {"rate", "absent_over_time"});
        if (how.given && (of_lines || of_both || one_of(op, {"sum_over_time", "rate_counter"})))
            return fail_at(called, concat("grouping not allowed for ", op, " aggregation"));
        if (unwrapped ? of_lines : !of_lines && !of_both)
            return fail_at(called, concat("invalid aggregation ", op, unwrapped ? " with unwrap" : " without unwrap"));
        if (how.given) made = left_by(std::move(how), {});
        return true;
    }
    /// variants(rate(…), …) of (…[5m])
    bool variants()
    {
        static_cast<void>(take_word("variants"));
        if (!expect("(")) return false;
        do {
            part one;
            if (!expression(1, one)) return false;
            if (one.is == kind::log) return fail("a metric query among variants");
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
    bool label_replace(result_labels& made)
    {
        at_ += std::string_view("label_replace").size();
        skip();
        part of;
        if (!expect("(") || !expression(1, of)) return false;
        if (of.is == kind::log) return fail("a metric query inside label_replace");
        made = std::move(of.labels);
        for (int i = 0; i < 4; ++i) {
            std::string_view text;
            if (!expect(",") || !(i == 3 ? pattern(text) : string(text))) return false;
            if (i > 0) continue;
            if (text.find('$') == std::string_view::npos && text.find('[') == std::string_view::npos)
                made.add(text);
            else
                made = {};  // a variable: any label
        }
        return expect(")");
    }
};

}  // namespace detail

/// error  syntax or unexpected_end, with the place; views in the query are of the text
[[nodiscard]] inline result<query> parse(std::string_view text) { return detail::reader(text).run(); }

}  // namespace pitot::logql
