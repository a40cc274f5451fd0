#pragma once
// What a run says in the end, in the form that was asked for.

#include <dashboard-lint/options.hpp>

#include <pitot/lint/dashboard/check.hpp>
#include <pitot/lint/report.hpp>

#include <optional>
#include <vector>

namespace pitot::tools::dashboard_lint {

/// Writes to standard output.
/// answers    of --live; nothing without it
/// all_asked  no answer is missing
void write_report(const settings& how, lint::dashboards::verdicts& found,
                  std::optional<std::vector<lint::answered>> answers, bool all_asked);

}  // namespace pitot::tools::dashboard_lint
