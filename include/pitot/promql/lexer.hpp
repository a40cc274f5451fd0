#pragma once
// PromQL's words with their places. What is an error, where, and in which words, is as in Prometheus: users search for
// these texts.

#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>
#include <pitot/base/utf8.hpp>
#include <pitot/promql/characters.hpp>
#include <pitot/promql/literal.hpp>
#include <pitot/promql/quote.hpp>
#include <pitot/promql/token.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::promql {

/// Cuts a text into tokens, one a call. Blanks and comments (# to the end of the line) are skipped; brackets must
/// match. In braces words are names, not keywords; in square brackets only what a duration can be made of is allowed.
/// source  Prometheus, promql/parser/lex.go
class lexer {
public:
    explicit lexer(std::string_view text) noexcept : text_(text) {}

    /// An error is a token of kind error over the rest of the text, whose message() says what is wrong; then, and after
    /// the end, every further call gives the end.
    [[nodiscard]] const token& next()
    {
        if (done_) {
            last_ = {token_kind::end, {text_.size(), 0}};
            return last_;
        }
        switch (state_) {
        case where::braces: in_braces(); break;
        case where::range: in_range(); break;
        case where::outside: outside(); break;
        }
        return last_;
    }

    [[nodiscard]] const std::string& message() const noexcept { return message_; }
    /// Of the error: syntax, invalid_utf8 or unexpected_end.
    [[nodiscard]] errc code() const noexcept { return code_; }

private:
    enum class where : unsigned char { outside, braces, range };

    static constexpr bool is_digit(std::int32_t c) noexcept { return c >= '0' && c <= '9'; }
    static constexpr bool is_alpha(std::int32_t c) noexcept
    {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    }
    static constexpr bool is_blank(std::int32_t c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

    [[nodiscard]] std::int32_t peek() const noexcept
    {
        if (at_ >= text_.size()) return detail::end_of_text;
        const auto c = static_cast<unsigned char>(text_[at_]);
        if (c < 0x80) return c;
        const auto decoded = utf8_decode(text_, at_);
        return decoded.length == 0 ? 0xFFFD : static_cast<std::int32_t>(decoded.value);
    }
    std::int32_t read() noexcept
    {
        const std::int32_t c = peek();
        if (c < 0) return c;
        at_ += c < 0x80 ? 1 : std::max<std::size_t>(utf8_decode(text_, at_).length, 1);
        return c;
    }
    bool accept(std::string_view any) noexcept
    {
        if (at_ >= text_.size() || any.find(text_[at_]) == std::string_view::npos) return false;
        ++at_;
        return true;
    }
    [[nodiscard]] bool is(std::string_view any) const noexcept
    {
        return at_ < text_.size() && any.find(text_[at_]) != std::string_view::npos;
    }

    token_kind take(token_kind kind) noexcept
    {
        last_.kind = kind;
        last_.span.offset = start_;
        last_.span.length = at_ - start_;
        start_ = at_;
        return kind;
    }
    token_kind fail(std::string message, errc code = errc::syntax)
    {
        message_ = std::move(message);
        code_ = code;
        done_ = true;
        last_ = {token_kind::error, {start_, text_.size() - start_}};
        return token_kind::error;
    }

    token_kind outside()
    {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (is_blank(c))
                ++at_;
            else if (c == '#')
                while (at_ < text_.size() && text_[at_] != '\n' && text_[at_] != '\r') ++at_;
            else
                break;
        }
        start_ = at_;
        const std::int32_t c = read();
        if (is_digit(c) || (c == '.' && is_digit(peek()))) {
            at_ = start_;
            return number();
        }
        if (is_alpha(c) || c == ':') return in_bracket_ ? word_in_bracket(c) : word();
        switch (c) {
        case detail::end_of_text:
            done_ = true;
            if (open_ != 0) return fail("unclosed left parenthesis", errc::unexpected_end);
            if (in_bracket_) return fail("unclosed left bracket", errc::unexpected_end);
            return take(token_kind::end);
        case ',': return take(token_kind::comma);
        case '*': return take(token_kind::multiply);
        case '/': return take(token_kind::divide);
        case '%': return take(token_kind::modulo);
        case '+': return take(token_kind::add);
        case '-': return take(token_kind::subtract);
        case '^': return take(token_kind::power);
        case '@': return take(token_kind::at);
        case '=':
            if (accept("=")) return take(token_kind::equal);
            if (peek() == '~') return fail("unexpected character after '=': '~'");
            return take(token_kind::assign);
        case '!':
            if (const std::int32_t after = read(); after != '=')
                return fail(concat("unexpected character after '!': ", detail::quoted_rune(after)));
            return take(token_kind::not_equal);
        case '<':
            return take(accept("=") ? token_kind::less_equal : accept("/") ? token_kind::trim_upper : token_kind::less);
        case '>':
            return take(accept("=")   ? token_kind::greater_equal
                        : accept("/") ? token_kind::trim_lower
                                      : token_kind::greater);
        case '"':
        case '\'':
        case '`': return string(static_cast<char>(c));
        case '(': ++open_; return take(token_kind::left_paren);
        case ')': return closing_paren();
        case '{': state_ = where::braces; return take(token_kind::left_brace);
        case '[':
            if (in_bracket_) return fail("unexpected left bracket '['");
            in_bracket_ = true;
            seen_colon_ = seen_duration_ = false;
            state_ = where::range;
            return take(token_kind::left_bracket);
        case ']':
            if (!in_bracket_) return fail("unexpected right bracket ']'");
            in_bracket_ = false;
            return take(token_kind::right_bracket);
        default:
            return fail(concat("unexpected character: ", detail::quoted_rune(c)),
                        c == 0xFFFD ? errc::invalid_utf8 : errc::syntax);
        }
    }

