#include <pitot/catalog/exposition.hpp>

#include <catch.hpp>

#include <string>

using namespace pitot;
using catalog::read_exposition;
using expo::format;

TEST_CASE("the format is told by the command line, else by Content-Type, else by the text")
{
    CHECK(read_exposition("x", "a 1\n# EOF\n", format::text, "application/openmetrics-text").format == format::text);
    CHECK(read_exposition("x", "a 1\n", {}, "application/openmetrics-text; version=1.0.0").format ==
          format::openmetrics);
    CHECK(read_exposition("x", "a 1\n# EOF\n", {}, "text/plain; version=0.0.4").format == format::text);
    CHECK(read_exposition("x", "a 1\n# EOF\n", {}, "application/octet-stream").format == format::openmetrics);
    CHECK(read_exposition("x", "a 1\n").format == format::text);
    CHECK(read_exposition("x", "").format == format::text);
    CHECK(catalog::format_from("auto").value() == std::nullopt);
    CHECK(catalog::format_from("protobuf").value() == format::protobuf);
    CHECK_FALSE(catalog::format_from("html").has_value());
}

TEST_CASE("what is good is read beside what is not")
{
    const auto got = read_exposition("here", "a 1\nb{ 2\nc 3\n");
    CHECK(got.name == "here");
    REQUIRE(got.errors.size() == 1);
    CHECK(position_of(got.text(), got.errors[0].where.offset).line == 2);
    CHECK(got.families.point_count() == 2);
    CHECK(read_exposition("here", "a 1\nb{ 2\nc 3\n", format::text, {}, true).families.point_count() == 1);
}

TEST_CASE("views stay valid when an exposition moves")
{
    auto got = read_exposition("here", "a 1\n");  // short enough for the string's own room
    const auto moved = std::move(got);
    REQUIRE(moved.families.size() == 1);
    CHECK(moved.families[0].name() == "a");
}
