#pragma once
// Finding a word in a table that is known when compiling.

#include <array>
#include <cstddef>
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
    consteval word_places(const Row (&table)[Rows], TextOf text_of) : at_{}
    {
        static_assert(Rows <= 128, "rows are numbered by a byte, and half of the places stay free");
        at_.fill(none);
        for (unsigned char row = 0; row < Rows; ++row) {
            std::size_t place = word_hash(text_of(table[row])) & 255U;
            while (at_[place] != none) place = (place + 1) & 255U;
            at_[place] = row;
        }
    }

    /// The row of a word of two letters or more.
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
};

}  // namespace pitot
