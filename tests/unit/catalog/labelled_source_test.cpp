#include <pitot/catalog/labelled_source.hpp>

#include <catch.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace pitot;
using labels = std::vector<std::pair<std::string, std::string>>;

TEST_CASE("labels are cut off from behind")
{
    const auto plain = catalog::split_source("a.prom");
    REQUIRE(plain.has_value());
    CHECK(plain->source == "a.prom");
    CHECK(plain->labels.empty());
    const auto both = catalog::split_source("http://h/m?a=1,b,instance=x:1,job=");
    REQUIRE(both.has_value());
    CHECK(both->source == "http://h/m?a=1,b");
    CHECK(both->labels == labels{{"instance", "x:1"}, {"job", ""}});
    const auto url = catalog::split_source("a,1x=2");
    REQUIRE(url.has_value());
    CHECK(url->source == "a,1x=2");
    const auto nothing = catalog::split_source(",job=x");
    REQUIRE(nothing.has_value());
    CHECK(nothing->source == ",job=x");
}

TEST_CASE("a label stands once")
{
    const auto twice = catalog::split_source("a.prom,job=x,job=y");
    REQUIRE_FALSE(twice.has_value());
    CHECK(twice.error().code == errc::duplicate);
    CHECK(twice.error().message == "the label job is given twice");
}

TEST_CASE("the job stands apart in a target")
{
    const catalog::target from = catalog::split_source("a.prom,cluster=c,job=x,instance=i")->from();
    CHECK(from.job == "x");
    CHECK(from.labels == labels{{"cluster", "c"}, {"instance", "i"}});
}
