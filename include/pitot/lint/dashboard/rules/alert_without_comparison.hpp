#pragma once
#include <pitot/lint/dashboard/context.hpp>

namespace pitot::lint::dashboards {

inline constexpr dashboard_rule alert_without_comparison{
    {"alert-without-comparison", severity::info, "an alert's expression filters nothing",
     "It fires for every series there is, always. Comparisons, absent() and set operators filter.", "expr: up",
     "expr: up == 0"}};

}  // namespace pitot::lint::dashboards
