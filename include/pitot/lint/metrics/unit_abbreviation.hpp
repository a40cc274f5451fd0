#pragma once
#include <pitot/lint/metrics/context.hpp>
#include <pitot/lint/metrics/type_in_name.hpp>  // has_word
#include <pitot/lint/metrics/units.hpp>

namespace pitot::lint::metrics {

inline constexpr metrics_rule unit_abbreviation{
    {"unit-abbreviation", severity::warning, "a name contains an abbreviated unit",
     "Is m minutes, meters or a million? Units are written out, so that a reader need not guess.",
     "request_duration_ms 12", "request_duration_seconds 0.012"},
    [](const context& in, const family_view& family, const rule& about, remarks& out) {
        for (const std::string_view unit : unit_abbreviations) {
            if (!has_word(family.name(), unit)) continue;
            add(out, about, in.place_of(family), concat(family.name(), " contains the abbreviated unit '", unit, "'"));
            return;
        }
    }};

}  // namespace pitot::lint::metrics
