#pragma once
#include <pitot/lint/metrics/context.hpp>

namespace pitot::lint::metrics {

inline constexpr metrics_rule missing_type{
    {"missing-type", severity::info, "a family has no type",
     "Without a type no tool can say whether rate() applies. A family that is untyped on purpose (a proxy of values of "
     "unknown nature) is right; "
     "so this is a hint.",
     "queue_length 3", "# TYPE queue_length gauge"},
    [](const context& in, const family_view& family, const rule& about, remarks& out) {
        if (family.type() == metric_type::unknown)
            add(out, about, in.place_of(family), concat(family.name(), " has no type"),
                concat("# TYPE ", family.name(), " counter or gauge"));
    }};

}  // namespace pitot::lint::metrics
