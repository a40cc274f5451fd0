#pragma once
// Stream selectors and the pipelines behind them.

#include <pitot/base/duration.hpp>
#include <pitot/base/text.hpp>
#include <pitot/logql/query.hpp>
#include <pitot/logql/words.hpp>

#include <algorithm>  // std::any_of
#include <cstddef>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace pitot::logql::detail {

class streams : public words {
public:
    using words::words;

protected:
    bool selector()
    {
        stream_selector made;
        const std::size_t first = at_;
        if (!expect("{")) return false;
        bool selects = false;
        while (!sees("}") || !made.matchers.empty()) {
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
            const bool is_regex = m.op == match_op::regex || m.op == match_op::not_regex;
            if (!(is_regex ? pattern(m.value) : string(m.value))) return false;
            selects = selects || !is_empty_compatible(m);
            m.name_span = span_of(m.name);
            m.value_span = span_of(m.value);
            m.span = {begin, m.value_span.end() + 1 - begin};
            made.matchers.push_back(m);
            if (!take(",")) break;
        }
        const std::size_t close = at_;
        if (!expect("}")) return false;
        made.span = {first, close + 1 - first};
        if (!selects)
            return fail_at(made.span, "queries require at least one regexp or equality matcher that does not have an "
                                      "empty-compatible value");
        out_.streams.push_back(std::move(made));
        return true;
    }

    /// A text in quotes of a kind that is looked at later.
    bool string(std::string_view& to, std::vector<text_span>& kind)
    {
        const std::size_t first = at_;
        if (!words::string(to)) return false;
        kind.push_back({first, to.size() + 2});
        return true;
    }
    using words::string;
    /// A regular expression in quotes.
    bool pattern(std::string_view& to) { return string(to, out_.patterns); }

    /// Streams without that label match too. Of a regular expression only the usual ones are known to.
    static bool is_empty_compatible(const matcher& m) noexcept
    {
        const bool empty = m.op == match_op::equal || m.op == match_op::not_equal
                               ? m.value.empty()
                               : one_of(m.value, {"", ".*", "(.*)", "^.*$"});
        return empty == (m.op == match_op::equal || m.op == match_op::regex);
    }

