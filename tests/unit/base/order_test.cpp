#include <pitot/base/order.hpp>

#include <catch.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

using pitot::order_of;
using pitot::sort_numbers;

TEST_CASE("numbers come in the order of what they stand for")
{
    const std::vector<int> values{30, 10, 20};
    const auto less = [&](std::uint32_t a, std::uint32_t b) { return values[a] < values[b]; };
    CHECK(order_of(3, less) == std::vector<std::uint32_t>{1, 2, 0});
    CHECK(order_of(0, less).empty());
    std::vector<std::uint32_t> some{0, 2};
    sort_numbers(some, less);
    CHECK(some == std::vector<std::uint32_t>{2, 0});
}

TEST_CASE("what is equal keeps its order, at every size about the runs that are merged")
{
    std::uint32_t state = 1;
    for (const std::size_t n : {1U, 2U, 7U, 8U, 9U, 15U, 16U, 17U, 24U, 25U, 63U, 64U, 65U, 100U, 1000U})
        for (const std::uint32_t kinds : {1U, 2U, 10U, 100'000U}) {
            std::vector<std::uint32_t> values(n);
            for (std::uint32_t& v : values) v = (state = state * 1664525U + 1013904223U) / 65536U % kinds;
            const auto less = [&](std::uint32_t a, std::uint32_t b) { return values[a] < values[b]; };
            std::vector<std::uint32_t> wanted(n);
            std::iota(wanted.begin(), wanted.end(), 0U);
            std::stable_sort(wanted.begin(), wanted.end(), less);
            CHECK(order_of(n, less) == wanted);
        }
}
