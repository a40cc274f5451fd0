#include <pitot/dashboard/format.hpp>

#include <catch.hpp>

#include <string>
#include <string_view>

namespace dashboard = pitot::dashboard;

namespace {

std::string written(const dashboard::chosen_value& of, std::string_view format = {})
{
    return dashboard::formatted("v", of, format);
}

}  // namespace

TEST_CASE("without a format, what goes into PromQL's strings")
{
    CHECK(written({{"a.b"}}) == "a.b");
    CHECK(written({{"a\\b'c"}}) == "a\\\\b\\\\'c");
    CHECK(written({{}}).empty());
    CHECK(written({{"a.b"}, true}) == "a\\\\.b");
    CHECK(written({{"a\\b"}, true}) == "a\\\\\\\\b");
    CHECK(written({{"a", "b|c"}, true}) == "(a|b\\\\|c)");
    CHECK(written({{}, true}) == "()");
    CHECK(written({{".+"}, true, true}) == ".+");
}

TEST_CASE("every format that Grafana knows")
{
    struct row {
        std::string_view format;
        std::string_view one;   ///< of a variable with one value, a.b
        std::string_view some;  ///< of one with a and "b'
    };
    const row rows[] = {
        {"regex", "a\\.b", "(a|\"b')"},
        {"raw", "a.b", "a,\"b'"},
        {"csv", "a.b", "a,\"b'"},
        {"pipe", "a.b", "a|\"b'"},
        {"glob", "a.b", "{a,\"b'}"},
        {"text", "a.b", "a + \"b'"},
        {"json", "a.b", "[\"a\",\"\\\"b'\"]"},
        {"lucene", "a.b", "(\"a\" OR \"\\\"b'\")"},
        {"html", "a.b", "a, &quot;b'"},
        {"doublequote", "\"a.b\"", "\"a\",\"\\\"b'\""},
        {"singlequote", "'a.b'", "'a','\"b\\''"},
        {"sqlstring", "'a.b'", "'a','\"b'''"},
        {"percentencode", "a.b", "%7Ba%2C%22b%27%7D"},
        {"uriencode", "a.b", "%7Ba,%22b'%7D"},
        {"distributed", "a.b", "a,v=\"b'"},
        {"queryparam", "var-v=a.b", "var-v=a&var-v=%22b%27"},
        {"customqueryparam", "v=a.b", "v=a&v=%22b%27"},
        {"customqueryparam:n:p-", "n=p-a.b", "n=p-a&n=p-%22b%27"},
        {"join", "a.b", "a,\"b'"},
        {"join:; ", "a.b", "a; \"b'"},
        {"unknown", "a.b", "{a,\"b'}"},
    };
    for (const row& r : rows) {
        INFO(r.format);
        CHECK(written({{"a.b"}}, r.format) == r.one);
        CHECK(written({{"a", "\"b'"}, true}, r.format) == r.some);
    }
    CHECK(written({{"a"}, true}, "json") == "[\"a\"]");
    CHECK(written({{}, true}, "lucene") == "__empty__");
    CHECK(written({{".+"}, true, true}, "regex") == ".+");
    CHECK(written({{".+"}, true, true}, "percentencode") == ".%2B");
}

TEST_CASE("moments")
{
    const dashboard::chosen_value at{{"1700000000123"}};
    CHECK(written(at, "date") == "2023-11-14T22:13:20.123Z");
    CHECK(written(at, "date:iso") == "2023-11-14T22:13:20.123Z");
    CHECK(written(at, "date:seconds") == "1700000000");
    CHECK(written(at, "date:YYYY-MM-DD HH:mm:ss.SSS") == "2023-11-14 22:13:20.123");
    CHECK(written(at, "date:YYMM X x") == "2311 1700000000 1700000000123");
    CHECK(written({{"-1"}}, "date") == "1969-12-31T23:59:59.999Z");
    CHECK(written(at, "date:ms") == "1700000000123");
    CHECK(written(at, "date:D MMM") == "D MMM");
    CHECK(written({{"-9223372036854775808"}}, "date").ends_with(".192Z"));
    CHECK(written({{"now"}}, "date") == "now");
}
