#include <pitot/base/duration.hpp>

#include <catch.hpp>

TEST_CASE("durations are read as Prometheus reads them")
{
    CHECK(pitot::parse_duration("0")->count == 0);
    CHECK(pitot::parse_duration("15s")->count == 15'000);
    CHECK(pitot::parse_duration("1h30m")->count == 5'400'000);
    CHECK(pitot::parse_duration("500ms")->count == 500);
    CHECK(pitot::parse_duration("1y2w3d4h5m6s7ms")->count ==
          31'536'000'000 + 1'209'600'000 + 259'200'000 + 14'400'000 + 300'000 + 6'007);
    for (const char* bad : {"", "1", "s", "1.5h", "-1s", "1s1h", "1s1s", "1 s", "1q", "1S"})
        CHECK_FALSE(pitot::parse_duration(bad));
    CHECK(pitot::parse_duration("300y").error().code == pitot::errc::out_of_range);
    CHECK(pitot::parse_duration("99999999999999999999s").error().code == pitot::errc::out_of_range);
}

TEST_CASE("durations are written as Prometheus writes them")
{
    CHECK(pitot::to_text(pitot::duration_ms{0}) == "0s");
    CHECK(pitot::to_text(pitot::duration_ms{5'400'000}) == "1h30m");
    CHECK(pitot::to_text(pitot::duration_ms{604'800'000}) == "1w");
    CHECK(pitot::to_text(pitot::duration_ms{691'200'000}) == "8d");
    CHECK(pitot::to_text(pitot::duration_ms{1}) == "1ms");
    CHECK(pitot::to_text(pitot::duration_ms{60'500}) == "1m500ms");
}