    token_kind closing_paren()
    {
        const token_kind out = take(token_kind::right_paren);
        if (open_-- == 0) {
            open_ = 0;
            return fail("unexpected right parenthesis ')'");
        }
        return out;
    }

    token_kind in_braces()
    {
        while (at_ < text_.size() && (is_blank(text_[at_]) || text_[at_] == '#')) {
            if (text_[at_] == '#')
                while (at_ < text_.size() && text_[at_] != '\n' && text_[at_] != '\r') ++at_;
            else
                ++at_;
        }
        start_ = at_;
        const std::int32_t c = read();
        if (is_alpha(c)) {
            while (at_ < text_.size() && detail::classes.is(text_[at_], detail::class_alpha | detail::class_digit))
                ++at_;
            return take(token_kind::identifier);
        }
        switch (c) {
        case detail::end_of_text: return fail("unexpected end of input inside braces", errc::unexpected_end);
        case ',': return take(token_kind::comma);
        case '"':
        case '\'':
        case '`': return string(static_cast<char>(c));
        case '=': return take(accept("~") ? token_kind::regex_match : token_kind::assign);
        case '!': {
            const std::int32_t after = read();
            if (after == '~') return take(token_kind::regex_not_match);
            if (after == '=') return take(token_kind::not_equal);
            return fail(concat("unexpected character after '!' inside braces: ", detail::quoted_rune(after)));
        }
        case '{': return fail("unexpected left brace '{'");
        case '}': state_ = where::outside; return take(token_kind::right_brace);
        default: return fail(concat("unexpected character inside braces: ", detail::quoted_rune(c)));
        }
    }

    /// After a left bracket, until a number or a duration has been read.
    token_kind in_range()
    {
        while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
        start_ = at_;
        const std::int32_t c = read();
        if (is_digit(c) || (c == '.' && is_digit(peek()))) {
            at_ = start_;
            seen_duration_ = true;
            state_ = where::outside;
            return number();
        }
        switch (c) {
        case detail::end_of_text: return fail("unexpected end of input in duration expression", errc::unexpected_end);
        case ']':
            in_bracket_ = seen_colon_ = false;
            state_ = where::outside;
            return take(token_kind::right_bracket);
        case ':': {
            const token_kind out = take(token_kind::colon);
            if (!seen_duration_) return fail("unexpected colon before duration in duration expression");
            if (seen_colon_) return fail("unexpected repeated colon in duration expression");
            seen_colon_ = true;
            return out;
        }
        case '(': ++open_; return take(token_kind::left_paren);
        case ')': return closing_paren();
        case '+': return take(token_kind::add);
        case '-': return take(token_kind::subtract);
        case '*': return take(token_kind::multiply);
        case '/': return take(token_kind::divide);
        case '%': return take(token_kind::modulo);
        case '^': return take(token_kind::power);
        case ',': return take(token_kind::comma);
        default: break;
        }
        if (const auto kind = duration_word(c)) {
            seen_duration_ = true;
            return take(*kind);
        }
        return fail(concat("unexpected character in duration expression: ", detail::quoted_rune(c)));
    }

