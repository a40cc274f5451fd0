#include <pitot/lint/report_github.hpp>

#include <catch.hpp>

#include <string>

namespace lint = pitot::lint;

namespace {

std::string written(const lint::finding& f)
{
    std::string out;
    lint::append_github(out, f);
    return out;
}

}  // namespace

TEST_CASE("a finding is a workflow command")
{
    const lint::source file("a/d.json", "{\n \"a\": 1}");
    lint::finding f = lint::finding_at(file, {3, 3}, "r", lint::severity::error, "wrong", "did you mean b?");
    CHECK(written(f) == "::error file=a/d.json,line=2,endLine=2,col=2,endColumn=5,title=r::wrong%0Adid you mean b?\n");
    f.query = "up{";
    f.level = lint::severity::warning;
    CHECK(written(f) ==
          "::warning file=a/d.json,line=2,endLine=2,col=2,endColumn=5,title=r::wrong%0Aup{%0Adid you mean b?\n");
    const lint::finding lines = lint::finding_at(file, {0, 5}, "r", lint::severity::info, "m");
    CHECK(written(lines) == "::notice file=a/d.json,line=1,endLine=2,title=r::m\n");
    lint::finding bytes = f;
    lint::without_lines(bytes);
    bytes.query.clear();
    bytes.suggestion.clear();
    CHECK(written(bytes) == "::warning file=a/d.json,title=r::wrong\n");
}

TEST_CASE("a stranger's text ends no command and begins none")
{
    const lint::source file("a,b:c%.json", "x");
    const std::string text = written(
        lint::finding_at(file, {0, 1}, "r", lint::severity::error, "m\n::error::x\r\x1b[1m %0A", "s\n::stop"));
    CHECK(text.starts_with("::error file=a%2Cb%3Ac%25.json,line=1,"));
    CHECK(text.find('\n') == text.size() - 1);
    CHECK(text.find_first_of("\r\x1b") == std::string::npos);
    CHECK(text.find(" %250A%0As") != std::string::npos);
}
