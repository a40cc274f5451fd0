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

TEST_CASE("whole limits of buckets as 1.0, or as 1")
{
    const auto points = [](std::string text) { return catalog::read_exposition("x", std::move(text)).writes_points(); };
    const std::string bucket = "# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\n";
    CHECK_FALSE(points(bucket));
    CHECK(points(bucket + "h_bucket{le=\"1.0\"} 1\n"));
    CHECK(points(bucket + "h_bucket{a=\"b\", le=\"1.0\"} 1\n"));
    CHECK(points(bucket + "h_bucket{role=\"3\",le=\"1.0\"} 1\n"));
    CHECK_FALSE(points(bucket + "h_bucket{scale=\"1.0\",le=\"2.5\"} 1\n"));
    CHECK_FALSE(points(bucket + "h_bucket{le=\"1.0\"} 1\nh_bucket{le=\"2\"} 1\n"));
}
