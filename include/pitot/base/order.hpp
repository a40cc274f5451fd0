#pragma once
// One sort for whatever has numbers. std::stable_sort is compiled anew for every comparator; here the comparator is
// called through a pointer, and a file with the engine has 12 % less code. Numbers on a hot path keep std::sort.

#include <pitot/base/function_ref.hpp>

#include <algorithm>  // std::stable_sort
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace pitot {

/// less(a, b) of two numbers, a strict weak order.
using number_order = function_ref<bool(std::uint32_t, std::uint32_t)>;

/// Sorts numbers; those of which neither is less keep their order.
inline void sort_numbers(std::span<std::uint32_t> all, number_order less)
{
    std::stable_sort(all.data(), all.data() + all.size(), less);
}

/// The numbers below n in the order of what they stand for.
[[nodiscard]] inline std::vector<std::uint32_t> order_of(std::size_t n, number_order less)
{
    std::vector<std::uint32_t> out(n);
    for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<std::uint32_t>(i);
    sort_numbers(out, less);
    return out;
}

}  // namespace pitot
