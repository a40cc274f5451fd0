#include <pitot/dashboard/queries.hpp>
#include <pitot/json/pointer.hpp>
#include <pitot/json/reader.hpp>

#include <catch.hpp>

#include <string>

namespace dashboard = pitot::dashboard;
namespace json = pitot::json;

namespace {

/// "pointer=expr" a line, in order; then what was not read.
std::string queries_of(std::string_view text)
{
    const auto document = json::parse(text);
    REQUIRE(document);
    const auto board = dashboard::read_dashboard(*document);
    if (!board) return "no dashboard";
    std::string out;
    for (const auto& q : board.queries) {
        const std::string_view kind = q.in == dashboard::language::promql      ? ""
                                      : q.in == dashboard::language::logql     ? " logql"
                                      : q.in == dashboard::language::metricsql ? " metricsql"
                                                                               : " other";
        out += pitot::concat(json::pointer_of(q.expr), "=", q.expr.text(), kind, "\n");
    }
    for (const auto& u : board.not_read) out += pitot::concat(json::pointer_of(u.where), " ", u.reason, "\n");
    return out;
}

}  // namespace

TEST_CASE("panels, collapsed rows and rows of old")
{
    CHECK(queries_of(R"({"panels":[{"targets":[{"expr":"a"},{"expr":"  "},{"query":"x"},{"expr":"b"}]},
                  {"type":"row","panels":[{"targets":[{"expr":"c"}]},{"targets":[{"expr":"d"}]}]},{"targets":[{"expr":"e"}]}]})") ==
          "/panels/0/targets/0/expr=a\n/panels/0/targets/3/expr=b\n/panels/1/panels/0/targets/0/expr=c\n"
          "/panels/1/panels/1/targets/0/expr=d\n/panels/2/targets/0/expr=e\n");
    CHECK(
        queries_of(
            R"({"rows":[{"panels":[{"targets":[{"expr":"a"}]}]},{"panels":[{"targets":[{"expr":"b"}]}]}],"panels":[]})") ==
        "/rows/0/panels/0/targets/0/expr=a\n/rows/1/panels/0/targets/0/expr=b\n");
}

TEST_CASE("the wrappers of exports and resources")
{
    CHECK(queries_of(R"({"meta":{},"dashboard":{"panels":[{"targets":[{"expr":"a"}]}]}})") ==
          "/dashboard/panels/0/targets/0/expr=a\n");
    CHECK(queries_of(
              R"({"apiVersion":"dashboard.grafana.app/v1beta1","spec":{"panels":[{"targets":[{"expr":"a"}]}]}})") ==
          "/spec/panels/0/targets/0/expr=a\n");
    CHECK(queries_of(R"({"apiVersion":"v1","spec":{"panels":[]}})") == "no dashboard");
}

TEST_CASE("version 2: elements by name")
{
    CHECK(
        queries_of(
            R"({"apiVersion":"dashboard.grafana.app/v2","spec":{"variables":[{"kind":"DatasourceVariable","spec":{"name":"ds","pluginId":"loki"}}],
                  "elements":{"a":{"kind":"Panel","spec":{"data":{"spec":{"queries":[
                     {"spec":{"query":{"group":"prometheus","spec":{"expr":"x"}}}},
                     {"spec":{"query":{"group":"","datasource":{"name":"${ds}"},"spec":{"expr":"y"}}}}]}}}},
                  "b":{"kind":"LibraryPanel","spec":{"libraryPanel":{"name":"L"}}}}}})") ==
        "/spec/elements/a/spec/data/spec/queries/0/spec/query/spec/expr=x\n"
        "/spec/elements/a/spec/data/spec/queries/1/spec/query/spec/expr=y logql\n"
        "/spec/elements/b library panel 'L' is kept outside of this file\n");
}

