#pragma once
// PromQL's words with their places.

#include <pitot/base/duration.hpp>
#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>
#include <pitot/base/utf8.hpp>
#include <pitot/promql/literal.hpp>
#include <pitot/promql/token.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace pitot::promql {

/// Cuts a text into tokens, one a call. Blanks and comments (# to the end of the line) are skipped; brackets must
/// match. In braces words are names, not keywords; in square brackets ':' stands alone. After an error, and after the
/// end, every further call says the same.
class lexer {
public:
    explicit lexer(std::string_view text) noexcept : text_(text) {}

    /// error  syntax, invalid_utf8 or unexpected_end, at the bytes at fault; an unclosed bracket at that bracket
    [[nodiscard]] result<token> next()
    {
        skip_blanks();
        if (at_ == text_.size()) {
            if (!open_.empty())
                return fail(errc::unexpected_end, concat("this '", text_.substr(open_.back(), 1), "' is never closed"),
                            open_.back(), 1);
            return token{token_kind::end, {at_, 0}};
        }
        const char c = text_[at_];
        if (is_word_start(c) || (c == ':' && !in('['))) return word();
        if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
        if (c == '"' || c == '\'' || c == '`') return string(c);
        return symbol(c);
    }

    /// Where the next token is looked for, in bytes.
    [[nodiscard]] std::size_t position() const noexcept { return at_; }

private:
    static constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
    static constexpr bool is_word_start(char c) noexcept
    {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    }

    [[nodiscard]] char peek(std::size_t ahead) const noexcept
    {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }
    [[nodiscard]] bool in(char bracket) const noexcept { return !open_.empty() && text_[open_.back()] == bracket; }

    void skip_blanks() noexcept
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

    [[nodiscard]] token take(token_kind kind, std::size_t length) noexcept
    {
        const text_span span{at_, length};
        at_ += length;
        return {kind, span};
    }

    [[nodiscard]] token word() noexcept
    {
        const bool colon_allowed = !in('[') && !in('{');
        std::size_t n = 1;
        bool colon = text_[at_] == ':';
        for (; at_ + n < text_.size(); ++n) {
            const char c = text_[at_ + n];
            if (c == ':' && colon_allowed)
                colon = true;
            else if (!is_word_start(c) && !is_digit(c))
                break;
        }
        if (colon) return take(token_kind::metric_identifier, n);
        if (in('{')) return take(token_kind::identifier, n);
        return take(keyword_of(text_.substr(at_, n)).value_or(token_kind::identifier), n);
    }

    /// Digits, letters, points, underscores, and a sign after a decimal exponent: then it is a number, a duration, or
    /// neither.
    [[nodiscard]] result<token> number()
    {
        const bool hex = text_[at_] == '0' && (peek(1) == 'x' || peek(1) == 'X');
        std::size_t n = 0;
        for (;; ++n) {
            const char c = peek(n);
            if (is_digit(c) || is_word_start(c) || c == '.') continue;
            const char before = n > 0 ? peek(n - 1) : '\0';
            if ((c == '+' || c == '-') && (hex ? before == 'p' || before == 'P' : before == 'e' || before == 'E') &&
                is_digit(peek(n + 1)))
                continue;
            break;
        }
        const std::string_view literal = text_.substr(at_, n);
        if (number_value(literal)) return take(token_kind::number, n);
        const auto duration = parse_duration(literal);
        if (duration && literal != "0") return take(token_kind::duration, n);
        const bool units = !hex && literal.find_first_of("ywdhms") != std::string_view::npos;
        return fail(errc::syntax,
                    units ? duration.error().message : concat("'", literal, "' is neither a number nor a duration"),
                    at_, n);
    }

    [[nodiscard]] result<token> string(char quote)
    {
        std::size_t n = 1;
        for (; at_ + n < text_.size() && text_[at_ + n] != quote; ++n) {
            if (quote == '`') continue;
            if (text_[at_ + n] == '\n') break;
            if (text_[at_ + n] == '\\') ++n;
        }
        if (at_ + n >= text_.size() || text_[at_ + n] != quote)
            return fail(errc::unexpected_end, "this string has no closing quote", at_, std::min(n, text_.size() - at_));
        ++n;
        const std::string_view literal = text_.substr(at_, n);
        if (const std::size_t bad = utf8_error(literal); bad != n)
            return fail(errc::invalid_utf8, "this byte is no UTF-8", at_ + bad, 1);
        if (const auto value = unquote(literal); !value)
            return fail(value.error().code, value.error().message, at_ + value.error().where.offset,
                        value.error().where.length);
        return take(token_kind::string, n);
    }

