#pragma once
#include <pitot/lint/dashboard/context.hpp>

namespace pitot::lint::dashboards {

inline constexpr dashboard_rule duplicate_group{
    {"duplicate-group", severity::error, "two groups of a file have the same name", "Prometheus refuses the file.",
     "groups: [{name: a}, {name: a}]", "groups: [{name: a}, {name: b}]"}};

}  // namespace pitot::lint::dashboards
