#include <pitot/catalog/exposition.hpp>

#include <catch.hpp>

#include <string>

using namespace pitot;
using catalog::detect_format;
using catalog::input_format;
using catalog::read_exposition;

TEST_CASE("the format is told by Content-Type, else by the text")
{
    CHECK(detect_format("", "application/openmetrics-text; version=1.0.0; charset=utf-8") == input_format::openmetrics);
    CHECK(detect_format("", "Application/OpenMetrics-Text") == input_format::openmetrics);
    CHECK(detect_format("a 1\n# EOF\n", "text/plain; version=0.0.4") == input_format::text);
    CHECK(detect_format("a 1\n# EOF\n", "application/octet-stream") == input_format::openmetrics);
    CHECK(detect_format("a 1\n# EOF") == input_format::openmetrics);
    CHECK(detect_format("# EOF") == input_format::openmetrics);
    CHECK(detect_format("x # EOF") == input_format::text);
    CHECK(detect_format("") == input_format::text);
    CHECK(detect_format("\n\n# HELP a b\n") == input_format::text);
}

TEST_CASE("protobuf is told by its first message")
{
    CHECK(detect_format(std::string_view("\x05\x0A\x01" "a\x18\x00", 6)) == input_format::protobuf);
    CHECK(detect_format(std::string_view("\x05\x0A\x09" "a\x18\x00", 6)) == input_format::text);  // the name does not fit
    CHECK(detect_format("\n\nab") == input_format::text);
    CHECK(detect_format("\xff\xff\xff\xff\xff\xff\xff\xff") == input_format::text);
}

TEST_CASE("what is good is read beside what is not")
{
    const auto got = read_exposition("here", "a 1\nb{ 2\nc 3\n");
    CHECK(got.name == "here");
    REQUIRE(got.errors.size() == 1);
    CHECK(position_of(got.text(), got.errors[0].where.offset).line == 2);
    CHECK(got.families.point_count() == 2);
    CHECK(read_exposition("here", "a 1\nb{ 2\nc 3\n", input_format::text, {}, true).families.point_count() == 1);
}

TEST_CASE("views stay valid when an exposition moves")
{
    auto got = read_exposition("here", "a 1\n");  // short enough for the string's own room
    const auto moved = std::move(got);
    REQUIRE(moved.families.size() == 1);
    CHECK(moved.families[0].name() == "a");
}
