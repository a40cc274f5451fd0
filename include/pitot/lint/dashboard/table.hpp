#pragma once
// The verdict on every query, as a table for people.

#include <pitot/base/utf8.hpp>
#include <pitot/lint/dashboard/check.hpp>
#include <pitot/lint/report_text.hpp>

#include <fmt/format.h>

#include <algorithm>  // std::max
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>

namespace pitot::lint::dashboards {

namespace detail {

/// A stranger's text in one line of at most `width` code points.
[[nodiscard]] inline std::string cell(std::string_view text, std::size_t width)
{
    std::string line(text);
    std::replace(line.begin(), line.end(), '\n', ' ');
    line = lint::detail::visible(line);
    if (utf8_length(line) <= width) return line;
    line.resize(lint::detail::code_point_offset(line, width - 1));
    return line + "…";
}

inline void append_padded(std::string& out, std::string_view text, std::size_t width)
{
    out += text;
    const std::size_t used = utf8_length(text);
    out.append(used < width ? width - used : 0, ' ');
}

}  // namespace detail

/// A heading for each file, then a line for each query: line:column, verdict, panel, query; of what is not verified the
/// reason stands behind the panel's name. style.width cuts the query.
inline void append_table(std::string& out, const verdicts& found, const text_style& style = {})
{
    constexpr std::size_t widest_panel = 36;
    constexpr std::size_t verdict_width = 14;
    const std::string* file = nullptr;
    for (std::size_t first = 0; first < found.judged.size();) {
        std::size_t last = first;
        std::size_t place_width = 5;
        std::size_t panel_width = 6;
        file = &found.judged[first].file;
        for (; last < found.judged.size() && found.judged[last].file == *file; ++last) {
            const judgement& j = found.judged[last];
            place_width = std::max(place_width, fmt::format("{}:{}", j.at.line, j.at.column).size());
            panel_width = std::max(panel_width, utf8_length(detail::cell(j.panel, widest_panel)));
        }
        fmt::format_to(std::back_inserter(out), "{}\n", lint::detail::visible(*file));
        out += "  ";
        detail::append_padded(out, "place", place_width + 2);
        detail::append_padded(out, "verdict", verdict_width);
        detail::append_padded(out, "panel", panel_width + 2);
        out += "query\n";
        for (; first < last; ++first) {
            const judgement& j = found.judged[first];
            out += "  ";
            detail::append_padded(out, fmt::format("{}:{}", j.at.line, j.at.column), place_width + 2);
            if (style.colour)
                out += j.is == verdict::ok ? "\x1b[32m" : j.is == verdict::broken ? "\x1b[1;31m" : "\x1b[33m";
            out += to_string(j.is);
            if (style.colour) out += "\x1b[0m";
            out.append(verdict_width - to_string(j.is).size(), ' ');
            detail::append_padded(out, detail::cell(j.panel, widest_panel), panel_width + 2);
            const std::size_t used = 2 + place_width + 2 + verdict_width + panel_width + 2;
            out += detail::cell(j.query, std::max<std::size_t>(style.width > used ? style.width - used : 0, 40));
            if (!j.reason.empty()) fmt::format_to(std::back_inserter(out), " ({})", j.reason);
            out += '\n';
        }
        out += '\n';
    }
}

}  // namespace pitot::lint::dashboards