    /// step, range, max_of, min_of; reads on to the word's end when its first letter is one of theirs.
    [[nodiscard]] std::optional<token_kind> duration_word(std::int32_t first) noexcept
    {
        const char letter = to_lower(static_cast<char>(first));
        if (first > 0x7F || (letter != 's' && letter != 'r' && letter != 'm')) return std::nullopt;
        while (is_alpha(peek())) ++at_;
        const auto kind = keyword_of(text_.substr(start_, at_ - start_));
        if (!kind || (*kind != token_kind::step && *kind != token_kind::range && *kind != token_kind::max_of &&
                      *kind != token_kind::min_of))
            return std::nullopt;
        return kind;
    }

    token_kind word_in_bracket(std::int32_t c)
    {
        if (c == ':') {
            if (seen_colon_) return fail("unexpected colon ':'");
            seen_colon_ = true;
            return take(token_kind::colon);
        }
        if (const auto kind = duration_word(c)) return take(*kind);
        return fail(concat("unexpected character: ", detail::quoted_rune(c), ", expected ':'"));
    }

    token_kind word() noexcept
    {
        bool colon = text_[start_] == ':';
        for (; at_ < text_.size(); ++at_) {
            if (detail::classes.is(text_[at_], detail::class_alpha | detail::class_digit)) continue;
            if (text_[at_] != ':') break;
            colon = true;
        }
        if (colon) return take(token_kind::metric_identifier);
        const auto kind = keyword_of(text_.substr(start_, at_ - start_));
        if (!kind) return take(token_kind::identifier);
        // These came late: where they could not be meant they stay names.
        if (*kind == token_kind::fill || *kind == token_kind::fill_left || *kind == token_kind::fill_right) {
            std::size_t after = at_;
            while (after < text_.size() && is_blank(text_[after])) ++after;
            if (after == text_.size() || text_[after] != '(') return take(token_kind::identifier);
        }
        return take(*kind);
    }

    token_kind number()
    {
        // Most are a few digits, with or without one unit.
        std::size_t end = at_;
        while (end < text_.size() && detail::classes.is(text_[end], detail::class_digit)) ++end;
        const auto ends_at = [this](std::size_t i) {
            return i >= text_.size() ||
                   !(detail::classes.is(text_[i], detail::class_alpha | detail::class_digit) || text_[i] == '.');
        };
        if (end > at_ && ends_at(end)) {
            at_ = end;
            return take(token_kind::number);
        }
        if (end > at_ && (text_[end] == 'm' || text_[end] == 's' || text_[end] == 'h' || text_[end] == 'd') &&
            ends_at(end + 1)) {
            at_ = end + 1;
            return take(token_kind::duration);
        }
        if (scan_number()) return take(token_kind::number);
        if (scan_duration()) return take(token_kind::duration);
        return fail(concat("bad number or duration syntax: ", detail::quote(text_.substr(start_, at_ - start_), '"')));
    }

    /// Reads what a number can be made of; the value is judged by who takes it. On failure it stands behind what did
    /// not fit, from where scan_duration() goes on.
    [[nodiscard]] bool scan_number() noexcept
    {
        std::string_view digits = "0123456789";
        bool hex = false;
        if (accept("0") && accept("xX")) {
            accept("_");
            digits = "0123456789abcdefABCDEF";
            hex = true;
        }
        accept(".");
        accept(digits);
        bool dot = false;
        bool exponent = false;
        for (;;) {
            if (is(".")) {
                ++at_;
                if (dot) return false;
                dot = true;
                if (accept("_.") || hex) return false;
            } else if (is("eE")) {
                ++at_;
                if (exponent) return false;
                exponent = true;
                accept("+-");
                if (accept("._eE") || at_ >= text_.size()) return false;
            } else if (is("_")) {
                ++at_;
                if (accept("._eE") || at_ >= text_.size()) return false;
            } else if (is(digits)) {
                while (accept(digits)) {}
            } else {
                break;
            }
        }
        return !is_alpha(peek()) && !is_digit(peek());
    }

