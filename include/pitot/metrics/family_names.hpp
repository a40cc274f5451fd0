#pragma once
// The types that the registry's functions return, for those who keep a family as a member:
// `pitot::counter_family<pitot::label<"path">>& requests;`

#include <pitot/metrics/registry.hpp>

#include <type_traits>
#include <utility>

namespace pitot {

/// Args are those of the registry's function: labels, unit, sharded, exemplars.
template <class... Args>
using counter_family = std::remove_reference_t<decltype(std::declval<registry&>().counter<"x_total", Args...>(""))>;
template <class... Args>
using real_counter_family =
    std::remove_reference_t<decltype(std::declval<registry&>().real_counter<"x_total", Args...>(""))>;
template <class... Args>
using gauge_family = std::remove_reference_t<decltype(std::declval<registry&>().gauge<"x", Args...>(""))>;
template <class... Args>
using integer_gauge_family =
    std::remove_reference_t<decltype(std::declval<registry&>().integer_gauge<"x", Args...>(""))>;
template <class... Args>
using histogram_family = std::remove_reference_t<decltype(std::declval<registry&>().histogram<"x", Args...>(""))>;
template <class... Args>
using native_histogram_family =
    std::remove_reference_t<decltype(std::declval<registry&>().native_histogram<"x", Args...>(""))>;
template <class... Args>
using summary_family = std::remove_reference_t<decltype(std::declval<registry&>().summary<"x", Args...>(""))>;

}  // namespace pitot
