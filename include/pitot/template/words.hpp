#pragma once
// Texts as templates change them: letters' cases, hosts and ports, quotes, JavaScript's escapes.

#include <pitot/base/text.hpp>
#include <pitot/base/utf8.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace pitot::templates::detail {

/// The other case of a letter of the Latin (to U+017F), Greek or Cyrillic script, as itself when it has none.
[[nodiscard]] constexpr std::uint32_t upper_of(std::uint32_t c) noexcept
{
    if (c >= 'a' && c <= 'z') return c - 32;
    if (c < 0xB5) return c;
    if (c == 0xB5) return 0x39C;
    if (c >= 0xE0 && c <= 0xFE && c != 0xF7) return c - 32;
    if (c == 0xFF) return 0x178;
    if (c == 0x131) return 'I';
    if (c == 0x17F) return 'S';
    if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E)) return (c % 2) == 0 ? c - 1 : c;
    if (c >= 0x100 && c <= 0x177 && c != 0x138 && c != 0x149) return (c % 2) == 1 ? c - 1 : c;
    if (c == 0x3C2) return 0x3A3;
    if (c >= 0x3B1 && c <= 0x3C9) return c - 32;
    if (c >= 0x430 && c <= 0x44F) return c - 32;
    if (c >= 0x450 && c <= 0x45F) return c - 80;
    return c;
}
[[nodiscard]] constexpr std::uint32_t lower_of(std::uint32_t c) noexcept
{
    if (c >= 'A' && c <= 'Z') return c + 32;
    if (c >= 0xC0 && c <= 0xDE && c != 0xD7) return c + 32;
    if (c == 0x130) return 'i';
    if (c == 0x178) return 0xFF;
    if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E)) return (c % 2) == 1 ? c + 1 : c;
    if (c >= 0x100 && c <= 0x177 && c != 0x138 && c != 0x149) return (c % 2) == 0 ? c + 1 : c;
    if (c >= 0x391 && c <= 0x3A9 && c != 0x3A2) return c + 32;
    if (c >= 0x410 && c <= 0x42F) return c + 32;
    if (c >= 0x400 && c <= 0x40F) return c + 80;
    return c;
}

template <class Change>
[[nodiscard]] std::string each_letter(std::string_view text, const Change& change)
{
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        const auto at = utf8_decode(text, i);
        if (at.length == 0) {
            out += text[i++];
            continue;
        }
        utf8_append(out, change(static_cast<std::uint32_t>(at.value), i, at.length));
        i += at.length;
    }
    return out;
}
[[nodiscard]] inline std::string upper(std::string_view text)
{
    return each_letter(text, [](std::uint32_t c, std::size_t, std::size_t) { return upper_of(c); });
}
[[nodiscard]] inline std::string lower(std::string_view text)
{
    return each_letter(text, [](std::uint32_t c, std::size_t, std::size_t) { return lower_of(c); });
}

/// The first letter of each word in upper case. A point, a colon and an apostrophe between letters are inside a word.
/// source  Unicode 15, annex 29; Go's cases.Title
[[nodiscard]] inline std::string titled(std::string_view text)
{
    const auto is_letter = [](std::uint32_t c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0xAA;
    };
    bool inside = false;  // of a word whose first letter is behind us
    std::uint32_t before = ' ';
    return each_letter(text, [&](std::uint32_t c, std::size_t at, std::size_t length) {
        const bool letter = is_letter(c);
        if (letter) {
            const std::uint32_t out = inside ? c : upper_of(c);
            inside = true;
            before = c;
            return out;
        }
        const bool joins = c == '_' || (c >= '0' && c <= '9');
        const std::uint32_t next = at + length < text.size() ? utf8_decode(text, at + length).value : U' ';
        const bool middle = (c == '.' || c == ':' || c == '\'') && is_letter(before) && is_letter(next);
        if (!joins && !middle) inside = false;
        before = c;
        return c;
    });
}