    /// The one that a pipeline belongs to: a log query has only one.
    [[nodiscard]] stream_selector& stream() noexcept { return out_.streams.back(); }
    void make(std::string_view label) { stream().made.push_back({label, span_of(label)}); }
    [[nodiscard]] static bool has_variable(std::string_view text) noexcept
    {
        for (std::size_t at = text.find('$'); at < text.size() - 1; at = text.find('$', at + 1))
            if (text[at + 1] == '{' || is_alpha(text[at + 1])) return true;
        return text.find("[[") != std::string_view::npos && text.find("]]") != std::string_view::npos;
    }
    /// (?P<name>…) of a regular expression. One there must be, and none twice.
    bool make_groups(std::string_view text)
    {
        if (has_variable(text)) {  // of a dashboard: any label
            stream().any_made = true;
            return true;
        }
        const std::size_t before = stream().made.size();
        bool numbered = false;  // Loki puts a _ before such a name
        for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
            const std::string_view ahead = text.substr(0, at);
            if (!ahead.ends_with("(?P") && !ahead.ends_with("(?")) continue;
            std::size_t end = at + 1;
            while (end < text.size() && (is_alpha(text[end]) || is_digit(text[end]))) ++end;
            const std::string_view label = text.substr(at + 1, end - at - 1);
            if (end >= text.size() || text[end] != '>' || label.empty() || label == "_") continue;
            numbered = numbered || is_digit(label.front());
            if (!is_digit(label.front()) && !make_once(label, before)) return false;
        }
        return numbered || stream().made.size() > before ||
               fail_at(span_of(text), "at least one named capture must be there");
    }
    /// <name> of a pattern; <_> is what nobody wants, and what is no name is text. Between two there must be text.
    /// filters  it is a filter, which makes no labels; else one there must be, and none twice
    /// source   Loki 3, pkg/logql/log/pattern
    bool make_captures(std::string_view text, bool filters)
    {
        if (has_variable(text)) {
            stream().any_made = stream().any_made || !filters;
            return true;
        }
        const std::size_t before = stream().made.size();
        std::size_t last = std::string_view::npos;  // where the one before ends
        for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
            std::size_t end = at + 1;
            while (end < text.size() && (is_alpha(text[end]) || (end > at + 1 && is_digit(text[end])))) ++end;
            const std::string_view label = text.substr(at + 1, end - at - 1);
            if (end >= text.size() || text[end] != '>' || label.empty()) continue;
            if (last == at)
                return fail_at(span_of(text.substr(at, end + 1 - at)), "found consecutive capture: between two of a "
                                                                       "pattern there must be text");
            last = end + 1;
            if (label == "_") continue;
            if (filters) return fail_at(span_of(label), "named captures are not allowed in a filter: <_>");
            if (!make_once(label, before)) return false;
        }
        return filters || stream().made.size() > before ||
               fail_at(span_of(text), "at least one named capture must be there");
    }
    bool make_once(std::string_view label, std::size_t since)
    {
        for (std::size_t i = since; i < stream().made.size(); ++i)
            if (stream().made[i].name == label)
                return fail_at(span_of(label), concat("the label '", label, "' is made twice"));
        make(label);
        return true;
    }

    bool pipeline()
    {
        for (;;) {
            if (sees("|=") || sees("|~") || sees("|>") || sees("!=") || sees("!~") || sees("!>")) {
                const bool by_address = sees("|=") || sees("!=");
                const bool by_regex = sees("|~") || sees("!~");
                at_ += 2;
                skip();
                if (!line_filter(by_address, by_regex)) return false;
            } else if (sees("|") && !sees_unwrap()) {
                at_ += 1;
                skip();
                if (!stage()) return false;
            } else {
                return true;
            }
        }
    }
    /// | unwrap n | n > 5: behind it only filters of labels.
    bool unwrap()
    {
        std::string_view text;
        static_cast<void>(take("|") && take_word("unwrap"));
        const std::size_t first = at_;
        if (!name(text, "a label")) return false;
        if (sees("(")) {
            if (!one_of(text, {"bytes", "duration", "duration_seconds"}))
                return fail_at({first, text.size()},
                               "only bytes, duration and duration_seconds convert what is unwrapped");
            if (!take("(") || !name(text, "a label") || !expect(")")) return false;
        }
        while (take("|"))
            if (!label_filter()) return false;
        return true;
    }

    bool duration_range()
    {
        if (!expect("[")) return false;
        const std::size_t first = at_;
        if (!sees_number() || !amount("a duration")) return fail("a duration");
        const std::string_view text = trimmed(first).substr(0, text_.find(']', first) - first);
        if (text != "0" && !parse_duration(text))
            return fail_at(span_of(text), concat("syntax error: '", text, "' is no duration"));
        return expect("]") && offset();
    }
    bool offset() { return !take_word("offset") || amount("a duration"); }

    bool line_filter(bool by_address, bool by_regex)
    {
        do {
            if (sees_call("ip") && !by_address) return fail("a text in quotes: an address is only there or not");
            if (take_word("ip")) {
                if (std::string_view text; !expect("(") || !string(text) || !expect(")")) return false;
            } else if (std::string_view text; !(by_regex ? pattern(text) : string(text))) {
                return false;
            } else if (!by_address && !by_regex && !make_captures(text, true)) {
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
        const auto is = [word](std::initializer_list<std::string_view> all) {
            return std::any_of(all.begin(), all.end(), [word](std::string_view w) { return equal_lower(word, w); });
        };
        if (is({"json", "logfmt"})) {
            step();
            while (is({"logfmt"}) && (take("--strict") || take("--keep-empty"))) {}
            return extractions();
        }
        if (is({"regexp", "pattern", "line_format"})) {
            step();
            if (is({"regexp"})) return pattern(text) && make_groups(text);
            if (is({"pattern"})) return string(text) && make_captures(text, false);
            return string(text, out_.templates);
        }
        if (is({"unpack", "decolorize"})) {
            step();
            if (is({"unpack"})) stream().any_made = true;
            return true;
        }
        if (is({"label_format"})) {
            step();
            const std::size_t before = stream().made.size();
            do {
                if (!name(text, "a label") || !expect("=")) return false;
                if (text == "__error__") return fail_at(span_of(text), "__error__ cannot be formatted");
                if (!make_once(text, before)) return false;
                if (at_ < text_.size() && is_alpha(text_[at_])) {
                    if (!name(text, "a label")) return false;
                } else if (!string(text, out_.templates)) {
                    return false;
                }
            } while (take(","));
            return true;
        }
        if (is({"drop", "keep"})) {
            step();
            do {
                if (!name(text, "a label")) return false;
                if (take("=~") || take("!~")) {
                    if (!pattern(text)) return false;
                } else if ((take("!=") || take("=")) && !string(text)) {
                    return false;
                }
            } while (take(","));
            return true;
        }
        return label_filter();
    }
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
        bool any = true;
        bool more = false;
        while (more || (at_ < text_.size() && is_alpha(text_[at_]) && !is_keyword(peek_word()))) {
            std::string_view text;
            if (!name(text, "a label")) return false;
            make(text);
            any = false;
            if (take("="))
                if (!string(text)) return false;
            more = take(",");
            if (!more) break;
        }
        stream().any_made = stream().any_made || any;
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
            std::string_view text;
            const bool equality = op == "=" || op == "!=";
            if (equality && take_word("ip")) return expect("(") && string(text) && expect(")");
            if (op == "=~" || op == "!~") return pattern(text);
            if (equality && (sees("\"") || sees("`"))) return string(text);
            return amount(equality ? "a text, a number, a duration or a size" : "a number, a duration or a size");
        }
        return fail("a comparison");
    }

    query out_;
};

}  // namespace pitot::logql::detail
