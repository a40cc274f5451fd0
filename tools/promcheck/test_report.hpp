#pragma once
// What tests gave, for people and for CI.

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::tools::promcheck {

/// where  FILE:LINE, or FILE: group
/// why    empty when it passed
/// notes  more lines: want and got side by side
struct test_outcome {
    std::string where;
    std::string what;
    std::string why;
    std::vector<std::string> notes;
};

struct test_report {
    std::vector<test_outcome> all;
    std::vector<std::string> untested;  ///< rules that no test touched

    void add(test_outcome one) { all.push_back(std::move(one)); }
    [[nodiscard]] std::size_t failed() const
    {
        return static_cast<std::size_t>(
            std::count_if(all.begin(), all.end(), [](const test_outcome& t) { return !t.why.empty(); }));
    }
};

[[nodiscard]] inline std::string to_text(const test_report& report, bool verbose, bool colour)
{
    std::string out;
    for (const test_outcome& t : report.all) {
        if (t.why.empty()) {
            if (verbose) out += fmt::format("{}: ok: {}\n", t.where, t.what);
            continue;
        }
        out += fmt::format("{}: {}failed{}: {}\n    {}\n", t.where, colour ? "\x1b[1;31m" : "", colour ? "\x1b[0m" : "",
                           t.what, t.why);
        for (const std::string& note : t.notes) out += fmt::format("    {}\n", note);
    }
    if (!report.untested.empty()) {
        out += "No test touches:\n";
        for (const std::string& rule : report.untested) out += fmt::format("    {}\n", rule);
    }
    out += fmt::format("{} passed, {} failed\n", report.all.size() - report.failed(), report.failed());
    return out;
}

[[nodiscard]] inline std::string xml_text(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        switch (c) {
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '&': out += "&amp;"; break;
        case '"': out += "&quot;"; break;
        default:
            if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') out += c;
        }
    }
    return out;
}

[[nodiscard]] inline std::string to_junit(const test_report& report)
{
    std::string out = fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"{}\" failures=\"{}\">\n"
        "  <testsuite name=\"promcheck\" tests=\"{}\" failures=\"{}\">\n",
        report.all.size(), report.failed(), report.all.size(), report.failed());
    for (const test_outcome& t : report.all) {
        out += fmt::format("    <testcase classname=\"{}\" name=\"{}\"", xml_text(t.where), xml_text(t.what));
        if (t.why.empty()) {
            out += "/>\n";
            continue;
        }
        out += fmt::format(">\n      <failure message=\"{}\">", xml_text(t.why));
        for (const std::string& note : t.notes) out += xml_text(note) + "\n";
        out += "</failure>\n    </testcase>\n";
    }
    out += "  </testsuite>\n</testsuites>\n";
    return out;
}

}  // namespace pitot::tools::promcheck
