#include <pitot/catalog/exposition.hpp>
#include <pitot/catalog/file.hpp>

#include <catch.hpp>

#include <string>

using namespace pitot;
using catalog::load;

TEST_CASE("a catalog survives save and load")
{
    const auto in = catalog::read_exposition(
        "x", "# TYPE s summary\ns_sum 1\ns_count 1\n# HELP a He said \"x\".\n# TYPE a counter\na{l=\"v\\\\\\n\"} 1\n# "
             "TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n");
    REQUIRE(in.errors.empty());
    catalog::listing before(1);
    before.add(in.families, {"job", {{"instance", "h"}}});
    const std::string text = catalog::save(before);
    const auto after = load(text);
    REQUIRE(after.has_value());
    CHECK(after->metrics() == before.metrics());
    CHECK(catalog::save(*after) == text);
    CHECK(text.find("\"absent\": [\n") != std::string::npos);
    CHECK_FALSE(after->find("s"));
    CHECK(after->find("s_sum"));
}

TEST_CASE("what is no catalog is refused with its place")
{
    const auto why = [](std::string_view text) {
        const auto got = load(text);
        REQUIRE_FALSE(got.has_value());
        return got.error();
    };
    CHECK(why("").code == errc::unexpected_end);
    CHECK(why("[]").message.find("no catalog") != std::string::npos);
    CHECK(why(R"({"metrics":[]})").code == errc::unsupported);
    CHECK(why(R"({"version":2,"metrics":[]})").code == errc::unsupported);
    CHECK(why(R"({"version":1,"metrics":[{}]})").where.offset == 24);
    CHECK(why(R"({"version":1,"metrics":[{"name":"a","type":"meter"}]})").message.find("gaugehistogram") !=
          std::string::npos);
    CHECK(why(R"({"version":1,"metrics":[{"name":"a","jobs":[1]}]})").code == errc::invalid_value);
    CHECK(why(R"({"version":1,"metrics":[{"name":"a","jobs":"x"}]})").code == errc::invalid_value);
    CHECK(why(R"({"version":1,"metrics":[{"name":"a","labels":{"l":["x"]}}]})").code == errc::invalid_value);
    CHECK(why(R"({"version":1,"metrics":[{"name":"a","absent":["_sum"]}]})").code == errc::invalid_value);
    CHECK(why(R"({"version":1,"metrics":[{"name":"a"},{"name":"a"}]})").code == errc::duplicate);
}

TEST_CASE("what a later version adds is ignored, and values are sorted")
{
    const auto got = load(
        R"({"version":1,"more":1,"metrics":[{"name":"a","new":{},"labels":{"l":{"values":["b","a","b"],"complete":true}}}]})");
    REQUIRE(got.has_value());
    CHECK(got->find("a")->label("l")->values == std::vector<std::string>{"a", "b"});
}
