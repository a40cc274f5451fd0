#include <pitot/connect/regex.hpp>

#include <catch.hpp>

#include <random>
#include <string>
#include <string_view>

TEST_CASE("every match is replaced, an empty one behind another left out, as Go does")
{
    const auto replaced = [](std::string_view text, std::string_view pattern, std::string_view with) {
        const auto r = pitot::regex::compile(pattern, false);
        return r ? r->replace_all(text, with) : "refused";
    };
    // source  Go 1.22, regexp.ReplaceAllString
    CHECK(replaced("abc", "x*", "-") == "-a-b-c-");
    CHECK(replaced("xaxb", "x*", "-") == "-a-b-");
    CHECK(replaced("aaa", "a*", "-") == "-");
    CHECK(replaced("\xC3\xA4"
                   "b",
                   "", "-") == "-\xC3\xA4-b-");
    CHECK(replaced("", "x*", "-") == "-");
    CHECK(replaced("a.b.c", "\\.", "_") == "a_b_c");
    CHECK(replaced("host:9100", "(.*):(.*)", "$2 of $1") == "9100 of host");
    CHECK(replaced("aaa", "b", "-") == "aaa");
}

TEST_CASE("what is surely a regular expression compiles")
{
    for (const char* const usual : {"web.*", "a|b|c", "(node|vector)-[0-9]", ".+:9100", "5..", "^(?:a|b)$", "/api/.*"})
        CHECK(pitot::regex::is_surely_valid(usual) == (std::string_view(usual).find('[') == std::string_view::npos));
    for (const char* const wrong : {"(a", "a)", "*a", "a**", "a|*", "(+)", "a\\", "\\p", "[a", "a{2,1}"})
        CHECK_FALSE(pitot::regex::is_surely_valid(wrong));

    std::mt19937 any(7);
    int valid = 0;
    int wrong = 0;
    for (int i = 0; i < 20'000; ++i) {
        std::string pattern;
        for (std::size_t n = any() % 9; n > 0; --n)
            pattern += std::string_view("ab.|()*+?\\^$:/-_d{}[]P<=!,")[any() % 27 % 26];
        if (!pitot::regex::is_surely_valid(pattern)) continue;
        ++valid;
        if (!pitot::regex::compile(pattern, false)) {
            ++wrong;
            UNSCOPED_INFO(pattern);
        }
    }
    CHECK(wrong == 0);
    CHECK(valid > 1000);
}
