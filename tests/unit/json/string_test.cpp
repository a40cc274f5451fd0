#include <pitot/json/string.hpp>

#include <catch.hpp>

#include <string>

namespace {
std::string decoded(std::string_view body)
{
    std::string out;
    pitot::json::unescape(body, out);
    return out;
}
}  // namespace

TEST_CASE("escapes become what they stand for")
{
    CHECK(decoded(R"(a\"b\\c\/d\b\f\n\r\t)") == "a\"b\\c/d\b\f\n\r\t");
    CHECK(decoded(R"(\u0041\u00e4\u20AC)") == "A\xC3\xA4\xE2\x82\xAC");
    CHECK(decoded(R"(\ud83d\ude00)") == "\xF0\x9F\x98\x80");
    CHECK(decoded(R"(x\u0000y)") == std::string("x\0y", 3));
}

TEST_CASE("a surrogate without its partner is U+FFFD, and what follows it is kept")
{
    const std::string bad = "\xEF\xBF\xBD";
    CHECK(decoded(R"(\ud83d)") == bad);
    CHECK(decoded(R"(\ude00\ud83d)") == bad + bad);
    CHECK(decoded(R"(\ud83dx)") == bad + "x");
    CHECK(decoded(R"(\ud83d\n)") == bad + "\n");
    CHECK(decoded(R"(\ud83d\u0041)") == bad + "A");
    CHECK(decoded(R"(\ud83d\ud83d\ude00)") == bad + "\xF0\x9F\x98\x80");
}

TEST_CASE("an offset in the decoded text leads back to the body")
{
    using pitot::json::offset_in_body;
    const std::string_view body = R"(rate(x{a=\"b\"}[\u0035m]))";
    const std::string text = decoded(body);
    CHECK(text == R"(rate(x{a="b"}[5m]))");
    CHECK(offset_in_body(body, 0) == 0);
    CHECK(body.substr(offset_in_body(body, text.find('b')), 1) == "b");
    CHECK(body.substr(offset_in_body(body, text.find('5')), 6) == R"(\u0035)");
    CHECK(body.substr(offset_in_body(body, text.find("m]"))) == "m])");
    CHECK(offset_in_body(body, text.size()) == body.size());
    CHECK(offset_in_body(body, text.size() + 100) == body.size());
    CHECK(offset_in_body(R"(\ud83d\ude00z)", 3) == 0);  // inside the pair's four bytes
    CHECK(offset_in_body(R"(\ud83d\ude00z)", 4) == 12);
}
