#pragma once
// dashboard-lint's configuration file.

#include <pitot/base/result.hpp>
#include <pitot/catalog/labelled_source.hpp>
#include <pitot/catalog/log_labels.hpp>
#include <pitot/lint/dashboard/check.hpp>

#include <map>
#include <string>
#include <vector>

namespace pitot::tools::dashboard_lint {

/// Findings that are known and stay. Each part that is given must fit.
/// file   a pattern of the shell (*, ?), held against the path and against its last part
/// panel  the title, as a pattern
/// metric a pattern: the query asks for it
struct exclusion {
    std::string file;
    std::string panel;
    std::string rule;
    std::string metric;
    std::string reason;
};

/// Paths in it are relative to the file.
struct file_config {
    std::string folder;  ///< of the file; empty: the current one
    std::string prometheus_config;
    std::vector<catalog::labelled_source> sources;
    std::map<std::string, std::vector<std::string>, std::less<>> collected_by;
    std::string fail_on;
    std::vector<std::string> loki_label_files;
    std::vector<std::string> datasource_files;
    catalog::log_labels loki_labels;                             ///< written in the file itself
    std::map<std::string, std::string, std::less<>> severities;  ///< by rule: error, warning, info or off
    std::vector<exclusion> exclusions;
};

/// path   empty: .dashboard-lint.yml or .dashboard-lint.yaml in the current folder, if there is one
/// error  with its place in the file
[[nodiscard]] result<file_config> read_config(const std::string& path);

/// Changes severities, takes out what is excluded, and counts anew which queries are broken.
void apply(const file_config& how, lint::dashboards::verdicts& to);

}  // namespace pitot::tools::dashboard_lint
