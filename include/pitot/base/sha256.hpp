#pragma once
// SHA-256, for names that others derive from it. Not for secrets: it takes no care of time or memory.

#include <pitot/base/hash_blocks.hpp>

#include <array>
#include <bit>  // std::endian, std::rotr
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pitot {

namespace detail {

/// The first 32 bits of the fractions of the cube roots of the first 64 primes.
inline constexpr std::uint32_t sha256_rounds[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/// block  64 bytes
inline void sha256_block(std::array<std::uint32_t, 8>& state, const char* block) noexcept
{
    std::uint32_t w[64];
    for (std::size_t i = 0; i < 16; ++i) {
        w[i] = 0;
        for (std::size_t b = 0; b < 4; ++b) w[i] = w[i] << 8U | static_cast<unsigned char>(block[4 * i + b]);
    }
    for (std::size_t i = 16; i < 64; ++i) {
        const std::uint32_t low = std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ w[i - 15] >> 3U;
        const std::uint32_t high = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ w[i - 2] >> 10U;
        w[i] = w[i - 16] + low + w[i - 7] + high;
    }
    auto [a, b, c, d, e, f, g, h] = state;
    for (std::size_t i = 0; i < 64; ++i) {
        const std::uint32_t chosen = (e & f) ^ (~e & g);
        const std::uint32_t most = (a & b) ^ (a & c) ^ (b & c);
        const std::uint32_t one = h + (std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25)) + chosen +
                                  sha256_rounds[i] + w[i];
        const std::uint32_t two = (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) + most;
        h = g;
        g = f;
        f = e;
        e = d + one;
        d = c;
        c = b;
        b = a;
        a = one + two;
    }
    const std::uint32_t after[8] = {a, b, c, d, e, f, g, h};
    for (std::size_t i = 0; i < 8; ++i) state[i] += after[i];
}

}  // namespace detail

/// returns  64 lower-case hexadecimal digits
/// source   FIPS 180-4
[[nodiscard]] inline std::string sha256_hex(std::string_view text)
{
    std::array<std::uint32_t, 8> state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                          0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    detail::each_hash_block(text, std::endian::big, [&](const char* block) { detail::sha256_block(state, block); });
    std::string out;
    for (const std::uint32_t word : state)
        for (unsigned shift = 32; shift > 0; shift -= 4) out += "0123456789abcdef"[word >> (shift - 4) & 0xFU];
    return out;
}

}  // namespace pitot
