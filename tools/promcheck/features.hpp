#pragma once
// Prometheus's feature flags that change what a query means, by their names.

#include <pitot/base/result.hpp>
#include <pitot/connect/regex.hpp>
#include <pitot/promql/engine/evaluation.hpp>
#include <pitot/promql/parse_options.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::tools::promcheck {

inline constexpr std::string_view feature_names =
    "promql-experimental-functions, promql-extended-range-selectors, promql-binop-fill-modifiers, "
    "promql-delayed-name-removal, use-start-timestamps, type-and-unit-labels; promql-duration-expr is always on";

/// What RE2 says of a regular expression, as Prometheus tells it; empty when it can be read.
[[nodiscard]] inline std::string regex_error(std::string_view pattern)
{
    const auto made = regex::compile(pattern, false);  // the message has the pattern as it is written
    return made ? std::string() : fmt::format("error parsing regexp: {}", made.error().message);
}

/// Names as Prometheus's own --enable-feature has them, several in one with commas between.
/// type_and_unit_labels  what scraping is to do about types and units
/// error                 invalid_value for a name that is none of those
[[nodiscard]] inline result<void> switch_on(const std::vector<std::string>& names, promql::parse_options& parsing,
                                            promql::engine_options& engine, bool& type_and_unit_labels)
{
    bool without_effect = false;
    const struct {
        std::string_view name;
        bool* on;
    } all[] = {
        {"promql-experimental-functions", &parsing.experimental_functions},
        {"promql-extended-range-selectors", &parsing.extended_range_selectors},
        {"promql-binop-fill-modifiers", &parsing.binop_fill_modifiers},
        {"promql-delayed-name-removal", &engine.delayed_name_removal},
        {"use-start-timestamps", &engine.use_start_timestamps},
        {"type-and-unit-labels", &type_and_unit_labels},
        {"promql-duration-expr", &without_effect},
    };
    for (const std::string_view given : names)
        for (std::size_t at = 0; at <= given.size();) {
            const std::size_t end = std::min(given.find(',', at), given.size());
            const std::string_view name = given.substr(at, end - at);
            at = end + 1;
            const auto* const found = std::ranges::find_if(all, [name](const auto& f) { return f.name == name; });
            if (found == std::end(all))
                return unexpected(errc::invalid_value,
                                  fmt::format("--enable-feature {}: there are {}", name, feature_names));
            *found->on = true;
        }
    return {};
}

}  // namespace pitot::tools::promcheck
