#include <pitot/base/vectors.hpp>

#include <catch.hpp>

#include <string>
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

TEST_CASE("an item goes in at its place")
{
    std::vector<std::string> all;
    pitot::insert_at(all, 0, std::string("c"));
    pitot::insert_at(all, 0, std::string("a"));
    pitot::insert_at(all, 1, std::string("b"));
    pitot::insert_at(all, 3, std::string("d"));
    CHECK(all == std::vector<std::string>{"a", "b", "c", "d"});
}
