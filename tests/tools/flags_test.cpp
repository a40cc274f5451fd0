#include <catch.hpp>

#include <common/flags.hpp>

#include <string>
#include <vector>

using pitot::tools::arguments;
using pitot::tools::command;
using pitot::tools::flag;

namespace {

constexpr flag flags[] = {
    {"listen", 'l', "ADDR", "where to listen", true, "127.0.0.1:9598"},
    {"config", 'c', "FILE", "configuration"},
    {"once", 0, "", "print and end"},
    {"quote", 0, "TEXT", "-.' \\ in a help text"},
};
constexpr command tool{"tool", "[PATH…]", "Does a thing.", flags, "Exit codes: 0"};

pitot::result<arguments> parse(std::vector<std::string> words)
{
    std::vector<char*> argv;
    for (std::string& w : words) argv.push_back(w.data());
    return pitot::tools::parse(tool, argv);
}

using words = std::vector<std::string>;

}  // namespace

TEST_CASE("flags and words in any order", "[flags]")
{
    const auto got = parse({"a", "--once", "-c", "x.yml", "b"});
    REQUIRE(got);
    CHECK(got->has("once"));
    CHECK(got->get("config") == "x.yml");
    CHECK(got->positional == words{"a", "b"});
    CHECK(got->rest.empty());
    CHECK_FALSE(got->has("listen"));
    CHECK(got->get("listen") == "127.0.0.1:9598");
    CHECK(got->get("quote").empty());
}

TEST_CASE("a value stays whole, whatever is in it", "[flags]")
{
    CHECK(parse({"--config", "a,b,c"})->get("config") == "a,b,c");
    CHECK(parse({"--config=a=b"})->get("config") == "a=b");
    CHECK(parse({"--config=a b"})->get("config") == "a b");
    CHECK(parse({"--config", "-5"})->get("config") == "-5");
    CHECK(parse({"--config", ""})->get("config").empty());
    CHECK(parse({"--config", ""})->has("config"));
    CHECK(parse({"--config="})->has("config"));
    CHECK(parse({"--config="})->get("config").empty());
    CHECK(parse({"--quote", "\xff\xfe"})->get("quote") == "\xff\xfe");
}

TEST_CASE("a dash is the standard input, as a word and as a value", "[flags]")
{
    CHECK(parse({"-", "x"})->positional == words{"-", "x"});
    CHECK(parse({"x", "-"})->positional == words{"x", "-"});
    const auto got = parse({"--config", "-"});
    REQUIRE(got);
    CHECK(got->get("config") == "-");
    CHECK(got->positional.empty());
    CHECK(parse({"-c", "-", "y"})->positional == words{"y"});
}

TEST_CASE("what follows -- is not looked at", "[flags]")
{
    const auto got = parse({"a", "--", "--once", "--", "-x"});
    REQUIRE(got);
    CHECK(got->positional == words{"a"});
    CHECK(got->rest == words{"--once", "--", "-x"});
    CHECK_FALSE(got->has("once"));
}

TEST_CASE("a repeatable flag gives all, in order; another given twice is an error", "[flags]")
{
    CHECK(parse({"--listen", "a", "-l", "b,c", "--listen=d"})->all("listen") == words{"a", "b,c", "d"});
    CHECK(parse({"--listen", "a", "--listen", "b"})->get("listen") == "b");
    CHECK(parse({"--once", "--once"})->has("once"));
    const auto twice = parse({"--config", "a", "--config", "b"});
    REQUIRE_FALSE(twice);
    CHECK(twice.error().code == pitot::errc::duplicate);
    CHECK(twice.error().message.find("--config") != std::string::npos);
}

TEST_CASE("what is not known is named, with what is near", "[flags]")
{
    for (const auto& [given, near] : std::vector<std::pair<std::string, std::string>>{
             {"--lisen", "--listen"}, {"--lisen=x", "--listen"}, {"--onse", "--once"}, {"--vrsion", "--version"}}) {
        const auto got = parse({given});
        CAPTURE(given);
        REQUIRE_FALSE(got);
        CHECK(got.error().code == pitot::errc::invalid_value);
        CHECK(got.error().message.find(given) != std::string::npos);
        CHECK(got.error().message.find("did you mean " + near + "?") != std::string::npos);
    }
    CHECK_FALSE(parse({"--completely-other"}));
    CHECK_FALSE(parse({"-x"}));
    CHECK_FALSE(parse({"a", "-q", "b"}));
}

TEST_CASE("a flag without its value, a switch with one", "[flags]")
{
    const auto missing = parse({"--config"});
    REQUIRE_FALSE(missing);
    CHECK(missing.error().message.find("config") != std::string::npos);
    CHECK(parse({"--once=true"})->has("once"));
    const auto empty = parse({});
    REQUIRE(empty);
    CHECK(empty->positional.empty());
    CHECK(parse({""})->positional == words{""});
}

TEST_CASE("help, manual and completions name every flag", "[flags]")
{
    const std::string text = pitot::tools::help(tool);
    for (const char* name : {"--listen", "--config", "--once", "--help", "--version", "--log-level", "--log-format"}) {
        CAPTURE(name);
        CHECK(text.find(name) != std::string::npos);
        for (const char* shell : {"bash", "zsh", "fish"}) {
            const std::string wanted = shell == std::string("fish") ? "-l " + std::string(name).substr(2)
                                                                    : std::string(name);
            CHECK(pitot::tools::completion(tool, shell).find(wanted) != std::string::npos);
        }
    }
    CHECK(text.find("(default 127.0.0.1:9598) (repeatable)") != std::string::npos);
    const std::string page = pitot::tools::man_page(tool);
    CHECK(page.find("\\-\\-listen") != std::string::npos);
    CHECK(page.find("\\&\\-.' \\\\ in") == std::string::npos);  // only a line that starts with . or ' needs a guard
    CHECK(page.find("Exit codes") != std::string::npos);
    CHECK(page.rfind(".TH", 0) == 0);
}
