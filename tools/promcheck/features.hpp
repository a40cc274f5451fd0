#pragma once
// Prometheus's feature flags that change what a query means, by their names.

#include <pitot/base/result.hpp>
#include <pitot/promql/engine/evaluation.hpp>
#include <pitot/promql/parse_options.hpp>

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

namespace pitot::tools::promcheck {

inline constexpr std::string_view feature_names =
    "promql-experimental-functions, promql-binop-fill-modifiers, promql-delayed-name-removal";

/// error  invalid_value for a name that is none of those
[[nodiscard]] inline result<void> switch_on(const std::vector<std::string>& names, promql::parse_options& parsing,
                                            promql::engine_options& engine)
{
    for (const std::string& name : names) {
        if (name == "promql-experimental-functions")
            parsing.experimental_functions = true;
        else if (name == "promql-binop-fill-modifiers")
            parsing.binop_fill_modifiers = true;
        else if (name == "promql-delayed-name-removal")
            engine.delayed_name_removal = true;
        else
            return unexpected(errc::invalid_value, fmt::format("--feature {}: there are {}", name, feature_names));
    }
    return {};
}

}  // namespace pitot::tools::promcheck
