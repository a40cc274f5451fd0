#pragma once
// What findings of one query have in common.

#include <string_view>

namespace pitot::tools::dashboard_lint {

/// The object that a value stands in: a query, its legend and its datasource are members of one.
[[nodiscard]] inline std::string_view around(std::string_view pointer) noexcept
{
    return pointer.substr(0, pointer.rfind('/'));
}

}  // namespace pitot::tools::dashboard_lint
