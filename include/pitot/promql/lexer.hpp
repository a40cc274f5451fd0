#pragma once
// PromQL's words with their places. What is an error, where, and in which words, is as in Prometheus: users search for
// these texts.

#include <pitot/base/arena.hpp>
#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>
#include <pitot/promql/characters.hpp>
#include <pitot/promql/cursor.hpp>
#include <pitot/promql/literal.hpp>  // digit_of
#include <pitot/promql/quote.hpp>
#include <pitot/promql/token.hpp>

#include <algorithm>  // std::min
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::promql {

/// Cuts a text into tokens, one a call. Blanks and comments (# to the end of the line) are skipped; brackets must
/// match. In braces words are names, not keywords; in square brackets only what a duration can be made of is allowed.
/// source  Prometheus, promql/parser/lex.go
class lexer : private detail::cursor {
public:
    /// messages  where error texts are put together
    lexer(std::string_view text, arena& messages) noexcept : cursor(text), messages_(messages) {}

    /// An error is a token of kind error over the rest of the text, whose message() says what is wrong; then, and after
    /// the end, every further call gives the end.
    const token& next()
    {
        if (state_ == where::outside)
            outside();
        else if (state_ == where::braces)
            in_braces();
        else if (state_ == where::range)
            in_range();
        else
            last_ = {token_kind::end, {text_.size(), 0}};
        return last_;
    }
    /// The one that next() gave.
    [[nodiscard]] const token& last() const noexcept { return last_; }
    using cursor::at;  ///< the end of the last token
    /// End of the last closing bracket, number or duration; 0 before the first.
    [[nodiscard]] std::size_t last_closing() const noexcept { return last_closing_; }
    /// Of the last string: has it an escape?
    [[nodiscard]] bool escaped() const noexcept { return escaped_; }

    /// Has it come to an error?
    [[nodiscard]] bool failed() const noexcept { return !message_.empty(); }
    /// What is wrong; as long as the arena lives.
    [[nodiscard]] std::string_view message() const noexcept { return message_; }
    /// From where on.
    [[nodiscard]] std::size_t failed_at() const noexcept { return failed_at_; }
    /// Of the error: syntax, invalid_utf8 or unexpected_end.
    [[nodiscard]] errc code() const noexcept { return code_; }

private:
    enum class where : unsigned char { outside, braces, range, behind };

    /// To the next token, or a comment, and its first byte; false at the end of the text.
    bool to_token(char& first) noexcept
    {
        for (start_ = at_; start_ < text_.size(); ++start_) {
            first = text_[start_];
            if (detail::classes.is(first, detail::class_blank)) continue;
            at_ = start_ + 1;
            return true;
        }
        at_ = start_ + 1;
        return false;
    }
    /// The token behind a comment and those that follow it.
    [[gnu::noinline]] void behind_comments()
    {
        at_ = start_;
        while (at_ < text_.size() && text_[at_] == '#')
            at_ = behind(std::min(text_.find_first_of("\r\n", at_), text_.size()), detail::class_blank);
        next();
    }

    void take(token_kind kind) noexcept
    {
        last_.kind = kind;
        last_.span.offset = start_;
        last_.span.length = at_ - start_;
    }
    void take_closing(token_kind kind) noexcept
    {
        last_closing_ = at_;
        take(kind);
    }
    [[gnu::cold, gnu::noinline]] void fail(std::string_view message, errc code = errc::syntax) noexcept
    {
        message_ = message;
        failed_at_ = start_;
        code_ = code;
        state_ = where::behind;
        last_ = {token_kind::error, {start_, text_.size() - start_}};
    }
    /// A character as error texts show it, in quotes: '!', '\n', '\u00a0'; U+FFFD where there is none.
    struct shown {
        std::string_view text;
        bool is_bad;
    };
    [[nodiscard]] shown read_quoted()
    {
        const std::size_t first = at_;
        const std::int32_t rune = read();
        if (rune < 0 || rune == 0xFFFD) return {"'\xEF\xBF\xBD'", rune == 0xFFFD};
        return {detail::quoted(messages_, text_.substr(first, at_ - first), '\''), false};
    }
    /// Of the character that is read next.
    [[gnu::cold, gnu::noinline]] void fail_at_next(std::string_view what)
    {
        fail(messages_.joined({what, read_quoted().text}));
    }
    /// Of the character that begins the token.
    [[gnu::cold, gnu::noinline]] void fail_at_first(std::string_view what, std::string_view then = {})
    {
        at_ = start_;
        const shown first = read_quoted();
        fail(messages_.joined({what, first.text, then}), first.is_bad ? errc::invalid_utf8 : errc::syntax);
    }

    [[gnu::noinline]] void outside()
    {
        char c = 0;
        if (!to_token(c)) return at_end();
        if (detail::classes.is(c, detail::class_alpha | detail::class_colon))
            return in_bracket_ ? word_in_bracket(c) : word();
        if (const token_kind alone = detail::tokens_alone.of(c); alone != token_kind::end) return take(alone);
        switch (c) {
        case '#': return behind_comments();
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
            return take_closing(token_kind::right_bracket);
        case '"':
        case '\'':
        case '`': return string(c);
        case '=':
            if (accept('=')) return take(token_kind::equal);
            if (is('~')) return fail("unexpected character after '=': '~'");
            return take(token_kind::assign);
        case '!':
            if (accept('=')) return take(token_kind::not_equal);
            return fail_at_next("unexpected character after '!': ");
        case '<':
            return take(accept('=') ? token_kind::less_equal : accept('/') ? token_kind::trim_upper : token_kind::less);
        case '>':
            return take(accept('=')   ? token_kind::greater_equal
                        : accept('/') ? token_kind::trim_lower
                                      : token_kind::greater);
        default: break;
        }
        if (is_digit(c) || (c == '.' && at_ < text_.size() && is_digit(text_[at_]))) return number();
        fail_at_first("unexpected character: ");
    }

    [[gnu::noinline]] void at_end()
    {
        at_ = text_.size();
        if (open_ != 0) return fail("unclosed left parenthesis", errc::unexpected_end);
        if (in_bracket_) return fail("unclosed left bracket", errc::unexpected_end);
        state_ = where::behind;
        return take(token_kind::end);
    }

    void closing_paren()
    {
        if (open_ == 0) {
            start_ = at_;
            return fail("unexpected right parenthesis ')'");
        }
        --open_;
        return take_closing(token_kind::right_paren);
    }

    [[gnu::noinline]] void in_braces()
    {
        char c = 0;
        if (!to_token(c)) return fail("unexpected end of input inside braces", errc::unexpected_end);
        if (detail::classes.is(c, detail::class_alpha)) {
            at_ = behind_word(at_);
            return take(token_kind::identifier);
        }
        switch (c) {
        case '#': return behind_comments();
        case ',': return take(token_kind::comma);
        case '"':
        case '\'':
        case '`': return string(c);
        case '=': return take(accept('~') ? token_kind::regex_match : token_kind::assign);
        case '!':
            if (accept('~')) return take(token_kind::regex_not_match);
            if (accept('=')) return take(token_kind::not_equal);
            return fail_at_next("unexpected character after '!' inside braces: ");
        case '{': return fail("unexpected left brace '{'");
        case '}': state_ = where::outside; return take_closing(token_kind::right_brace);
        default: return fail_at_first("unexpected character inside braces: ");
        }
    }

    /// After a left bracket, until a number or a duration has been read.
    [[gnu::noinline]] void in_range()
    {
        start_ = at_ = behind(at_, detail::class_blank);
        const std::int32_t c = read();
        if (is_digit(c) || (c == '.' && is_digit(peek()))) {
            seen_duration_ = true;
            state_ = where::outside;
            return number();
        }
        switch (c) {
        case detail::end_of_text: return fail("unexpected end of input in duration expression", errc::unexpected_end);
        case ']':
            in_bracket_ = seen_colon_ = false;
            state_ = where::outside;
            return take_closing(token_kind::right_bracket);
        case ':':
            if (!seen_duration_ || seen_colon_) {
                start_ = at_;
                return fail(!seen_duration_ ? "unexpected colon before duration in duration expression"
                                            : "unexpected repeated colon in duration expression");
            }
            seen_colon_ = true;
            return take(token_kind::colon);
        case '(': ++open_; return take(token_kind::left_paren);
        case ')': return closing_paren();
        default: break;
        }
        if (c < 0x80 && c != '@')
            if (const token_kind alone = detail::tokens_alone.of(static_cast<char>(c)); alone != token_kind::end)
                return take(alone);
        if (const auto kind = duration_word(c)) {
            seen_duration_ = true;
            return take(*kind);
        }
        fail_at_first("unexpected character in duration expression: ");
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

    [[gnu::noinline]] void word_in_bracket(std::int32_t c)
    {
        if (c == ':') {
            if (seen_colon_) return fail("unexpected colon ':'");
            seen_colon_ = true;
            return take(token_kind::colon);
        }
        if (const auto kind = duration_word(c)) return take(*kind);
        fail_at_first("unexpected character: ", ", expected ':'");
    }

    [[gnu::noinline]] void word() noexcept
    {
        at_ = behind_word(start_);
        if (at_ < text_.size() && text_[at_] == ':') {
            at_ = behind(at_, detail::class_alpha | detail::class_digit | detail::class_colon);
            return take(token_kind::metric_identifier);
        }
        if (!detail::keyword_places.may_have({text_.data() + start_, at_ - start_}))
            return take(token_kind::identifier);
        return keyword();
    }
    [[gnu::noinline]] void keyword() noexcept
    {
        const unsigned char row = detail::keyword_row({text_.data() + start_, at_ - start_});
        if (row == word_places::none) return take(token_kind::identifier);
        const token_kind kind = detail::keywords[row].kind;
        if (kind == token_kind::number) return take_closing(token_kind::number);  // inf, nan
        // These came late: where they could not be meant they stay names.
        if (kind == token_kind::fill || kind == token_kind::fill_left || kind == token_kind::fill_right) {
            const std::size_t after = behind(at_, detail::class_blank);
            if (after == text_.size() || text_[after] != '(') return take(token_kind::identifier);
        }
        return take(kind);
    }

    [[gnu::noinline]] void number()
    {
        at_ = start_;
        // Most are a few digits, with or without one unit.
        const std::size_t end = behind(at_, detail::class_digit);
        const auto ends_at = [this](std::size_t i) {
            return i >= text_.size() ||
                   !(detail::classes.is(text_[i], detail::class_alpha | detail::class_digit) || text_[i] == '.');
        };
        if (end > at_ && ends_at(end)) {
            at_ = end;
            return take_closing(token_kind::number);
        }
        if (end > at_ && (text_[end] == 'm' || text_[end] == 's' || text_[end] == 'h' || text_[end] == 'd') &&
            ends_at(end + 1)) {
            at_ = end + 1;
            return take_closing(token_kind::duration);
        }
        rare_number();
    }
    [[gnu::noinline]] void rare_number()
    {
        if (scan_number()) return take_closing(token_kind::number);
        if (scan_duration()) return take_closing(token_kind::duration);
        bad_number();
    }

    [[gnu::cold, gnu::noinline]] void bad_number()
    {
        fail(messages_.joined(
            {"bad number or duration syntax: ", detail::quoted(messages_, text_.substr(start_, at_ - start_))}));
    }

    /// Reads what a number can be made of; the value is judged by who takes it. On failure it stands behind what did
    /// not fit, from where scan_duration() goes on.
    [[nodiscard]] bool scan_number() noexcept
    {
        std::string_view digits = "0123456789";
        bool hex = false;
        if (accept('0') && accept("xX")) {
            accept('_');
            digits = "0123456789abcdefABCDEF";
            hex = true;
        }
        accept('.');
        accept(digits);
        bool dot = false;
        bool exponent = false;
        for (;;) {
            if (is('.')) {
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
            } else if (is('_')) {
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
        accept('s');
        while (accept("0123456789")) {
            while (accept("0123456789")) {}
            if (!accept("smhdw")) return false;
            accept('s');
        }
        if (!is_alpha(peek()) && !is_digit(peek())) return true;
        read();
        return false;
    }

    [[gnu::noinline]] void string(char quote)
    {
        escaped_ = false;
        for (;;) {
            at_ = behind(at_, detail::class_in_string);
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
            if (c != '\\') continue;
            escaped_ = true;
            if (!escape(quote)) return;
        }
    }

    /// After the backslash; false when it failed.
    [[nodiscard, gnu::noinline]] bool escape(char quote)
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
        case '\\': return true;
        case 'x':
            digits = 2;
            limit = 255;
            break;
        case 'u': digits = 4; break;
        case 'U': digits = 8; break;
        case detail::end_of_text: return fail("escape sequence not terminated"), false;
        default:
            if (c == quote) return true;
            if (c < '0' || c > '7')
                return fail(messages_.joined({"unknown escape sequence ", detail::named_rune(c)})), false;
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
                return fail(c < 0 ? "escape sequence not terminated"
                                  : messages_.joined(
                                        {"illegal character ", detail::named_rune(c), " in escape sequence"})),
                       false;
            value = value * base + digit;
            if (digits > 1) c = read();
        }
        if (value > limit || (value >= 0xD800 && value < 0xE000))
            return fail("escape sequence is an invalid Unicode code point"), false;
        return true;
    }

    arena& messages_;
    token last_;
    std::size_t start_ = 0;  ///< of the token that is being read
    std::string_view message_;
    std::size_t failed_at_ = 0;
    std::size_t open_ = 0;  ///< parentheses
    std::size_t last_closing_ = 0;
    errc code_ = errc::syntax;
    where state_ = where::outside;
    bool in_bracket_ = false;
    bool seen_colon_ = false;     ///< since the left bracket
    bool seen_duration_ = false;  ///< since the left bracket
    bool escaped_ = false;
};

/// All tokens of a text, `end` as the last.
[[nodiscard]] inline result<std::vector<token>> lex(std::string_view text)
{
    std::vector<token> tokens;
    arena messages;
    lexer words(text, messages);
    for (;;) {
        const token word = words.next();
        if (word.kind == token_kind::error) return unexpected(words.code(), std::string(words.message()), word.span);
        tokens.push_back(word);
        if (word.kind == token_kind::end) return tokens;
    }
}

}  // namespace pitot::promql
