#include <catch.hpp>

#include <common/flags.hpp>
#include <common/pages.hpp>

#include <string>
#include <vector>

using pitot::tools::arguments;
using pitot::tools::command;
using pitot::tools::flag;
using pitot::tools::program;

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

const command* const commands[] = {&tool};
constexpr program whole{"tool", "Does a thing.", commands};

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

TEST_CASE("help, manual and completions name every flag", "[pages]")
{
    const std::string text = pitot::tools::help(tool);
    const std::string page = man_page(whole);
    CHECK(page.rfind(".TH \"tool\" 1", 0) == 0);
    for (const flag& f : pitot::tools::all_flags(tool)) {
        const std::string name = "--" + std::string(f.name);
        CAPTURE(name);
        CHECK(text.find(name) != std::string::npos);
        CHECK(completion(whole, "bash").find(name) != std::string::npos);
        CHECK(completion(whole, "zsh").find(name + "[") != std::string::npos);
        CHECK(completion(whole, "fish").find("-l " + std::string(f.name)) != std::string::npos);
    }
    CHECK(text.find("(default 127.0.0.1:9598) (repeatable)") != std::string::npos);
    CHECK(page.find("\\-\\-listen") != std::string::npos);
    CHECK(page.find("\n\\&\\-") == std::string::npos);
    CHECK(page.find("Exit codes") != std::string::npos);
}

TEST_CASE("roff takes no line for a request that is none", "[pages]")
{
    constexpr command dotted{"tool", "", "Does a thing.", {}, ".first\n'second\nthird \\ x"};
    const command* const only[] = {&dotted};
    const std::string page = man_page(program{"tool", "Does a thing.", only});
    CHECK(page.find("\n\\&.first\n\\&'second\nthird \\\\ x\n") != std::string::npos);
}

TEST_CASE("flags with fixed values complete to them, subcommands to their own flags", "[pages]")
{
    static constexpr flag run_flags[] = {{"colour", 0, "red|blue", "it's a 'colour' [of two]"}};
    static constexpr flag stop_flags[] = {{"grace", 0, "TIME", "how long"}};
    static constexpr command run{"tool run", "FILE…", "Runs.", run_flags};
    static constexpr command stop{"tool stop", "", "Stops.", stop_flags};
    const command* const both[] = {&run, &stop};
    const program two{"tool", "Does two things.", both};
    CHECK(completion(two, "bash").find("compgen -W 'red blue'") != std::string::npos);
    CHECK(completion(two, "bash").find("compgen -W 'run stop --help --version'") != std::string::npos);
    CHECK(completion(two, "zsh").find("--colour[it'\\''s a '\\''colour'\\'' \\[of two\\]]:value:(red blue)'") !=
          std::string::npos);
    CHECK(completion(two, "fish").find("-n '__fish_seen_subcommand_from stop' -l grace -r") != std::string::npos);
    const std::string page = man_page(two);
    CHECK(page.find(".SH \"tool run\"\nRuns.\n") != std::string::npos);
    CHECK(page.find(".SH \"tool stop\"\nStops.\n") != std::string::npos);
}
