#pragma once
// Finding the few bytes that matter in label values, many bytes at a time.

#include <bit>  // std::countr_zero, std::endian
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>  // part of every x86-64
#endif

namespace pitot::expo::detail {

/// Bytes whose top bit is set where the word has `byte`; exact up to the first one.
constexpr std::uint64_t bytes_equal(std::uint64_t word, unsigned char byte) noexcept
{
    const std::uint64_t x = word ^ (0x0101010101010101U * byte);
    return (x - 0x0101010101010101U) & ~x & 0x8080808080808080U;
}

constexpr bool is_special(char c) noexcept { return c == '"' || c == '\\' || c == '\n'; }

/// The first quote, backslash or newline in [at, end), or end.
/// high  set when a byte from at on, though not necessarily before the one found, is not ASCII; never cleared
inline const char* find_special(const char* at, const char* end, bool& high) noexcept
{
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i slash = _mm_set1_epi8('\\');
    const __m128i newline = _mm_set1_epi8('\n');
    while (end - at >= 16) {
        const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        const __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(block, quote),
                                         _mm_or_si128(_mm_cmpeq_epi8(block, slash), _mm_cmpeq_epi8(block, newline)));
        const auto hits = static_cast<unsigned>(_mm_movemask_epi8(hit));
        high = high || _mm_movemask_epi8(block) != 0;
        if (hits != 0) return at + std::countr_zero(hits);
        at += 16;
    }
#endif
    if constexpr (std::endian::native == std::endian::little) {
        while (end - at >= 8) {
            std::uint64_t word = 0;
            std::memcpy(&word, at, 8);
            const std::uint64_t hits = bytes_equal(word, '"') | bytes_equal(word, '\\') | bytes_equal(word, '\n');
            high = high || (word & 0x8080808080808080U) != 0;
            if (hits != 0) return at + std::countr_zero(hits) / 8;
            at += 8;
        }
    }
    for (; at != end && !is_special(*at); ++at) high = high || static_cast<unsigned char>(*at) >= 0x80;
    return at;
}

constexpr bool any_special(std::uint64_t word) noexcept
{
    return (bytes_equal(word, '"') | bytes_equal(word, '\\') | bytes_equal(word, '\n')) != 0;
}

/// Copies n bytes while none of them is special; what is written is garbage when one is.
/// returns  false when there is one
inline bool copy_plain(char* to, const char* from, std::size_t n) noexcept
{
    if (n >= 8) {
#if defined(__SSE2__)
        if (n >= 16) {
            const auto special = [to, from](std::size_t at) {
                const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + at));
                _mm_storeu_si128(reinterpret_cast<__m128i*>(to + at), block);
                return _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('"')),
                                    _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('\\')),
                                                 _mm_cmpeq_epi8(block, _mm_set1_epi8('\n'))));
            };
            __m128i hits = special(n - 16);  // the last block overlaps the one before
            for (std::size_t at = 0; at + 16 < n; at += 16) hits = _mm_or_si128(hits, special(at));
            return _mm_movemask_epi8(hits) == 0;
        }
#endif
        bool found = false;
        const auto word_at = [&](std::size_t at) {
            std::uint64_t word = 0;
            std::memcpy(&word, from + at, 8);
            std::memcpy(to + at, &word, 8);
            found = found || any_special(word);
        };
        word_at(n - 8);
        for (std::size_t at = 0; at + 8 < n; at += 8) word_at(at);
        return !found;
    }
    if (n >= 4) {
        std::uint32_t first = 0;
        std::uint32_t last = 0;
        std::memcpy(&first, from, 4);
        std::memcpy(&last, from + n - 4, 4);
        std::memcpy(to, &first, 4);
        std::memcpy(to + n - 4, &last, 4);
        return !any_special(std::uint64_t{first} << 32U | last);
    }
    bool found = false;
    for (std::size_t i = 0; i < n; ++i) {
        to[i] = from[i];
        found = found || is_special(from[i]);
    }
    return !found;
}

/// Which bytes may stand in names.
struct name_table {
    bool metric[256] = {};
    bool label[256] = {};
    constexpr name_table() noexcept
    {
        for (int c = 0; c < 256; ++c) {
            const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c >= '0' && c <= '9');
            label[c] = letter;
            metric[c] = letter || c == ':';
        }
    }
};
inline constexpr name_table names{};

}  // namespace pitot::expo::detail
