#pragma once
// Text on its way into XML or HTML.

#include <pitot/base/utf8.hpp>

#include <string>
#include <string_view>

namespace pitot {

/// Markup is escaped, so that it stands between tags and in quotes as it is; what XML 1.0 cannot hold (control
/// characters but tab and newline, bytes that are no UTF-8) is left out.
[[nodiscard]] inline std::string markup_text(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const char c = text[i];
        const auto byte = static_cast<unsigned char>(c);
        const code_point point = byte < 0x80 ? code_point{byte, 1} : utf8_decode(text, i);
        const bool is_letter = point.value >= 0x20 && point.value != 0xFFFE && point.value != 0xFFFF;
        switch (c) {
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '&': out += "&amp;"; break;
        case '"': out += "&quot;"; break;
        default:
            if (is_letter || c == '\n' || c == '\t') out.append(text, i, point.length);
        }
        i += point.length == 0 ? 1 : point.length;
    }
    return out;
}

}  // namespace pitot
