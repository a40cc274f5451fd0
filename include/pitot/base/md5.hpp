#pragma once
// MD5, for what others derive from it. Not for secrets, nor against forgery: it is broken.

#include <pitot/base/hash_blocks.hpp>

#include <array>
#include <bit>  // std::endian, std::rotl
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pitot {

namespace detail {

/// 2^32 |sin(i + 1)|, whole.
inline constexpr std::uint32_t md5_rounds[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};
/// Four for each of the four rounds.
inline constexpr int md5_turns[16] = {7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21};

/// block  64 bytes
inline void md5_block(std::array<std::uint32_t, 4>& state, const char* block) noexcept
{
    std::uint32_t words[16] = {};
    for (std::size_t i = 0; i < 64; ++i)
        words[i / 4] |= std::uint32_t{static_cast<unsigned char>(block[i])} << (8 * (i % 4));
    auto [a, b, c, d] = state;
    for (std::size_t i = 0; i < 64; ++i) {
        const std::size_t round = i / 16;
        const std::uint32_t mixed = round == 0   ? (b & c) | (~b & d)
                                    : round == 1 ? (d & b) | (~d & c)
                                    : round == 2 ? b ^ c ^ d
                                                 : c ^ (b | ~d);
        const std::size_t word = round == 0 ? i : round == 1 ? 5 * i + 1 : round == 2 ? 3 * i + 5 : 7 * i;
        const std::uint32_t sum = a + mixed + md5_rounds[i] + words[word % 16];
        a = d;
        d = c;
        c = b;
        b += std::rotl(sum, md5_turns[4 * round + i % 4]);
    }
    const std::uint32_t after[4] = {a, b, c, d};
    for (std::size_t i = 0; i < 4; ++i) state[i] += after[i];
}

}  // namespace detail

/// source  RFC 1321
[[nodiscard]] inline std::array<unsigned char, 16> md5(std::string_view text)
{
    std::array<std::uint32_t, 4> state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
    detail::each_hash_block(text, std::endian::little, [&](const char* block) { detail::md5_block(state, block); });
    std::array<unsigned char, 16> out{};
    for (std::size_t i = 0; i < 16; ++i) out[i] = static_cast<unsigned char>(state[i / 4] >> (8 * (i % 4)) & 0xFFU);
    return out;
}

}  // namespace pitot
