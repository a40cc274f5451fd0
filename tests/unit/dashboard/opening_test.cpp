#include <pitot/dashboard/opening.hpp>
#include <pitot/json/reader.hpp>

#include <catch.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace dashboard = pitot::dashboard;
namespace json = pitot::json;

namespace {

std::vector<dashboard::saved_variable> saved(std::string_view list)
{
    const std::string text = "{\"templating\": {\"list\": [" + std::string(list) + "]}}";
    const auto document = json::parse(text);
    REQUIRE(document);
    const auto all = dashboard::read_variables(document->root(), document->root());
    return dashboard::saved_variables(all, [](const auto& v) { return v.datasource.text() != "loki"; });
}

std::string names(const std::vector<dashboard::saved_variable>& all)
{
    std::string out;
    for (const auto& v : all) out += v.name + " ";
    return out;
}

using texts = std::vector<std::string>;

}  // namespace

TEST_CASE("each variable comes behind those that it waits for")
{
    CHECK(names(saved(R"~({"name": "c", "type": "query", "query": "label_values(x{a=\"$a\", b=\"$b\"}, c)"},
                         {"name": "b", "type": "query", "query": "label_values(x{a=\"$a\"}, b)"},
                         {"name": "a", "type": "query", "query": "label_values(a)"})~")) == "a b c ");
    CHECK(names(saved(R"~({"name": "a", "type": "query", "query": "label_values(x{b=\"$b\"}, a)"},
                         {"name": "b", "type": "query", "query": "label_values(x{a=\"$a\"}, b)"},
                         {"name": "c", "type": "query", "query": "label_values(x{a=\"$c\"}, c)"})~")) == "c a b ");
}

TEST_CASE("what \"All\" writes is waited for, too")
{
    CHECK(names(saved(R"~({"name": "a", "type": "query", "includeAll": true, "allValue": "x$b", "query": "up"},
                         {"name": "b", "type": "custom", "query": "1"})~")) == "b a ");
}

TEST_CASE("what a query variable was saved with")
{
    const auto all = saved(R"~(
        {"name": "one", "type": "query", "query": {"query": "label_values(up, job)", "refId": "x"}, "regex": "/a(.*)/",
         "sort": 4, "refresh": 0, "current": {"value": "b"}, "options": [{"value": "$__all"}, {"value": "b"}]},
        {"name": "all", "type": "query", "query": "label_values(up, job)", "multi": true, "includeAll": true,
         "allValue": ".+", "current": {"value": ["$__all"]}, "sort": "naturalDesc"},
        {"name": "none", "type": "query", "query": "label_values(up, job)", "current": {"value": "$__all"}},
        {"name": "list", "type": "query", "query": "label_values(up, job)", "current": {"value": ["x", "y"]}},
        {"name": "logs", "type": "query", "query": "label_values(app)", "datasource": "loki", "multi": true,
         "current": {"value": ["x", 7]}})~");
    REQUIRE(all.size() == 5);
    CHECK(all[0].is_asked);
    CHECK(all[0].query == "label_values(up, job)");
    CHECK(all[0].regex == "/a(.*)/");
    CHECK(all[0].order == dashboard::option_order::number_down);
    CHECK(all[0].chosen == texts{"b"});
    CHECK_FALSE(all[0].is_all);
    CHECK(all[1].is_all);
    CHECK(all[1].include_all);
    CHECK(all[1].all == ".+");
    CHECK(all[1].many);
    CHECK(all[1].chosen.empty());
    CHECK(all[1].order == dashboard::option_order::natural_down);
    CHECK_FALSE(all[2].is_all);
    CHECK(all[2].chosen.empty());
    CHECK(all[3].chosen.empty());
    CHECK_FALSE(all[4].is_asked);
    CHECK(all[4].takes_any);
    CHECK(all[4].chosen == texts{"x", "7"});
}

TEST_CASE("what the file itself lists")
{
    const auto all = saved(R"~(
        {"name": "custom", "type": "custom", "query": "a, b : c", "current": {"value": "gone"}},
        {"name": "number", "type": "custom", "query": "1,2", "current": {"value": 2}},
        {"name": "constant", "type": "constant", "query": "x", "current": {"value": "old"}},
        {"name": "text", "type": "textbox", "query": "t", "current": {"value": "typed"}},
        {"name": "step", "type": "interval", "query": "1m,5m", "current": {"value": "5m"}},
        {"name": "auto", "type": "interval", "query": "1m", "auto": true,
         "current": {"value": "$__auto_interval_auto"}},
        {"name": "filters", "type": "adhoc"},
        {"name": "saved", "type": "adhoc", "filters": [{"key": "a", "operator": "=", "value": "b"}]},
        {"name": "on", "type": "switch", "current": true})~");
    REQUIRE(all.size() == 9);
    CHECK(all[0].options == texts{"a", "c"});
    CHECK(all[1].chosen == texts{"2"});
    CHECK(all[2].options == texts{"x"});
    CHECK(all[2].chosen.empty());
    CHECK(all[3].chosen == texts{"typed"});
    CHECK(all[3].takes_any);
    CHECK(all[4].options == texts{"1m", "5m"});
    CHECK(all[4].chosen == texts{"5m"});
    CHECK(all[5].options == texts{"$__interval"});
    CHECK(all[6].options.empty());
    CHECK_FALSE(all[6].filters);
    CHECK(all[7].filters);
    CHECK(all[8].chosen == texts{"true"});
}
