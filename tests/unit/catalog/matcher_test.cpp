#include <pitot/catalog/matcher.hpp>

#include <catch.hpp>

#include <string>
#include <string_view>

using pitot::catalog::matcher;

TEST_CASE("what a regular expression matches does not depend on whether it had to be compiled")
{
    for (const std::string_view pattern :
         {".*", ".+", "", "a", "a|b", "|", "a||b", "a|", "|a", "node-1:9100|x/y_z", "A|aB"})
        for (const std::string_view text :
             {"", "a", "b", "ab", "aB", "a|b", "node-1:9100", "x/y_z", "\xC3\xA4", "a\nb", "|"}) {
            INFO(pattern << " on " << text);
            const auto compiled = pitot::regex::compile(pattern);
            REQUIRE(compiled);
            CHECK(matcher(pattern, true, true)(text) == compiled->matches(text));
            CHECK(matcher(pattern, false, true)(text) != compiled->matches(text));
        }
}

TEST_CASE("matchers of a text, of a pattern, and of what is no pattern")
{
    CHECK(matcher("a|b", true, false)("a|b"));
    CHECK_FALSE(matcher("a|b", true, false)("a"));
    CHECK(matcher("a|b", false, false)("a"));
    CHECK(matcher("5..", true, true)("503"));
    CHECK_FALSE(matcher("5..", false, true)("503"));
    CHECK(matcher("[", true, true)("anything"));
    CHECK(matcher("[", false, true)("anything"));
    CHECK_FALSE(matcher(".*", true, true)("\xFF"));  // as RE2 sees it
}

TEST_CASE("the alternatives of a regular expression, each alone")
{
    const auto branches = [](std::string_view pattern) {
        const matcher of(pattern, true, true);
        std::string out;
        for (const auto& b : of.branches())
            out += std::string(b.text) + (b.text == b.whole ? " " : "=" + b.whole + " ");
        return out;
    };
    CHECK(branches("a|b") == "a b ");
    CHECK(branches("^(a|(?:b))$") == "a b ");
    CHECK(branches("a(b|c)d") == "b=a(?:b)d c=a(?:c)d ");
    CHECK(branches("x|a(b|c)") == "x a(b|c) b=a(?:b) c=a(?:c) ");
    CHECK(branches("(a|b)(?:c|)") == "a=(?:a)(?:c|) b=(?:b)(?:c|) c=(a|b)(?:c) =(a|b)(?:) ");
    CHECK(branches("a((b|c)d|e)") == "(b|c)d=a(?:(b|c)d) e=a(?:e) ");
    for (const std::string_view none :
         {"a", "a(b|c)?", "a(b|c)*", "a(b|c){2}", "(?i)ab", "a(?i:b|c)", "a[(|)]b", "a\\(b\\|c\\)"})
        CHECK(branches(none).empty());
    std::string many = "x(a";
    for (int i = 0; i < 1000; ++i) many += "|a";
    CHECK(branches(many + ")").empty());
    const matcher no_pattern("a|b", true, false);
    CHECK(no_pattern.branches().empty());
}
