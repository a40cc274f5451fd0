#pragma once
// Queries answered for real: by the engine over expositions, or by a server.

#include <pitot/connect/http_options.hpp>
#include <pitot/dashboard/interpolate.hpp>
#include <pitot/lint/dashboard/check.hpp>
#include <pitot/lint/report.hpp>
#include <pitot/store/series.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace pitot::tools::dashboard_lint {

/// prometheus  a server's URL; empty: `data` is asked, at `now`
/// values      of variables, that the user told; null when there are none
struct live_options {
    std::string prometheus;
    const store::series_store* data = nullptr;
    std::int64_t now = 0;
    const dashboard::variable_values* values = nullptr;
    http::options http;
};

/// Asks every query, tells what came of it behind `out`, and writes its value (or why there is none) beside its
/// verdict. Variables have the values that Grafana would open their dashboard with; a query with one that has none is
/// not asked. error  unreachable and its like: the server does not answer; out has what was asked before
[[nodiscard]] result<void> ask_all(const live_options& how, lint::dashboards::verdicts& found,
                                   std::vector<lint::answered>& out);

}  // namespace pitot::tools::dashboard_lint
