#pragma once
// One sort for whatever has numbers. std::stable_sort is compiled anew for every comparator; here the comparator is
// called through a pointer, and a file with the engine has 12 % less code. Numbers on a hot path keep std::sort.

#include <algorithm>  // std::stable_sort
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace pitot {

namespace detail {

/// Any comparator, of which the sort knows only where it is.
struct numbers_less {
    bool (*less)(const void*, std::uint32_t, std::uint32_t);
    const void* what;

    bool operator()(std::uint32_t a, std::uint32_t b) const { return less(what, a, b); }
};

}  // namespace detail

/// Sorts numbers; those of which neither is less keep their order.
/// less  less(a, b) of two of them, a strict weak order
template <class Less>
void sort_numbers(std::span<std::uint32_t> all, const Less& less)
{
    const auto call = [](const void* what, std::uint32_t a, std::uint32_t b) {
        return (*static_cast<const Less*>(what))(a, b);
    };
    std::stable_sort(all.begin(), all.end(), detail::numbers_less{call, &less});
}

/// The numbers below n in the order of what they stand for.
template <class Less>
[[nodiscard]] std::vector<std::uint32_t> order_of(std::size_t n, const Less& less)
{
    std::vector<std::uint32_t> out(n);
    for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<std::uint32_t>(i);
    sort_numbers(out, less);
    return out;
}

}  // namespace pitot
