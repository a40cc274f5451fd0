#pragma once
// UTF-8: is it well-formed, how many code points, where the first bad byte is.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>  // std::is_constant_evaluated

namespace pitot {

namespace detail {

/// Bytes of the well-formed sequence at p, or 0. Overlong forms, surrogates and values past U+10FFFF are not
/// well-formed (Unicode 15, table 3-7).
constexpr std::size_t utf8_sequence(const char* p, std::size_t left) noexcept
{
    const auto at = [p](std::size_t i) { return static_cast<unsigned char>(p[i]); };
    const auto tail = [&](std::size_t i) { return (at(i) & 0xC0U) == 0x80U; };
    const unsigned char lead = at(0);
    if (lead < 0x80) return 1;
    if (lead < 0xC2) return 0;
    if (lead < 0xE0) return left >= 2 && tail(1) ? 2 : 0;
    if (lead < 0xF0) {
        if (left < 3 || !tail(1) || !tail(2)) return 0;
        if (lead == 0xE0 && at(1) < 0xA0) return 0;
        if (lead == 0xED && at(1) > 0x9F) return 0;
        return 3;
    }
    if (lead < 0xF5) {
        if (left < 4 || !tail(1) || !tail(2) || !tail(3)) return 0;
        if (lead == 0xF0 && at(1) < 0x90) return 0;
        if (lead == 0xF4 && at(1) > 0x8F) return 0;
        return 4;
    }
    return 0;
}

}  // namespace detail

/// Offset of the first byte that is not part of a well-formed sequence; text.size() when all is well.
[[nodiscard]] constexpr std::size_t utf8_error(std::string_view text) noexcept
{
    std::size_t i = 0;
    while (i < text.size()) {
        if (!__builtin_is_constant_evaluated()) {
            while (i + 8 <= text.size()) {  // eight ASCII bytes at a time
                std::uint64_t word = 0;
                std::memcpy(&word, text.data() + i, 8);
                if ((word & 0x8080808080808080U) != 0) break;
                i += 8;
            }
            if (i == text.size()) break;
        }
        const std::size_t n = detail::utf8_sequence(text.data() + i, text.size() - i);
        if (n == 0) return i;
        i += n;
    }
    return i;
}

[[nodiscard]] constexpr bool is_utf8(std::string_view text) noexcept { return utf8_error(text) == text.size(); }

/// Code points of a well-formed text (in any other: bytes that are no continuation bytes).
[[nodiscard]] constexpr std::size_t utf8_length(std::string_view text) noexcept
{
    std::size_t n = 0;
    std::size_t at = 0;
    if (!std::is_constant_evaluated()) {
        constexpr std::uint64_t ones = 0x0101010101010101U;
        for (; text.size() - at >= 8; at += 8) {  // a continuation byte has its highest bit, and not the next
            std::uint64_t word = 0;
            std::memcpy(&word, text.data() + at, 8);
            n += 8 - static_cast<std::size_t>((((word >> 7U) & ~(word >> 6U) & ones) * ones) >> 56U);
        }
    }
    for (; at < text.size(); ++at) n += (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U ? 1U : 0U;
    return n;
}

/// A decoded code point and the bytes it took.
struct code_point {
    char32_t value = 0;
    std::size_t length = 0;  ///< 0: not well-formed here
};

/// The code point that starts at `offset` (which lies inside text).
[[nodiscard]] constexpr code_point utf8_decode(std::string_view text, std::size_t offset) noexcept
{
    const std::size_t n = detail::utf8_sequence(text.data() + offset, text.size() - offset);
    const auto at = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(text[offset + i])); };
    switch (n) {
    case 1: return {at(0), 1};
    case 2: return {((at(0) & 0x1FU) << 6U) | (at(1) & 0x3FU), 2};
    case 3: return {((at(0) & 0x0FU) << 12U) | ((at(1) & 0x3FU) << 6U) | (at(2) & 0x3FU), 3};
    case 4: return {((at(0) & 0x07U) << 18U) | ((at(1) & 0x3FU) << 12U) | ((at(2) & 0x3FU) << 6U) | (at(3) & 0x3FU), 4};
    default: return {};
    }
}

/// Appends a code point (not a surrogate, at most U+10FFFF) as UTF-8 to a string-like `out`.
template <class String>
constexpr void utf8_append(String& out, char32_t c)
{
    const auto put = [&out](char32_t byte) { out.push_back(static_cast<char>(static_cast<unsigned char>(byte))); };
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xC0U | (c >> 6U));
        put(0x80U | (c & 0x3FU));
    } else if (c < 0x10000) {
        put(0xE0U | (c >> 12U));
        put(0x80U | ((c >> 6U) & 0x3FU));
        put(0x80U | (c & 0x3FU));
    } else {
        put(0xF0U | (c >> 18U));
        put(0x80U | ((c >> 12U) & 0x3FU));
        put(0x80U | ((c >> 6U) & 0x3FU));
        put(0x80U | (c & 0x3FU));
    }
}

}  // namespace pitot
