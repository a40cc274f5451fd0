#pragma once
#include <pitot/lint/metrics/context.hpp>

namespace pitot::lint::metrics {

inline constexpr metrics_rule counter_total{
    {"counter-total", severity::warning, "a counter's name does not end in _total, or another type's does",
     "Readers and tools tell counters, which want rate(), by the suffix. OpenMetrics requires it: there a counter "
     "without it is exposed with "
     "the type unknown.",
     "# TYPE http_requests counter\nhttp_requests 5", "# TYPE http_requests_total counter\nhttp_requests_total 5"},
    [](const context& in, const family_view& family, const rule& about, remarks& out) {
        const bool total = family.name().ends_with("_total");
        if (family.type() == metric_type::counter && !total)
            add(out, about, in.place_of(family), concat("the counter ", family.name(), " does not end in _total"),
                concat("rename it to ", family.name(), "_total"));
        else if (family.type() != metric_type::counter && family.type() != metric_type::unknown && total)
            add(out, about, in.place_of(family),
                concat(family.name(), " ends in _total but is a ", to_string(family.type())),
                concat("make it a counter, or rename it to ", family.name().substr(0, family.name().size() - 6)));
    }};

}  // namespace pitot::lint::metrics
