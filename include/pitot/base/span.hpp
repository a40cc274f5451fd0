#pragma once
// Where something stands in a text of the user's.

#include <cstddef>
#include <string_view>

namespace pitot {

/// A range of bytes in a text.
/// offset  bytes from the start of the text
/// length  bytes; 0 is a place between two bytes
struct text_span {
    std::size_t offset = 0;
    std::size_t length = 0;

    [[nodiscard]] constexpr std::size_t end() const noexcept { return offset + length; }
    friend constexpr bool operator==(const text_span&, const text_span&) = default;
};

/// A place as people name it.
/// line    1-based
/// column  1-based, in code points (a byte that starts no code point is not counted)
struct text_position {
    std::size_t line = 1;
    std::size_t column = 1;
    friend constexpr bool operator==(const text_position&, const text_position&) = default;
};

/// The line and column of a byte.
/// text    the whole text
/// offset  bytes from its start; past the end counts as the end
/// cost    linear in offset: for errors, not for every token
[[nodiscard]] constexpr text_position position_of(std::string_view text, std::size_t offset) noexcept
{
    text_position at;
    const std::size_t stop = offset < text.size() ? offset : text.size();
    for (std::size_t i = 0; i < stop; ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte == '\n') {
            ++at.line;
            at.column = 1;
        } else if ((byte & 0xC0U) != 0x80U) {
            ++at.column;
        }
    }
    return at;
}

/// The line that holds a byte, without its newline.
[[nodiscard]] constexpr std::string_view line_at(std::string_view text, std::size_t offset) noexcept
{
    if (offset > text.size()) offset = text.size();
    std::size_t first = offset;
    while (first > 0 && text[first - 1] != '\n') --first;
    std::size_t last = offset;
    while (last < text.size() && text[last] != '\n') ++last;
    return text.substr(first, last - first);
}

}  // namespace pitot
