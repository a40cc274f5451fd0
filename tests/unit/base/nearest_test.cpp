#include <pitot/base/nearest.hpp>

#include <catch.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

using pitot::edit_distance;
using pitot::nearest;

TEST_CASE("edits are counted up to the limit")
{
    CHECK(edit_distance("", "", 3) == 0);
    CHECK(edit_distance("abc", "abc", 0) == 0);
    CHECK(edit_distance("abc", "abd", 3) == 1);
    CHECK(edit_distance("abc", "acb", 3) == 1);  // two neighbours swapped
    CHECK(edit_distance("abc", "", 3) == 3);
    CHECK(edit_distance("kitten", "sitting", 9) == 3);
    CHECK(edit_distance("kitten", "sitting", 2) == 3);  // limit + 1
    CHECK(edit_distance("a", std::string(1000, 'b'), 5) == 6);
}

TEST_CASE("the nearest word is found, or none")
{
    const std::vector<std::string_view> known{"basic_auth", "authorization", "tls_config", "timeout"};
    CHECK(nearest("basic_auht", known) == "basic_auth");
    CHECK(nearest("tls", known) == "");
    CHECK(nearest("tlsconfig", known) == "tls_config");
    CHECK(nearest("timeouts", known) == "timeout");
    CHECK(nearest("", known) == "");
    CHECK(nearest("timeout", known) == "timeout");
}

TEST_CASE("a limit cuts the count of edits and changes nothing below")
{
    const std::string words[] = {"",      "a",       "ab",     "ba",       "abcdef",  "badcfe",
                                 "abcde", "xabcdef", "fedcba", "abababab", "babababa"};
    for (const std::string& a : words)
        for (const std::string& b : words)
            for (std::size_t limit = 0; limit < 10; ++limit)
                CHECK(edit_distance(a, b, limit) == std::min(edit_distance(a, b, 100), limit + 1));
}
