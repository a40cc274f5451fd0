#include <pitot/promql/durations.hpp>
#include <pitot/promql/literal.hpp>

#include <catch.hpp>

#include <cmath>

using pitot::promql::number_value;
using pitot::promql::unquote;

TEST_CASE("strings have Go's escapes, raw strings none")
{
    CHECK(unquote(R"("a\n\t\\\"'")").value_or("") == "a\n\t\\\"'");
    CHECK(unquote(R"('it\'s "x"')").value_or("") == "it's \"x\"");
    CHECK(unquote(R"("\x41\101\u00e4\U0001F600")").value_or("") == "AA\xC3\xA4\xF0\x9F\x98\x80");
    CHECK(unquote("`a\\n\nb`").value_or("") == "a\\n\nb");
    CHECK(unquote("\"\"").value_or("x").empty());
}

TEST_CASE("what is no string is refused at its place")
{
    for (const char* bad : {"\"", "\"a", "\"a'", R"("\q")", R"("\'")", R"("\x4")", R"("\400")", R"("\ud800")",
                            R"("\U00110000")", "\"a\nb\"", R"("\")"}) {
        INFO(bad);
        CHECK_FALSE(unquote(bad).has_value());
    }
    CHECK(unquote(R"("ab\q")").error().where == pitot::text_span{3, 2});
}

TEST_CASE("numbers are read as Go reads them")
{
    CHECK(*number_value("010") == 8);
    CHECK(*number_value("08") == 8);
    CHECK(*number_value("0x1F") == 31);
    CHECK(*number_value("1_000") == 1000);
    CHECK(*number_value("5.") == 5);
    CHECK(*number_value(".5") == 0.5);
    CHECK(*number_value("1e3") == 1000);
    CHECK(*number_value("0x1p4") == 16);
    CHECK(*number_value("9223372036854775808") == 9223372036854775808.0);
    CHECK(std::isinf(*number_value("Inf")));
    CHECK(std::isnan(*number_value("nAn")));
    for (const char* bad : {"0b11", "0o17", "1e", "1..2", "1_", "_1", "1__0", "1_000.5", "0x", "0xg", "1h", ""}) {
        INFO(bad);
        CHECK_FALSE(number_value(bad).has_value());
    }
}

TEST_CASE("a printed number has the fewest digits that read back the same, and no exponent")
{
    CHECK(pitot::promql::plain_number(0.1) == "0.1");
    CHECK(pitot::promql::plain_number(-1500) == "-1500");
    CHECK(pitot::promql::plain_number(1e-7) == "0.0000001");
    CHECK(pitot::promql::plain_number(9007199254740991) == "9007199254740991");
    CHECK(pitot::promql::plain_number(1152921504606846976) == "1152921504606847000");
    CHECK(pitot::promql::plain_number(-1152921504606846976) == "-1152921504606847000");
    CHECK(pitot::promql::plain_number(1e21) == "1000000000000000000000");
    CHECK(pitot::promql::plain_number(9007199254740992) == "9007199254740992");
    CHECK(pitot::promql::plain_number(1.7976931348623157e308) ==
          pitot::concat("17976931348623157", std::string(292, '0')));
}
