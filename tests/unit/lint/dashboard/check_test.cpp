#include <pitot/expo/parse.hpp>
#include <pitot/json/write.hpp>
#include <pitot/lint/dashboard/check.hpp>

#include <catch.hpp>

#include <set>

namespace lint = pitot::lint;
using lint::dashboards::verdicts;

namespace {

/// Judges one expression against the names a, b and c_total.
verdicts judge(std::string_view expr, bool with_metrics = true)
{
    pitot::json::writer w;
    w.begin_object().key("templating").begin_object().key("list").begin_array();
    for (const char* const name : {"a", "b", "m", "y"}) w.begin_object().member("name", name).end_object();
    w.end_array().end_object().key("panels").begin_array().begin_object().key("targets").begin_array().begin_object();
    w.member("expr", expr).end_object().end_array().end_object().end_array().end_object();
    pitot::batch families;
    REQUIRE(
        pitot::expo::parse(
            "# TYPE a gauge\na{x=\"1\"} 1\n# TYPE b gauge\nb{x=\"1\"} 1\n# TYPE c_total counter\nc_total{x=\"1\"} 1\n",
            families, {}, {})
            .errors.empty());
    pitot::catalog::listing names;
    pitot::catalog::inventory series;
    for (const char* const job : {"first", "second"}) names.add(families, {job, {}});
    series.add(families, series.job(""));
    const lint::dashboards::world sources{&names, &series, {}};
    verdicts out;
    const lint::source file("d.json", std::string(w.text()));
    CHECK(lint::dashboards::check(file, with_metrics ? sources : lint::dashboards::world{}, {}, out));
    CHECK(out.queries == 1);
    for (const lint::finding& f : out.findings) {
        CHECK(f.pointer == "/panels/0/targets/0/expr");
        CHECK(f.query == expr);
    }
    return out;
}

std::string verdict(std::string_view expr, bool with_metrics = true)
{
    const verdicts v = judge(expr, with_metrics);
    std::string text = v.ok() == 1 ? "ok" : v.broken == 1 ? "broken" : "not verified";
    for (const lint::finding& f : v.findings) text += pitot::concat(" ", lint::to_string(f.level), ":", f.rule);
    for (const auto& [reason, n] : v.reasons) text += pitot::concat(" ", reason);
    return text;
}

}  // namespace

TEST_CASE("a query is ok, broken or not verified")
{
    CHECK(verdict("rate(c_total[$__rate_interval]) / a{x=\"$y\"}") == "ok info:division-by-zero");
    CHECK(verdict("rate(c_total[$__rate_interval]) * a{x=\"$y\"}") == "ok");
    CHECK(verdict("vector(1)") == "ok");
    CHECK(verdict("missing") == "broken error:metric-not-exposed");
    CHECK(verdict("missing + gone") == "broken error:metric-not-exposed error:metric-not-exposed");
    CHECK(verdict("sum(a") == "broken error:promql-parse");
    CHECK(verdict("$m + missing") == "broken error:metric-not-exposed");
    CHECK(verdict("rate($m[5m])") == "not verified variable metric name");
    CHECK(verdict("{__name__=\"$m\"}") == "not verified variable metric name");
    CHECK(verdict("{__name__=~\"a.*\"}") == "not verified metric name by regular expression");
    CHECK(verdict("{job=\"x\"}") == "not verified selector without a metric name");
    CHECK(verdict("job:a:rate5m") == "not verified name recorded by a rule");
    CHECK(verdict("$a / $b") == "not verified query made of variables");
    CHECK(verdict("a", false) == "not verified no metrics given");
    CHECK(verdict("a b", false) == "broken error:promql-parse");
    CHECK(verdict("up{job=\"x\"} * scrape_duration_seconds") == "ok");
}

