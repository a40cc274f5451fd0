#pragma once
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/look.hpp>
#include <pitot/lint/dashboard/suggest.hpp>

#include <string>
#include <string_view>

namespace pitot::lint::dashboards {

namespace detail {

/// Is it {{ $labels.x }}, as only alerts have it?
[[nodiscard]] constexpr bool is_of_alerts(std::string_view written) noexcept { return written.starts_with("$labels."); }

/// The label that a legend means by alerts' syntax, {{ $labels.x }} or {{ .Labels.x }}, or by {{ .x }}.
[[nodiscard]] constexpr std::string_view meant_label(std::string_view written) noexcept
{
    for (const std::string_view before : {"$labels.", ".Labels.", "."})
        if (written.starts_with(before)) return written.substr(before.size());
    return written;
}

[[nodiscard]] inline std::string suggest_legend_label(const context& in, std::string_view written)
{
    const std::string_view label = meant_label(written);
    const bool is_there = in.presence(in.root, label) != promql::presence::never;
    std::string other = label != written && is_there ? std::string() : suggest_result_label(in, label);
    if (label == written || !(other.empty() || other.starts_with("keep it"))) return other;
    if (other.empty()) return is_there ? concat("write {{", label, "}}") : std::string();
    return concat("write {{", label, "}}, and ", other);
}

}  // namespace detail

inline constexpr dashboard_rule legend_label_missing{
    {"legend-label-missing", severity::warning, "a legend shows a label that the result does not have",
     "The legend has a gap there, and lines cannot be told apart. Either an aggregation drops the label, or no series "
     "has it.\n"
     "{{ $labels.path }} and {{.path}} are of alerts: Grafana looks for labels of those names. The title, text and "
     "tags "
     "of a\n"
     "dashboard's annotation show labels, too.",
     "sum(rate(http_requests_total[5m])) with legend {{path}}", "sum by (path) (rate(http_requests_total[5m]))"},
    [](const context& in, const rule& about, remarks& out) {
        for (const label_use& use : in.legend)
            if (detail::is_of_alerts(use.label) || in.presence(in.root, use.label) == promql::presence::never)
                out.findings.push_back(in.at(use, about, about.level, concat("the result has no label ", use.label),
                                             detail::suggest_legend_label(in, use.label)));
    }};

}  // namespace pitot::lint::dashboards