TEST_CASE("the language follows the datasource in each of its forms")
{
    CHECK(
        queries_of(
            R"({"__inputs":[{"name":"DS_X","pluginId":"loki"}],"templating":{"list":[{"name":"logs","type":"datasource","query":"loki"}]},"panels":[
        {"datasource":{"type":"loki","uid":"u"},"targets":[{"expr":"a"}]},
        {"datasource":{"uid":"$logs"},"targets":[{"expr":"b"}]},
        {"datasource":"${DS_X}","targets":[{"expr":"c"}]},
        {"datasource":"-- Mixed --","targets":[{"expr":"d","datasource":{"type":"prometheus"}},{"expr":"e","datasource":{"type":"loki"}}]},
        {"datasource":null,"targets":[{"expr":"f"}]},
        {"type":"logs","targets":[{"expr":"g"}]},
        {"datasource":{"type":"victoriametrics-metrics-datasource"},"targets":[{"expr":"h"}]},
        {"datasource":{"type":"influxdb"},"targets":[{"expr":"i"}]}]})") ==
        "/panels/0/targets/0/expr=a logql\n/panels/1/targets/0/expr=b logql\n/panels/2/targets/0/expr=c logql\n"
        "/panels/3/targets/0/expr=d\n/panels/3/targets/1/expr=e "
        "logql\n/panels/4/targets/0/expr=f\n/panels/5/targets/0/expr=g logql\n"
        "/panels/6/targets/0/expr=h metricsql\n/panels/7/targets/0/expr=i other\n");
}

TEST_CASE("a library panel is said, not passed over")
{
    CHECK(queries_of(R"({"panels":[{"libraryPanel":{"uid":"u","name":"N"}}]})") ==
          "/panels/0/libraryPanel library panel 'N' is kept outside of this file\n");
}

TEST_CASE("library panels that an export brings along are read, each once, where they stand")
{
    CHECK(
        queries_of(
            R"({"panels":[{"libraryPanel":{"uid":"u","name":"N"}},{"type":"row","panels":[{"libraryPanel":{"uid":"u"}}]},
                          {"libraryPanel":{"name":"M"}},{"libraryPanel":{"uid":"gone","name":"G"}},{"targets":[{"expr":"p"}]}],
               "annotations":{"list":[{"expr":"a"}]},
               "__elements":{"u":{"uid":"u","kind":1,"model":{"datasource":{"type":"loki"},"libraryPanel":{"uid":"u"},"targets":[{"expr":"x"},{"expr":"y"}]}},
                             "w":{"name":"M","model":{"targets":[{"expr":"z"}]}},"v":{"kind":2,"model":{"targets":[{"expr":"no"}]}},"e":1}})") ==
        "/panels/4/targets/0/expr=p\n/__elements/u/model/targets/0/expr=x logql\n"
        "/__elements/u/model/targets/1/expr=y logql\n"
        "/__elements/w/model/targets/0/expr=z\n/annotations/list/0/expr=a\n"
        "/panels/3/libraryPanel library panel 'G' is kept outside of this file\n");
    CHECK(
        queries_of(
            R"({"panels":[{"libraryPanel":{"uid":"u"}}],"__elements":[{"uid":"u","model":{"targets":[{"expr":"x"}]}}]})") ==
        "/__elements/0/model/targets/0/expr=x\n");
    CHECK(queries_of(
              R"({"meta":{},"dashboard":{"panels":[{"libraryPanel":{"uid":"u"}}],"__elements":{"u":{"model":{}}}}})")
              .empty());
    CHECK(
        queries_of(
            R"({"apiVersion":"dashboard.grafana.app/v2","spec":{"elements":{"b":{"kind":"LibraryPanel","spec":{"libraryPanel":{"uid":"u"}}}}},
               "__elements":{"u":{"model":{"targets":[{"expr":"x"}]}}}})") == "/__elements/u/model/targets/0/expr=x\n");
}

