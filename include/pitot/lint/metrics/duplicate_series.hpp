#pragma once
#include <pitot/expo/assemble.hpp>  // hash_labels, same_labels
#include <pitot/lint/metrics/context.hpp>

namespace pitot::lint::metrics {

/// Labels as a person reads them: {a="b",c="d"}.
[[nodiscard]] inline std::string labels_text(labels_view labels)
{
    std::string text = "{";
    for (const label_view& label : labels) {
        if (text.size() > 1) text += ',';
        text += concat(label.name, "=\"", label.value, "\"");
    }
    return text + '}';
}

inline constexpr metrics_rule duplicate_series{
    {"duplicate-series", severity::error, "a series is exposed twice",
     "The order of labels makes no other series. Prometheus keeps one of the values and counts the other as a "
     "duplicate; OpenMetrics forbids it. "
     "Two collectors that expose the same thing, or a label that was dropped, are the usual cause.",
     "jobs{queue=\"a\"} 1\njobs{queue=\"a\"} 2", "jobs{queue=\"a\"} 1\njobs{queue=\"b\"} 2"},
    [](const context& in, const family_view& family, const rule& about, remarks& out) {
        std::unordered_multimap<std::size_t, std::size_t> seen;
        seen.reserve(family.size());
        for (std::size_t i = 0; i < family.size(); ++i) {
            const point_view point = family[i];
            const std::size_t hash = expo::hash_labels(point.labels(), {});
            const auto [first, last] = seen.equal_range(hash);
            bool twice = false;
            for (auto at = first; at != last && !twice; ++at) {
                const point_view other = family[at->second];
                twice = expo::same_labels(point.labels(), other.labels(), {}) && point.timestamp() == other.timestamp();
            }
            if (twice)
                add(out, about, in.place_of_sample(family, i),
                    concat("the series ", family.name(), point.labels().empty() ? "" : labels_text(point.labels()),
                           " is exposed twice"));
            else
                seen.emplace(hash, i);
            if (const histogram_row* const row = point.histogram(); row != nullptr) {
                const auto buckets = in.families().buckets(row->classic);
                for (std::size_t b = 1; b < buckets.size(); ++b)
                    if (buckets[b].upper == buckets[b - 1].upper)
                        add(out, about, in.place_of(point, family),
                            concat("the bucket le=\"", to_text(buckets[b].upper), "\" of ", family.name(),
                                   " is exposed twice"));
            }
        }
    }};

}  // namespace pitot::lint::metrics
