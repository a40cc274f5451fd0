#pragma once
// The words of a LogQL query, read one after the other.

#include <pitot/base/result.hpp>
#include <pitot/base/span.hpp>
#include <pitot/base/text.hpp>
#include <pitot/base/utf8.hpp>

#include <algorithm>  // std::find
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace pitot::logql::detail {

inline bool one_of(std::string_view word, std::initializer_list<std::string_view> all) noexcept
{
    return std::find(all.begin(), all.end(), word) != all.end();
}

/// Every function that returns bool takes what it is called after; false leaves the failure, which is the first one.
class words {
public:
    static constexpr unsigned max_depth = 200;

    explicit words(std::string_view text) : text_(text) {}

protected:
    void skip() noexcept
    {
        for (; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (c == '#' || text_.substr(at_, 2) == "//") {
                while (at_ + 1 < text_.size() && text_[at_ + 1] != '\n') ++at_;
            } else if (text_.substr(at_, 2) == "/*" && text_.find("*/", at_ + 2) != std::string_view::npos) {
                at_ = text_.find("*/", at_ + 2) + 1;
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
        if (!equal_lower(word, what)) return false;
        at_ += word.size();
        skip();
        return true;
    }
    [[nodiscard]] bool sees_unwrap() const noexcept
    {
        words ahead = *this;
        return ahead.take("|") && ahead.take_word("unwrap");
    }
    [[nodiscard]] bool sees_call(std::string_view what) const noexcept
    {
        words ahead = *this;
        return ahead.take_word(what) && ahead.sees("(");
    }
    static bool is_keyword(std::string_view word) noexcept
    {
        for (const std::string_view k :
             {"unwrap",   "by",         "without",     "bool",    "label_replace", "offset",      "on",
              "ignoring", "group_left", "group_right", "or",      "and",           "unless",      "json",
              "regexp",   "logfmt",     "unpack",      "pattern", "label_format",  "line_format", "decolorize",
              "drop",     "keep",       "variants",    "of"})
            if (equal_lower(word, k)) return true;
        return false;
    }
    /// The word of a failure is ours, the place the caller's.
    bool fail_at(text_span where, std::string_view message)
    {
        if (failed_) return false;
        failed_ = true;
        failure_ = error(errc::syntax, std::string(message), where);
        return false;
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

    /// A label, which may not be called like a word of the language.
    bool name(std::string_view& into, std::string_view what)
    {
        into = peek_word();
        if (into.empty() || is_keyword(into)) return fail(what);
        at_ += into.size();
        skip();
        return true;
    }
    bool string(std::string_view& into)
    {
        const char quote = at_ < text_.size() ? text_[at_] : '\0';
        if (quote != '"' && quote != '`') return fail("a text in quotes");
        std::size_t end = at_ + 1;
        while (end < text_.size() && text_[end] != quote) end += text_[end] == '\\' && quote != '`' ? 2 : 1;
        if (end >= text_.size()) {
            failed_ = true;
            failure_ = error(errc::unexpected_end, "literal not terminated", text_span{at_, text_.size() - at_});
            return false;
        }
        into = text_.substr(at_ + 1, end - at_ - 1);
        if (quote == '"')
            for (std::size_t i = 0; i < into.size(); ++i)
                if (into[i] == '\\' &&
                    std::string_view("abfnrtv\\\"xuU01234567").find(into[++i]) == std::string_view::npos)
                    return fail_at({at_ + i, 2}, "syntax error: an escape that Go does not know");
        at_ = end + 1;
        skip();
        return true;
    }
    /// 5m, 1.5s, 5KiB, 1e3: digits, points, letters.
    bool amount(std::string_view what)
    {
        std::size_t end = at_;
        if (end < text_.size() && (text_[end] == '-' || text_[end] == '+')) ++end;
        const std::size_t digits = end;
        while (end < text_.size() && (is_digit(text_[end]) || is_alpha(text_[end]) || text_[end] == '.' ||
                                      static_cast<unsigned char>(text_[end]) >= 0x80 ||  // µs
                                      ((text_[end] == '-' || text_[end] == '+') &&
                                       (text_[end - 1] == 'e' || text_[end - 1] == 'E') && end > digits)))
            ++end;
        if (end == digits || !(is_digit(text_[digits]) || text_[digits] == '.')) return fail(what);
        if (!is_amount(text_.substr(digits, end - digits))) return fail(what);
        at_ = end;
        skip();
        return true;
    }
    /// A number, or numbers with units behind them.
    static bool is_amount(std::string_view text) noexcept
    {
        if (is_number(text)) return true;
        if (text.size() > 2 && (text.starts_with("0x") || text.starts_with("0X")))
            return text.substr(2).find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
        while (!text.empty()) {
            std::size_t n = 0;
            while (n < text.size() && (is_digit(text[n]) || text[n] == '.')) ++n;
            std::size_t end = n;
            while (end < text.size() && !is_digit(text[end]) && text[end] != '.') ++end;
            if (n == 0 || !one_of(text.substr(n, end - n),
                                  {"ns",  "us",  "\u00b5s", "ms",  "s",  "m",  "h",  "d",  "w",  "y", "B", "kB",
                                   "KB",  "MB",  "GB",      "TB",  "PB", "k",  "K",  "M",  "G",  "T", "P", "KiB",
                                   "MiB", "GiB", "TiB",     "PiB", "ki", "Ki", "Mi", "Gi", "Ti", "Pi"}))
                return false;
            text.remove_prefix(end);
        }
        return true;
    }
    /// 5, 0.5, .5, 1e-3, 1_000
    static bool is_number(std::string_view text) noexcept
    {
        std::size_t i = 0;
        std::size_t digits = 0;
        bool point = false;
        for (; i < text.size() && (is_digit(text[i]) || (text[i] == '.' && !point)); ++i) {
            if (i + 2 < text.size() && is_digit(text[i]) && text[i + 1] == '_' && is_digit(text[i + 2])) ++i;
            point = point || text[i] == '.';
            digits += text[i] == '.' ? 0 : 1;
        }
        if (digits > 0 && i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
            if (++i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
            if (i == text.size()) return false;
            while (i < text.size() && is_digit(text[i])) ++i;
        }
        return digits > 0 && i == text.size();
    }
    /// A number without sign and unit.
    bool number(std::string_view& into, std::string_view what)
    {
        const std::size_t first = at_;
        if (!sees_number() || !amount(what)) return fail(what);
        into = trimmed(first);
        return is_number(into) ||
               fail_at(span_of(into), concat("syntax error: unexpected '", into, "', expecting ", what));
    }
    /// From there to the last letter that is read.
    [[nodiscard]] std::string_view trimmed(std::size_t first) const noexcept
    {
        std::string_view text = text_.substr(first, at_ - first);
        std::size_t end = 0;
        while (end < text.size() && text[end] != ' ' && text[end] != '\t' && text[end] != '\n' && text[end] != '\r' &&
               text[end] != '#')
            ++end;
        return text.substr(0, end);
    }
    [[nodiscard]] bool sees_number() const noexcept
    {
        return at_ < text_.size() &&
               (is_digit(text_[at_]) || (text_[at_] == '.' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1])));
    }

    /// Of a part of the text.
    [[nodiscard]] text_span span_of(std::string_view part) const noexcept
    {
        return {static_cast<std::size_t>(part.data() - text_.data()), part.size()};
    }

    std::string_view text_;
    std::size_t at_ = 0;
    unsigned depth_ = 0;
    bool failed_ = false;
    error failure_{errc::syntax, "", {}};
};

}  // namespace pitot::logql::detail
