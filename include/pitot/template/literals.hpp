#pragma once
// Numbers and texts as Go's templates write them.

#include <pitot/base/go_integer.hpp>
#include <pitot/base/utf8.hpp>

#include <charconv>  // std::from_chars
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pitot::templates::detail {

/// As parse_go_integer() reads it; nothing beyond int64.
[[nodiscard]] inline std::optional<std::int64_t> go_integer(std::string_view text)
{
    const auto read = parse_go_integer(text);
    constexpr std::uint64_t least = std::uint64_t{1} << 63U;
    if (!read || read->magnitude > least || (read->magnitude == least && !read->minus)) return std::nullopt;
    return static_cast<std::int64_t>(read->minus ? 0 - read->magnitude : read->magnitude);
}

/// Go's escapes.
/// literal  with its quotes
[[nodiscard]] inline std::optional<std::string> unescaped(std::string_view literal)
{
    const char quote = literal.front();
    std::string out;
    for (std::size_t i = 1; i + 1 < literal.size();) {
        if (literal[i] != '\\') {
            out += literal[i++];
            continue;
        }
        const char c = literal[++i];
        ++i;
        constexpr std::string_view simple = "ntrabfv\\";
        if (const std::size_t which = simple.find(c); which != std::string_view::npos) {
            out += "\n\t\r\a\b\f\v\\"[which];
            continue;
        }
        if (c == quote) {
            out += c;
            continue;
        }
        const bool octal = c >= '0' && c <= '7';
        const std::size_t digits = octal ? 3 : c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
        if (digits == 0) return std::nullopt;
        if (octal) --i;
        std::uint32_t value = 0;
        const char* const begin = literal.data() + i;
        if (i + digits >= literal.size()) return std::nullopt;
        const auto [end, code] = std::from_chars(begin, begin + digits, value, octal ? 8 : 16);
        if (code != std::errc{} || end != begin + digits) return std::nullopt;
        i += digits;
        if (digits <= 3 && value <= 255)
            out += static_cast<char>(static_cast<unsigned char>(value));
        else if (digits > 3 && value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF))
            utf8_append(out, value);
        else
            return std::nullopt;
    }
    return out;
}

}  // namespace pitot::templates::detail
