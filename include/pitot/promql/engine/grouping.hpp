#pragma once
// The groups of an aggregation, found once for all steps.

#include <pitot/promql/engine/evaluation.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::promql::detail {

[[nodiscard]] inline bool groups_by(const aggregation& a, std::string_view label) noexcept
{
    const bool listed = contains(a.grouping, label);
    return a.without ? !listed && !store::is_metadata_label(label) : listed;
}

struct grouping {
    std::vector<std::uint32_t> of;     ///< a row's group
    std::vector<std::uint32_t> first;  ///< a group's first row
};

[[nodiscard]] inline grouping group(const aggregation& a, const matrix& m)
{
    grouping out;
    out.of.reserve(m.size());
    numbering seen;
    std::string key;
    for (std::uint32_t i = 0; i < m.size(); ++i) {
        key.clear();
        for (const store::label& l : *m.rows[i].labels)
            if (groups_by(a, l.name)) label_set::append_key(key, l);
        const std::uint32_t number = seen.add(key);
        if (number == out.first.size()) out.first.push_back(i);
        out.of.push_back(number);
    }
    return out;
}

[[nodiscard]] inline text_span inside(const aggregation& a) { return without_parens(a.of)->span; }

[[nodiscard]] inline std::string_view name_of(aggregator op) noexcept
{
    constexpr std::string_view all[] = {"sum",          "avg",      "count",  "min",        "max",
                                        "group",        "stddev",   "stdvar", "topk",       "bottomk",
                                        "count_values", "quantile", "limitk", "limit_ratio"};
    return all[static_cast<unsigned>(op)];
}

}  // namespace pitot::promql::detail
