#include <pitot/base/text.hpp>
#include <pitot/lint/report_text.hpp>

#include <catch.hpp>

#include <string>

namespace lint = pitot::lint;

namespace {
std::string text_of(const lint::finding& f, const lint::text_style& style = {})
{
    std::string out;
    lint::append_text(out, f, style);
    return out;
}
}  // namespace

TEST_CASE("carets stand under what is at fault")
{
    const lint::source file("x.prom", "# TYPE a counter\n\t\xC3\xA4\xC3\xB6{b=\"c\"} 1\n");
    const auto f = lint::finding_at(file, {22, 5}, "some-rule", lint::severity::warning, "not so", "write d");
    CHECK(text_of(f) == "x.prom:2:4: warning: not so [some-rule]\n"
                        "    \xC3\xA4\xC3\xB6{b=\"c\"} 1\n"
                        "      ^^^^^\n"
                        "    write d\n");
}

TEST_CASE("an empty place has one caret")
{
    const lint::source file("x", "ab");
    CHECK(text_of(lint::finding_at(file, {2, 0}, "r", lint::severity::error, "m")) ==
          "x:1:3: error: m [r]\n    ab\n      ^\n");
}

TEST_CASE("long lines are cut around the mark")
{
    const lint::source file("x", pitot::concat(std::string(500, 'a'), "BAD", std::string(500, 'z')));
    const std::string text = text_of(lint::finding_at(file, {500, 3}, "r", lint::severity::error, "m"), {false, 30});
    CHECK(text == "x:1:501: error: m [r]\n    …aaaaaaaaaaBADzzzzzzzzzzzzzzzzz…\n               ^^^\n");
    const std::string all = text_of(lint::finding_at(file, {0, 1003}, "r", lint::severity::error, "m"), {false, 30});
    CHECK(all ==
          pitot::concat("x:1:1: error: m [r]\n    ", std::string(30, 'a'), "…\n    ", std::string(31, '^'), "\n"));
}

TEST_CASE("no control sequence of a checked file reaches the terminal")
{
    const lint::source file("a\x1b[2J", "x\x1b[31m\xC2\x9B\xFFz\x7F");
    const std::string text = text_of(lint::finding_at(file, {0, 1}, "r", lint::severity::error, "m\x07", "s\x1b"));
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.find('\x07') == std::string::npos);
    CHECK(text.find('\x7F') == std::string::npos);
    CHECK(text.find("\xC2\x9B") == std::string::npos);
    CHECK(pitot::is_utf8(text));
}

TEST_CASE("colour only when asked")
{
    const lint::source file("x", "ab");
    const auto f = lint::finding_at(file, {0, 1}, "r", lint::severity::error, "m");
    CHECK(text_of(f).find('\x1b') == std::string::npos);
    CHECK(text_of(f, {true, 80}).find("\x1b[1;31merror:\x1b[0m") != std::string::npos);
}

TEST_CASE("counts")
{
    std::vector<lint::finding> all(3);
    all[1].level = lint::severity::warning;
    CHECK(lint::counts_text(all) == "2 errors, 1 warning");
    CHECK(lint::worst(all) == lint::severity::error);
    CHECK(lint::counts_text({}) == "no findings");
    CHECK_FALSE(lint::worst({}));
    CHECK(lint::severity_from("warning") == lint::severity::warning);
    CHECK_FALSE(lint::severity_from("fatal"));
}
