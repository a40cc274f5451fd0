#pragma once
// Finding a word in a table that is known when compiling.

#include <array>
#include <cstddef>
#include <cstdint>
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

/// Places of a table's words by their hash, the next free one when it is taken; at most half of them are used.
class word_places {
public:
    static constexpr unsigned char none = 255;  ///< no such word

    /// text_of  gives the word of a row
    template <class Row, std::size_t Rows, class TextOf>
    consteval word_places(const Row (&table)[Rows], TextOf text_of) : at_{}, sizes_{}
    {
        static_assert(Rows <= 128, "rows are numbered by a byte, and half of the places stay free");
        at_.fill(none);
        for (unsigned char row = 0; row < Rows; ++row) {
            const std::string_view word = text_of(table[row]);
            if (word.size() < 2 || word.size() > 31) throw "a word has 2 to 31 letters";
            sizes_[word[0] & 31] |= std::uint32_t{1} << word.size();
            std::size_t place = word_hash(word) & 255U;
            while (at_[place] != none) place = (place + 1) & 255U;
            at_[place] = row;
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
    std::array<unsigned char, 256> at_;
    std::array<std::uint32_t, 32> sizes_;  ///< of the words that begin with a letter, a bit each
};

}  // namespace pitot
