#pragma once
#include <pitot/lint/metrics/context.hpp>

namespace pitot::lint::metrics {

inline constexpr metrics_rule inconsistent_labels{
    {"inconsistent-labels", severity::info, "the series of a family have different label names",
     "Aggregating by a label silently puts the series without it into one group, and sums over the family mix levels. "
     "Some exporters do it on purpose "
     "(a label that only some devices have), so this is a hint.",
     "requests_total{code=\"200\"} 5\nrequests_total{path=\"/\"} 5", "requests_total{code=\"200\",path=\"/\"} 5"},
    [](const context& in, const family_view& family, const rule& about, remarks& out) {
        if (family.size() < 2) return;
        const auto has = [](labels_view labels, std::string_view name) {
            for (const label_view& l : labels)
                if (l.name == name && !l.value.empty()) return true;
            return false;
        };
        const point_view first = family[0];
        for (std::size_t i = 1; i < family.size(); ++i) {
            const point_view point = family[i];
            std::string_view odd;
            for (const label_view& l : point.labels())
                if (!l.value.empty() && !has(first.labels(), l.name)) odd = l.name;
            for (const label_view& l : first.labels())
                if (!l.value.empty() && !has(point.labels(), l.name)) odd = l.name;
            if (odd.empty()) continue;
            add(out, about, in.place_of(point, family),
                concat("only some series of ", family.name(), " have the label ", odd));
            return;
        }
    }};

}  // namespace pitot::lint::metrics
