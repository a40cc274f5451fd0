#include <pitot/dashboard/reference.hpp>

#include <catch.hpp>

using pitot::dashboard::has_reference;
using pitot::dashboard::reference_at;

TEST_CASE("the three forms of a reference")
{
    CHECK(reference_at("$name", 0).name == "name");
    CHECK(reference_at("$name.text", 0).length == 5);  // takes no path
    CHECK(reference_at("$name:csv", 0).length == 5);   // and no format
    CHECK(reference_at("$var_total", 0).name == "var_total");
    CHECK(reference_at("${name}", 0).name == "name");
    CHECK(reference_at("${name:regex}", 0).format == "regex");
    CHECK(reference_at("${__to:date:YYYY-MM}", 0).format == "date:YYYY-MM");
    CHECK(reference_at("${__user.login}", 0).name == "__user");
    CHECK(reference_at("${v.a.b:pipe}x", 0).length == 13);
    CHECK(reference_at("[[name]]", 0).name == "name");
    CHECK(reference_at("[[name:csv]]", 0).format == "csv");
    CHECK(reference_at("x$a", 1).name == "a");
}

TEST_CASE("what only looks like a reference")
{
    for (const char* text : {"", "$", "$$", "$-", "${}", "${a", "${a-b}", "${:csv}", "${a:}", "${a.}", "[name]",
                             "[[name]", "[[]]", "[[a:]]", "[[a-b]]", "[[[a]]", "[", "[["}) {
        INFO(text);
        CHECK_FALSE(reference_at(text, 0));
    }
    CHECK_FALSE(reference_at("$a", 5));
    CHECK(has_reference("foo[[[i]]]"));
    CHECK_FALSE(has_reference("foo[5m] + \"$\""));
}
