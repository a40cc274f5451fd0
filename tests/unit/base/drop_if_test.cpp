#include <pitot/base/drop_if.hpp>

#include <catch.hpp>

#include <vector>

TEST_CASE("what is dropped goes, what stays keeps its order")
{
    const auto odd = [](int i) { return i % 2 != 0; };
    std::vector<int> all{1, 2, 4, 3, 6, 5};
    pitot::drop_if(all, odd);
    CHECK(all == std::vector<int>{2, 4, 6});
    pitot::drop_if(all, odd);
    CHECK(all == std::vector<int>{2, 4, 6});
    pitot::drop_if(all, [](int) { return true; });
    CHECK(all.empty());
    pitot::drop_if(all, odd);
    CHECK(all.empty());
}
