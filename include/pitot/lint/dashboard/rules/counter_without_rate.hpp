#pragma once
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/look.hpp>

namespace pitot::lint::dashboards {

/// A selector as it is written, with its metric's whole name.
[[nodiscard]] inline std::string selector_text(const context& in, const asked& a, std::string_view name)
{
    const text_span where = in.readable.original_span(a.selector->span);
    const std::string_view written = in.expr.text.substr(where.offset, where.length);
    const std::size_t brace = written.find('{');
    const bool is_plain = written.starts_with(a.name) && a.selector->shift.offset == 0;
    return is_plain && brace == a.name.size() ? concat(name, written.substr(brace, written.rfind('}') + 1 - brace))
                                              : std::string(name);
}

inline constexpr dashboard_rule counter_without_rate{
    {"counter-without-rate", severity::warning, "a counter is shown as it is, since its start",
     "A counter only grows, and falls to 0 when its process restarts: its value says little. Reported where the source "
     "declares a counter\n"
     "and the name ends in _total, _count, _sum or _bucket; with another name it is info, since types lie. So is what\n"
     "is only exposed with _total, a counter divided by counters (a mean since the start), one compared with its own "
     "past by unless, one that a rule\n"
     "records, and a histogram's or summary's _count, _sum and _bucket.",
     "http_requests_total", "rate(http_requests_total[5m])"},
    [](const context& in, const rule& about, remarks& out) {
        for (const asked& a : in.asks) {
            const metric_type type = type_of(a);
            const bool part = (type == metric_type::histogram || type == metric_type::summary) &&
                              (a.name.ends_with("_count") || a.name.ends_with("_sum") || a.name.ends_with("_bucket"));
            if ((type != metric_type::counter && !part) || !is_raw(in, a)) continue;
            const std::string name = a.total ? a.name + "_total" : a.name;
            bool usual = false;
            for (const std::string_view end : {"_total", "_count", "_sum", "_bucket"})
                usual = usual || name.ends_with(end);
            const bool recorded = in.is_rule && !in.is_alert;  // neither shown nor compared
            const bool plain = usual && !a.total && !part && !recorded && !is_beside_its_like(in, a);
            out.findings.push_back(in.at(a.selector->span, about, plain ? about.level : severity::info,
                                         concat(name, usual ? " is a counter: it grows until its process restarts"
                                                            : " is declared a counter, which only grows"),
                                         usual ? concat("rate(", selector_text(in, a, name), "[5m])") : ""));
        }
    }};

}  // namespace pitot::lint::dashboards
