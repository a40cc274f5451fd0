#pragma once
// LogQL, as far as dashboards use it: is a query one, and which streams does it select?
// source  Grafana Loki 3, documentation of LogQL

#include <pitot/base/result.hpp>
#include <pitot/base/span.hpp>
#include <pitot/base/text.hpp>
#include <pitot/base/utf8.hpp>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::logql {

enum class match_op : unsigned char { equal, not_equal, regex, not_regex };

/// One matcher of a stream selector. value  between its quotes, escapes as written
struct matcher {
    std::string_view name;
    match_op op;
    std::string_view value;
    text_span span;
};

struct stream_selector {
    std::vector<matcher> matchers;
    text_span span;
};

/// metric  its result is numbers; else log lines
struct query {
    std::vector<stream_selector> streams;
    bool metric = false;
};

namespace detail {

inline bool one_of(std::string_view word, std::initializer_list<std::string_view> all) noexcept
{
    return std::find(all.begin(), all.end(), word) != all.end();
}

class reader {
public:
    static constexpr unsigned max_depth = 200;

    explicit reader(std::string_view text) : text_(text) {}

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

    // Text

    void skip() noexcept
    {
        for (; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (c == '#') {
                while (at_ + 1 < text_.size() && text_[at_ + 1] != '\n') ++at_;
            } else if (c != ' ' && c != '\t' && c != '\n' && c != '\r') {
                return;
            }
        }
    }
    static bool is_alpha(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
    static bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

    [[nodiscard]] bool sees(std::string_view what) const noexcept { return text_.substr(at_, what.size()) == what; }
    bool take(std::string_view what)
    {
        if (!sees(what)) return false;
        at_ += what.size();
        skip();
        return true;
    }
    [[nodiscard]] std::string_view peek_word() const noexcept
    {
        std::size_t end = at_;
        if (end < text_.size() && is_alpha(text_[end]))
            while (end < text_.size() && (is_alpha(text_[end]) || is_digit(text_[end]))) ++end;
        return text_.substr(at_, end - at_);
    }
    /// A whole word, in any case.
    bool take_word(std::string_view what)
    {
        const std::string_view word = peek_word();
        if (word.size() != what.size() || !std::equal(word.begin(), word.end(), what.begin(), [](char a, char b) {
                return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
            }))
            return false;
        at_ += word.size();
        skip();
        return true;
    }
    bool fail(std::string_view expected)
    {
        if (failed_) return false;
        failed_ = true;
        const std::string_view word = peek_word();
        const std::size_t length = at_ == text_.size() ? 0
                                   : !word.empty()     ? word.size()
                                                       : std::max<std::size_t>(utf8_decode(text_, at_).length, 1);
        std::string message = at_ == text_.size()
                                  ? concat("syntax error: unexpected end of the query, expecting ", expected)
                                  : concat("syntax error: unexpected '", text_.substr(at_, length), "', expecting ",
                                           expected);
        failure_ = error(at_ == text_.size() ? errc::unexpected_end : errc::syntax, std::move(message),
                         text_span{at_, length});
        return false;
    }
    bool expect(std::string_view what) { return take(what) || fail(concat("'", what, "'")); }

    bool name(std::string_view& into, std::string_view what)
    {
        into = peek_word();
        if (into.empty()) return fail(what);
        at_ += into.size();
        skip();
        return true;
    }
    bool string(std::string_view& into)
    {
        const char quote = at_ < text_.size() ? text_[at_] : '\0';
        if (quote != '"' && quote != '`' && quote != '\'') return fail("a text in quotes");
        std::size_t end = at_ + 1;
        while (end < text_.size() && text_[end] != quote) end += text_[end] == '\\' && quote != '`' ? 2 : 1;
        if (end >= text_.size()) {
            failed_ = true;
            failure_ = error(errc::unexpected_end, "literal not terminated", text_span{at_, text_.size() - at_});
            return false;
        }
        into = text_.substr(at_ + 1, end - at_ - 1);
        at_ = end + 1;
        skip();
        return true;
    }
    /// 5m, 1.5s, 5KiB, 1e3: digits, points, letters.
    bool amount(std::string_view what)
    {
        const std::size_t first = at_;
        std::size_t end = at_;
        if (end < text_.size() && (text_[end] == '-' || text_[end] == '+')) ++end;
        const std::size_t digits = end;
        while (end < text_.size() && (is_digit(text_[end]) || is_alpha(text_[end]) || text_[end] == '.' ||
                                      static_cast<unsigned char>(text_[end]) >= 0x80 ||  // µs
                                      ((text_[end] == '-' || text_[end] == '+') &&
                                       (text_[end - 1] == 'e' || text_[end - 1] == 'E') && end > digits)))
            ++end;
        if (end == digits || !(is_digit(text_[digits]) || text_[digits] == '.')) return fail(what);
        at_ = end;
        static_cast<void>(first);
        skip();
        return true;
    }
    [[nodiscard]] bool sees_number() const noexcept
    {
        return at_ < text_.size() &&
               (is_digit(text_[at_]) || (text_[at_] == '.' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1])));
    }

    // Expressions

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
    bool duration_range(bool& range)
    {
        if (!expect("[") || !amount("a duration") || !expect("]")) return false;
        range = true;
        return offset();
    }
    bool offset() { return !take_word("offset") || amount("a duration"); }

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

    // Streams

