#pragma once
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/look.hpp>

namespace pitot::lint::dashboards {

/// Is it a moment that its name says, which stays until something happens again?
[[nodiscard]] inline bool is_moment(std::string_view name) noexcept
{
    for (const std::string_view word : {"start_time", "boot_time", "timestamp", "stats_reset", "last_seen"})
        if (name.find(word) != std::string_view::npos) return true;
    return false;
}

inline constexpr dashboard_rule rate_on_gauge{
    {"rate-on-gauge", severity::warning, "a function for counters is asked of a gauge",
     "rate, irate, increase and resets take every decrease for a restart of a counter. Of a gauge they are wrong "
     "whenever it falls: use\n"
     "deriv or delta. Types are as the source declares them; a gauge that only grows can be excluded in the "
     "configuration.",
     "rate(process_resident_memory_bytes[5m])", "deriv(process_resident_memory_bytes[5m])"},
    [](const context& in, const rule& about, remarks& out) {
        for (const asked& a : in.asks) {
            if (a.total || type_of(a) != metric_type::gauge) continue;  // of what is not exposed no type is known
            const promql::call_node* const call = counter_call(a);
            if (call != nullptr)
                out.findings.push_back(in.at(call->span, about, about.level,
                                             concat(call->name, "() is for counters, and ", a.name, " is a gauge"),
                                             call->name == "resets" || is_moment(a.name) ? "use changes()"
                                             : call->name == "increase"                  ? "use delta()"
                                                                                         : "use deriv()"));
        }
    }};

}  // namespace pitot::lint::dashboards