TEST_CASE("absent() and the other side of or expect a metric to be missing")
{
    CHECK(verdict("absent(missing)") == "ok info:metric-not-exposed");
    CHECK(verdict("absent_over_time(missing[5m]) or absent(gone)") ==
          "ok info:metric-not-exposed info:metric-not-exposed");
    CHECK(verdict("missing or a") == "ok info:metric-not-exposed");
    CHECK(verdict("sum(rate(missing[5m])) or vector(0)") == "ok info:metric-not-exposed");
    CHECK(verdict("sum(missing or a) * sum(b)") == "ok info:metric-not-exposed");
    CHECK(verdict("(missing or gone) or a") == "ok info:metric-not-exposed info:metric-not-exposed");
    CHECK(verdict("missing or gone") == "broken error:metric-not-exposed error:metric-not-exposed");
    CHECK(verdict("missing or a + gone") == "broken error:metric-not-exposed error:metric-not-exposed");
    CHECK(verdict("missing * (a or b)") == "broken error:metric-not-exposed");
    CHECK(verdict("missing unless a") == "broken error:metric-not-exposed");
    CHECK(verdict("label_replace(missing, \"l\", \"$1\", \"x\", \"(.*)\") + (a or b)") ==
          "broken error:metric-not-exposed");
    CHECK(verdict("missing or $m") == "broken error:metric-not-exposed");
}

TEST_CASE("a finding stands at the name in the file, through escapes and variables")
{
    const verdicts v = judge("sum by ($g) (\n  rate(x_total{a=\"\xC3\xA4\"}[$i])) / ${p}_x");
    REQUIRE_FALSE(v.findings.empty());
    const lint::finding& f = v.findings[0];
    CHECK(f.rule == "metric-not-exposed");
    CHECK(f.where.length == 7);
    CHECK(f.excerpt == "  rate(x_total{a=\"\xC3\xA4\"}[$i])) / ${p}_x");
    CHECK(f.mark == pitot::text_span{7, 7});
    CHECK(f.begin.line == 1);
    CHECK(f.end.column == f.begin.column + 7);
    CHECK(judge("c").findings[0].suggestion == "did you mean c_total (job first, second)?");
}

TEST_CASE("broken JSON, double keys and what is no dashboard")
{
    verdicts out;
    CHECK(lint::dashboards::check(lint::source("d", "{\"panels\": [,]}"), lint::dashboards::world{}, {}, out));
    REQUIRE(out.findings.size() == 1);
    CHECK(out.findings[0].rule == "json-syntax");
    CHECK(out.findings[0].begin == pitot::text_position{1, 13});
    CHECK_FALSE(lint::dashboards::check(lint::source("d", "{}"), lint::dashboards::world{}, {}, out));
    CHECK(lint::dashboards::check(lint::source("d", "{\"panels\": [{\"id\": 1,\n\"id\": 2}]}"),
                                  lint::dashboards::world{}, {}, out));
    REQUIRE(out.findings.size() == 2);
    CHECK(out.findings[1].rule == "duplicate-key");
    CHECK(out.findings[1].pointer == "/panels/0/id");
    CHECK(out.findings[1].begin == pitot::text_position{2, 1});
}

TEST_CASE("every rule explains itself, under its own name")
{
    std::set<std::string_view> ids;
    for (const auto& r : lint::dashboards::rules) {
        INFO(r.about.id);
        CHECK(ids.insert(r.about.id).second);
        for (const std::string_view part : {r.about.summary, r.about.why, r.about.example, r.about.fix})
            CHECK_FALSE(part.empty());
        CHECK(r.about.summary.back() != '.');
    }
}

