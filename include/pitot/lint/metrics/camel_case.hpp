#pragma once
#include <pitot/lint/metrics/context.hpp>

namespace pitot::lint::metrics {

/// A small letter followed by a capital.
[[nodiscard]] constexpr bool is_camel_case(std::string_view name) noexcept
{
    for (std::size_t i = 1; i < name.size(); ++i)
        if (name[i - 1] >= 'a' && name[i - 1] <= 'z' && name[i] >= 'A' && name[i] <= 'Z') return true;
    return false;
}

/// requestCount → request_count
[[nodiscard]] inline std::string snake_case(std::string_view name)
{
    std::string out;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const bool capital = name[i] >= 'A' && name[i] <= 'Z';
        if (capital && i > 0 && name[i - 1] >= 'a' && name[i - 1] <= 'z') out += '_';
        out += capital ? static_cast<char>(name[i] + 32) : name[i];
    }
    return out;
}

inline constexpr metrics_rule camel_case{
    {"camel-case", severity::warning, "a metric or label name is written in camelCase",
     "All of the ecosystem writes snake_case; names are case-sensitive, so a mixture is a source of typing errors.",
     "requestCount_total{statusCode=\"200\"} 5", "request_count_total{status_code=\"200\"} 5"},
    [](const context& in, const family_view& family, const rule& about, remarks& out) {
        if (is_camel_case(family.name()))
            add(out, about, in.place_of(family), concat(family.name(), " is written in camelCase"),
                concat("rename it to ", snake_case(family.name())));
        std::vector<std::string_view> said;
        for (std::size_t i = 0; i < family.size(); ++i) {
            const point_view point = family[i];
            for (const label_view& label : point.labels()) {
                if (!is_camel_case(label.name) || std::find(said.begin(), said.end(), label.name) != said.end())
                    continue;
                said.push_back(label.name);
                add(out, about, in.place_of(label, point, family),
                    concat("the label ", label.name, " of ", family.name(), " is written in camelCase"),
                    concat("rename it to ", snake_case(label.name)));
            }
        }
    }};

}  // namespace pitot::lint::metrics
