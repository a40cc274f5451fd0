#pragma once
// What a run of a linter says in the end, whatever the form it is written in.

#include <pitot/lint/finding.hpp>

#include <algorithm>  // std::count_if, std::max
#include <cstddef>
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

struct report {
    std::vector<tally> summary;
    std::vector<finding> findings;
    std::vector<unverified> not_verified;
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
