#pragma once
// What tests gave, for people and for CI.

#include <common/junit.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace pitot::tools::promcheck {

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

/// What a terminal can bear of a test's text: generated queries have megabytes.
[[nodiscard]] inline std::string shortened(const std::string& text)
{
    constexpr std::size_t most = 1'000;  // bytes
    if (text.size() <= most) return text;
    std::size_t end = most;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return fmt::format("{}… ({} bytes)", text.substr(0, end), text.size());
}

[[nodiscard]] inline std::string to_text(const test_report& report, bool verbose, bool colour)
{
    std::string out;
    for (const test_outcome& t : report.all) {
        if (t.why.empty()) {
            if (verbose) out += fmt::format("{}: ok: {}\n", t.where, shortened(t.what));
            continue;
        }
        out += fmt::format("{}: {}failed{}: {}\n    {}\n", t.where, colour ? "\x1b[1;31m" : "", colour ? "\x1b[0m" : "",
                           shortened(t.what), t.why);
        for (const std::string& note : t.notes) out += fmt::format("    {}\n", note);
    }
    if (!report.untested.empty()) {
        out += "No test touches:\n";
        for (const std::string& rule : report.untested) out += fmt::format("    {}\n", rule);
    }
    out += fmt::format("{} passed, {} failed\n", report.all.size() - report.failed(), report.failed());
    return out;
}

}  // namespace pitot::tools::promcheck
