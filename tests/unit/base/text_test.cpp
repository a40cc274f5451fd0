#include <pitot/base/text.hpp>

#include <catch.hpp>

#include <string>

namespace {

using namespace pitot;

TEST_CASE("to_lower changes ASCII letters alone")
{
    CHECK(to_lower("aZ@[`{09_") == "az@[`{09_");
    CHECK(to_lower("\xc3\x84") == "\xc3\x84");
    CHECK(to_lower("").empty());
}

TEST_CASE("words are compared whatever their case")
{
    CHECK(equal_lower("WiThOuT", "without"));
    CHECK_FALSE(equal_lower("without", "WITHOUT"));
    CHECK_FALSE(equal_lower("by", "bya"));
    CHECK(equal_fold("Content-TYPE", "content-type"));
    CHECK_FALSE(equal_fold("a@", "A`"));
    CHECK_FALSE(equal_fold("gzip", "gzip "));
}

TEST_CASE("a text is taken without what stands around it")
{
    CHECK(trimmed(" \t a b\r\n") == "a b");
    CHECK(trimmed("a") == "a");
    CHECK(trimmed(" \n ").empty());
    CHECK(trimmed("").empty());
    CHECK(trimmed("__a_b_", "_") == "a_b");
    CHECK(trimmed(" _", "_") == " ");
}

TEST_CASE("concat joins what it is given")
{
    CHECK(concat("a", std::string("b"), std::string_view("c\0d", 3)) == std::string("abc\0d", 5));
    CHECK(concat().empty());
}

}  // namespace
