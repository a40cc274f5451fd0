#pragma once
#include <pitot/lint/dashboard/context.hpp>

namespace pitot::lint::dashboards {

inline constexpr dashboard_rule duplicate_rule{
    {"duplicate-rule", severity::info, "a rule stands twice in a file",
     "Both are evaluated, alerts come twice, and recorded series clash. Prometheus loads them; "
     "promcheck rules warns, as promtool does.",
     "the same alert twice", "one of them"}};

}  // namespace pitot::lint::dashboards