    bool selector()
    {
        stream_selector made;
        const std::size_t first = at_;
        if (!expect("{")) return false;
        while (!sees("}")) {
            matcher m{};
            const std::size_t begin = at_;
            if (!name(m.name, "a label or '}'")) return false;
            if (take("=~"))
                m.op = match_op::regex;
            else if (take("!~"))
                m.op = match_op::not_regex;
            else if (take("!="))
                m.op = match_op::not_equal;
            else if (take("="))
                m.op = match_op::equal;
            else
                return fail("=, !=, =~ or !~");
            if (!string(m.value)) return false;
            m.span = {begin, static_cast<std::size_t>(m.value.data() - text_.data()) + m.value.size() + 1 - begin};
            made.matchers.push_back(m);
            if (!take(",")) break;
        }
        const std::size_t close = at_;
        if (!expect("}")) return false;
        made.span = {first, close + 1 - first};
        out_.streams.push_back(std::move(made));
        return true;
    }

    /// in_range  a range may follow any stage
    bool pipeline(bool& range, bool in_range)
    {
        for (;;) {
            if (in_range && sees("[")) {
                if (range) return fail("one range");
                if (!duration_range(range)) return false;
            } else if (sees("|=") || sees("|~") || sees("|>") || sees("!=") || sees("!~") || sees("!>")) {
                at_ += 2;
                skip();
                if (!line_filter()) return false;
            } else if (sees("|")) {
                at_ += 1;
                skip();
                if (!stage()) return false;
            } else {
                return offset();
            }
        }
    }

    bool line_filter()
    {
        do {
            if (take_word("ip")) {
                if (std::string_view text; !expect("(") || !string(text) || !expect(")")) return false;
            } else if (std::string_view text; !string(text)) {
                return false;
            }
        } while (take_word("or"));
        return true;
    }

    bool stage()
    {
        const std::string_view word = peek_word();
        const auto step = [&] {
            at_ += word.size();
            skip();
        };
        std::string_view text;
        if (one_of(word, {"json", "logfmt"}) && !is_filter_of(word)) {
            step();
            while (word == "logfmt" && (take("--strict") || take("--keep-empty"))) {}
            return extractions();
        }
        if (one_of(word, {"regexp", "pattern", "line_format"}) && !is_filter_of(word)) {
            step();
            return string(text);
        }
        if (one_of(word, {"unpack", "decolorize"}) && !is_filter_of(word)) {
            step();
            return true;
        }
        if (word == "label_format" && !is_filter_of(word)) {
            step();
            do {
                if (!name(text, "a label") || !expect("=")) return false;
                if (at_ < text_.size() && is_alpha(text_[at_])) {
                    if (!name(text, "a label")) return false;
                } else if (!string(text)) {
                    return false;
                }
            } while (take(","));
            return true;
        }
        if (one_of(word, {"drop", "keep", "distinct"}) && !is_filter_of(word)) {
            step();
            do {
                if (!name(text, "a label")) return false;
                if (take("=~") || take("!~") || take("!=") || take("="))
                    if (!string(text)) return false;
            } while (take(","));
            return true;
        }
        if (word == "unwrap" && !is_filter_of(word)) {
            step();
            if (!name(text, "a label")) return false;
            return !take("(") || (name(text, "a label") && expect(")"));
        }
        return label_filter();
    }
    /// A label may be called like a stage: then a comparison follows.
    [[nodiscard]] bool is_filter_of(std::string_view word) const noexcept
    {
        std::size_t i = at_ + word.size();
        while (i < text_.size() && (text_[i] == ' ' || text_[i] == '\t')) ++i;
        const std::string_view rest = text_.substr(i);
        return rest.starts_with("==") || rest.starts_with("!=") || rest.starts_with("=~") || rest.starts_with("!~") ||
               rest.starts_with(">") || rest.starts_with("<") || rest.starts_with("=");
    }
    bool extractions()
    {
        while (at_ < text_.size() && is_alpha(text_[at_]) &&
               !one_of(peek_word(), {"offset", "by", "without", "or", "and", "unless"})) {
            std::string_view text;
            if (!name(text, "a label")) return false;
            if (take("="))
                if (!string(text)) return false;
            if (!take(",")) break;
        }
        return true;
    }

    /// a="b", c > 5 or (d < 3s and e != ip("…"))
    bool label_filter()
    {
        if (++depth_ > max_depth) return fail("less nesting");
        for (;;) {
            if (take("(")) {
                if (!label_filter() || !expect(")")) return false;
            } else {
                std::string_view label;
                if (!name(label, "a parser, a filter or a format")) return false;
                if (!comparison()) return false;
            }
            const bool comma = take(",");
            if (!comma && !take_word("and") && !take_word("or") &&
                !(at_ < text_.size() && is_alpha(text_[at_]) && is_comparison_ahead()))
                break;
        }
        --depth_;
        return true;
    }
    [[nodiscard]] bool is_comparison_ahead() const noexcept
    {
        const std::string_view word = peek_word();
        return !one_of(word, {"offset", "by", "without"}) && is_filter_of(word);
    }
    bool comparison()
    {
        for (const std::string_view op : {"==", "=~", "!~", "!=", ">=", "<=", ">", "<", "="}) {
            if (!take(op)) continue;
            if (take_word("ip")) {
                std::string_view text;
                return expect("(") && string(text) && expect(")");
            }
            if (at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '`' || text_[at_] == '\'')) {
                std::string_view text;
                return string(text);
            }
            return amount("a text, a number, a duration or a size");
        }
        return fail("a comparison");
    }

    std::string_view text_;
    std::size_t at_ = 0;
    unsigned depth_ = 0;
    bool failed_ = false;
    error failure_{errc::syntax, "", {}};
    query out_;
};

}  // namespace detail

/// error  syntax or unexpected_end, with the place; views in the query are of the text
[[nodiscard]] inline result<query> parse(std::string_view text) { return detail::reader(text).run(); }

}  // namespace pitot::logql
