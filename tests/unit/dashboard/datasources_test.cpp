#include <pitot/dashboard/datasources.hpp>

#include <catch.hpp>
#include <dashboard/shown_datasources.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace dashboard = pitot::dashboard;

namespace {

/// All of them shown; or "OFFSET: error".
std::string read_answer(std::string_view text)
{
    const auto all = dashboard::read_datasources_json(text);
    if (!all) return pitot::concat(std::to_string(all.error().where.offset), ": ", all.error().message);
    return shown(*all);
}

}  // namespace

TEST_CASE("what Grafana's API answers")
{
    CHECK(read_answer("[]").empty());
    CHECK(read_answer(
              R"([{"id": 1, "uid": "p-1", "name": "Main", "type": "prometheus", "isDefault": true, "jsonData": {}},
                   {"uid": "l-1", "name": "Logs", "type": "loki", "isDefault": false}, {"name": "Old", "type": "graphite"}])") ==
          "Main/p-1/prometheus* Logs/l-1/loki Old//graphite ");
    CHECK(read_answer(R"({"message": "Unauthorized"})") == R"(0: [{"name": …, "uid": …, "type": …}, …] is expected)");
    CHECK(read_answer("[1]") == R"(1: a datasource, {"name": …, "uid": …, "type": …}, is expected)");
    CHECK(read_answer(R"([{"uid": "a", "type": "loki"}])") == "1: this datasource has no name");
    CHECK(read_answer(R"([{"name": "a"}])") == "1: this datasource has no type");
    CHECK(read_answer(R"([{"name": "a", "type": "loki", "uid": 7}])") == "38: uid is a text");
    CHECK(read_answer(R"([{"name": "a", "type": "loki", "isDefault": "yes"}])") == "44: isDefault is true or false");
    CHECK(read_answer(R"([{"name": "a", "name": "b", "type": "loki"}])") == "15: this key is given twice");
    CHECK(read_answer("[{") == "2: the text ends inside the object that begins in line 1");
}

TEST_CASE("declared datasources by uid, by name, and the default one")
{
    dashboard::datasources all;
    CHECK(all.empty());
    CHECK(all.default_type().empty());
    all.add({"Main", "p-1", "prometheus", true});
    all.add({"p-1", "l-1", "loki"});
    CHECK(all.has("Main"));
    CHECK(all.type_of("p-1") == "prometheus");  // the uid goes first
    CHECK(all.type_of("l-1") == "loki");
    CHECK(all.type_of("main").empty());
    CHECK_FALSE(all.has("main"));
    CHECK_FALSE(all.has(""));
    CHECK(all.default_type() == "prometheus");
    CHECK_FALSE(all.is_open());

    dashboard::datasources more;
    more.add({"Main", "x-1", "loki", true});  // of another organisation
    more.add({"", "x-2", "", false});
    all.add(std::move(more));
    CHECK(all.has("Main"));
    CHECK(all.type_of("Main").empty());
    CHECK(all.default_type().empty());
    CHECK(all.has("x-2"));
    CHECK_FALSE(all.has(""));
    CHECK(all.is_open());
    CHECK(all.all().size() == 4);
}
