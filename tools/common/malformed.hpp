#pragma once
// What a reader of expositions says about one that is not well formed throughout.

#include <pitot/catalog/exposition.hpp>
#include <pitot/lint/source.hpp>

#include <fmt/format.h>

#include <string>
#include <vector>

namespace pitot::tools {

/// A line for each error, with its place: "NAME:LINE:COLUMN: warning: …; what can be read of it is used".
[[nodiscard]] inline std::vector<std::string> malformed_lines(const catalog::exposition& in)
{
    std::vector<std::string> out;
    if (in.errors.empty()) return out;
    const lint::source text(in.name, std::string(in.text()));
    for (const error& e : in.errors) {
        const text_position at = text.position(e.where.offset);
        out.push_back(fmt::format("{}:{}:{}: warning: {}; what can be read of it is used", in.name, at.line, at.column,
                                  e.message));
    }
    return out;
}

}  // namespace pitot::tools
