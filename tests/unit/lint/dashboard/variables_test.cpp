#include <pitot/base/text.hpp>
#include <pitot/json/reader.hpp>
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/variable_regex.hpp>

#include <catch.hpp>

#include <string>
#include <string_view>

namespace {

using pitot::lint::dashboards::variable;
using pitot::lint::dashboards::variables;

/// The members of variables called v -> "many", "empty", how many choices, "= FIRST".
std::string read(std::string_view members, std::string_view again = {})
{
    const std::string text = pitot::concat(R"({"templating":{"list":[{"name":"v",)", members, "}",
                                           again.empty() ? "" : R"(,{"name":"v",)", again, again.empty() ? "" : "}",
                                           "]}}");
    const auto document = pitot::json::parse(text);
    REQUIRE(document);
    const auto all = pitot::dashboard::read_variables(document->root(), document->root());
    variables declared;
    for (const auto& v : all) declared.declare(v);
    const variable* const v = declared.find("v");
    REQUIRE(v != nullptr);
    std::string out = pitot::concat(v->many ? "many " : "", v->is_empty ? "empty " : "",
                                    v->choices ? std::to_string(v->choices->values.size()) : std::string("open"));
    const auto first = declared.first_values().find("v");
    return first == declared.first_values().end() ? out : pitot::concat(out, " = ", first->second.values.front());
}

}  // namespace

TEST_CASE("a declared variable: may it be empty, what may it hold, what does it hold first?")
{
    CHECK(read(R"("type":"custom","query":"a,b")") == "2 = a");
    CHECK(read(R"("type":"custom","query":" ")") == "empty open");
    CHECK(read(R"("type":"custom","query":"a","includeAll":true,"allValue":".*")") == "many empty 1 = a");
    CHECK(read(R"("type":"custom","query":"a","includeAll":true,"allValue":".+")") == "many 1 = a");
    CHECK(read(R"("type":"custom","query":"a","allValue":".*")") == "1 = a");
    CHECK(read(R"("type":"query","query":"x","includeAll":true,"allValue":"$x")") == "many empty open");
    CHECK(read(R"("type":"query","current":{"value":["$__all","b"]},"options":[{"value":"$__all"},{"value":"c"}])") ==
          "open = c");
    CHECK(read(R"("type":"query","query":"x","current":{"value":["b"]})") == "open = b");
    CHECK(read(R"("type":"textbox","query":"")") == "empty open = ");
    CHECK(read(R"("type":"adhoc")") == "empty open");
}

TEST_CASE("a name that is declared twice, and a list of too many values, leave open what the variable holds")
{
    CHECK(read(R"("type":"custom","query":"a,b")", R"("type":"custom","query":"c")") == "open = a");
    std::string many = R"("type":"custom","query":"x)";
    for (std::size_t i = 1; i < variables::most_choices; ++i) many += ",x";
    CHECK(read(many + "\"") == "500 = x");
    CHECK(read(many + ",x\"") == "open = x");
}

TEST_CASE("a name that nobody declares")
{
    variables declared;
    CHECK_FALSE(declared.lacks("x"));
    declared.known = true;
    CHECK(declared.lacks("x"));
    CHECK_FALSE(declared.lacks("1"));
    CHECK_FALSE(declared.lacks("__interval"));
}

TEST_CASE("the regex of a variable keeps values, or parts of them")
{
    using pitot::lint::dashboards::variable_regex;
    const auto of = [](std::string_view written, std::string_view text) {
        const auto keeps = variable_regex::read(written);
        REQUIRE(keeps);
        std::string out;
        for (const std::string& value : keeps->values_of(text)) out += value + ";";
        return out;
    };
    CHECK(of("/a/", "bab") == "bab;");
    CHECK(of("a", "bab").empty());
    CHECK(of("/A/i", "bab") == "bab;");
    CHECK(of("/a=\"([^\"]*)\"/", "{a=\"x\",b=\"y\"}") == "x;");
    CHECK(of("/(a)?b/", "b").empty());
    CHECK(of("/\"([^\"]*)\"/g", "{a=\"x\",b=\"y\"}") == "x;y;");
    CHECK(of("/(?<text>a) (?<value>b)/", "a b") == "b;");
    CHECK(of("/(?<text>a) /", "a b") == "a;");
    CHECK(of("/()/g", "ab").empty());
    CHECK_FALSE(variable_regex::read("/(?!a)/"));
    CHECK_FALSE(variable_regex::read("/a/x"));
}
