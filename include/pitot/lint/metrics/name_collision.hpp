#pragma once
#include <pitot/lint/metrics/context.hpp>

namespace pitot::lint::metrics {

inline constexpr metrics_rule name_collision{
    {"name-collision", severity::error, "a family has the name of another family's series",
     "A histogram x exposes x_bucket, x_sum and x_count, a summary x_sum and x_count. A family of one of those names "
     "mixes with them under one name, "
     "and nobody can tell them apart.",
     "# TYPE x histogram\n# TYPE x_count gauge", "# TYPE x_entries gauge"},
    [](const context& in, const family_view& family, const rule& about, remarks& out) {
        for (const std::string_view suffix : {"_bucket", "_sum", "_count"}) {
            if (!family.name().ends_with(suffix)) continue;
            const auto other = in.families().find(family.name().substr(0, family.name().size() - suffix.size()));
            if (!other) continue;
            const metric_type type = in.families().row(*other).type;
            if (type == metric_type::histogram || (type == metric_type::summary && suffix != "_bucket"))
                add(out, about, in.place_of(family),
                    concat(family.name(), " is also a series of the ", to_string(type), " ",
                           in.families().row(*other).name));
        }
    }};

}  // namespace pitot::lint::metrics
