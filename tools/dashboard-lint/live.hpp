#pragma once
// Queries answered for real: by the engine over expositions, or by a server.

#include <pitot/connect/http_options.hpp>
#include <pitot/dashboard/interpolate.hpp>
#include <pitot/lint/dashboard/check.hpp>
#include <pitot/store/series.hpp>

#include <cstdint>
#include <string>

namespace pitot::tools::dashboard_lint {

/// prometheus  a server's URL; empty: `data` is asked, at `now`
/// values      of variables
struct live_options {
    std::string prometheus;
    const store::series_store* data = nullptr;
    std::int64_t now = 0;
    const dashboard::variable_values* values = nullptr;
    http::options http;
};

/// What became of the queries. A query with a variable whose value nobody told is not asked.
struct live_summary {
    std::size_t with_data = 0;
    std::size_t without = 0;
    std::size_t not_asked = 0;
    std::size_t failed = 0;
};

/// Asks every query, and writes its value (or why there is none) beside its verdict.
/// error  unreachable and its like: the server does not answer
[[nodiscard]] result<live_summary> ask_all(const live_options& how, lint::dashboards::verdicts& found);

}  // namespace pitot::tools::dashboard_lint
