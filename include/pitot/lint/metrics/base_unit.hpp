#pragma once
#include <pitot/lint/metrics/context.hpp>
#include <pitot/lint/metrics/units.hpp>

namespace pitot::lint::metrics {

inline constexpr metrics_rule base_unit{
    {"base-unit", severity::warning, "a name carries a unit other than the base unit",
     "All of the ecosystem counts in base units (seconds, bytes, meters, volts, …): two metrics can then be divided or "
     "drawn on one axis "
     "without a factor, and the dashboard scales for display. Values are doubles, so small units lose nothing.",
     "request_duration_milliseconds 12", "request_duration_seconds 0.012"},
    [](const context& in, const family_view& family, const rule& about, remarks& out) {
        const auto unit = unit_in(family.name());
        if (!unit || unit->word == unit->base) return;
        const std::size_t at = static_cast<std::size_t>(unit->word.data() - family.name().data());
        add(out, about, in.place_of(family),
            concat(family.name(), " counts in ", unit->word, ", not in the base unit ", unit->base),
            concat("rename it to ", family.name().substr(0, at), unit->base,
                   family.name().substr(at + unit->word.size()), " and scale its values"));
    }};

}  // namespace pitot::lint::metrics
