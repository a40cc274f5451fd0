#pragma once
#include <pitot/lint/dashboard/context.hpp>

namespace pitot::lint::dashboards {

inline constexpr dashboard_rule duplicate_rule{{"duplicate-rule", severity::warning, "a rule stands twice in a file",
                                                "Both are evaluated, alerts come twice, and recorded series clash.",
                                                "the same alert twice", "one of them"}};

}  // namespace pitot::lint::dashboards