TEST_CASE("labels, values and types are judged too")
{
    CHECK(verdict("a{y=\"1\"}") == "broken error:label-not-exposed info:label-renamed");
    CHECK(verdict("a{y=\"2\"}") == "broken error:label-not-exposed");
    CHECK(verdict("{__name__=~\"m.*\"}") == "broken error:metric-not-exposed");
    CHECK(verdict("a{x=~\"(1\"}") == "broken error:promql-parse");
    CHECK(verdict("rate(sum(a)[5m:])") == "broken warning:rate-on-gauge");
    CHECK(verdict("a{y=\"\"} + a{y!=\"1\"} + a{y=~\".*\"}") == "ok");
    CHECK(verdict("a{x=\"2\"}") == "broken error:label-value-not-exposed");
    CHECK(verdict("a{x=~\"1|2\"}") == "ok info:regex-alternative-dead");
    CHECK(verdict("c") == "broken error:metric-not-exposed warning:missing-total-suffix info:counter-without-rate");
    CHECK(verdict("c_total") == "broken warning:counter-without-rate");
    CHECK(verdict("c_total - c_total offset 1d") == "ok");
    CHECK(verdict("count(c_total)") == "ok");
    CHECK(verdict("rate(a[5m])") == "broken warning:rate-on-gauge");
    CHECK(verdict("deriv(a[5m])") == "ok");
    CHECK(verdict("rate(sum(c_total)[5m:])") == "broken warning:rate-of-sum");
    CHECK(verdict("rate(c_total{x=\"1\"}[5m]) / rate(c_total[5m])") ==
          "broken warning:ratio-always-one info:division-by-zero");
    CHECK(verdict("sum(rate(c_total{x=\"1\"}[5m])) / sum(rate(c_total[5m]))") == "ok info:division-by-zero");
    CHECK(verdict("a * on (z) b") == "ok");
    CHECK(verdict("a + sum(b)") == "broken warning:vector-matching-impossible");
    CHECK(verdict("a + on () sum(b)") == "ok");
    CHECK(verdict("clamp_max(a > 0, 1)") == "ok info:filter-never-zero");
    CHECK(verdict("sum(a) / ignoring (x) group_left () (b > 0)") == "ok");
}

TEST_CASE("MetricsQL is a dialect, not an error")
{
    CHECK(verdict("topk_max(3, a)") == "not verified MetricsQL");
    CHECK(verdict("increase(vm_rows_total)") == "not verified MetricsQL");
    CHECK(verdict("tpk(3, a)") == "broken error:promql-parse");
}

TEST_CASE("a datasource must be one of the inputs, where there are inputs")
{
    const auto rules_of = [](std::string text) {
        verdicts out;
        CHECK(lint::dashboards::check(lint::source("d", std::move(text)), lint::dashboards::world{}, {}, out));
        std::string all;
        for (const lint::finding& f : out.findings) all += pitot::concat(f.rule, " ");
        return all;
    };
    const std::string panels =
        "\"panels\": [{\"datasource\": {\"uid\": \"${DS_P}\"}, \"targets\": [{\"expr\": \"a\"}]}]}";
    CHECK(rules_of("{\"__inputs\": [{\"name\": \"DS_Q\"}], " + panels) == "datasource-missing ");
    CHECK(rules_of("{\"__inputs\": [{\"name\": \"DS_P\"}], " + panels).empty());
    CHECK(rules_of("{" + panels) == "undeclared-variable ");
}

