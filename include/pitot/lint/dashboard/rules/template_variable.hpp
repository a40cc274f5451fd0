#pragma once
#include <pitot/lint/dashboard/context.hpp>

namespace pitot::lint::dashboards {

inline constexpr dashboard_rule template_variable{
    {"template-variable", severity::error, "a template uses a variable that there is not",
     "The alert's text is an error message. $labels, $value, $externalLabels and $externalURL are there.",
     "{{ $label.instance }}", "{{ $labels.instance }}"}};

}  // namespace pitot::lint::dashboards