    [[nodiscard]] result<token> symbol(char c)
    {
        const char after = peek(1);
        switch (c) {
        case '(':
        case '{':
        case '[': return opening(c);
        case ')': return closing(c, '(', token_kind::right_paren);
        case '}': return closing(c, '{', token_kind::right_brace);
        case ']': return closing(c, '[', token_kind::right_bracket);
        case ',': return take(token_kind::comma, 1);
        case ':': return take(token_kind::colon, 1);
        case '@': return take(token_kind::at, 1);
        case '+': return take(token_kind::add, 1);
        case '-': return take(token_kind::subtract, 1);
        case '*': return take(token_kind::multiply, 1);
        case '/': return take(token_kind::divide, 1);
        case '%': return take(token_kind::modulo, 1);
        case '^': return take(token_kind::power, 1);
        case '=':
            if (after == '=') return take(token_kind::equal, 2);
            if (after == '~') return take(token_kind::regex_match, 2);
            return take(token_kind::assign, 1);
        case '!':
            if (after == '=') return take(token_kind::not_equal, 2);
            if (after == '~') return take(token_kind::regex_not_match, 2);
            return fail(errc::syntax, "'!' stands before '=' or '~' only", at_, 1);
        case '<':
            if (after == '=') return take(token_kind::less_equal, 2);
            if (after == '/') return take(token_kind::trim_upper, 2);
            return take(token_kind::less, 1);
        case '>':
            if (after == '=') return take(token_kind::greater_equal, 2);
            if (after == '/') return take(token_kind::trim_lower, 2);
            return take(token_kind::greater, 1);
        default: break;
        }
        const std::size_t length = utf8_decode(text_, at_).length;
        if (length == 0) return fail(errc::invalid_utf8, "this byte is no UTF-8", at_, 1);
        if (static_cast<unsigned char>(c) < 0x20)
            return fail(errc::syntax, "a control character outside of a string", at_, 1);
        return fail(errc::syntax, concat("'", text_.substr(at_, length), "' is not a part of PromQL here"), at_,
                    length);
    }

    [[nodiscard]] result<token> opening(char c)
    {
        if (in('{'))
            return fail(errc::syntax, concat("'", std::string_view(&c, 1), "' may not stand between braces"), at_, 1);
        if (in('[') && c != '(')
            return fail(errc::syntax, concat("'", std::string_view(&c, 1), "' may not stand between square brackets"),
                        at_, 1);
        open_.push_back(at_);
        if (c == '(') return take(token_kind::left_paren, 1);
        return take(c == '{' ? token_kind::left_brace : token_kind::left_bracket, 1);
    }

    [[nodiscard]] result<token> closing(char c, char partner, token_kind kind)
    {
        if (open_.empty())
            return fail(errc::syntax, concat("nothing is open that '", std::string_view(&c, 1), "' could close"), at_,
                        1);
        if (!in(partner))
            return fail(errc::syntax,
                        concat("'", std::string_view(&c, 1), "' closes nothing: '", text_.substr(open_.back(), 1),
                               "' is still open"),
                        at_, 1);
        open_.pop_back();
        return take(kind, 1);
    }

    [[nodiscard]] static unexpected<error> fail(errc code, std::string message, std::size_t at, std::size_t length)
    {
        return unexpected(code, std::move(message), text_span{at, length});
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::vector<std::size_t> open_;  // places of the brackets that are open
};

/// All tokens of a text, `end` as the last.
[[nodiscard]] inline result<std::vector<token>> lex(std::string_view text)
{
    std::vector<token> tokens;
    lexer words(text);
    for (;;) {
        const auto word = words.next();
        if (!word) return unexpected(word.error());
        tokens.push_back(*word);
        if (word->kind == token_kind::end) return tokens;
    }
}

}  // namespace pitot::promql
