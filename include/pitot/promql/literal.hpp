#pragma once
// PromQL's literals: strings with Go's escapes, numbers as Go reads them.

#include <pitot/base/number.hpp>
#include <pitot/base/result.hpp>
#include <pitot/base/utf8.hpp>

#include <cmath>  // std::ldexp
#include <limits>
#include <string>
#include <string_view>

namespace pitot::promql {

namespace detail {

constexpr int digit_of(char c) noexcept
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return 99;
}

}  // namespace detail

/// What a string literal stands for.
/// literal  with its quotes: "…" and '…' have Go's escapes (\a \b \f \n \r \t \v \\ \", octal, \x, \u, \U), `…` has
/// none error    syntax, with a span inside the literal: no closing quote, a newline in quotes, an unknown escape, an
/// escape
///          beyond Unicode
[[nodiscard]] inline result<std::string> unquote(std::string_view literal)
{
    if (literal.size() < 2 || literal.front() != literal.back())
        return unexpected(errc::syntax, "this string has no closing quote", text_span{0, literal.size()});
    const char quote = literal.front();
    const std::string_view body = literal.substr(1, literal.size() - 2);
    if (quote == '`') return std::string(body);
    std::string out;
    out.reserve(body.size());
    for (std::size_t i = 0; i < body.size();) {
        if (body[i] == '\n') return unexpected(errc::syntax, "a quoted string may not span lines", text_span{i + 1, 1});
        if (body[i] != '\\') {
            out += body[i++];
            continue;
        }
        const std::size_t first = i++;
        const auto bad = [&](const char* why, std::size_t end) {
            return unexpected(errc::syntax, why, text_span{first + 1, (end < body.size() ? end : body.size()) - first});
        };
        if (i == body.size()) return bad("this string has no closing quote", i);
        const char c = body[i++];
        std::size_t digits = 0;
        unsigned base = 16;
        switch (c) {
        case 'a': out += '\a'; continue;
        case 'b': out += '\b'; continue;
        case 'f': out += '\f'; continue;
        case 'n': out += '\n'; continue;
        case 'r': out += '\r'; continue;
        case 't': out += '\t'; continue;
        case 'v': out += '\v'; continue;
        case '\\': out += '\\'; continue;
        case 'x': digits = 2; break;
        case 'u': digits = 4; break;
        case 'U': digits = 8; break;
        default:
            if (c == quote) {
                out += c;
                continue;
            }
            if (c < '0' || c > '7') return bad("unknown escape; a backslash is written \\\\", i);
            digits = 3;
            base = 8;
            --i;
        }
        std::uint32_t value = 0;
        for (std::size_t n = 0; n < digits; ++n, ++i) {
            const auto digit = i < body.size() ? static_cast<unsigned>(detail::digit_of(body[i])) : 99U;
            if (digit >= base) return bad("this escape has too few digits", i);
            value = value * base + digit;
        }
        if (digits <= 3) {  // a byte
            if (value > 255) return bad("this escape is beyond a byte", i);
            out += static_cast<char>(static_cast<unsigned char>(value));
        } else {
            if (value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
                return bad("this escape is no Unicode character", i);
            utf8_append(out, value);
        }
    }
    return out;
}

/// The value of a number literal: first as an integer of Go's base 0 (0x1F; 010 is 8; 1_000), else as a decimal or
/// hexadecimal float; inf and nan in any case.
/// error   invalid_value over the whole literal
/// source  Prometheus, promql/parser, parser.number
[[nodiscard]] inline result<double> number_value(std::string_view literal)
{
    const auto bad = [&] {
        return unexpected(errc::invalid_value, concat("'", literal, "' is not a number"), text_span{0, literal.size()});
    };
    const bool hex = literal.size() > 2 && literal[0] == '0' && (literal[1] == 'x' || literal[1] == 'X');
    const bool octal = !hex && literal.size() > 1 && literal[0] == '0';
    const unsigned base = hex ? 16 : octal ? 8 : 10;
    std::uint64_t whole = 0;
    bool integer = true;
    bool underscore = false;
    char before = hex ? '0' : '_';
    for (const char c : literal.substr(hex ? 2 : 0)) {
        if (c == '_') {
            if (before == '_') return bad();
            underscore = true;
        } else {
            const auto digit = static_cast<unsigned>(detail::digit_of(c));
            if (digit >= base || whole > (static_cast<std::uint64_t>(INT64_MAX) - digit) / base) {
                integer = false;
                break;
            }
            whole = whole * base + digit;
        }
        before = c;
    }
    if (integer && before != '_') return static_cast<double>(whole);
    if (underscore || literal.find('_') != std::string_view::npos) return bad();
    if (!hex) {
        auto decimal = parse_number(literal);
        return decimal ? decimal : result<double>(bad());
    }
    double value = 0;  // Go reads 0x1p4; a hexadecimal integer beyond int64 needs the exponent there, so it is refused
    const std::string_view digits = literal.substr(2);
    const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), value,
                                             std::chars_format::hex);
    if (code != std::errc{} || end != digits.data() + digits.size() ||
        digits.find_first_of("pP") == std::string_view::npos)
        return bad();
    return value;
}

}  // namespace pitot::promql
