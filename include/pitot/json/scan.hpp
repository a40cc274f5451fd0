#pragma once
// Finding the few bytes of JSON that matter: the end of a blank stretch, the end of a string's plain part.

#include <array>
#include <bit>  // std::countr_zero
#include <cstddef>
#include <cstdint>
#include <cstring>  // std::memcpy

#if defined(__SSE2__)
#include <emmintrin.h>  // part of every x86-64
#endif

namespace pitot::json::detail {

/// Bytes of a string that need no attention: ASCII from U+0020 but quote and backslash.
inline constexpr auto plain_bytes = [] {
    std::array<bool, 256> plain{};
    for (std::size_t c = 0x20; c < 0x80; ++c) plain[c] = c != '"' && c != '\\';
    return plain;
}();

constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

/// The first byte in [at, end) that is no blank, or end.
inline const char* skip_blanks(const char* at, const char* end) noexcept
{
    if (at == end || static_cast<unsigned char>(*at) > ' ') return at;
    if (*at == ' ' && end - at > 1 && static_cast<unsigned char>(at[1]) > ' ') return at + 1;  // behind a colon
#if defined(__SSE2__)
    while (end - at >= 16) {
        const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        const auto is = [&block](char c) { return _mm_cmpeq_epi8(block, _mm_set1_epi8(c)); };
        const __m128i blank = _mm_or_si128(_mm_or_si128(is(' '), is('\n')), _mm_or_si128(is('\r'), is('\t')));
        const unsigned other = static_cast<unsigned>(_mm_movemask_epi8(blank)) ^ 0xFFFFU;
        if (other != 0) return at + std::countr_zero(other);
        at += 16;
    }
#else
    while (end - at >= 8 && is_blank(*at)) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, 8);
        at += word == 0x2020202020202020U ? 8 : 1;  // indentation
    }
#endif
    while (at != end && is_blank(*at)) ++at;
    return at;
}

/// Any of eight bytes not plain? (Each term has the top bit of a byte set where the byte is below 0x20, is a quote, is
/// a backslash or is not ASCII; a borrow can only reach bytes above a true one.)
constexpr bool needs_attention(std::uint64_t word) noexcept
{
    constexpr std::uint64_t ones = 0x0101010101010101U;
    const std::uint64_t quote = word ^ (ones * '"');
    const std::uint64_t backslash = word ^ (ones * '\\');
    return (((word - ones * 0x20) | (quote - ones) | (backslash - ones) | word) & (ones * 0x80)) != 0;
}

/// The first byte in [at, end) that needs attention in a string, or end.
inline const char* skip_plain(const char* at, const char* end) noexcept
{
#if defined(__SSE2__)
    while (end - at >= 16) {
        const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        const __m128i quote = _mm_cmpeq_epi8(block, _mm_set1_epi8('"'));
        const __m128i backslash = _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'));
        const __m128i other = _mm_cmplt_epi8(block, _mm_set1_epi8(0x20));  // signed: what is not ASCII, too
        const int hits = _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, backslash), other));
        if (hits != 0) return at + std::countr_zero(static_cast<unsigned>(hits));
        at += 16;
    }
#else
    while (end - at >= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, 8);
        if (needs_attention(word)) break;
        at += 8;
    }
#endif
    while (at != end && plain_bytes[static_cast<unsigned char>(*at)]) ++at;
    return at;
}

}  // namespace pitot::json::detail
