#pragma once
// A report for GitHub Actions: its log makes annotations at the lines of a pull request of it.
// source  GitHub, workflow commands: ::error file=F,line=L,endLine=L,col=C,endColumn=C,title=T::MESSAGE

#include <pitot/base/text.hpp>
#include <pitot/lint/report.hpp>
#include <pitot/lint/report_text.hpp>

#include <string>
#include <string_view>

namespace pitot::lint {

namespace detail {

/// A stranger's text in a command: nothing of it may end the command or begin another one.
/// property  of a command's head, where colons and commas part
[[nodiscard]] inline std::string command_text(std::string_view text, bool property)
{
    std::string out;
    for (const char c : visible(text)) {
        if (c == '%')
            out += "%25";
        else if (property && c == ':')
            out += "%3A";
        else if (property && c == ',')
            out += "%2C";
        else
            out += c;
    }
    return out;
}

[[nodiscard]] constexpr std::string_view command_of(severity level) noexcept
{
    return level == severity::error ? "error" : level == severity::warning ? "warning" : "notice";
}

}  // namespace detail

/// One finding: one line. Columns are left out of what stands in several lines, as GitHub wants it.
inline void append_github(std::string& out, const finding& f)
{
    using detail::command_text;
    out += concat("::", detail::command_of(f.level), " file=", command_text(f.file, true));
    if (f.begin.line > 0) {
        out += concat(",line=", std::to_string(f.begin.line), ",endLine=", std::to_string(f.end.line));
        if (f.begin.line == f.end.line)
            out += concat(",col=", std::to_string(f.begin.column), ",endColumn=", std::to_string(f.end.column));
    }
    out += concat(",title=", command_text(f.rule, true), "::", command_text(f.message, false));
    for (const std::string* const more : {&f.query, &f.suggestion})
        if (!more->empty()) out += concat("%0A", command_text(*more, false));
    out += '\n';
}

}  // namespace pitot::lint
