#include <pitot/json/pointer.hpp>
#include <pitot/json/reader.hpp>

#include <catch.hpp>

#include <vector>

namespace json = pitot::json;

TEST_CASE("the examples of RFC 6901, section 5")
{
    const auto read = json::parse(
        R"({"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8})");
    REQUIRE(read);
    const json::value root = read->root();
    CHECK(json::find(root, "") == root);
    CHECK(json::find(root, "/foo").size() == 2);
    CHECK(json::find(root, "/foo/0").text() == "bar");
    CHECK(json::find(root, "/").as_int() == 0);
    CHECK(json::find(root, "/a~1b").as_int() == 1);
    CHECK(json::find(root, "/c%d").as_int() == 2);
    CHECK(json::find(root, "/e^f").as_int() == 3);
    CHECK(json::find(root, "/g|h").as_int() == 4);
    CHECK(json::find(root, "/i\\j").as_int() == 5);
    CHECK(json::find(root, "/k\"l").as_int() == 6);
    CHECK(json::find(root, "/ ").as_int() == 7);
    CHECK(json::find(root, "/m~0n").as_int() == 8);
}

TEST_CASE("a pointer to nothing finds nothing")
{
    const auto read = json::parse(R"({"a":[0,1,2,3,4,5,6,7,8,9,10],"~":1})");
    REQUIRE(read);
    for (const char* pointer : {"a", "/b", "/a/11", "/a/-", "/a/01", "/a/+1", "/a/ 1", "/a/1/2",
                                "/a/99999999999999999999", "/~", "/~2", "/a/", "/a/0x1"}) {
        INFO(pointer);
        CHECK_FALSE(json::find(read->root(), pointer));
    }
    CHECK(json::find(read->root(), "/~0").as_int() == 1);
    CHECK(json::find(read->root(), "/a/10").as_int() == 10);
}

TEST_CASE("every value is found by its own pointer")
{
    const auto read = json::parse(R"({"a":[[1,[2]],{"x/y":{"~":"v"}}],"":{"":[{}]},"c":null})");
    REQUIRE(read);
    std::vector<json::value> open{read->root()};
    std::size_t seen = 0;
    while (!open.empty()) {
        const json::value at = open.back();
        open.pop_back();
        ++seen;
        CHECK(json::find(read->root(), json::pointer_of(at)) == at);
        for (const json::value child : at) open.push_back(child);
    }
    CHECK(seen == 13);
    CHECK(json::pointer_of(json::find(read->root(), "/a/1/x~1y/~0")) == "/a/1/x~1y/~0");
    CHECK(json::pointer_of(read->root()).empty());
}

TEST_CASE("a member knows its place")
{
    const auto read = json::parse(R"([ [], {"a": [3, 4], "b": [[], "x"], "a": 5}, 6 ])");
    REQUIRE(read);
    CHECK(read->root().place() == 0);
    CHECK(json::value{}.place() == 0);
    std::vector<json::value> open{read->root()};
    while (!open.empty()) {
        const json::value around = open.back();
        open.pop_back();
        std::size_t place = 0;
        for (const json::value child : around) {
            CHECK(child.place() == place++);
            open.push_back(child);
        }
        CHECK(place == around.size());
    }
}
