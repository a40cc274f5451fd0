#pragma once
#include <pitot/lint/dashboard/context.hpp>

namespace pitot::lint::dashboards {

inline constexpr dashboard_rule rule_shape{
    {"rule-shape", severity::error, "a rule file has what Prometheus does not load, or cannot evaluate",
     "Prometheus refuses the whole file, and keeps the rules it had: an unknown key, a duration that is none, a "
     "template\n"
     "that cannot be read. Rules whose result is a range vector or a text are loaded, and no evaluation of them "
     "succeeds.\ndashboard-lint passes over the keys that Thanos, Mimir, Cortex and vmalert have besides.",
     "- alert: A\n  record: b", "- alert: A\n  expr: up == 0"}};

}  // namespace pitot::lint::dashboards
