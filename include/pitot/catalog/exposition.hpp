#pragma once
// A text of any exposition format → a batch, with the place of everything that is wrong in it.

#include <pitot/base/result.hpp>
#include <pitot/expo/text_parser.hpp>
#include <pitot/model/batch.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::catalog {

enum class input_format : unsigned char { automatic, text, openmetrics, protobuf };

[[nodiscard]] constexpr std::string_view to_string(input_format format) noexcept
{
    switch (format) {
    case input_format::automatic: return "auto";
    case input_format::text: return "text";
    case input_format::openmetrics: return "openmetrics";
    case input_format::protobuf: return "protobuf";
    }
    return "auto";
}

[[nodiscard]] constexpr std::optional<input_format> input_format_from(std::string_view name) noexcept
{
    for (const input_format f : {input_format::automatic, input_format::text, input_format::openmetrics, input_format::protobuf})
        if (to_string(f) == name) return f;
    return std::nullopt;
}

/// What was read, and from where.
/// name      as messages call it: the path, "<stdin>", the URL without credentials
/// format    what it was read as; never automatic
/// families  finished; holds views into the text, so the two stay together
/// errors    by their place in the text; empty when it is well-formed. What is good is in `families` all the same,
///           unless reading was strict
struct exposition {
    std::string name;
    input_format format = input_format::text;
    batch families;
    std::vector<error> errors;
    std::unique_ptr<std::string> buffer;

    [[nodiscard]] std::string_view text() const noexcept { return buffer ? std::string_view(*buffer) : std::string_view(); }
};

namespace detail {

[[nodiscard]] constexpr bool contains_word(std::string_view text, std::string_view word) noexcept
{
    if (word.size() > text.size()) return false;
    for (std::size_t i = 0; i + word.size() <= text.size(); ++i) {
        std::size_t n = 0;
        while (n < word.size() && (text[i + n] >= 'A' && text[i + n] <= 'Z' ? text[i + n] + 32 : text[i + n]) == word[n]) ++n;
        if (n == word.size()) return true;
    }
    return false;
}

/// Does it begin with a delimited MetricFamily? length, then field 1 (the name, a string) that fits into it.
[[nodiscard]] constexpr bool looks_like_protobuf(std::string_view text) noexcept
{
    std::size_t at = 0;
    const auto varint = [&]() -> std::optional<std::size_t> {
        std::size_t value = 0;
        for (unsigned shift = 0; shift < 35 && at < text.size(); shift += 7) {
            const auto byte = static_cast<unsigned char>(text[at++]);
            value |= static_cast<std::size_t>(byte & 0x7FU) << shift;
            if (byte < 0x80) return value;
        }
        return std::nullopt;
    };
    const auto length = varint();
    if (!length || *length < 2 || at >= text.size() || text[at] != '\x0A') return false;
    const std::size_t end = at + *length;
    ++at;
    const auto name = varint();
    if (!name || *name == 0 || at + *name > end || at + *name > text.size()) return false;
    for (const char c : text.substr(at, *name))
        if (static_cast<unsigned char>(c) < 0x20) return false;
    return true;
}

[[nodiscard]] constexpr bool ends_as_openmetrics(std::string_view text) noexcept
{
    if (!text.empty() && text.back() == '\n') text.remove_suffix(1);
    if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
    return text == "# EOF" || (text.size() > 6 && text.substr(text.size() - 6) == "\n# EOF");
}

}  // namespace detail

/// The format by Content-Type and, where that says nothing (a file, application/octet-stream), by the text itself:
/// protobuf by its first message, OpenMetrics by its last line "# EOF", else text.
[[nodiscard]] constexpr input_format detect_format(std::string_view text, std::string_view content_type = {}) noexcept
{
    if (detail::contains_word(content_type, "application/openmetrics-text")) return input_format::openmetrics;
    if (detail::contains_word(content_type, "application/vnd.google.protobuf")) return input_format::protobuf;
    if (detail::contains_word(content_type, "text/plain") && detail::contains_word(content_type, "version=0.0.4"))
        return input_format::text;
    if (detail::looks_like_protobuf(text)) return input_format::protobuf;
    return detail::ends_as_openmetrics(text) ? input_format::openmetrics : input_format::text;
}

/// Reads a text as an exposition.
/// name    for messages
/// format  automatic: as detect_format() says
/// strict  stop at the first error
[[nodiscard]] inline exposition read_exposition(std::string name, std::string text, input_format format = input_format::automatic,
                                                std::string_view content_type = {}, bool strict = false)
{
    exposition out;
    out.name = std::move(name);
    out.buffer = std::make_unique<std::string>(std::move(text));
    out.format = format == input_format::automatic ? detect_format(out.text(), content_type) : format;
    if (out.format == input_format::protobuf) {
        out.errors.emplace_back(errc::unsupported, "protobuf cannot be read yet");
        return out;
    }
    expo::parse_options how;
    how.format = out.format == input_format::openmetrics ? expo::text_format::openmetrics_1_0 : expo::text_format::text_0_0_4;
    how.strict = strict;
    out.errors = expo::parse_text(out.text(), out.families, how);
    return out;
}

}  // namespace pitot::catalog
