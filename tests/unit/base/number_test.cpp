#include <pitot/base/number.hpp>

#include <catch.hpp>

#include <cstring>
#include <limits>

namespace {
template <char* (*Write)(char*, double) noexcept>
std::string text(double value)
{
    char room[pitot::number_size];
    return {room, Write(room, value)};
}
}  // namespace

TEST_CASE("le and quantile have Go's spelling")
{
    CHECK(text<pitot::write_go_number>(100000) == "100000");
    CHECK(text<pitot::write_go_number>(1e6) == "1e+06");
    CHECK(text<pitot::write_go_number>(123456789) == "1.23456789e+08");
    CHECK(text<pitot::write_go_number>(0.0001) == "0.0001");
    CHECK(text<pitot::write_go_number>(0.00001) == "1e-05");
    CHECK(text<pitot::write_go_number>(5e-324) == "5e-324");
    CHECK(text<pitot::write_go_number>(1e21) == "1e+21");
}

TEST_CASE("OpenMetrics' canonical floats have a point or an exponent")
{
    CHECK(text<pitot::write_canonical_number>(1) == "1.0");
    CHECK(text<pitot::write_canonical_number>(0.005) == "0.005");
    CHECK(text<pitot::write_canonical_number>(1e6) == "1e+06");
    CHECK(text<pitot::write_canonical_number>(std::numeric_limits<double>::infinity()) == "+Inf");
}

TEST_CASE("a sample value reads back as the same double")
{
    for (const double v : {0.1 + 0.2, 1.0 / 3, 1e308, 5e-324, 123456789.0, -0.0, 9007199254740993.0, 0.0}) {
        const auto back = pitot::parse_number(pitot::to_text(v));
        REQUIRE(back);
        CHECK(std::memcmp(&*back, &v, sizeof v) == 0);
    }
    CHECK(pitot::to_text(std::numeric_limits<double>::quiet_NaN()) == "NaN");
    CHECK(pitot::to_text(3) == "3");
}

TEST_CASE("what is no number is refused")
{
    for (const char* bad : {"", "+", "-", "+-1", "1e", "0x10", "1_000", " 1", "1 ", "nan(1)", "in"})
        CHECK_FALSE(pitot::parse_number(bad));
    CHECK(*pitot::parse_number("1e400") == std::numeric_limits<double>::infinity());
    CHECK(*pitot::parse_number("-1e-400") == 0);
}