TEST_CASE("what the API of library panels tells")
{
    CHECK(queries_of(R"({"result":{"uid":"u","kind":1,"model":{"libraryPanel":{},"targets":[{"expr":"x"}]}}})") ==
          "/result/model/targets/0/expr=x\n");
    CHECK(queries_of(R"({"uid":"u","kind":1,"model":{"type":"logs","targets":[{"expr":"x"}]}})") ==
          "/model/targets/0/expr=x logql\n");
    CHECK(queries_of(R"({"result":{"totalCount":3,"elements":[{"uid":"u","kind":1,"model":{"targets":[{"expr":"x"}]}},
                  {"uid":"v","kind":2,"model":{}},{"uid":"w","kind":1,"model":{"targets":[{"expr":"y"}]}}]}})") ==
          "/result/elements/0/model/targets/0/expr=x\n/result/elements/2/model/targets/0/expr=y\n");
    for (const char* text : {R"({"result":{"elements":[]}})", R"({"result":{"elements":[1]}})", R"({"model":{}})",
                             R"({"uid":"u","kind":2,"model":{}})", R"({"result":{"uid":"u","kind":1,"model":1}})"}) {
        INFO(text);
        CHECK(queries_of(text) == "no dashboard");
    }
}

TEST_CASE("a mixed panel leaves it to its targets; what Grafana makes itself is no query")
{
    CHECK(queries_of(
              R"({"templating":{"list":[{"name":"logs","type":"datasource","query":"loki"}]},"panels":[
        {"datasource":{"type":"datasource","uid":"-- Mixed --"},"targets":[{"expr":"a","datasource":{"uid":"$logs"}},{"expr":"b"},
           {"expr":"c","datasource":"-- Dashboard --"},{"expr":"d","datasource":{"uid":"__expr__"}},
           {"expr":"e","datasource":{"type":"victoriametrics-metrics-datasource","uid":"v"}}]},
        {"datasource":{"type":"mixed","uid":"-- Mixed --"},"type":"logs","targets":[{"expr":"f"}]},
        {"datasource":{"type":"datasource","uid":"-- Dashboard --"},"targets":[{"expr":"g","panelId":1}]},
        {"datasource":{"type":"datasource","uid":"grafana"},"targets":[{"expr":"h"}]},
        {"datasource":"grafana","targets":[{"expr":"i"}]}]})") ==
          "/panels/0/targets/0/expr=a logql\n/panels/0/targets/1/expr=b\n/panels/0/targets/3/expr=d other\n"
          "/panels/0/targets/4/expr=e metricsql\n/panels/1/targets/0/expr=f logql\n/panels/3/targets/0/expr=h other\n"
          "/panels/4/targets/0/expr=i\n");
}

TEST_CASE("what is no dashboard, and what is malformed inside one")
{
    for (const char* text : {"1", "[]", "{}", "\"panels\"", R"({"panels":{}})", R"({"panels":[],"targets":[]})",
                             R"({"elements":{"a":1}})", R"({"spec":1})"}) {
        INFO(text);
        CHECK(queries_of(text) == "no dashboard");
    }
    CHECK(queries_of(R"({"panels":[1,null,"x",[],{"targets":{}},{"targets":[1,{"expr":1},{"expr":{}}]},{"panels":7}]})")
              .empty());
}

TEST_CASE("annotations: expr, target, version 2")
{
    CHECK(queries_of(
              R"({"panels":[{"targets":[{"expr":"p"}]}],"annotations":{"list":[{"expr":"a"},{"target":{"expr":"b"}},
                  {"expr":" ","target":{"expr":"c"}},{"datasource":{"type":"loki"},"expr":"{}"},{"name":"built in"},1]}})") ==
          "/panels/0/targets/0/expr=p\n/annotations/list/0/expr=a\n/annotations/list/1/target/expr=b\n"
          "/annotations/list/2/target/expr=c\n/annotations/list/3/expr={} logql\n");
    CHECK(
        queries_of(
            R"({"elements":{},"layout":{},"annotations":[{"kind":"AnnotationQuery","spec":{"query":{"group":"prometheus",
                  "spec":{"expr":"a"}}}},{"spec":{"legacyOptions":{"expr":"b"}}}]})") ==
        "/annotations/0/spec/query/spec/expr=a\n/annotations/1/spec/legacyOptions/expr=b\n");
}

