#pragma once
// The types of metric families.

#include <cstdint>
#include <string_view>

namespace pitot {

enum class metric_type : std::uint8_t {
    unknown,  ///< "untyped" in the text format
    counter,
    gauge,
    histogram,
    gauge_histogram,
    summary,
    info,
    state_set,
};

/// The type as OpenMetrics writes it; the text format says "untyped" for unknown and knows neither info, stateset nor
/// gaugehistogram.
[[nodiscard]] constexpr std::string_view to_string(metric_type type) noexcept
{
    switch (type) {
    case metric_type::unknown: return "unknown";
    case metric_type::counter: return "counter";
    case metric_type::gauge: return "gauge";
    case metric_type::histogram: return "histogram";
    case metric_type::gauge_histogram: return "gaugehistogram";
    case metric_type::summary: return "summary";
    case metric_type::info: return "info";
    case metric_type::state_set: return "stateset";
    }
    return "unknown";
}

}  // namespace pitot
