#include <pitot/dashboard/variable_choices.hpp>
#include <pitot/json/reader.hpp>

#include <catch.hpp>

#include <string>
#include <string_view>

namespace dashboard = pitot::dashboard;
namespace json = pitot::json;

namespace {

/// The members of one variable -> its values between '|', then "+ SAVED", "* ALL", "open"; "unknown".
std::string read(std::string_view members)
{
    const std::string text = pitot::concat(R"({"templating":{"list":[{"name":"v",)", members, "}]}}");
    const auto document = json::parse(text);
    REQUIRE(document);
    const auto all = dashboard::read_variables(document->root(), document->root());
    REQUIRE(all.size() == 1);
    const auto choices = dashboard::choices_of(all.front());
    if (!choices) return "unknown";
    std::string out;
    for (const std::string& value : choices->values) out += pitot::concat(out.empty() ? "" : "|", value);
    for (const std::string& value : choices->saved) out += " + " + value;
    if (choices->all) out += " * " + *choices->all;
    return choices->open ? out + " open" : out;
}

std::string custom(std::string_view query) { return read(pitot::concat(R"("type":"custom","query":")", query, "\"")); }

}  // namespace

TEST_CASE("the list of a custom variable")
{
    CHECK(custom("a") == "a");
    CHECK(custom(" a , b,,c ") == "a|b|c");
    CHECK(custom(R"(a\\,b,c\\d)") == R"(a,b|c\d)");
    CHECK(custom("Production : prod, Test: test, x:y, http : //a : b") == "prod|Test: test|x:y|b");
    CHECK(custom(" : x, y : ") == ": x|y :");
    CHECK(custom("") == "unknown");
    CHECK(custom("a,$b") == "unknown");
    CHECK(custom("a,US$ 5") == "a|US$ 5");
}

TEST_CASE("what other variables hold")
{
    CHECK(read(R"("type":"constant","query":"a,b")") == "a,b");
    CHECK(read(R"("type":"constant","query":"${VAR_X}")") == "unknown");
    CHECK(read(R"("type":"interval","query":"1m,\"1 h\",'2h' 5s")") == "1m|1 h|2h|5s");
    CHECK(read(R"("type":"interval","query":"1m","auto":true)") == "unknown");
    CHECK(read(R"("type":"textbox","query":"a","current":{"value":"b"})") == "a + b open");
    CHECK(read(R"("type":"textbox","query":"","current":{"value":"b"})") == "unknown");
    CHECK(read(R"("type":"query","query":"a")") == "unknown");
    CHECK(read(R"("type":"custom","valuesFormat":"json","query":"[]")") == "unknown");
}

TEST_CASE("what a custom variable was saved with, and what its All writes")
{
    CHECK(read(R"("type":"custom","query":"a,b","current":{"value":["$__all","b","c"]})") == "a|b + c");
    CHECK(read(R"("type":"custom","query":"a","includeAll":true,"allValue":".*")") == "a * .*");
    CHECK(read(R"("type":"custom","query":"a","includeAll":true,"allValue":null)") == "a");
    CHECK(read(R"("type":"custom","query":"a","allValue":".*")") == "a");
    CHECK(read(R"("type":"custom","query":"a","includeAll":true,"allValue":"$x.*")") == "unknown");
}
