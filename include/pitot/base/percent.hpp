#pragma once
// Text on its way into a URL or a form.

#include <string>
#include <string_view>

namespace pitot {

/// Every byte but letters, digits and -._~ in percent form: right in every part of a URL.
/// blank   what stands for a blank; empty: %20
/// kept    bytes that stay as they are, too
/// source  RFC 3986, section 2.3
[[nodiscard]] inline std::string percent_encoded(std::string_view text, std::string_view blank = {},
                                                 std::string_view kept = {})
{
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size() * 3);
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                           c == '.' || c == '_' || c == '~' || kept.find(c) != std::string_view::npos;
        if (plain)
            out += c;
        else if (c == ' ' && !blank.empty())
            out += blank;
        else
            out += {'%', hex[byte >> 4U], hex[byte & 15U]};
    }
    return out;
}

}  // namespace pitot
