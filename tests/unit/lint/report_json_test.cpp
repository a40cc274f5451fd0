#include <pitot/json/reader.hpp>
#include <pitot/lint/report_json.hpp>

#include <catch.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace lint = pitot::lint;

TEST_CASE("the report has every field of the contract")
{
    const lint::source file("d.json", "{\n \"a\": 1}");
    lint::report what;
    what.summary = {{"queries", 3}, {"ok", 1}};
    what.findings.push_back(lint::finding_at(file, {3, 3}, "r", lint::severity::info, "m \"q\""));
    what.findings[0].pointer = "/a";
    what.not_verified.push_back({"d.json", "/b", "variable metric name"});
    const std::string text = lint::to_json(what);
    const auto read = pitot::json::parse(text);
    REQUIRE(read);
    const auto root = read->root();
    CHECK(root["version"].as_int() == 1);
    CHECK(root["summary"]["queries"].as_int() == 3);
    const auto f = root["findings"][0];
    std::string keys;
    for (const auto member : f) keys += pitot::concat(member.key().text(), " ");
    CHECK(keys == "rule severity file pointer line column end_line end_column offset length query message suggestion ");
    CHECK(f["severity"].text() == "info");
    CHECK(f["line"].as_int() == 2);
    CHECK(f["column"].as_int() == 2);
    CHECK(f["end_column"].as_int() == 5);
    CHECK(f["offset"].as_int() == 3);
    CHECK(f["length"].as_int() == 3);
    CHECK(f["message"].text() == "m \"q\"");
    CHECK(root["not_verified"][0]["reason"].text() == "variable metric name");
    CHECK_FALSE(root["live"]);
    CHECK(lint::to_json({}, 0) == "{\"version\":1,\"summary\":{},\"findings\":[],\"not_verified\":[]}\n");
}

TEST_CASE("what was asked stands in the report")
{
    lint::report what;
    what.live.emplace();
    CHECK(lint::to_json(what, 0).ends_with("\"not_verified\":[],\"live\":[]}\n"));
    what.live->push_back({"d.json", "/a", "up", lint::asking::data, 2, "NaN", {}, "up"});
    what.live->push_back({"d.json", "/b", "up[", lint::asking::refused, 0, {}, "why \"\""});
    const std::string text = lint::to_json(what);
    const auto read = pitot::json::parse(text);
    REQUIRE(read);
    const auto live = read->root()["live"];
    std::string keys;
    for (const auto member : live[0]) keys += pitot::concat(member.key().text(), " ");
    CHECK(keys == "file pointer query status series value message asked ");
    CHECK(live[0]["status"].text() == "data");
    CHECK(live[0]["series"].as_int() == 2);
    CHECK(live[0]["value"].text() == "NaN");
    CHECK(live[0]["asked"].text() == "up");
    CHECK(live[1]["status"].text() == "refused");
    CHECK(live[1]["message"].text() == "why \"\"");
    CHECK(lint::to_string(lint::asking::no_data) == "no data");
    CHECK(lint::to_string(lint::asking::not_asked) == "not asked");
}

TEST_CASE("findings may be written beforehand")
{
    const lint::source file("d.json", "{\n \"a\": 1}");
    lint::report what;
    for (const char* const message : {"one", "two", "three"})
        what.findings.push_back(lint::finding_at(file, {3, 3}, "r", lint::severity::info, message));
    const std::string whole = lint::to_json(what);
    for (std::size_t n = 0; n <= 3; ++n) {
        lint::report rest = what;
        rest.findings.erase(rest.findings.begin(), rest.findings.begin() + static_cast<std::ptrdiff_t>(n));
        std::vector<std::string> written;
        for (std::size_t i = 0; i < n; ++i) written.push_back(lint::to_json_members({&what.findings[i], 1}));
        written.push_back(lint::to_json_members({}));
        std::string text;
        lint::write_json(
            rest, [&text](std::string_view part) { text += part; }, 2, written);
        CHECK(text == whole);
    }
}
