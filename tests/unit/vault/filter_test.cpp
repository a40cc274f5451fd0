#include <pitot/vault/filter.hpp>

#include <catch.hpp>

#include <string>

using namespace pitot;

TEST_CASE("urlencode leaves only what every part of a URL takes", "[vault]")
{
    CHECK(vault::urlencode("aZ09-._~") == "aZ09-._~");
    CHECK(vault::urlencode("p@ss/w#rd% +&=:?\xff") == "p%40ss%2Fw%23rd%25%20%2B%26%3D%3A%3F%FF");
    CHECK(vault::urlencode(std::string("\0\n", 2)) == "%00%0A");
}

TEST_CASE("base64 there and back", "[vault]")
{
    CHECK(vault::base64("") == "");
    CHECK(vault::base64("f") == "Zg==");
    CHECK(vault::base64("fo") == "Zm8=");
    CHECK(vault::base64("foobar") == "Zm9vYmFy");
    std::string bytes;
    for (int length = 0; length < 300; ++length) {
        CHECK(vault::unbase64(vault::base64(bytes)).value() == bytes);
        bytes += static_cast<char>(length * 7);
    }
    CHECK(vault::unbase64("Zm 9v\nYg").value() == "foob");
    CHECK(vault::unbase64("-_8=").value() == "\xfb\xff");
    CHECK_FALSE(vault::unbase64("Zm!v"));
    CHECK_FALSE(vault::unbase64("Zg==Zg=="));
}

TEST_CASE("option files, shells and JSON get what they read as the same", "[vault]")
{
    CHECK(vault::mycnf("a#b\"c\\d\n\t") == "\"a#b\\\"c\\\\d\\n\\t\"");
    CHECK(vault::shell_word("it's $HOME") == "'it'\\''s $HOME'");
    CHECK(vault::json_string("a\"\n\x01").value() == "\"a\\\"\\n\\u0001\"");
    CHECK(vault::json_string("\xff").error().code == errc::invalid_utf8);
}

TEST_CASE("filters have names", "[vault]")
{
    for (const vault::filter& f : vault::filters) CHECK(vault::find_filter(f.name) == &f);
    CHECK(vault::find_filter("rot13") == nullptr);
}
