#include <pitot/base/span.hpp>

#include <catch.hpp>

TEST_CASE("a position counts lines and code points")
{
    const std::string_view text = "ab\nc\xC3\xA4"
                                  "d\n";
    CHECK(pitot::position_of(text, 0) == pitot::text_position{1, 1});
    CHECK(pitot::position_of(text, 3) == pitot::text_position{2, 1});
    CHECK(pitot::position_of(text, 6) == pitot::text_position{2, 3});  // behind the two bytes of one letter
    CHECK(pitot::position_of(text, 999) == pitot::text_position{3, 1});
}

TEST_CASE("the line that holds a byte")
{
    CHECK(pitot::line_at("ab\ncd\nef", 4) == "cd");
    CHECK(pitot::line_at("ab\ncd\nef", 2) == "ab");
    CHECK(pitot::line_at("", 5).empty());
}
