#pragma once
// UTF-8 names for scrapers that want the legacy alphabet: the schemes of Prometheus 3, as its code applies them.

#include <pitot/model/name.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace pitot::expo {

/// What a scraper asks for with `escaping=`.
enum class escaping : std::uint8_t {
    allow_utf8,   ///< as they are, quoted
    underscores,  ///< every other character becomes '_'
    dots,         ///< '.' is "_dot_", '_' is "__", every other character "__"
    values,       ///< "U__", then '_' is "__" and every other character _hex_
};

[[nodiscard]] constexpr std::string_view to_string(escaping scheme) noexcept
{
    switch (scheme) {
    case escaping::allow_utf8: return "allow-utf-8";
    case escaping::underscores: return "underscores";
    case escaping::dots: return "dots";
    case escaping::values: return "values";
    }
    return "underscores";
}

/// Metric names may hold ':', label names may not.
enum class name_kind : std::uint8_t { metric, label };

namespace detail {

constexpr bool legal_at(char32_t c, bool first, name_kind kind) noexcept
{
    if (c >= 0x80) return false;
    const char ascii = static_cast<char>(c);
    return pitot::detail::is_name_start(ascii) || (!first && ascii >= '0' && ascii <= '9') ||
           (kind == name_kind::metric && ascii == ':');
}

inline void append_hex(std::string& out, char32_t c)
{
    char digits[8];
    int n = 0;
    do {
        digits[n++] = "0123456789abcdef"[c & 0xFU];
        c >>= 4U;
    } while (c != 0);
    while (n > 0) out.push_back(digits[--n]);
}

}  // namespace detail

/// Writes a name in a scheme. A legal name stays as it is, but dots rewrites '_' and '.' in every name.
/// A byte that is no UTF-8 counts as one character (values: _FFFD_).
/// source  prometheus/common, model/metric.go, EscapeName
[[nodiscard]] inline std::string escape_name(std::string_view name, escaping scheme, name_kind kind = name_kind::metric)
{
    const bool legal = kind == name_kind::metric ? is_legacy_metric_name(name) : is_legacy_label_name(name);
    if (name.empty() || scheme == escaping::allow_utf8 || (legal && scheme != escaping::dots)) return std::string(name);
    std::string out;
    if (scheme == escaping::values) out = "U__";
    for (std::size_t i = 0; i < name.size();) {
        code_point c = utf8_decode(name, i);
        const bool broken = c.length == 0;
        if (broken) c = {0xFFFD, 1};
        const bool first = i == 0;
        i += c.length;
        if (scheme == escaping::dots && c.value == '_') {
            out += "__";
        } else if (scheme == escaping::dots && c.value == '.') {
            out += "_dot_";
        } else if (scheme == escaping::values && c.value == '_') {
            out += "__";
        } else if (detail::legal_at(c.value, first, kind)) {
            out.push_back(static_cast<char>(c.value));
        } else if (scheme == escaping::underscores) {
            out.push_back('_');
        } else if (scheme == escaping::dots) {
            out += "__";
        } else if (broken) {
            out += "_FFFD_";
        } else {
            out.push_back('_');
            detail::append_hex(out, c.value);
            out.push_back('_');
        }
    }
    return out;
}

/// Undoes escape_name where that is possible (dots, values); a name that is not of the scheme's form stays as it is.
/// source  prometheus/common, model/metric.go, UnescapeName
[[nodiscard]] inline std::string unescape_name(std::string_view name, escaping scheme)
{
    if (scheme == escaping::allow_utf8 || scheme == escaping::underscores) return std::string(name);
    std::string out;
    if (scheme == escaping::dots) {
        for (std::size_t i = 0; i < name.size();) {
            if (name.substr(i, 5) == "_dot_") {
                out.push_back('.');
                i += 5;
            } else if (name.substr(i, 2) == "__") {
                out.push_back('_');
                i += 2;
            } else {
                out.push_back(name[i++]);
            }
        }
        return out;
    }
    if (name.substr(0, 3) != "U__") return std::string(name);
    for (std::size_t i = 3; i < name.size();) {
        if (name[i] != '_') {
            out.push_back(name[i++]);
            continue;
        }
        if (name.substr(i, 2) == "__") {
            out.push_back('_');
            i += 2;
            continue;
        }
        char32_t value = 0;
        std::size_t j = i + 1;
        for (; j < name.size() && name[j] != '_' && j - i <= 6; ++j) {
            const char c = name[j];
            if (c >= '0' && c <= '9')
                value = value * 16 + static_cast<char32_t>(c - '0');
            else if (c >= 'a' && c <= 'f')
                value = value * 16 + static_cast<char32_t>(c - 'a' + 10);
            else if (c >= 'A' && c <= 'F')
                value = value * 16 + static_cast<char32_t>(c - 'A' + 10);
            else
                return std::string(name);
        }
        if (j == i + 1 || j >= name.size() || name[j] != '_' || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000))
            return std::string(name);
        utf8_append(out, value);
        i = j + 1;
    }
    return out;
}

}  // namespace pitot::expo
