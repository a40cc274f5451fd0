#pragma once
// The values that variables have when a dashboard is opened: what was saved, as far as what the queries of its
// variables give has it, else the first of that.

#include <dashboard-lint/answers.hpp>

#include <pitot/base/result.hpp>
#include <pitot/dashboard/format.hpp>
#include <pitot/dashboard/opening.hpp>

#include <cstdint>
#include <vector>

namespace pitot::tools::dashboard_lint {

/// board  as saved_variables() has them
/// told   values that the user chose; null when there are none
/// now    for $__from and $__to, in milliseconds
/// error  the server does not answer
[[nodiscard]] result<dashboard::variable_values> open_board(const std::vector<dashboard::saved_variable>& board,
                                                            const dashboard::variable_values* told, std::int64_t now,
                                                            answers& from);

}  // namespace pitot::tools::dashboard_lint
