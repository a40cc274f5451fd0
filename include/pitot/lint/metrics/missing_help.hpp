#pragma once
#include <pitot/lint/metrics/context.hpp>

namespace pitot::lint::metrics {

inline constexpr metrics_rule missing_help{
    {"missing-help", severity::warning, "a family has no help text",
     "The help text is what a person sees in a query editor beside the name. Without it the next reader guesses what "
     "is counted.",
     "# TYPE queue_length gauge\nqueue_length 3", "# HELP queue_length Jobs that wait for a worker."},
    [](const context& in, const family_view& family, const rule& about, remarks& out) {
        if (family.help().empty())
            add(out, about, in.place_of(family), concat(family.name(), " has no help text"),
                concat("# HELP ", family.name(), " What it counts."));
    }};

}  // namespace pitot::lint::metrics
