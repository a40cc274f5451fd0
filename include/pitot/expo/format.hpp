#pragma once
// The exposition formats, their content types, and which of them a text is.

#include <pitot/base/text.hpp>
#include <pitot/base/utf8.hpp>
#include <pitot/expo/escaping.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pitot::expo {

/// text: 0.0.4. openmetrics: 1.0. protobuf: length-delimited io.prometheus.client.MetricFamily.
enum class format : std::uint8_t { text, openmetrics, protobuf };

/// The names that command lines take.
[[nodiscard]] constexpr std::string_view to_string(format form) noexcept
{
    switch (form) {
    case format::text: return "text";
    case format::openmetrics: return "openmetrics";
    case format::protobuf: return "protobuf";
    }
    return "text";
}

/// The exact Content-Type; scrapers compare it.
[[nodiscard]] constexpr std::string_view content_type(format form) noexcept
{
    switch (form) {
    case format::text: return "text/plain; version=0.0.4; charset=utf-8";
    case format::openmetrics: return "application/openmetrics-text; version=1.0.0; charset=utf-8";
    case format::protobuf:
        return "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";
    }
    return {};
}

/// The format that a Content-Type names; none for anything else (text/html, protobuf as text, …).
/// source  Prometheus, scrape: text/plain of any version is read as 0.0.4
[[nodiscard]] inline std::optional<format> format_of(std::string_view type)
{
    std::string plain;
    for (const char c : type)
        if (c != ' ' && c != '\t' && c != '"') plain.push_back(to_lower(c));
    const std::string_view media = std::string_view(plain).substr(0, plain.find(';'));
    if (media == "text/plain") return format::text;
    if (media == "application/openmetrics-text") return format::openmetrics;
    if (media == "application/vnd.google.protobuf" &&
        plain.find(";proto=io.prometheus.client.metricfamily") != std::string::npos &&
        plain.find(";encoding=delimited") != std::string::npos)
        return format::protobuf;
    return std::nullopt;
}

namespace detail {

/// A first message that begins with a metric name, as every writer puts it.
inline bool looks_like_protobuf(std::string_view bytes) noexcept
{
    std::size_t at = 0;
    std::size_t length = 0;
    for (unsigned shift = 0;; shift += 7) {
        if (at == bytes.size() || shift > 28) return false;
        const auto byte = static_cast<unsigned char>(bytes[at++]);
        length |= std::size_t{byte & 0x7FU} << shift;
        if (byte < 0x80) break;
    }
    if (length < 3 || at + 2 > bytes.size() || bytes[at] != '\x0A') return false;
    const std::size_t name = static_cast<unsigned char>(bytes[at + 1]);
    if (name == 0 || name > 0x7F || name + 2 > length || at + 2 + name > bytes.size())
        return name > 0x7F && bytes[0] < ' ';
    const std::string_view text = bytes.substr(at + 2, name);
    for (const char c : text)
        if (static_cast<unsigned char>(c) < ' ') return false;
    if (!is_utf8(text)) return false;
    if (name + 2 == length || at + 2 + name == bytes.size()) return true;
    const char tag = bytes[at + 2 + name];  // help, type, metric, unit
    return tag == '\x12' || tag == '\x18' || tag == '\x22' || tag == '\x2A';
}

inline bool looks_like_openmetrics(std::string_view text) noexcept
{
    std::string_view rest = text;
    while (!rest.empty() && (rest.back() == '\n' || rest.back() == '\r' || rest.back() == ' ')) rest.remove_suffix(1);
    if (rest.size() >= 5 && rest.substr(rest.size() - 5) == "# EOF" &&
        (rest.size() == 5 || rest[rest.size() - 6] == '\n'))
        return true;
    constexpr std::size_t enough = std::size_t{64} << 10U;
    rest = text.substr(0, enough);
    while (!rest.empty()) {  // cut off before its end: what only OpenMetrics says
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(line.size() == rest.size() ? line.size() : line.size() + 1);
        if (line.substr(0, 7) == "# UNIT " || line == "# EOF") return true;
        if (line.substr(0, 7) != "# TYPE ") continue;
        const std::string_view type = line.substr(line.rfind(' ') + 1);
        if (type == "unknown" || type == "info" || type == "stateset" || type == "gaugehistogram") return true;
    }
    return false;
}

}  // namespace detail

/// Which format some bytes are in, when nothing else says it: protobuf by its first message, OpenMetrics by "# EOF",
/// "# UNIT" or a type only it has; everything else is text 0.0.4.
[[nodiscard]] inline format detect_format(std::string_view bytes) noexcept
{
    if (detail::looks_like_protobuf(bytes)) return format::protobuf;
    return detail::looks_like_openmetrics(bytes) ? format::openmetrics : format::text;
}

}  // namespace pitot::expo
