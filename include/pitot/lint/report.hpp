#pragma once
// What a run of a linter says in the end, whatever the form it is written in.

#include <pitot/lint/finding.hpp>

#include <algorithm>  // std::count_if, std::max
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::lint {

/// Something that could not be judged: neither right nor wrong.
struct unverified {
    std::string file;
    std::string pointer;
    std::string reason;
};

/// A number of the summary: {"queries", 171}.
struct tally {
    std::string_view name;
    std::size_t count = 0;
};

enum class asking : std::uint8_t { data, no_data, refused, not_asked };

[[nodiscard]] constexpr std::string_view to_string(asking a) noexcept
{
    switch (a) {
    case asking::data: return "data";
    case asking::no_data: return "no data";
    case asking::refused: return "refused";
    default: return "not asked";
    }
}

/// A query that was asked for real, or could not be.
/// series   how many the answer has
/// value    of the first of them, as PromQL writes numbers and histograms; empty without one
/// message  why it was refused or not asked; else empty
/// asked    the query with the values of its variables; empty when it was not asked
struct answered {
    std::string file;
    std::string pointer;
    std::string query;
    asking status = asking::not_asked;
    std::size_t series = 0;
    std::string value;
    std::string message;
    std::string asked = {};
};

/// live  nothing: nobody wanted queries to be asked
struct report {
    std::vector<tally> summary;
    std::vector<finding> findings;
    std::vector<unverified> not_verified;
    std::optional<std::vector<answered>> live = {};
};

[[nodiscard]] inline std::size_t count(std::span<const finding> findings, severity level)
{
    return static_cast<std::size_t>(
        std::count_if(findings.begin(), findings.end(), [level](const finding& f) { return f.level == level; }));
}

/// The worst severity; nothing when there is no finding.
[[nodiscard]] inline std::optional<severity> worst(std::span<const finding> findings)
{
    std::optional<severity> level;
    for (const finding& f : findings) level = level ? std::max(*level, f.level) : f.level;
    return level;
}

}  // namespace pitot::lint
