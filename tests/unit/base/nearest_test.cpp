#include <pitot/base/nearest.hpp>

#include <catch.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
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

TEST_CASE("one word compared with many has the edits of each pair")
{
    std::uint32_t state = 7;
    const auto word = [&state](std::size_t size) {
        std::string text;
        for (std::size_t i = 0; i < size; ++i) {
            state = state * 1664525 + 1013904223;
            text += "abc\xff"[state >> 30U];
        }
        return text;
    };
    for (const std::size_t size : {0U, 1U, 2U, 5U, 9U, 63U, 64U, 65U}) {
        const std::string from = word(size);
        const pitot::edits_from edits(from);
        for (std::size_t other = 0; other < 70; ++other) {
            std::string to = other % 2 == 0 ? word(other) : from;
            if (other % 2 != 0 && to.size() > 3) std::swap(to[other % (size - 1)], to[other % (size - 1) + 1]);
            for (const std::size_t limit : {0U, 1U, 3U, 20U, 100U})
                CHECK(edits.to(to, limit) == edit_distance(from, to, limit));
        }
    }
}
