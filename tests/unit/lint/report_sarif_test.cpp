#include <pitot/json/reader.hpp>
#include <pitot/lint/report_sarif.hpp>

#include <catch.hpp>

#include <string>

namespace lint = pitot::lint;

TEST_CASE("a report in SARIF")
{
    const lint::source file("./a b/d.json", "{\n \"ä\": 1}");
    lint::report what;
    what.findings.push_back(lint::finding_at(file, {3, 4}, "second", lint::severity::info, "m \"q\"", "write b"));
    what.findings[0].pointer = "/ä";
    what.findings.push_back(lint::finding_at(file, {0, 1}, "unknown", lint::severity::error, "m"));
    lint::without_lines(what.findings[1]);
    what.not_verified.push_back({"/d.json", "/b", "variable metric name"});
    const lint::rule known[] = {{"first", lint::severity::error, "s", "w", "e", "f"},
                                {"second", lint::severity::info, "s", "w", "e", "f"}};
    const std::string text = lint::to_sarif(what, "tool", known);
    const auto read = pitot::json::parse(text);
    REQUIRE(read);
    CHECK(read->root()["version"].text() == "2.1.0");
    const auto run = read->root()["runs"][0];
    CHECK(run["columnKind"].text() == "unicodeCodePoints");
    const auto driver = run["tool"]["driver"];
    CHECK(driver["name"].text() == "tool");
    CHECK(driver["version"].text() == pitot::version);
    CHECK(driver["rules"].size() == 2);
    CHECK(driver["rules"][1]["id"].text() == "second");
    CHECK(driver["rules"][1]["defaultConfiguration"]["level"].text() == "note");
    CHECK(run["results"].size() == 2);
    const auto one = run["results"][0];
    CHECK(one["ruleId"].text() == "second");
    CHECK(one["ruleIndex"].as_int() == 1);
    CHECK(one["level"].text() == "note");
    CHECK(one["message"]["text"].text() == "m \"q\"\nwrite b");
    const auto place = one["locations"][0];
    CHECK(place["physicalLocation"]["artifactLocation"]["uri"].text() == "a%20b/d.json");
    CHECK(place["logicalLocations"][0]["fullyQualifiedName"].text() == "/ä");
    const auto region = place["physicalLocation"]["region"];
    CHECK(region["startLine"].as_int() == 2);
    CHECK(region["startColumn"].as_int() == 2);
    CHECK(region["endLine"].as_int() == 2);
    CHECK(region["endColumn"].as_int() == 5);
    CHECK(region["byteOffset"].as_int() == 3);
    CHECK(region["byteLength"].as_int() == 4);
    const auto other = run["results"][1];
    CHECK_FALSE(other["ruleIndex"]);
    CHECK_FALSE(other["locations"][0]["physicalLocation"]["region"]["startLine"]);
    CHECK_FALSE(other["locations"][0]["logicalLocations"]);
    const auto notes = run["invocations"][0]["toolExecutionNotifications"];
    CHECK(notes.size() == 1);
    CHECK(notes[0]["message"]["text"].text() == "not verified: variable metric name");
    CHECK(notes[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].text() == "file:///d.json");
}
