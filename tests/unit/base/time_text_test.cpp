#include <pitot/base/percent.hpp>
#include <pitot/base/time_text.hpp>

#include <catch.hpp>

TEST_CASE("moments are read as Unix seconds and as RFC 3339")
{
    CHECK(pitot::parse_time("1700000000").value_or(0) == 1'700'000'000'000);
    CHECK(pitot::parse_time("0.5").value_or(0) == 500);
    CHECK(pitot::parse_time("2024-01-01T00:00:00Z").value_or(0) == 1'704'067'200'000);
    CHECK(pitot::parse_time("2024-01-01T01:30:00.25+01:30").value_or(0) == 1'704'067'200'250);
    for (const char* const wrong :
         {"", "yesterday", "2024-13-01T00:00:00Z", "2024-02-30T00:00:00Z", "2024-01-01T00:00:00",
          "2024-01-01T24:00:00Z", "2024-01-01", "1e99", "2024-01-01T00:00:00.Z"})
        CHECK_FALSE(pitot::parse_time(wrong));
}

TEST_CASE("moments are written in UTC")
{
    CHECK(pitot::date_time_text(0, 'T') == "1970-01-01T00:00:00");
    CHECK(pitot::date_time_text(-1, ' ') == "1969-12-31 23:59:59");
    CHECK(pitot::date_time_text(1'709'210'096'789, 'T') == "2024-02-29T12:34:56");
    CHECK(pitot::date_time_text(INT64_MAX, 'T').size() > 10);
}

TEST_CASE("a blank may have a form of its own")
{
    CHECK(pitot::percent_encoded("a b+c") == "a%20b%2Bc");
    CHECK(pitot::percent_encoded("a b+c", "+") == "a+b%2Bc");
}
