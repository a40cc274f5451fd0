#include <pitot/vault/reference.hpp>

#include <catch.hpp>

using namespace pitot;
using vault::parse_reference;

TEST_CASE("a reference's parts", "[vault]")
{
    const auto plain = parse_reference("redis-1#password");
    REQUIRE(plain);
    CHECK(*plain == vault::reference{"redis-1", "password", 0, false});
    CHECK(*parse_reference("a/b c/d?version=3#k") == vault::reference{"a/b c/d", "k", 3, false});
    CHECK(*parse_reference("/secret/data/x#k") == vault::reference{"secret/data/x", "k", 0, true});
    CHECK(*parse_reference("vault:secret/data/x#k") == vault::reference{"secret/data/x", "k", 0, true});
    CHECK(*parse_reference("/v1/secret/data/x/") == vault::reference{"secret/data/x", "", 0, true});
    CHECK(*parse_reference("v1/x#a#b") == vault::reference{"v1/x", "a#b", 0, false});
    CHECK(to_text(*parse_reference("vault:a/b?version=2#k")) == "/a/b?version=2#k");
}

TEST_CASE("what is no reference", "[vault]")
{
    for (const char* text : {"", "#k", "/", "vault:", "a#", "a//b#k", "a/../b#k", "./a#k", "a?version=0#k",
                             "a?version=x#k", "a?version=1x#k", "a?x=1#k", "a\nb#k", "a#k\x7f"}) {
        CAPTURE(text);
        const auto got = parse_reference(text);
        REQUIRE_FALSE(got);
        CHECK(got.error().code == errc::invalid_value);
    }
}

TEST_CASE("a path goes into a URL byte by byte", "[vault]")
{
    CHECK(vault::percent_path("a/b-c._~") == "a/b-c._~");
    CHECK(vault::percent_path("a b?c#d%\xc3\xa4") == "a%20b%3Fc%23d%25%C3%A4");
}
