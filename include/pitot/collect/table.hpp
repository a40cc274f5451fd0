#pragma once
// A collector's metrics are one table: what they are called in each naming profile, their type, unit, labels and help,
// and where the value comes from. From it come the collector, the catalog, the reference page and the migration map.

#include <pitot/model/type.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace pitot::collect {

/// Which names a collector gives its metrics.
enum class profile : std::uint8_t {
    exporter,  ///< those of the well-known exporters (node_*, pg_*, …)
    vector,    ///< those of Vector's sources, with their prefix
    both,      ///< the exporter's, and of Vector's those that do not collide with a name of other labels or type
};

[[nodiscard]] constexpr std::string_view to_string(profile p) noexcept
{
    switch (p) {
    case profile::exporter: return "exporter";
    case profile::vector: return "vector";
    case profile::both: return "both";
    }
    return "exporter";
}

/// Labels of the other profile that are no different.
inline constexpr std::string_view same_labels = "=";

/// One metric.
/// name, vector           full name in the exporter profile; name without prefix in Vector's; empty where it has none.
///                        '*' stands for a part that the machine names (a field of /proc/meminfo the table lacks)
/// labels, vector_labels  comma-separated; the known values, if that is all there are, after '=' with '|' between them:
///                        "cpu,mode=idle|user". Labels and values that correspond stand at the same place in both.
///                        Vector's collector and host, which every metric has, are not listed
/// unit                   the base unit in the words of Prometheus (seconds, bytes, ratio, celsius, …), or empty
/// source                 file and field, or the call that gives it
struct metric {
    std::string_view name = {};
    std::string_view vector = {};
    metric_type type = metric_type::gauge;
    std::string_view unit = {};
    std::string_view labels = {};
    std::string_view vector_labels = same_labels;
    std::string_view help = {};
    std::string_view source = {};
};

/// The metrics of one collector.
/// name         the collector's name ("diskstats")
/// vector_name  what Vector calls the collector that gives its names ("disk"); empty when it has none
struct metric_table {
    std::string_view name = {};
    std::string_view vector_name = {};
    std::span<const metric> metrics = {};
};

/// How a collector names its metrics.
struct naming {
    collect::profile profile = collect::profile::exporter;
    std::string vector_prefix = "host";  ///< without the underscore
    std::string host = {};               ///< value of Vector's label host

    [[nodiscard]] bool exporter_on() const noexcept { return profile != collect::profile::vector; }
    [[nodiscard]] bool vector_on() const noexcept { return profile != collect::profile::exporter; }
};

/// The unit as OpenMetrics allows it: only where the name, without _total, ends with it.
[[nodiscard]] constexpr std::string_view unit_of_name(std::string_view name, std::string_view unit) noexcept
{
    constexpr std::string_view total = "_total";
    if (name.ends_with(total)) name.remove_suffix(total.size());
    const bool fits = name.size() > unit.size() && name.ends_with(unit) && name[name.size() - unit.size() - 1] == '_';
    return fits ? unit : std::string_view{};
}

}  // namespace pitot::collect
