#pragma once
// Integers as Go writes them in its sources, its templates and its YAML.

#include <pitot/base/text.hpp>

#include <charconv>  // std::from_chars
#include <cstdint>
#include <optional>
#include <string_view>

namespace pitot {

struct signed_magnitude {
    bool minus = false;
    std::uint64_t magnitude = 0;
};

/// Of Go's base 0: 0x1F, 0b11, 0o17, 017 and 17, with a sign or without. Nothing beyond 64 bits either.
[[nodiscard]] inline std::optional<signed_magnitude> parse_go_integer(std::string_view text)
{
    signed_magnitude out;
    out.minus = text.starts_with('-');
    if (out.minus || text.starts_with('+')) text.remove_prefix(1);
    int base = 10;
    if (text.size() > 1 && text[0] == '0') {
        const char c = to_lower(text[1]);
        base = c == 'x' ? 16 : c == 'b' ? 2 : 8;
        text.remove_prefix(c == 'x' || c == 'b' || c == 'o' ? 2 : 1);
    }
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), out.magnitude, base);
    if (text.empty() || code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return out;
}

}  // namespace pitot
