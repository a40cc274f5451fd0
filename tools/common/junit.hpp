#pragma once
// A report for CI in JUnit's form, whatever was tested.

#include <pitot/base/markup.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::tools {

/// where    FILE:LINE, or FILE: group
/// why      empty when it passed
/// notes    more lines: want and got side by side
/// skipped  why nobody can tell; empty otherwise
struct test_outcome {
    std::string where;
    std::string what;
    std::string why;
    std::vector<std::string> notes;
    std::string skipped = {};
};

/// suite  the name of all tests together
[[nodiscard]] inline std::string to_junit(std::string_view suite, std::span<const test_outcome> all)
{
    const auto n = [all](auto&& wanted) { return std::count_if(all.begin(), all.end(), wanted); };
    const auto failed = n([](const test_outcome& t) { return !t.why.empty(); });
    const auto skipped = n([](const test_outcome& t) { return !t.skipped.empty(); });
    const std::string counts = fmt::format("tests=\"{}\" failures=\"{}\"{}", all.size(), failed,
                                           skipped == 0 ? "" : fmt::format(" skipped=\"{}\"", skipped));
    std::string out = fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {}>\n"
                                  "  <testsuite name=\"{}\" {}>\n",
                                  counts, markup_text(suite), counts);
    for (const test_outcome& t : all) {
        out += fmt::format("    <testcase classname=\"{}\" name=\"{}\"", markup_text(t.where), markup_text(t.what));
        if (t.why.empty() && t.skipped.empty()) {
            out += "/>\n";
            continue;
        }
        if (t.why.empty()) {
            out += fmt::format(">\n      <skipped message=\"{}\"/>\n    </testcase>\n", markup_text(t.skipped));
            continue;
        }
        out += fmt::format(">\n      <failure message=\"{}\">", markup_text(t.why));
        for (const std::string& note : t.notes) out += markup_text(note) + "\n";
        out += "</failure>\n    </testcase>\n";
    }
    out += "  </testsuite>\n</testsuites>\n";
    return out;
}

}  // namespace pitot::tools
