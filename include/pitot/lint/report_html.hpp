#pragma once
// A report as one page of HTML that needs nothing else: to be kept by CI and looked at.

#include <pitot/base/markup.hpp>
#include <pitot/base/text.hpp>
#include <pitot/lint/report.hpp>

#include <algorithm>  // std::min
#include <string>
#include <string_view>

namespace pitot::lint {

namespace detail {

/// The line of a finding, with what is at fault marked.
[[nodiscard]] inline std::string marked_excerpt(const finding& f)
{
    if (f.excerpt.empty()) return {};
    const std::string_view line = f.excerpt;
    const std::size_t first = std::min(f.mark.offset, line.size());
    const std::size_t last = std::min(first + f.mark.length, line.size());
    return concat("<pre>", markup_text(line.substr(0, first)), "<mark>", markup_text(line.substr(first, last - first)),
                  "</mark>", markup_text(line.substr(last)), "</pre>");
}

[[nodiscard]] inline std::string place_text(const finding& f)
{
    if (f.begin.line == 0) return concat("byte ", std::to_string(f.where.offset));
    return concat(std::to_string(f.begin.line), ":", std::to_string(f.begin.column));
}

inline void append_row(std::string& out, const finding& f)
{
    const std::string_view level = to_string(f.level);
    out += concat("<tr class=\"", level, "\"><td>", place_text(f), "<td>", level, "<td><code>", markup_text(f.rule),
                  "</code><td title=\"", markup_text(f.pointer), "\">", markup_text(f.message),
                  detail::marked_excerpt(f), markup_text(f.suggestion), "\n");
}

}  // namespace detail

/// A table for each file, in the order of the findings; then what could not be judged.
[[nodiscard]] inline std::string to_html(const report& what, std::string_view title)
{
    std::string out = concat(
        "<!DOCTYPE html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>", markup_text(title),
        "</title>\n<style>body{font:14px sans-serif;margin:2em}table{border-collapse:collapse;width:100%}"
        "td{border-top:1px solid #ccc;padding:.3em .6em;vertical-align:top}pre{margin:.3em 0;white-space:pre-wrap}"
        "mark{background:#fd8}.error td:nth-child(2){color:#b00}.warning td:nth-child(2){color:#a60}</style>\n<h1>",
        markup_text(title), "</h1>\n<p>");
    for (const tally& t : what.summary)
        out += concat(&t == &what.summary.front() ? "" : ", ", std::to_string(t.count), " ", t.name);
    out += "</p>\n";
    const std::string* file = nullptr;
    for (const finding& f : what.findings) {
        if (file == nullptr || *file != f.file)
            out += concat(file == nullptr ? "" : "</table>\n", "<h2>", markup_text(f.file), "</h2>\n<table>\n");
        file = &f.file;
        detail::append_row(out, f);
    }
    if (file != nullptr) out += "</table>\n";
    if (!what.not_verified.empty()) out += "<h2>Not verified</h2>\n<table>\n";
    for (const unverified& u : what.not_verified)
        out += concat("<tr><td>", markup_text(u.file), "<td>", markup_text(u.pointer), "<td>", markup_text(u.reason),
                      "\n");
    if (!what.not_verified.empty()) out += "</table>\n";
    out += "</html>\n";
    return out;
}

}  // namespace pitot::lint
