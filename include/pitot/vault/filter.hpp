#pragma once
// What a value goes through on its way into a URL, a JSON text, an option file or a shell script.

#include <pitot/base/percent.hpp>
#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>
#include <pitot/base/utf8.hpp>
#include <pitot/json/write.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace pitot::vault {

/// Right in every part of a URL.
[[nodiscard]] inline std::string urlencode(std::string_view text) { return percent_encoded(text); }

/// With padding.
/// source  RFC 4648, section 4
[[nodiscard]] inline std::string base64(std::string_view text)
{
    constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    out.reserve((text.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < text.size(); at += 3) {
        unsigned bits = 0;
        for (std::size_t i = 0; i < 3; ++i)
            bits = bits << 8U | (at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U);
        for (std::size_t i = 0; i < 4; ++i) out += at + i <= text.size() ? letters[bits >> (18 - 6 * i) & 63U] : '=';
    }
    return out;
}

/// The other way. Blanks and line breaks are skipped, padding may be missing.
/// error  invalid_value, with the byte at fault
[[nodiscard]] inline result<std::string> unbase64(std::string_view text)
{
    std::string out;
    unsigned bits = 0;
    unsigned have = 0;
    bool ended = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '\n' || c == '\r' || c == ' ') continue;
        unsigned value = 0;
        if (c >= 'A' && c <= 'Z')
            value = static_cast<unsigned>(c - 'A');
        else if (c >= 'a' && c <= 'z')
            value = static_cast<unsigned>(c - 'a') + 26;
        else if (c >= '0' && c <= '9')
            value = static_cast<unsigned>(c - '0') + 52;
        else if (c == '+' || c == '-')
            value = 62;
        else if (c == '/' || c == '_')
            value = 63;
        else if (c == '=')
            ended = true;
        else
            return unexpected(errc::invalid_value, concat("byte ", std::to_string(at), " is not base64"));
        if (c == '=') continue;
        if (ended)
            return unexpected(errc::invalid_value, concat("byte ", std::to_string(at), " stands behind the padding"));
        bits = bits << 6U | value;
        have += 6;
        if (have >= 8) {
            have -= 8;
            out += static_cast<char>(bits >> have & 255U);
        }
    }
    return out;
}

/// A value for a MySQL option file, in quotes. There a backslash escapes, and # would begin a comment.
/// source  MySQL, "Using Option Files"
[[nodiscard]] inline std::string mycnf(std::string_view text)
{
    std::string out = "\"";
    for (const char c : text) {
        switch (c) {
        case '\\': out += "\\\\"; break;
        case '"': out += "\\\""; break;
        case '\n': out += "\\n"; break;
        case '\r': out += "\\r"; break;
        case '\t': out += "\\t"; break;
        case '\b': out += "\\b"; break;
        default: out += c;
        }
    }
    return out += '"';
}

/// One word for a POSIX shell.
[[nodiscard]] inline std::string shell_word(std::string_view text)
{
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'')
            out += "'\\''";
        else
            out += c;
    }
    return out += '\'';
}

/// A JSON string with its quotes.
/// error  invalid_utf8: bytes that no JSON text can hold; base64 carries them
[[nodiscard]] inline result<std::string> json_string(std::string_view text)
{
    if (!is_utf8(text)) return unexpected(errc::invalid_utf8, "the value is not UTF-8; the filter base64 carries it");
    std::string out;
    json::append_string(out, text);
    return out;
}

/// A filter by its name, as templates and --help know it.
struct filter {
    std::string_view name;
    std::string_view help;
    result<std::string> (*apply)(std::string_view);
};

inline constexpr filter filters[] = {
    {"urlencode", "for any part of a URL", [](std::string_view t) { return result<std::string>(urlencode(t)); }},
    {"json", "a JSON string with its quotes; an object or a list as it is", &json_string},
    {"base64", "for bytes that are no text", [](std::string_view t) { return result<std::string>(base64(t)); }},
    {"unbase64", "the bytes that base64 carries", &unbase64},
    {"mycnf", "a quoted value of a MySQL option file",
     [](std::string_view t) { return result<std::string>(mycnf(t)); }},
    {"shell", "one word of a shell script", [](std::string_view t) { return result<std::string>(shell_word(t)); }},
};

[[nodiscard]] inline const filter* find_filter(std::string_view name) noexcept
{
    for (const filter& f : filters)
        if (f.name == name) return &f;
    return nullptr;
}

}  // namespace pitot::vault