/// host and port; false when the text has none. source  Go, net.SplitHostPort
[[nodiscard]] inline bool split_port(std::string_view text, std::string_view& host, std::string_view& port)
{
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return false;
    const std::string_view front = text.substr(0, colon);
    const std::string_view back = text.substr(colon + 1);
    if (front.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos || end + 1 != colon) return false;
        host = front.substr(1, end - 1);
    } else {
        if (front.find(':') != std::string_view::npos) return false;
        host = front;
    }
    if (host.find_first_of("[]") != std::string_view::npos || back.find_first_of("[]") != std::string_view::npos)
        return false;
    port = back;
    return true;
}
/// 1.2.3.4, each up to 255 and without leading zeros.
[[nodiscard]] inline bool is_address_4(std::string_view text)
{
    for (int part = 0; part < 4; ++part) {
        std::size_t digits = 0;
        int n = 0;
        while (digits < text.size() && digits < 4 && text[digits] >= '0' && text[digits] <= '9')
            n = n * 10 + (text[digits++] - '0');
        if (digits == 0 || n > 255 || (digits > 1 && text[0] == '0')) return false;
        text.remove_prefix(digits);
        if (part == 3) return text.empty();
        if (!text.starts_with('.')) return false;
        text.remove_prefix(1);
    }
    return false;
}
/// source  Go, net.ParseIP
[[nodiscard]] inline bool is_address(std::string_view text)
{
    if (text.find(':') == std::string_view::npos) return is_address_4(text);
    int groups = 0;
    bool shortened = text.starts_with("::");
    if (shortened) text.remove_prefix(2);
    while (!text.empty()) {
        if (text.find('.') != std::string_view::npos && text.find(':') == std::string_view::npos) {
            groups += 2;
            return is_address_4(text) && (shortened ? groups < 8 : groups == 8);
        }
        std::size_t digits = 0;
        while (digits < text.size() && digits < 5 &&
               std::string_view("0123456789abcdefABCDEF").find(text[digits]) != std::string_view::npos)
            ++digits;
        if (digits == 0 || digits > 4) return false;
        ++groups;
        text.remove_prefix(digits);
        if (text.empty()) break;
        if (text.front() != ':') return false;
        text.remove_prefix(1);
        if (text.empty()) return false;
        if (text.front() == ':') {
            if (shortened) return false;
            shortened = true;
            text.remove_prefix(1);
        }
    }
    return shortened ? groups < 8 : groups == 8;
}

/// In double quotes with Go's escapes; what is printable stays.
[[nodiscard]] inline std::string quoted(std::string_view text)
{
    std::string out = "\"";
    constexpr std::string_view digits = "0123456789abcdef";
    for (std::size_t i = 0; i < text.size();) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const std::size_t length = utf8_decode(text, i).length;
        constexpr std::string_view named = "\a\b\t\n\v\f\r";
        if (byte == '"' || byte == '\\')
            out += concat("\\", text.substr(i, 1));
        else if (byte >= '\a' && byte <= '\r')
            out += concat("\\", std::string_view("abtnvfr").substr(named.find(text[i]), 1));
        else if (byte < 0x20 || byte == 0x7F || length == 0)
            out += concat("\\x", digits.substr(byte >> 4U, 1), digits.substr(byte & 15U, 1));
        else
            out += text.substr(i, length);
        i += length == 0 ? 1 : length;
    }
    return out + '"';
}

/// Go's template.JSEscapeString.
[[nodiscard]] inline std::string escaped_js(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        const char c = text[i];
        const auto at = utf8_decode(text, i);
        const std::size_t n = at.length == 0 ? 1 : at.length;
        constexpr std::string_view digits = "0123456789ABCDEF";
        const bool plain = at.value != 0x2028 && at.value != 0x2029;
        if (c == '\\' || c == '\'' || c == '"') {
            out += concat("\\", std::string_view(&c, 1));
        } else if (static_cast<unsigned char>(c) < 0x20 || c == '<' || c == '>' || c == '&' || c == '=') {
            const auto byte = static_cast<unsigned char>(c);
            out += concat("\\u00", digits.substr(byte >> 4U, 1), digits.substr(byte & 15U, 1));
        } else if (plain) {
            out += text.substr(i, n);
        } else {
            out += at.value == 0x2028 ? "\\u2028" : "\\u2029";
        }
        i += n;
    }
    return out;
}

}  // namespace pitot::templates::detail
