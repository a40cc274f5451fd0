#pragma once
// The groups of an aggregation, found once for all steps.

#include <pitot/base/go_math.hpp>
#include <pitot/promql/engine/evaluation.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::promql::detail {

[[nodiscard]] inline bool groups_by(const aggregation& a, std::string_view label) noexcept
{
    const bool listed = contains(a.grouping, label);
    return a.without ? !listed && !store::is_metadata_label(label) : listed;
}

/// Numbers the groups of rows as they come.
class group_numbers {
public:
    explicit group_numbers(const aggregation& a) : a_(a) {}

    /// A row's group: that many as there were before it when it is the first of its group.
    [[nodiscard]] std::uint32_t of(const row& r)
    {
        key_.clear();
        for (const store::label& l : *r.labels)
            if (groups_by(a_, l.name)) label_set::append_key(key_, l);
        return seen_.add(key_);
    }

private:
    const aggregation& a_;
    numbering seen_;
    std::string key_;
};

struct grouping {
    std::vector<std::uint32_t> of;     ///< a row's group
    std::vector<std::uint32_t> first;  ///< a group's first row
};

[[nodiscard]] inline grouping group(const aggregation& a, const matrix& m)
{
    grouping out;
    out.of.reserve(m.size());
    group_numbers numbers(a);
    for (std::uint32_t i = 0; i < m.size(); ++i) {
        out.of.push_back(numbers.of(m.rows[i]));
        if (out.of.back() == out.first.size()) out.first.push_back(i);
    }
    return out;
}

/// What a parameter is over all steps.
/// highest, lowest  NaN when one is, as Go's math.Max has it
struct parameter_range {
    explicit parameter_range(const std::vector<double>& values)
    {
        for (const double v : values) {
            highest = go::max(highest, v);
            lowest = go::min(lowest, v);
            some_nan = some_nan || std::isnan(v);
        }
    }

    double highest = -std::numeric_limits<double>::max();
    double lowest = std::numeric_limits<double>::max();
    bool some_nan = false;
};

[[nodiscard]] inline text_span inside(const aggregation& a) { return without_parens(a.of)->span; }

[[nodiscard]] inline std::string_view name_of(aggregator op) noexcept
{
    constexpr std::string_view all[] = {"sum",          "avg",      "count",  "min",        "max",
                                        "group",        "stddev",   "stdvar", "topk",       "bottomk",
                                        "count_values", "quantile", "limitk", "limit_ratio"};
    return all[static_cast<unsigned>(op)];
}

}  // namespace pitot::promql::detail