TEST_CASE("types of datasources that the user declared")
{
    dashboard::datasources declared;
    declared.add({"Logs", "l-1", "loki", true});
    declared.add({"Main", "p-1", "prometheus"});
    declared.add({"Base", "s-1", "mysql"});
    const auto kinds = [&declared](std::string_view text) {
        const auto document = json::parse(text);
        REQUIRE(document);
        std::string out;
        for (const auto& q : dashboard::read_dashboard(*document, &declared).queries)
            out += q.in == dashboard::language::promql ? 'p' : q.in == dashboard::language::logql ? 'l' : 'o';
        return out;
    };
    // By uid, by name, by either in the other's place, whatever type the dashboard writes beside it.
    CHECK(kinds(R"({"panels":[{"datasource":{"uid":"l-1"},"targets":[{"expr":"a"}]},
                              {"datasource":{"uid":"Base"},"targets":[{"expr":"a"}]},
                              {"datasource":"Base","targets":[{"expr":"a"}]},
                              {"datasource":"p-1","targets":[{"expr":"a"}]},
                              {"datasource":{"type":"prometheus","uid":"Logs"},"targets":[{"expr":"a"}]},
                              {"datasource":{"uid":"gone"},"targets":[{"expr":"a"}]}]})") == "looplp");
    // What the dashboard's own variables and inputs name.
    CHECK(kinds(R"({"__inputs":[{"name":"DS_X","pluginId":"loki"}],
                    "templating":{"list":[{"name":"v","type":"datasource","query":"loki"},
                                          {"name":"m","type":"datasource","query":"mysql"}]},
                    "panels":[{"datasource":{"type":"prometheus","uid":"$v"},"targets":[{"expr":"a"}]},
                              {"datasource":{"type":"prometheus","uid":"${DS_X}"},"targets":[{"expr":"a"}]},
                              {"datasource":{"type":"loki","uid":"${m}"},"targets":[{"expr":"a"}]},
                              {"datasource":{"type":"loki","uid":"$gone"},"targets":[{"expr":"a"}]}]})") == "llol");
    // The default one: absent, null, {}, "default", and what is mixed.
    CHECK(kinds(R"({"panels":[{"targets":[{"expr":"a"},{"expr":"a","datasource":null},{"expr":"a","datasource":{}},
                              {"expr":"a","datasource":"default"},{"expr":"a","datasource":{"uid":"p-1"}}]},
                              {"datasource":"-- Mixed --","targets":[{"expr":"a"},{"expr":"a","datasource":"Base"}]},
                              {"datasource":{"type":"prometheus"},"targets":[{"expr":"a"}]},
                              {"datasource":"$ds","targets":[{"expr":"a"}]}],
                    "annotations":{"list":[{"expr":"a"},{"expr":"a","datasource":"Main"}]}})") == "llllplopplp");
    // Version 2.
    CHECK(kinds(R"({"elements":{"a":{"kind":"Panel","spec":{"data":{"spec":{"queries":[
                      {"spec":{"query":{"spec":{"expr":"a"},"datasource":{"name":"Base"}}}},
                      {"spec":{"query":{"spec":{"expr":"a"},"datasource":{"name":"l-1"}}}},
                      {"spec":{"query":{"group":"prometheus","spec":{"expr":"a"},"datasource":{"name":"l-1"}}}},
                      {"spec":{"query":{"group":"","spec":{"expr":"a"}}}}]}}}}},
                    "annotations":[{"kind":"AnnotationQuery","spec":{"query":{"group":"prometheus","spec":{"expr":"a"}}}}]})") ==
          "olplp");
}
