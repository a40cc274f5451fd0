#include <pitot/json/reader.hpp>

#include <catch.hpp>

#include <string>
#include <string_view>

namespace json = pitot::json;
using pitot::errc;
using pitot::text_span;

namespace {

/// The error of a text, which must be refused.
pitot::error refused(std::string_view text, const json::limits& allowed = {})
{
    const auto read = json::parse(text, allowed);
    INFO(text.substr(0, 100));
    REQUIRE_FALSE(read.has_value());
    return read.error();
}

std::string_view at(std::string_view text, text_span span) { return text.substr(span.offset, span.length); }

}  // namespace

TEST_CASE("every key and value knows its bytes")
{
    const std::string_view text = " { \"a\\n\" : [1, -2.50e+3 ,\"x\"], \"b\":{\"c\":null,\"d\":true} , \"e\":false}\n";
    const auto read = json::parse(text);
    REQUIRE(read);
    const json::value root = read->root();
    CHECK(root.raw() == text.substr(1, text.size() - 2));
    CHECK(root.size() == 3);
    CHECK(root["a\n"].key().raw() == R"("a\n")");
    CHECK(root["a\n"].raw() == R"([1, -2.50e+3 ,"x"])");
    CHECK(root["a\n"][1].raw() == "-2.50e+3");
    CHECK(root["a\n"][1].as_double() == -2500.0);
    CHECK(root["a\n"][2].text() == "x");
    CHECK(at(text, root["a\n"][2].span()) == "\"x\"");
    CHECK(root["b"].raw() == R"({"c":null,"d":true})");
    CHECK(root["b"]["c"].is_null());
    CHECK(root["b"]["d"].as_bool() == true);
    CHECK(root["e"].as_bool() == false);
    CHECK(root["b"]["d"].parent() == root["b"]);
    CHECK(root["b"]["d"].key().parent() == root["b"]);
    CHECK_FALSE(root["b"]["d"].key().key());
    CHECK_FALSE(root.parent());
    CHECK_FALSE(root.key());
    CHECK_FALSE(root["a\n"][0].key());
}

TEST_CASE("iteration skips what is nested")
{
    const auto read = json::parse(R"({"a":[[1,[2]],{}],"b":{},"c":{"d":{"e":[]}},"f":7})");
    REQUIRE(read);
    std::string keys;
    for (const json::value member : read->root()) keys += member.key().text();
    CHECK(keys == "abcf");
    std::string raws;
    for (const json::value element : read->root()["a"]) raws += element.raw();
    CHECK(raws == "[1,[2]]{}");
    for (const json::value nothing : read->root()["b"]) FAIL(nothing.raw());
    for (const json::value nothing : read->root()["f"]) FAIL(nothing.raw());
}

TEST_CASE("what is absent answers with nothing")
{
    const auto read = json::parse(R"({"a":[1]})");
    REQUIRE(read);
    const json::value nothing = read->root()["x"]["y"][3];
    CHECK_FALSE(nothing);
    CHECK(nothing.text().empty());
    CHECK(nothing.size() == 0);
    CHECK_FALSE(nothing.as_int());
    CHECK_FALSE(nothing.is_null());
    CHECK(nothing.begin() == nothing.end());
    CHECK_FALSE(read->root()["a"][1]);
    CHECK_FALSE(read->root()["a"]["a"]);
    CHECK_FALSE(read->root()[0]);
}

TEST_CASE("a key may be empty, and one of the same size is another")
{
    const auto document = json::parse(R"({"a": 1, "": 2, "b": 3, "\u0063": 4})");
    REQUIRE(document);
    CHECK(document->root()[""].raw() == "2");
    CHECK(document->root()["b"].raw() == "3");
    CHECK(document->root()["c"].raw() == "4");
    CHECK_FALSE(document->root()["d"]);
    CHECK_FALSE(document->root()["\""]);
}

