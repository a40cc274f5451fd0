#pragma once
// The run over all files, on as many threads as pay.

#include <dashboard-lint/inputs.hpp>

#include <pitot/json/limits.hpp>
#include <pitot/lint/dashboard/check.hpp>

#include <string>
#include <vector>

namespace pitot::tools::dashboard_lint {

/// What became of one file.
/// error, skipped  why it could not be read, why it was passed over; empty when neither
struct outcome {
    lint::dashboards::verdicts found;
    std::string error;
    std::string skipped;
};

/// Each file is read once; what comes back is in the order of the files.
/// sources  recorded is set to what the files' own rules record
[[nodiscard]] std::vector<outcome> check_all(const std::vector<input>& inputs, lint::dashboards::world sources,
                                             const json::limits& limits);

}  // namespace pitot::tools::dashboard_lint
