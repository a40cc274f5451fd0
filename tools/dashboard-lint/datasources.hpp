#pragma once
// The datasources that the user declared: files, a live Grafana.

#include <common/exit_code.hpp>
#include <common/notes.hpp>

#include <pitot/connect/http_options.hpp>
#include <pitot/dashboard/datasources.hpp>

#include <optional>
#include <string>
#include <vector>

namespace pitot::tools::dashboard_lint {

/// url    of a live Grafana; empty without
/// files  of the configuration and of --datasources
struct grafana_settings {
    std::string url;
    std::vector<std::string> files;
};

/// code     usage for a file that cannot be read, unreachable for a server; both are said
/// returns  nothing when nobody declared any, or some of them could not be read
[[nodiscard]] std::optional<dashboard::datasources> load_datasources(const grafana_settings& from,
                                                                     const http::options& http, const notes& say,
                                                                     exit_code& code);

}  // namespace pitot::tools::dashboard_lint
