#include <pitot/metrics/registry.hpp>
#include <pitot/metrics/testing.hpp>
#include <pitot/metrics/view.hpp>

#include <catch.hpp>

#include <string>

using namespace pitot;

namespace {
enum class worker_phase { idle, busy };
}

TEST_CASE("the value of a series is found by its name and labels in any order")
{
    registry metrics;
    metrics.counter<"c_total", label<"a">, label<"b">>("").with("1", "2").inc(3);
    metrics.histogram<"h", label<"a">>("", buckets{0.5, 1}).with("x").observe(1);
    CHECK(testing::value(metrics, "c_total", {{"b", "2"}, {"a", "1"}}) == 3);
    CHECK(testing::value(metrics, "h_bucket", {{"a", "x"}, {"le", "1"}}) == 1);
    CHECK(testing::value(metrics, "h_bucket", {{"a", "x"}, {"le", "0.5"}}) == 0);
    CHECK(testing::value(metrics, "h_sum", {{"a", "x"}}) == 1);
    CHECK_FALSE(testing::value(metrics, "c_total", {{"a", "1"}}));
}

TEST_CASE("an expected exposition says what is missing and what is too much")
{
    registry metrics;
    auto& c = metrics.counter<"c_total", label<"path">>("Help.");
    c.with("/\"\n").inc();
    metrics.gauge<"g">("").set(2.5);
    CHECK(testing::compare(metrics, "# any comment\n  g 2.5\n\nc_total{path=\"/\\\"\\n\"} 1\n") == "");
    CHECK(testing::compare(metrics, "g 2.5\n", {"g"}) == "");
    CHECK(testing::compare(metrics, "g 3\n", {"g"}) == "- g 3\n+ g 2.5\n");
}

TEST_CASE("a view has its own names and labels, and leaves the original alone")
{
    registry metrics;
    metrics.counter<"c_total", label<"path">>("Help.").with("/a").inc();
    metrics.counter<"other_total">("").inc();
    metrics.state_set<"state", worker_phase>("").set(worker_phase::busy);
    metrics.summary<"s">("", quantiles{{0.5}}).observe(4);
    view seen(metrics);
    seen.keep([](std::string_view name) { return name != "other_total"; }).prefix("app_").label("zone", "eu");
    CHECK(testing::compare(
              seen,
              "app_c_total{path=\"/a\",zone=\"eu\"} 1\n"
              "app_state{app_state=\"idle\",zone=\"eu\"} 0\napp_state{app_state=\"busy\",zone=\"eu\"} 1\n"
              "app_s{quantile=\"0.5\",zone=\"eu\"} 4\napp_s_sum{zone=\"eu\"} 4\napp_s_count{zone=\"eu\"} 1\n") == "");
    view relabelled(metrics);
    relabelled.relabel([](std::string_view family, std::vector<owned_label>& labels) {
        for (owned_label& l : labels)
            if (l.name == "path") l = {"route", "x" + l.value};
        return family == "c_total";
    });
    CHECK(testing::exposition(relabelled) == "c_total{route=\"x/a\"} 1\n");
    CHECK(testing::value(metrics, "c_total", {{"path", "/a"}}) == 1);
}

TEST_CASE("registries compose, collectors come and go, and what conflicts is counted")
{
    registry inner;
    registry outer;
    inner.counter<"inner_total">("").inc();
    outer.counter<"outer_total">("");
    counter alone{"alone_total", "By itself."};
    alone.inc(2);
    {
        const auto a = outer.add(inner);
        const auto b = outer.add(alone);
        const auto c = outer.add_function(
            [](batch& out) { out.add(out.family("outer_total", metric_type::gauge), labels_id::none, 1); });
        const auto d = outer.gauge_function<"asked">("", [] { return 7; });
        CHECK(testing::exposition(outer, {"inner_total", "outer_total", "alone_total", "asked"}) ==
              "alone_total 2\nasked 7\ninner_total 1\nouter_total 0\n");
        CHECK(testing::value(outer, "pitot_conflicting_series_total") == 2);
    }
    CHECK(testing::exposition(outer, {"inner_total", "alone_total", "asked"}).empty());
    {
        auto& shortlived = outer.gauge<"shortlived">("");
        const auto scope = outer.scoped(shortlived);
        CHECK(testing::value(outer, "shortlived"));
    }
    CHECK_FALSE(testing::value(outer, "shortlived"));
}
