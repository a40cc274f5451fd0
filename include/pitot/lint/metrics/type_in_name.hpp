#pragma once
#include <pitot/base/text.hpp>
#include <pitot/lint/metrics/context.hpp>

namespace pitot::lint::metrics {

/// Is `_word` followed by an underscore or the end, whatever the case of the name?
[[nodiscard]] inline bool has_word(std::string_view name, std::string_view word)
{
    const std::string lower = to_lower(name);
    for (std::size_t at = lower.find('_'); at != std::string::npos; at = lower.find('_', at + 1)) {
        if (lower.compare(at + 1, word.size(), word) != 0) continue;
        const std::size_t end = at + 1 + word.size();
        if (end == lower.size() || lower[end] == '_') return true;
    }
    return false;
}

inline constexpr metrics_rule type_in_name{
    {"type-in-name", severity::warning, "a name contains the name of a metric type",
     "The type is in the metadata. In the name it is noise, and wrong as soon as the type changes.",
     "# TYPE queue_length_gauge gauge\nqueue_length_gauge 3", "# TYPE queue_length gauge\nqueue_length 3"},
    [](const context& in, const family_view& family, const rule& about, remarks& out) {
        for (const std::string_view type : {"gauge_histogram", "counter", "gauge", "histogram", "summary"}) {
            if (!has_word(family.name(), type)) continue;
            add(out, about, in.place_of(family), concat(family.name(), " contains the type name '", type, "'"));
            return;
        }
    }};

}  // namespace pitot::lint::metrics
