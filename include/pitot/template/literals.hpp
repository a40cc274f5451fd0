#pragma once
// Numbers and texts as Go's templates write them.

#include <pitot/base/text.hpp>
#include <pitot/base/utf8.hpp>

#include <charconv>  // std::from_chars
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pitot::templates::detail {

/// Of Go's base 0: 0x1F, 0b11, 0o17, 017.
[[nodiscard]] inline std::optional<std::int64_t> go_integer(std::string_view text)
{
    const bool minus = text.starts_with('-');
    if (minus || text.starts_with('+')) text.remove_prefix(1);
    int base = 10;
    if (text.size() > 1 && text[0] == '0') {
        const char c = to_lower(text[1]);
        base = c == 'x' ? 16 : c == 'b' ? 2 : 8;
        text.remove_prefix(c == 'x' || c == 'b' || c == 'o' ? 2 : 1);
    }
    std::int64_t value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (text.empty() || code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return minus ? -value : value;
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