TEST_CASE("a datasource must be declared, where the user declared some")
{
    pitot::dashboard::datasources declared;
    const auto rules_of = [&declared](std::string text) {
        verdicts out;
        lint::dashboards::world sources;
        sources.datasources = &declared;
        CHECK(lint::dashboards::check(lint::source("d", std::move(text)), sources, {}, out));
        std::string all;
        for (const lint::finding& f : out.findings)
            if (f.rule == "datasource-missing")
                all += pitot::concat(f.pointer, " ", f.message, "; ", f.suggestion, "\n");
        return all + std::to_string(out.broken);
    };
    const auto panel = [&rules_of](std::string_view datasource) {
        return rules_of(
            pitot::concat(R"({"panels": [{"datasource": )", datasource, R"(, "targets": [{"expr": "{a=\"b\"}"}]}]})"));
    };
    const auto variable = [&rules_of](std::string_view members) {
        return rules_of(pitot::concat(R"({"panels": [], "templating": {"list": [{"name": "ds", "type": "datasource", )",
                                      members, "}]}}"));
    };
    CHECK(panel(R"("gone")") == "0");  // nobody declared any
    CHECK(variable(R"("query": "tempo")") == "0");
    declared.add({"Main", "p-main", "prometheus", true});
    declared.add({"Logs", "l-1", "loki"});
    CHECK(panel(R"({"uid": "p-main"})") == "0");
    CHECK(panel(R"({"uid": "Main"})") == "0");
    CHECK(panel(R"("l-1")") == "0");
    CHECK(panel(R"({"uid": "p-mian"})") ==
          "/panels/0/datasource/uid no declared datasource has the uid p-mian; did you mean Main (uid p-main)?\n1");
    CHECK(
        panel(R"({"type": "loki", "uid": "p-mian"})") ==
        "/panels/0/datasource/uid no declared datasource has the uid p-mian; of type loki there are Logs (uid l-1)\n1");
    CHECK(panel(R"({"type": "tempo", "uid": "x"})") ==
          "/panels/0/datasource/uid no declared datasource has the uid x; none of type tempo is declared\n1");
    CHECK(panel(R"("Prometheus")") == "/panels/0/datasource no declared datasource has the name Prometheus; there are "
                                      "Main (uid p-main), Logs (uid l-1)\n1");
    for (const char* const own :
         {"null", "{}", R"("default")", R"("$ds")", R"("${DS_X}")", R"({"uid": "${ds}"})", R"("-- Mixed --")",
          R"("-- Grafana --")", R"("-- Dashboard --")", R"("__expr__")", R"({"type": "__expr__", "uid": "-100"})",
          R"("grafana")", R"({"type": "datasource", "uid": "grafana"})", R"({"type": "prometheus"})", R"("12")"}) {
        CAPTURE(own);
        CHECK(panel(own) == "0");
    }

    // A place once, its queries all broken; targets without an expression; what stays in a panel without targets.
    CHECK(rules_of(R"({"panels": [{"datasource": {"uid": "gone-1"}, "targets": [{"expr": "a"}, {"expr": "b"}]},
                                  {"datasource": {"uid": "gone-2"}, "type": "text"},
                                  {"datasource": {"uid": "p-main"}, "targets": [{"rawSql": "x", "datasource": {"uid": "gone-3"}}]}],
                       "annotations": {"list": [{"datasource": "gone-4", "expr": "a"}]},
                       "templating": {"list": [{"name": "v", "type": "query", "query": "up", "datasource": {"uid": "gone-5"}}]}})") ==
          "/panels/0/datasource/uid no declared datasource has the uid gone-1; there are Main (uid p-main), Logs (uid "
          "l-1)\n"
          "/annotations/list/0/datasource no declared datasource has the name gone-4; there are Main (uid p-main), "
          "Logs (uid l-1)\n"
          "/panels/2/targets/0/datasource/uid no declared datasource has the uid gone-3; there are Main (uid p-main), "
          "Logs (uid l-1)\n"
          "/templating/list/0/datasource/uid no declared datasource has the uid gone-5; there are Main (uid p-main), "
          "Logs (uid l-1)\n3");

    // Variables of datasources: of a type, and by a regular expression as JavaScript reads it.
    CHECK(variable(R"("query": "prometheus")") == "0");
    CHECK(variable(R"("query": "grafana-amazonprometheus-datasource")") == "0");
    CHECK(variable(R"("query": "prometheus", "regex": "/^MA/i")") == "0");
    CHECK(variable(R"("query": "prometheus", "regex": "Main")") == "0");
    CHECK(variable(R"("query": "prometheus", "regex": "/default/")") == "0");
    CHECK(variable(R"("query": "prometheus", "regex": "/(?!x)/")") == "0");
    CHECK(variable(R"("query": "prometheus", "regex": "$other")") == "0");
    CHECK(variable(R"("query": "$type")") == "0");
    CHECK(variable(R"("query": "tempo")") ==
          "/templating/list/0/query no declared datasource is of type tempo: the variable has none; there are Main "
          "(uid p-main), Logs (uid l-1)\n0");
    CHECK(variable(R"("query": "prometheus", "regex": "Mai")") ==
          "/templating/list/0/regex no declared datasource of type prometheus has a name that this finds; of type "
          "prometheus there are Main (uid p-main)\n0");
    CHECK(variable(R"("query": "loki", "regex": "/default/")") ==
          "/templating/list/0/regex no declared datasource of type loki has a name that this finds; of type loki there "
          "are Logs (uid l-1)\n0");

    declared.add({"", "x", ""});  // one whose name and type nobody knows
    CHECK(panel(R"("gone")") == "0");
    CHECK(variable(R"("query": "tempo")") == "0");
}
