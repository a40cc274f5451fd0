#include <pitot/json/reader.hpp>
#include <pitot/json/write.hpp>

#include <catch.hpp>

#include <limits>
#include <string>

namespace json = pitot::json;

TEST_CASE("compact and indented are the same document")
{
    const auto write = [](std::size_t indent) {
        json::writer w(indent);
        w.begin_object()
            .member("version", 1)
            .key("list")
            .begin_array()
            .value("a")
            .value(true)
            .null()
            .value(1.5)
            .end_array();
        w.key("none").begin_array().end_array().key("nested").begin_object().member("x", -3).end_object().end_object();
        return std::move(w).text();
    };
    CHECK(write(0) == R"({"version":1,"list":["a",true,null,1.5],"none":[],"nested":{"x":-3}})");
    CHECK(write(2) ==
          "{\n  \"version\": 1,\n  \"list\": [\n    \"a\",\n    true,\n    null,\n    1.5\n  ],\n  \"none\": [],\n"
          "  \"nested\": {\n    \"x\": -3\n  }\n}");
}

TEST_CASE("what is written reads back")
{
    std::string all;
    for (int c = 0; c < 128; ++c) all += static_cast<char>(c);
    all += "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80";
    std::string text;
    json::append_string(text, all);
    const auto read = json::parse(text);
    REQUIRE(read);
    CHECK(read->root().text() == all);
}

TEST_CASE("a character is escaped wherever it stands in a string, long or short, key or value")
{
    for (std::size_t size = 1; size < 40; ++size)
        for (std::size_t at = 0; at < size; ++at)
            for (const char c : {'"', '\\', '\x01', 'x'}) {
                std::string text(size, 'a');
                text[at] = c;
                json::writer w(1);
                w.begin_object().member(text, text).end_object();
                const auto read = json::parse(w.text());
                REQUIRE(read);
                REQUIRE(read->root()[text].text() == text);
            }
}

TEST_CASE("what JSON cannot hold is replaced, not dropped")
{
    std::string text;
    json::append_string(text, "a\xFFz\xE2\x82");
    CHECK(text == "\"a\xEF\xBF\xBDz\xEF\xBF\xBD\xEF\xBF\xBD\"");
    json::writer w;
    w.begin_array()
        .value(std::numeric_limits<double>::quiet_NaN())
        .value(-std::numeric_limits<double>::infinity())
        .end_array();
    CHECK(w.text() == R"(["NaN","-Inf"])");
}
