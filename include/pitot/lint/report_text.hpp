#pragma once
// A report for people: place, sentence, the text with carets under what is at fault, what to write instead.

#include <pitot/base/utf8.hpp>
#include <pitot/lint/report.hpp>

#include <fmt/format.h>  // fmt::format_to

#include <iterator>
#include <string>
#include <string_view>

namespace pitot::lint {

struct text_style {
    bool colour = false;      ///< ANSI escapes; ask the terminal and NO_COLOR first
    std::size_t width = 160;  ///< code points of an excerpt; longer ones are cut around the mark
};

namespace detail {

/// Text of a stranger's for a terminal: tabs are blanks, other control characters (escape sequences!) and bytes that
/// are no UTF-8 become U+FFFD, each one column wide.
inline void append_visible(std::string& out, std::string_view text)
{
    for (std::size_t i = 0; i < text.size();) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte == '\t') {
            out += ' ';
            ++i;
        } else if (byte >= 0x20 && byte < 0x7F) {
            out += text[i++];
        } else {
            const code_point c = byte < 0x80 ? code_point{} : utf8_decode(text, i);
            if (c.length == 0 || (c.value >= 0x80 && c.value < 0xA0))
                out += "\xEF\xBF\xBD";
            else
                out.append(text, i, c.length);
            i += c.length == 0 ? 1 : c.length;
        }
    }
}

[[nodiscard]] inline std::string visible(std::string_view text)
{
    std::string out;
    append_visible(out, text);
    return out;
}

/// The byte at which code point `n` of a visible text begins.
[[nodiscard]] inline std::size_t code_point_offset(std::string_view text, std::size_t n) noexcept
{
    std::size_t at = 0;
    for (; at < text.size() && n > 0; --n) {
        ++at;
        while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) ++at;
    }
    return at;
}

[[nodiscard]] constexpr std::string_view colour_of(severity level) noexcept
{
    switch (level) {
    case severity::error: return "\x1b[1;31m";
    case severity::warning: return "\x1b[1;33m";
    case severity::info: return "\x1b[1;36m";
    }
    return "";
}

}  // namespace detail

/// The line of a finding and carets under what is marked in it; of a long line the part around the mark.
inline void append_excerpt(std::string& out, const finding& f, const text_style& style)
{
    using namespace detail;
    if (f.excerpt.empty()) return;
    const std::string_view whole = f.excerpt;
    const std::size_t first = std::min(f.mark.offset, whole.size());
    std::string line = visible(whole.substr(0, first));
    std::size_t column = utf8_length(line);
    const std::string marked = visible(whole.substr(first, f.mark.length));
    std::size_t carets = std::max<std::size_t>(utf8_length(marked), 1);
    line += marked;
    append_visible(line, whole.substr(std::min(first + f.mark.length, whole.size())));

    const std::size_t blanks = std::min(line.find_first_not_of(' '), line.size());  // indentation of the file
    if (blanks <= column) {
        line.erase(0, blanks);
        column -= blanks;
    }
    if (const std::size_t length = utf8_length(line); length > style.width) {
        const std::size_t lead = style.width / 3;
        const std::size_t from = column > lead ? std::min(column - lead, length - style.width) : 0;
        const std::size_t begin = code_point_offset(line, from);
        const std::size_t end = code_point_offset(line, from + style.width);
        const std::string_view kept = std::string_view(line).substr(begin, end - begin);
        line = fmt::format("{}{}{}", from > 0 ? "…" : "", kept, end < line.size() ? "…" : "");
        column = column - from + (from > 0 ? 1U : 0U);
        carets = std::min(carets, utf8_length(line) - column);
    }
    const std::string_view green = style.colour ? "\x1b[1;32m" : "";
    const std::string_view plain = style.colour ? "\x1b[0m" : "";
    fmt::format_to(std::back_inserter(out), "    {}\n    {}{}{}{}\n", line, std::string(column, ' '), green,
                   std::string(carets, '^'), plain);
}

/// One finding: two to four lines.
///     file:line:column: severity: message [rule]
///         excerpt
///         ^^^^^^^
///         suggestion
/// In a file without lines the place is "byte N".
inline void append_text(std::string& out, const finding& f, const text_style& style = {})
{
    const std::string_view bold = style.colour ? "\x1b[1m" : "";
    const std::string_view level = style.colour ? detail::colour_of(f.level) : "";
    const std::string_view plain = style.colour ? "\x1b[0m" : "";
    const std::string place = f.begin.line == 0 ? fmt::format(" byte {}", f.where.offset)
                                                : fmt::format("{}:{}", f.begin.line, f.begin.column);
    fmt::format_to(std::back_inserter(out), "{}{}:{}:{} {}{}:{} {} [{}]\n", bold, detail::visible(f.file), place, plain,
                   level, to_string(f.level), plain, detail::visible(f.message), f.rule);
    append_excerpt(out, f, style);
    if (!f.suggestion.empty()) fmt::format_to(std::back_inserter(out), "    {}\n", detail::visible(f.suggestion));
}

/// "2 errors, 1 warning"; "no findings".
[[nodiscard]] inline std::string counts_text(std::span<const finding> findings)
{
    std::string text;
    for (const severity level : {severity::error, severity::warning, severity::info}) {
        const std::size_t n = count(findings, level);
        if (n == 0) continue;
        fmt::format_to(std::back_inserter(text), "{}{} {}{}", text.empty() ? "" : ", ", n, to_string(level),
                       n == 1 || level == severity::info ? "" : "s");
    }
    return text.empty() ? "no findings" : text;
}

}  // namespace pitot::lint