    /// A unit, then numbers with units. Whether the units' order is right is judged by who takes it.
    [[nodiscard]] bool scan_duration() noexcept
    {
        if (!accept("smhdwy")) return false;
        accept("s");
        while (accept("0123456789")) {
            while (accept("0123456789")) {}
            if (!accept("smhdw")) return false;
            accept("s");
        }
        if (!is_alpha(peek()) && !is_digit(peek())) return true;
        read();
        return false;
    }

    token_kind string(char quote)
    {
        for (;;) {
            while (at_ < text_.size() && detail::classes.is(text_[at_], detail::class_in_string)) ++at_;
            if (at_ >= text_.size())
                return fail(quote == '`' ? "unterminated raw string" : "unterminated quoted string",
                            errc::unexpected_end);
            const char c = text_[at_];
            if (c == quote) {
                ++at_;
                return take(token_kind::string);
            }
            if (static_cast<unsigned char>(c) >= 0x80) {
                if (read() == 0xFFFD) return fail("invalid UTF-8 rune", errc::invalid_utf8);
                continue;
            }
            ++at_;
            if (quote == '`') continue;
            if (c == '\n') return fail("unterminated quoted string");
            if (c == '\\')
                if (std::string why = escape(quote); !why.empty()) return fail(std::move(why));
        }
    }

    /// After the backslash. Empty when it is a good one.
    [[nodiscard]] std::string escape(char quote)
    {
        std::int32_t c = read();
        unsigned digits = 0;
        unsigned base = 16;
        std::uint32_t limit = 0x10FFFF;
        switch (c) {
        case 'a':
        case 'b':
        case 'f':
        case 'n':
        case 'r':
        case 't':
        case 'v':
        case '\\': return {};
        case 'x':
            digits = 2;
            limit = 255;
            break;
        case 'u': digits = 4; break;
        case 'U': digits = 8; break;
        case detail::end_of_text: return "escape sequence not terminated";
        default:
            if (c == quote) return {};
            if (c < '0' || c > '7') return concat("unknown escape sequence ", detail::named_rune(c));
            digits = 3;
            base = 8;
            limit = 255;
        }
        if (base == 16) c = read();
        std::uint32_t value = 0;
        for (; digits > 0; --digits) {
            const unsigned digit = c < 0 || c > 0x7F ? 99U
                                                     : static_cast<unsigned>(detail::digit_of(static_cast<char>(c)));
            if (digit >= base)
                return c < 0 ? std::string("escape sequence not terminated")
                             : concat("illegal character ", detail::named_rune(c), " in escape sequence");
            value = value * base + digit;
            if (digits > 1) c = read();
        }
        if (value > limit || (value >= 0xD800 && value < 0xE000))
            return "escape sequence is an invalid Unicode code point";
        return {};
    }

    std::string_view text_;
    token last_;
    std::size_t start_ = 0;  ///< of the token that is being read
    std::size_t at_ = 0;
    std::string message_;
    std::size_t open_ = 0;  ///< parentheses
    errc code_ = errc::syntax;
    where state_ = where::outside;
    bool in_bracket_ = false;
    bool seen_colon_ = false;     ///< since the left bracket
    bool seen_duration_ = false;  ///< since the left bracket
    bool done_ = false;
};

/// All tokens of a text, `end` as the last.
[[nodiscard]] inline result<std::vector<token>> lex(std::string_view text)
{
    std::vector<token> tokens;
    lexer words(text);
    for (;;) {
        const token word = words.next();
        if (word.kind == token_kind::error) return unexpected(words.code(), words.message(), word.span);
        tokens.push_back(word);
        if (word.kind == token_kind::end) return tokens;
    }
}

}  // namespace pitot::promql
