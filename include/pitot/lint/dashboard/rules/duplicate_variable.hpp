#pragma once
#include <pitot/lint/dashboard/context.hpp>

namespace pitot::lint::dashboards {

inline constexpr dashboard_rule duplicate_variable{
    {"duplicate-variable", severity::info, "a dashboard, row or tab declares a variable twice",
     "Both are drawn and both are asked; which of them a query gets depends on Grafana's version: the first in those "
     "that draw\nscenes, the last in older ones. Rows and tabs may each have their own.",
     "\"list\": [{\"name\": \"job\", …}, {\"name\": \"job\", …}]",
     "\"list\": [{\"name\": \"job\", …}, {\"name\": \"service\", …}]"}};

}  // namespace pitot::lint::dashboards
