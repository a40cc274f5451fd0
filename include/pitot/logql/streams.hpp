#pragma once
// Stream selectors and the pipelines behind them.

#include <pitot/logql/query.hpp>
#include <pitot/logql/words.hpp>

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
            m.name_span = span_of(m.name);
            m.value_span = span_of(m.value);
            m.span = {begin, m.value_span.end() + 1 - begin};
            made.matchers.push_back(m);
            if (!take(",")) break;
        }
        const std::size_t close = at_;
        if (!expect("}")) return false;
        made.span = {first, close + 1 - first};
        out_.streams.push_back(std::move(made));
        return true;
    }

    /// The one that a pipeline belongs to: a log query has only one.
    [[nodiscard]] stream_selector& stream() noexcept { return out_.streams.back(); }
    void make(std::string_view label) { stream().made.push_back({label, span_of(label)}); }
    /// (?P<name>…) of a regular expression, <name> of a pattern; <_> and what is no name is passed over.
    void make_captures(std::string_view text, std::string_view opening)
    {
        for (std::size_t at = text.find(opening); at != std::string_view::npos; at = text.find(opening, at + 1)) {
            const std::size_t first = at + opening.size();
            std::size_t end = first;
            while (end < text.size() && (is_alpha(text[end]) || (end > first && is_digit(text[end])))) ++end;
            const std::string_view label = text.substr(first, end - first);
            if (end < text.size() && text[end] == '>' && !label.empty() && label != "_") make(label);
        }
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

    bool duration_range(bool& range)
    {
        if (!expect("[") || !amount("a duration") || !expect("]")) return false;
        range = true;
        return offset();
    }
    bool offset() { return !take_word("offset") || amount("a duration"); }

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
            if (!string(text)) return false;
            if (word == "regexp") make_captures(text, "(?P<");
            if (word == "pattern") make_captures(text, "<");
            return true;
        }
        if (one_of(word, {"unpack", "decolorize"}) && !is_filter_of(word)) {
            step();
            if (word == "unpack") stream().any_made = true;
            return true;
        }
        if (word == "label_format" && !is_filter_of(word)) {
            step();
            do {
                if (!name(text, "a label") || !expect("=")) return false;
                make(text);
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
        bool any = true;
        while (at_ < text_.size() && is_alpha(text_[at_]) &&
               !one_of(peek_word(), {"offset", "by", "without", "or", "and", "unless"})) {
            std::string_view text;
            if (!name(text, "a label")) return false;
            make(text);
            any = false;
            if (take("="))
                if (!string(text)) return false;
            if (!take(",")) break;
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

    query out_;
};

}  // namespace pitot::logql::detail
