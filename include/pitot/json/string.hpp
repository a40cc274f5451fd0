#pragma once
// What stands between the quotes of a JSON string: decoding it, and finding the way back into the file.

#include <pitot/base/utf8.hpp>

#include <algorithm>  // std::min
#include <cstddef>
#include <string_view>

namespace pitot::json {

namespace detail {

/// The value of four hexadecimal digits at p, or -1.
constexpr int hex4(const char* p) noexcept
{
    int value = 0;
    for (int i = 0; i < 4; ++i) {
        const char c = p[i];
        int digit = 0;
        if (c >= '0' && c <= '9')
            digit = c - '0';
        else if (c >= 'a' && c <= 'f')
            digit = c - 'a' + 10;
        else if (c >= 'A' && c <= 'F')
            digit = c - 'A' + 10;
        else
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/// One character of a well-formed string body.
struct escape {
    char32_t value = 0;      ///< the code point it stands for
    std::size_t length = 0;  ///< bytes it takes in the body: 2, 6 or, for a surrogate pair, 12
};

/// The escape at body[at] == '\\'. A surrogate without its partner is U+FFFD, as in Go's encoding/json.
constexpr escape read_escape(std::string_view body, std::size_t at) noexcept
{
    switch (body[at + 1]) {
    case 'b': return {U'\b', 2};
    case 'f': return {U'\f', 2};
    case 'n': return {U'\n', 2};
    case 'r': return {U'\r', 2};
    case 't': return {U'\t', 2};
    case 'u': break;
    default: return {static_cast<unsigned char>(body[at + 1]), 2};
    }
    const auto first = static_cast<char32_t>(hex4(body.data() + at + 2));
    if (first < 0xD800 || first > 0xDFFF) return {first, 6};
    if (first < 0xDC00 && at + 12 <= body.size() && body[at + 6] == '\\' && body[at + 7] == 'u') {
        const auto second = static_cast<char32_t>(hex4(body.data() + at + 8));
        if (second >= 0xDC00 && second <= 0xDFFF)
            return {0x10000U + ((first - 0xD800U) << 10U) + (second - 0xDC00U), 12};
    }
    return {U'\uFFFD', 6};
}

constexpr std::size_t utf8_size(char32_t c) noexcept
{
    if (c < 0x80) return 1;
    if (c < 0x800) return 2;
    return c < 0x10000 ? 3 : 4;
}

}  // namespace detail

/// Appends the text that a string body stands for to a string-like `out`; never longer than the body.
/// body  what stands between the quotes of a string that a reader accepted
template <class String>
constexpr void unescape(std::string_view body, String& out)
{
    for (std::size_t at = 0; at < body.size();) {
        const std::size_t plain = at;
        at = body.find('\\', at);
        if (at == std::string_view::npos) at = body.size();
        out.append(body.data() + plain, at - plain);
        if (at == body.size()) return;
        const detail::escape e = detail::read_escape(body, at);
        utf8_append(out, e.value);
        at += e.length;
    }
}

/// The offset in the body of the byte that stands for a byte of the decoded text.
/// offset   bytes in the decoded text; inside what an escape stands for, its backslash; past the end, the body's end
/// cost     linear in offset
[[nodiscard]] constexpr std::size_t offset_in_body(std::string_view body, std::size_t offset) noexcept
{
    std::size_t at = 0;
    while (offset > 0 && at < body.size()) {
        const std::size_t plain = std::min(body.substr(at, offset).find('\\'), std::min(offset, body.size() - at));
        at += plain;
        offset -= plain;
        if (offset == 0 || at == body.size()) break;
        const detail::escape e = detail::read_escape(body, at);
        const std::size_t size = detail::utf8_size(e.value);
        if (offset < size) return at;
        offset -= size;
        at += e.length;
    }
    return at;
}

}  // namespace pitot::json
