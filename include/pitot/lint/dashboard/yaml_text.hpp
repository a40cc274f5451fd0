#pragma once
// Where the parts of a text in YAML stand in its file.

#include <pitot/base/span.hpp>

#include <algorithm>  // std::count, std::min
#include <cstddef>
#include <optional>
#include <string_view>

namespace pitot::lint::dashboards::detail {

/// Behind the anchor and the tag of a value.
[[nodiscard]] inline std::size_t behind_properties(std::string_view yaml, std::size_t at)
{
    while (at < yaml.size() && (yaml[at] == '&' || yaml[at] == '!')) {
        at = std::min(yaml.find_first_of(" \t\n", at), yaml.size());
        at = std::min(yaml.find_first_not_of(" \t", at), yaml.size());
    }
    return at;
}

/// The lines of the block text that begins at a place with | or >; empty for other values.
[[nodiscard]] inline std::string_view block_lines(std::string_view yaml, std::size_t at)
{
    if (at >= yaml.size() || (yaml[at] != '|' && yaml[at] != '>')) return {};
    const std::size_t newline = yaml.find('\n', at);
    if (newline == std::string_view::npos) return {};
    const std::string_view rest = yaml.substr(newline + 1);
    std::size_t indent = std::string_view::npos;
    std::size_t end = 0;
    while (end < rest.size()) {
        const std::string_view line = rest.substr(end, rest.find('\n', end) - end);
        const std::size_t blanks = line.find_first_not_of(" \r");
        if (blanks != std::string_view::npos) {
            if (indent == std::string_view::npos) indent = blanks;
            if (blanks < indent) break;
        }
        end += line.size() + 1;
    }
    return rest.substr(0, end);
}

/// Bytes of an escape in double quotes, and of what it stands for.
struct yaml_escape {
    std::size_t written;
    std::size_t meant;
};
[[nodiscard]] inline yaml_escape escape_at(std::string_view from)
{
    const char kind = from.size() > 1 ? from[1] : '\0';
    const std::size_t digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
    if (digits > 0) {
        std::size_t code = 0;
        for (const char c : from.substr(2, digits))
            code = code * 16 + static_cast<std::size_t>(c >= 'a' ? c - 'a' + 10 : c >= 'A' ? c - 'A' + 10 : c - '0');
        return {2 + digits, code < 0x80 ? 1U : code < 0x800 ? 2U : code < 0x10000 ? 3U : 4U};
    }
    if (kind == '\n' || kind == '\r') {  // the line goes on
        const std::size_t next = std::min(from.find_first_not_of(" \t\r\n", 1), from.size());
        return {next, 0};
    }
    if (kind == 'N' || kind == '_') return {2, 2};
    if (kind == 'L' || kind == 'P') return {2, 3};
    return {2, 1};
}

/// The place in the file of a byte of a text in quotes; nothing behind its end.
/// at  of the quote
[[nodiscard]] inline std::optional<std::size_t> place_in_quotes(std::string_view file, std::size_t at,
                                                                std::size_t wanted)
{
    const char quote = file[at];
    std::size_t i = at + 1;
    for (std::size_t done = 0; done < wanted;) {
        if (i >= file.size()) return {};
        const char c = file[i];
        if (c == quote) {
            if (quote == '"' || file.substr(i + 1, 1) != "'") return {};
            i += 2;
            ++done;
        } else if (c == '\\' && quote == '"') {
            const yaml_escape e = escape_at(file.substr(i));
            i += e.written;
            done += e.meant;
        } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            const std::size_t end = std::min(file.find_first_not_of(" \t\r\n", i), file.size());
            const std::string_view blanks = file.substr(i, end - i);
            const auto newlines = static_cast<std::size_t>(std::count(blanks.begin(), blanks.end(), '\n'));
            const std::size_t meant = newlines == 0 ? std::min(blanks.size(), wanted - done)
                                                    : std::max<std::size_t>(newlines - 1, 1);
            i = newlines == 0 ? i + meant : end;
            done += meant;
        } else {
            ++i;
            ++done;
        }
    }
    return i;
}

/// Where a part of a YAML text stands in its file. A block or plain text over several lines is looked for word by word;
/// what cannot be found is its beginning.
/// value  its place, as YAML's reader tells it
/// text   what it means
[[nodiscard]] inline text_span place_in_yaml(std::string_view file, text_span value, std::string_view text,
                                             text_span part)
{
    const std::size_t at = behind_properties(file, std::min(value.offset, file.size()));
    const text_span beginning{value.offset, 1};
    if (at < file.size() && (file[at] == '"' || file[at] == '\'')) {
        const auto first = place_in_quotes(file, at, part.offset);
        const auto end = first ? place_in_quotes(file, at, part.end()) : std::nullopt;
        return end ? text_span{*first, *end - *first} : beginning;
    }
    constexpr std::size_t reach = 1 << 16;
    const std::string_view block = block_lines(file, at);
    const std::string_view from = block.empty() ? file.substr(at, text.size() * 2 + reach) : block;
    const auto base = static_cast<std::size_t>(from.data() - file.data());
    if (const std::size_t whole = from.find(text); whole != std::string_view::npos && whole < text.size() + 200)
        return {base + whole + part.offset, part.length};
    // Block texts lose their indent, folded ones their newlines: words stay together.
    part.offset = std::min(part.offset, text.size());
    std::size_t done = 0;
    std::size_t in_file = 0;
    while (done < part.offset) {
        const bool blank = text[done] == ' ' || text[done] == '\n' || text[done] == '\t';
        if (blank) {
            ++done;
            continue;
        }
        std::size_t end = done;
        while (end < text.size() && text[end] != ' ' && text[end] != '\n' && text[end] != '\t') ++end;
        const std::size_t found = from.find(text.substr(done, end - done), in_file);
        if (found == std::string_view::npos) return beginning;
        if (end > part.offset) return {base + found + (part.offset - done), part.length};
        in_file = found + (end - done);
        done = end;
    }
    const std::size_t found = from.find(text.substr(part.offset, std::min<std::size_t>(part.length, 8)), in_file);
    return found == std::string_view::npos ? beginning : text_span{base + found, part.length};
}

}  // namespace pitot::lint::dashboards::detail
