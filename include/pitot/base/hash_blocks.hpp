#pragma once
// A text as the blocks of 64 bytes that MD5 and SHA-256 take in.

#include <bit>  // std::endian
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pitot::detail {

/// Calls f(block) for each: behind the text stand a bit, as many zeros as it takes, and its length in bits.
/// order  of the bytes of that length
template <class F>
void each_hash_block(std::string_view text, std::endian order, F&& f)
{
    const std::size_t whole = text.size() / 64 * 64;
    for (std::size_t at = 0; at < whole; at += 64) f(text.data() + at);
    std::string rest(text.substr(whole));
    rest += '\x80';
    while (rest.size() % 64 != 56) rest += '\0';
    const std::uint64_t bits = std::uint64_t{text.size()} * 8;
    for (unsigned i = 0; i < 8; ++i)
        rest += static_cast<char>(bits >> 8 * (order == std::endian::little ? i : 7 - i) & 0xFFU);
    for (std::size_t at = 0; at < rest.size(); at += 64) f(rest.data() + at);
}

}  // namespace pitot::detail
