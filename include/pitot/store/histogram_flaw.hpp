#pragma once
// What Prometheus's storage refuses of a histogram. source  Prometheus, model/histogram, FloatHistogram.Validate

#include <pitot/base/text.hpp>
#include <pitot/store/histogram.hpp>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace pitot::store {

/// In Prometheus's words; empty when there is none.
[[nodiscard]] inline std::string flaw_of(const histogram& h)
{
    const auto negative_bucket = [](const std::vector<bucket>& all, const char* side) -> std::string {
        for (std::size_t i = 0; i < all.size(); ++i)
            if (all[i].count < 0)
                return concat(side, " side: bucket number ", std::to_string(i + 1),
                              " has a negative observation count: histogram has a bucket whose observation count is "
                              "negative");
        return {};
    };
    if (h.is_custom()) {
        double before = -std::numeric_limits<double>::infinity();
        for (std::size_t i = 0; i < h.bounds.size(); ++i) {
            if (std::isnan(h.bounds[i])) return "custom buckets: a bound is NaN";
            if (i > 0 && h.bounds[i] <= before)
                return "custom buckets: histogram custom bounds must be in strictly increasing order";
            before = h.bounds[i];
        }
        if (before == std::numeric_limits<double>::infinity())
            return "custom buckets: last +Inf bound must not be explicitly defined";
        for (const bucket& b : h.positive)
            if (b.index < 0 || static_cast<std::size_t>(b.index) > h.bounds.size())
                return "custom buckets: histogram custom bounds are too few";
        if (h.zero_count != 0) return "custom buckets: must have zero count of 0";
        if (h.zero_threshold != 0) return "custom buckets: must have zero threshold of 0";
        if (!h.negative.empty()) return "custom buckets: must not have negative buckets";
    } else {
        if (std::string why = negative_bucket(h.negative, "negative"); !why.empty()) return why;
        if (h.zero_count < 0) return "zero bucket: histogram has a bucket whose observation count is negative";
        if (!h.bounds.empty()) return "histogram with exponential schema must not have custom bounds";
    }
    if (h.count < 0) return "histogram's observation count is negative";
    return negative_bucket(h.positive, "positive");
}

}  // namespace pitot::store
