#pragma once
// `… rules` and `… explain RULE` of a command that judges by rules. A row of its table has the rule as `about`.

#include <common/flags.hpp>

#include <pitot/base/nearest.hpp>
#include <pitot/lint/rule.hpp>

#include <fmt/format.h>

#include <algorithm>  // std::max, std::min
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace pitot::tools {

/// A line for each: id, severity, summary.
exit_code list_rules(const auto& rows)
{
    std::size_t width = 0;
    for (const auto& row : rows) width = std::max(width, row.about.id.size());
    for (const auto& row : rows)
        fmt::print("{:{}} {:8} {}\n", row.about.id, width + 1, lint::to_string(row.about.level), row.about.summary);
    return exit_code::clean;
}

/// argv  what follows `explain`: one rule's id
exit_code explain_rule(const auto& rows, const command& what, std::span<char* const> argv)
{
    if (argv.size() != 1) return refuse(what, fmt::format("explain takes one rule; {} rules lists them", what.name));
    const auto print_indented = [](std::string_view title, std::string_view text) {
        fmt::print("{}:\n", title);
        while (!text.empty()) {
            const std::string_view line = text.substr(0, text.find('\n'));
            fmt::print("    {}\n", line);
            text.remove_prefix(std::min(line.size() + 1, text.size()));
        }
    };
    std::vector<std::string_view> ids;
    for (const auto& row : rows) {
        const lint::rule& about = row.about;
        ids.push_back(about.id);
        if (about.id != argv[0]) continue;
        fmt::print("{} ({}): {}\n\n{}\n\n", about.id, lint::to_string(about.level), about.summary, about.why);
        print_indented("Reported", about.example);
        print_indented("Instead", about.fix);
        return exit_code::clean;
    }
    const std::string_view near = nearest(argv[0], ids);
    return refuse(what, fmt::format("no rule is called '{}'{}", argv[0],
                                    near.empty() ? fmt::format("; {} rules lists them", what.name)
                                                 : fmt::format("; did you mean {}?", near)));
}

}  // namespace pitot::tools
