#pragma once
// Text in quotes, as Go writes it: in error texts and in printed expressions.

#include <pitot/base/arena.hpp>
#include <pitot/base/utf8.hpp>

#include <algorithm>  // std::all_of
#include <cstdint>
#include <string>
#include <string_view>

namespace pitot::promql {

namespace detail {

/// Assigned or not, these are no characters that show: controls, blanks but the space, formats, surrogates, private
/// use. source  Unicode 15: categories Cc, Cf, Cs, Co, Zs, Zl, Zp
[[nodiscard]] constexpr bool is_printable(std::uint32_t c) noexcept
{
    if (c < 0x20 || (c >= 0x7F && c <= 0xA0) || c == 0xAD) return false;
    if (c < 0x600) return true;
    constexpr struct {
        std::uint32_t first, last;
    } hidden[] = {{0x600, 0x605},     {0x61C, 0x61C},     {0x6DD, 0x6DD},     {0x70F, 0x70F},     {0x890, 0x891},
                  {0x8E2, 0x8E2},     {0x1680, 0x1680},   {0x180E, 0x180E},   {0x2000, 0x200F},   {0x2028, 0x202F},
                  {0x205F, 0x206F},   {0x3000, 0x3000},   {0xD800, 0xF8FF},   {0xFEFF, 0xFEFF},   {0xFFF0, 0xFFFB},
                  {0xFFFE, 0xFFFF},   {0x110BD, 0x110BD}, {0x110CD, 0x110CD}, {0x13430, 0x1343F}, {0x1BCA0, 0x1BCA3},
                  {0x1D173, 0x1D17A}, {0xE0000, 0x10FFFF}};
    for (const auto& h : hidden)
        if (c >= h.first && c <= h.last) return c >= 0xE0100 && c <= 0xE01EF;
    return true;
}

/// source  Go, strconv.Quote
[[gnu::cold]] inline void append_quoted(std::string& out, std::string_view text, char quote)
{
    constexpr std::string_view hex = "0123456789abcdef";
    const auto digits = [&out, hex](std::uint32_t value, int count) {
        for (int i = count - 1; i >= 0; --i) out += hex[(value >> static_cast<unsigned>(4 * i)) & 15U];
    };
    out += quote;
    for (std::size_t i = 0; i < text.size();) {
        const code_point c = utf8_decode(text, i);
        if (c.length == 0) {
            out += "\\x";
            digits(static_cast<unsigned char>(text[i++]), 2);
            continue;
        }
        const auto value = static_cast<std::uint32_t>(c.value);
        if (value == static_cast<unsigned char>(quote) || value == '\\') {
            out += '\\';
            out += static_cast<char>(value);
        } else if (is_printable(value)) {
            out += text.substr(i, c.length);
        } else if (value >= 7 && value <= 13) {
            out += '\\';
            out += std::string_view("abtnvfr")[value - 7];
        } else if (value < 0x20 || value == 0x7F) {
            out += "\\x";
            digits(value, 2);
        } else {
            out += value < 0x10000 ? "\\u" : "\\U";
            digits(value, value < 0x10000 ? 4 : 8);
        }
        i += c.length;
    }
    out += quote;
}

[[nodiscard]] inline std::string quote(std::string_view text, char mark = '"')
{
    std::string out;
    out.reserve(text.size() + 2);
    append_quoted(out, text, mark);
    return out;
}

/// The same, in an arena.
[[nodiscard]] inline std::string_view quoted(arena& into, std::string_view text, char mark = '"')
{
    const auto stays = [mark](char c) { return c >= 0x20 && c < 0x7F && c != mark && c != '\\'; };
    if (!std::all_of(text.begin(), text.end(), stays)) return into.copy(quote(text, mark));
    const std::string_view marks(&mark, 1);
    return into.joined({marks, text, marks});
}

}  // namespace detail

}  // namespace pitot::promql
