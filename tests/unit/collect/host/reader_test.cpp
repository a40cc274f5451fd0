#include <catch.hpp>
#include <collect/tree.hpp>

#include <pitot/collect/host/reader.hpp>

using namespace pitot::collect;

TEST_CASE("words, lines and numbers are cut off in place", "[collect]")
{
    std::string_view rest = "a  b\tc\n\nlast";
    std::string_view line;
    REQUIRE(next_line(rest, line));
    CHECK(next_word(line) == "a");
    CHECK(next_word(line) == "b");
    CHECK(next_word(line) == "c");
    CHECK(next_word(line).empty());
    REQUIRE(next_line(rest, line));
    CHECK(line.empty());
    REQUIRE(next_line(rest, line));
    CHECK(line == "last");
    CHECK_FALSE(next_line(rest, line));
    std::string_view list = "x,,y";
    CHECK(next_until(list, ',') == "x");
    CHECK(next_until(list, ',').empty());
    CHECK(next_until(list, ',') == "y");
    CHECK(list.empty());
}

TEST_CASE("a number is a whole word or none", "[collect]")
{
    std::uint64_t whole = 0;
    CHECK(to_number("18446744073709551615", whole));
    CHECK(whole == UINT64_MAX);
    CHECK_FALSE(to_number("18446744073709551616", whole));
    CHECK_FALSE(to_number("", whole));
    CHECK_FALSE(to_number("1x", whole));
    CHECK_FALSE(to_number("-1", whole));
    CHECK(to_number("ff", whole, 16));
    CHECK(whole == 255);
    double value = 0;
    CHECK(to_number("-1.5", value));
    CHECK(value == -1.5);
    CHECK_FALSE(to_number("0x10", value));
    CHECK_FALSE(to_number("1.5.2", value));
}

TEST_CASE("a kept file shows what is there now, a removed one is missing, a new one is found", "[collect]")
{
    tree at;
    at.file("value", "1\n");
    read_buffer buffer(4);  // smaller than what comes
    kept_file file(at.path("value"));
    CHECK(file.read(buffer).text == "1\n");
    at.file("value", std::string(1000, 'x'));
    CHECK(file.read(buffer).text.size() == 1000);
    kept_file none(at.path("none"));
    CHECK(none.read(buffer).missing());
    at.file("none", " 7 \n");
    CHECK(none.read_attribute(buffer).text == "7");
}

TEST_CASE("what is longer than the limit is refused, what is a folder is an error", "[collect]")
{
    tree at;
    at.file("long", std::string(100000, 'x'));
    read_buffer small(16, 1024);
    CHECK(read_once(at.path("long").c_str(), small).error == EFBIG);
    CHECK_FALSE(read_once(at.path("proc").c_str(), small).missing());
    CHECK_FALSE(read_once(at.path("proc").c_str(), small));
}
