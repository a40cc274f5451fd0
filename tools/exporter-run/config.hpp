#pragma once
// What exporter-run is told to do: by flags, and by a YAML file with the place of every value.

#include <pitot/base/result.hpp>
#include <pitot/collect/host/options.hpp>
#include <pitot/connect/serve_options.hpp>

#include <string>
#include <vector>

namespace pitot::tools::exporter_run {

struct config {
    std::vector<std::string> listen = {"127.0.0.1:9598"};
    std::vector<std::string> collectors = {"host", "process"};
    collect::host_options host;
    serve_options serve = {.title = "exporter-run", .about = "Metrics of this host."};
};

/// Every collector that there is, in the order in which they run.
inline constexpr std::string_view collector_names[] = {"host", "process"};

/// Reads a configuration file over `base`.
/// error  begins with FILE:LINE:COLUMN and says what is allowed there
[[nodiscard]] result<config> read_config(const std::string& path, config base = {});

/// Whether two configurations listen and serve alike: what differs there takes a restart.
[[nodiscard]] bool same_serving(const config& a, const config& b);

/// A profile by its name.
[[nodiscard]] result<collect::profile> profile_of(std::string_view name);

/// "host,process" as a list.
/// error  invalid_value for a name that no collector has, or one that stands twice
[[nodiscard]] result<std::vector<std::string>> collectors_of(std::string_view list);

}  // namespace pitot::tools::exporter_run
