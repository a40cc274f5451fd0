#pragma once
#include <pitot/lint/metrics/context.hpp>

namespace pitot::lint::metrics {

inline constexpr metrics_rule reserved_character{
    {"reserved-character", severity::warning, "a name contains a colon",
     "Colons are for recording rules (level:metric:operations). A name with one tells its readers that a rule computed "
     "it.",
     "proxy:requests_total 5", "proxy_requests_total 5"},
    [](const context& in, const family_view& family, const rule& about, remarks& out) {
        if (family.name().find(':') != std::string_view::npos)
            add(out, about, in.place_of(family), concat(family.name(), " contains ':', which is for recording rules"));
    }};

}  // namespace pitot::lint::metrics
