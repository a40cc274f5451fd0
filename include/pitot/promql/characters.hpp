#pragma once
// What PromQL's lexer asks of single characters, and how error texts show them.

#include <pitot/base/text.hpp>
#include <pitot/base/utf8.hpp>
#include <pitot/promql/quote.hpp>

#include <bit>  // std::countr_zero
#include <cstdint>
#include <cstring>  // std::memcpy
#include <string>
#include <string_view>

namespace pitot::promql {

namespace detail {

inline constexpr std::int32_t end_of_text = -1;

/// What a byte can be part of.
enum char_class : unsigned char {
    class_alpha = 1,
    class_digit = 2,
    class_blank = 4,
    class_in_string = 8,
    class_colon = 16
};
struct char_classes {
    unsigned char of[256];
    [[nodiscard]] constexpr bool is(char c, unsigned char any) const noexcept
    {
        return (of[static_cast<unsigned char>(c)] & any) != 0;
    }
};
consteval char_classes make_char_classes()
{
    char_classes out{};
    for (unsigned c = 0; c < 256; ++c) {
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_') out.of[c] |= class_alpha;
        if (c >= '0' && c <= '9') out.of[c] |= class_digit;
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r') out.of[c] |= class_blank;
        if (c == ':') out.of[c] |= class_colon;
        if (c < 0x80 && c != '"' && c != '\'' && c != '`' && c != '\\' && c != '\n') out.of[c] |= class_in_string;
    }
    return out;
}
inline constexpr char_classes classes = make_char_classes();

/// How many of 16 bytes are of a word (letters, digits, _), before the first that is not.
[[nodiscard]] inline std::size_t word_bytes(const char* of) noexcept
{
    using bytes = unsigned char __attribute__((vector_size(16)));  // GCC's and clang's; SSE2 or NEON
    using halves = std::uint64_t __attribute__((vector_size(16)));
    bytes text;
    std::memcpy(&text, of, sizeof text);
    const auto is_word = ((text | 0x20) - 'a' < 26) | (text - '0' < 10) | (text == '_');
    const halves other = ~reinterpret_cast<halves>(is_word);
    if (other[0] != 0) return static_cast<std::size_t>(std::countr_zero(other[0])) / 8;
    return other[1] != 0 ? 8 + static_cast<std::size_t>(std::countr_zero(other[1])) / 8 : 16;
}

/// A character by its number: U+0063 'c'.
[[nodiscard]] inline std::string named_rune(std::int32_t c)
{
    constexpr std::string_view hex = "0123456789ABCDEF";
    const auto value = static_cast<std::uint32_t>(c < 0 ? 0xFFFD : c);
    std::string digits;
    for (int shift = 20; shift >= 0; shift -= 4)
        if (const auto digit = (value >> static_cast<unsigned>(shift)) & 15U;
            digit != 0 || !digits.empty() || shift < 16)
            digits += hex[digit];
    std::string text;
    utf8_append(text, value);
    return concat("U+", digits, is_printable(value) ? concat(" '", text, "'") : "");
}

}  // namespace detail

}  // namespace pitot::promql