TEST_CASE("numbers keep their digits")
{
    const auto read = json::parse(
        "[12345678901234567890, 0.1000, -0, 1E400, 1e-400, 9223372036854775807, -9223372036854775808, 1.0]");
    REQUIRE(read);
    const json::value list = read->root();
    CHECK(list[0].raw() == "12345678901234567890");
    CHECK_FALSE(list[0].as_int());
    CHECK(list[0].as_double() == 12345678901234567890.0);
    CHECK(list[1].raw() == "0.1000");
    CHECK(list[2].as_int() == 0);
    CHECK(std::signbit(*list[2].as_double()));
    CHECK(list[3].as_double() == std::numeric_limits<double>::infinity());
    CHECK(list[4].as_double() == 0.0);
    CHECK(list[5].as_int() == INT64_MAX);
    CHECK(list[6].as_int() == INT64_MIN);
    CHECK_FALSE(list[7].as_int());
}

TEST_CASE("a place in a decoded string is a place in the file")
{
    const std::string_view text = R"j({"expr":"sum(\"\u20ac\")  by(x)"})j";
    const auto read = json::parse(text);
    REQUIRE(read);
    const json::value expr = read->root()["expr"];
    REQUIRE(expr.text() == "sum(\"\xE2\x82\xAC\")  by(x)");
    CHECK(at(text, expr.source_span({expr.text().find("by"), 5})) == "by(x)");
    CHECK(at(text, expr.source_span({4, 5})) == R"(\"\u20ac\")");
    CHECK(text[expr.source_offset(expr.text().size())] == '"');
    const json::value key = expr.key();
    CHECK(text.substr(key.source_offset(1), 3) == "xpr");
}

TEST_CASE("equal keys are reported with both places, however they are written")
{
    const std::string_view text = R"({"a":1,"b":{"x":1,"x":2,"x":3},"\u0061":4})";
    const auto read = json::parse(text);
    REQUIRE(read);
    const auto twice = read->duplicates();
    REQUIRE(twice.size() == 3);
    CHECK(twice[0].first.offset == 12);
    CHECK(twice[0].again.offset == 18);
    CHECK(twice[1].first.offset == 12);
    CHECK(twice[1].again.offset == 24);
    CHECK(at(text, twice[2].first) == R"("a")");
    CHECK(at(text, twice[2].again) == R"("\u0061")");
    CHECK(read->at(twice[2].node).as_int() == 4);
    CHECK(read->root()["a"].as_int() == 4);  // the last one counts
}

TEST_CASE("equal keys are found in large objects too")
{
    std::string text = "{";
    for (int i = 0; i < 5000; ++i) text += "\"k" + std::to_string(i % 4999) + "\":{},";
    text.back() = '}';
    const auto read = json::parse(text);
    REQUIRE(read);
    REQUIRE(read->duplicates().size() == 1);
    CHECK(read->duplicates()[0].first.offset == 1);
    CHECK(read->root().size() == 5000);
}

TEST_CASE("errors name the first byte at fault")
{
    struct wrong {
        std::string_view text;
        errc code;
        std::size_t offset;
        std::string_view message;
    };
    const wrong cases[] = {
        {"", errc::unexpected_end, 0, "ends where a value"},
        {"  ", errc::unexpected_end, 2, "ends where a value"},
        {"[1,]", errc::syntax, 3, "a value is expected before ']'"},
        {"{\"a\":1,}", errc::syntax, 7, "no comma may stand before '}'"},
        {"[1 2]", errc::syntax, 3, "',' or ']'"},
        {"{\"a\" 1}", errc::syntax, 5, "':'"},
        {"{a:1}", errc::syntax, 1, "key in double quotes"},
        {"[1]]", errc::syntax, 3, "nothing may follow"},
        {"{}}", errc::syntax, 2, "nothing may follow"},
        {"[1\n,2", errc::unexpected_end, 5, "array that begins in line 1"},
        {"\n{\"a\":", errc::unexpected_end, 6, "object that begins in line 2"},
        {"[01]", errc::syntax, 1, "begin with a zero"},
        {"[-]", errc::syntax, 2, "after '-'"},
        {"[1.]", errc::syntax, 3, "after the point"},
        {"[1e+]", errc::syntax, 4, "exponent"},
        {"[+1]", errc::syntax, 1, "begins with a digit"},
        {"[NaN]", errc::syntax, 1, "a value is expected"},
        {"[tru]", errc::syntax, 1, "a value is expected"},
        {"['a']", errc::syntax, 1, "double quotes"},
        {"[1, // x\n2]", errc::syntax, 4, "no comments"},
        {"[\"a\nb\"]", errc::syntax, 3, "span lines"},
        {"[\"a\tb\"]", errc::syntax, 3, "control character"},
        {"[\"a\\x\"]", errc::syntax, 3, "unknown escape"},
        {"[\"a\\u12g4\"]", errc::syntax, 3, "four hexadecimal"},
        {"[\"abc", errc::unexpected_end, 1, "no closing quote"},
        {"[\"abc\\", errc::unexpected_end, 6, "ends inside"},
        {"[\"0123456789\xFF\"]", errc::invalid_utf8, 12, "no UTF-8"},
        {"[\"\xED\xA0\x80\"]", errc::invalid_utf8, 2, "no UTF-8"},
        {"[\xFF]", errc::invalid_utf8, 1, "no UTF-8"},
        {"\xFF\xFE[\0", errc::invalid_utf8, 0, "UTF-16"},
    };
    for (const wrong& c : cases) {
        const pitot::error e = refused(c.text);
        INFO(c.text << ": " << e.message);
        CHECK(e.code == c.code);
        CHECK(e.where.offset == c.offset);
        CHECK(e.message.find(c.message) != std::string::npos);
        CHECK(e.where.end() <= c.text.size());
    }
}

