#pragma once
// The labels of log streams that the user gave: files, the configuration, a live Loki.

#include <common/exit_code.hpp>
#include <common/notes.hpp>
#include <dashboard-lint/config.hpp>

#include <pitot/catalog/log_labels.hpp>
#include <pitot/connect/http_options.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::tools::dashboard_lint {

/// url    of a live Loki; empty without
/// files  of --loki-labels
struct loki_settings {
    std::string url;
    std::vector<std::string> files;
};

/// matters  of which labels a live server's values are asked for
/// code     usage for a file that cannot be read, unreachable for a server; both are said
/// returns  nothing when nobody gave any, or some of it could not be read
[[nodiscard]] std::optional<catalog::log_labels> load_log_labels(const loki_settings& from, const file_config& config,
                                                                 const http::options& http,
                                                                 std::function<bool(std::string_view)> matters,
                                                                 const notes& say, exit_code& code);

}  // namespace pitot::tools::dashboard_lint
