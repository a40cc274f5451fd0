#pragma once
// Finding a word in a table that is known when compiling.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>  // std::memcpy
#include <string_view>

namespace pitot {

/// Hash of a word of two letters or more, the same in any case: its length and three letters.
[[nodiscard]] constexpr std::size_t word_hash(std::string_view word) noexcept
{
    const auto letter = [word](std::size_t i) {
        return static_cast<std::size_t>(static_cast<unsigned char>(word[i]) | 0x20U);
    };
    return word.size() * 37U + letter(0) * 5U + letter(1) + letter(word.size() - 1) * 11U;
}

/// Are two words of a size the same, but for some bits of each byte? By eight bytes, the last of them again where eight
/// do not fit: words are so short that memcmp takes longer to be called than to compare them.
/// size     2 or more
/// but_for  those bits, in each byte of it
[[nodiscard]] constexpr bool same_word(const char* a, const char* b, std::size_t size, std::uint64_t but_for) noexcept
{
    if (__builtin_is_constant_evaluated()) {
        for (std::size_t i = 0; i < size; ++i)
            if (((static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i])) & ~(but_for & 0xFFU)) != 0)
                return false;
        return true;
    }
    const auto differ = [a, b, but_for]<class Bytes>(std::size_t at, Bytes) {
        Bytes of_a;
        Bytes of_b;
        std::memcpy(&of_a, a + at, sizeof of_a);
        std::memcpy(&of_b, b + at, sizeof of_b);
        return ((of_a ^ of_b) & ~static_cast<Bytes>(but_for)) != 0;
    };
    if (size < 4) return !differ(0, std::uint16_t{}) && !differ(size - 2, std::uint16_t{});
    if (size < 8) return !differ(0, std::uint32_t{}) && !differ(size - 4, std::uint32_t{});
    for (std::size_t at = 0; at + 8 < size; at += 8)
        if (differ(at, std::uint64_t{})) return false;
    return !differ(size - 8, std::uint64_t{});
}

/// Places of a table's words by their hash, the next free one when it is taken; at most half of them are used.
class word_places {
public:
    static constexpr unsigned char none = 255;  ///< no such word

    /// text_of  gives the word of a row
    template <class Row, std::size_t Rows, class TextOf>
    consteval word_places(const Row (&table)[Rows], TextOf text_of)
    {
        static_assert(Rows <= 128, "rows are numbered by a byte, and half of the places stay free");
        at_.fill(none);
        for (std::size_t row = 0; row < Rows; ++row) {
            const std::string_view word = text_of(table[row]);
            if (word.size() < 2 || word.size() > 31) throw "a word has 2 to 31 letters";
            sizes_[word[0] & 31] |= std::uint32_t{1} << word.size();
            std::size_t place = word_hash(word) & 255U;
            while (at_[place] != none) place = (place + 1) & 255U;
            at_[place] = static_cast<unsigned char>(row);
        }
    }

    /// False for most words that are none of them: no word that begins so is as long.
    [[nodiscard]] constexpr bool may_have(std::string_view word) const noexcept
    {
        return !word.empty() && word.size() < 32 && (sizes_[word[0] & 31] >> word.size() & 1U) != 0;
    }

    /// The row of a word of two letters or more; worth asking for when may_have() says so.
    /// is_it  tells of a row whether it is the one
    template <class IsIt>
    [[nodiscard]] constexpr unsigned char find(std::string_view word, IsIt is_it) const noexcept
    {
        for (std::size_t place = word_hash(word) & 255U;; place = (place + 1) & 255U) {
            const unsigned char row = at_[place];
            if (row == none || is_it(row)) return row;
        }
    }

private:
    std::array<unsigned char, 256> at_{};
    std::array<std::uint32_t, 32> sizes_{};  ///< of the words that begin with a letter, a bit each
};

}  // namespace pitot
