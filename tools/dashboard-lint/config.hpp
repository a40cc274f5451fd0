#pragma once
// dashboard-lint's configuration file.

#include <dashboard-lint/inputs.hpp>

#include <pitot/base/result.hpp>

#include <map>
#include <string>
#include <vector>

namespace pitot::tools::dashboard_lint {

/// Paths in it are relative to the file.
struct file_config {
    std::string prometheus_config;
    std::vector<labelled_source> sources;
    std::map<std::string, std::vector<std::string>, std::less<>> collected_by;
    std::string fail_on;
};

/// path   empty: .dashboard-lint.yml or .dashboard-lint.yaml in the current folder, if there is one
/// error  with its place in the file
[[nodiscard]] result<file_config> read_config(const std::string& path);

}  // namespace pitot::tools::dashboard_lint
