#include <pitot/base/numbering.hpp>

#include <catch.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

using pitot::numbering;

TEST_CASE("keys have numbers in the order in which they came")
{
    numbering all;
    CHECK(all.find("a") == numbering::none);
    CHECK(all.add("a") == 0);
    CHECK(all.add("") == 1);
    CHECK(all.add("b") == 2);
    CHECK(all.add("a") == 0);
    CHECK(all.size() == 3);
    CHECK(all.find("") == 1);
    CHECK(all.find("c") == numbering::none);
    CHECK(all.key(2) == "b");
}

TEST_CASE("a number is the key of its bytes")
{
    numbering all;
    CHECK(all.add(std::uint64_t{7} << 32U) == 0);
    CHECK(all.add(7) == 1);
    CHECK(all.find(7) == 1);
    CHECK(all.find("7") == numbering::none);
}

TEST_CASE("many keys keep their numbers and views while it grows and when it moves")
{
    numbering all;
    const std::string_view first = all.key(all.add("key 0"));
    for (std::uint32_t i = 1; i < 5000; ++i) REQUIRE(all.add("key " + std::to_string(i)) == i);
    const numbering moved = std::move(all);
    for (std::uint32_t i = 0; i < 5000; ++i) REQUIRE(moved.find("key " + std::to_string(i)) == i);
    CHECK(moved.find("key 5000") == numbering::none);
    CHECK(moved.key(0).data() == first.data());
}

TEST_CASE("after clear() numbers begin anew")
{
    numbering all;
    for (int i = 0; i < 100; ++i) all.add(std::to_string(i));
    all.clear();
    CHECK(all.size() == 0);
    CHECK(all.find("5") == numbering::none);
    CHECK(all.add("5") == 0);
    CHECK(all.add("6") == 1);
    CHECK(all.find("5") == 0);
}