TEST_CASE("limits hold, and nesting costs no stack")
{
    const std::string deep(1'000'000, '[');
    CHECK(refused(deep).code == errc::too_deep);
    CHECK(refused(deep).where.offset == 1000);
    const std::string closed = deep + std::string(deep.size(), ']');
    json::limits allowed;
    allowed.depth = deep.size();
    CHECK(json::parse(closed, allowed).has_value());
    allowed.depth = deep.size() - 1;
    CHECK(refused(closed, allowed).code == errc::too_deep);
    allowed = {};
    allowed.count = 4;
    CHECK(json::parse(R"([1,2,3])", allowed).has_value());
    CHECK(refused(R"([1,2,3,4])", allowed).code == errc::too_many);
    CHECK(refused(R"({"a":1,"b":2})", allowed).code == errc::too_many);
    allowed = {};
    allowed.size = 7;
    CHECK(json::parse("[1,2,3]", allowed).has_value());
    CHECK(refused("[1,2,3] ", allowed).code == errc::too_large);
}

TEST_CASE("a byte order mark is skipped, and places count it")
{
    const auto read = json::parse("\xEF\xBB\xBF[1]");
    REQUIRE(read);
    CHECK(read->root()[0].span() == text_span{4, 1});
    CHECK(refused("\xEF\xBB\xBF").where.offset == 3);
}

TEST_CASE("a hundred thousand equal keys do not take quadratic time")
{
    std::string text = "{";
    for (int i = 0; i < 100'000; ++i) text += "\"same\":0,";
    text.back() = '}';
    const auto read = json::parse(text);
    REQUIRE(read);
    CHECK(read->duplicates().size() == 99'999);
}

TEST_CASE("equal keys are found however many there are, and other keys are not taken for them")
{
    for (const std::size_t n : {2U, 3U, 16U, 17U, 40U, 64U, 65U, 300U})
        for (const std::size_t again : {std::size_t{0}, n / 2, n - 1}) {
            std::string text = "{";
            for (std::size_t i = 0; i < n; ++i) text += "\"key" + std::to_string(i) + "\":{\"key0\":1,\"1yek\":2},";
            const std::string distinct = text + "\"key\":0}";
            const auto fine = json::parse(distinct);
            REQUIRE(fine);
            CHECK(fine->duplicates().empty());
            const std::string twice = text + "\"key" + std::to_string(again) + "\":0}";
            const auto read = json::parse(twice);
            REQUIRE(read);
            REQUIRE(read->duplicates().size() == 1);
            CHECK(at(twice, read->duplicates()[0].first) == "\"key" + std::to_string(again) + "\"");
            CHECK(read->at(read->duplicates()[0].node) == read->root()["key" + std::to_string(again)]);
            CHECK(read->root()["key" + std::to_string(again)].as_int() == 0);
        }
    const auto escaped = json::parse(R"({"ab":1,"\u0061b":2})");
    REQUIRE(escaped);
    CHECK(escaped->duplicates().size() == 1);
    CHECK(escaped->root()["ab"].as_int() == 2);
}
