#include <pitot/catalog/exposition.hpp>
#include <pitot/catalog/listing.hpp>

#include <catch.hpp>

#include <string>

using namespace pitot;
using catalog::listing;

namespace {

listing of(std::string text, const catalog::target& from = {}, std::size_t max_values = 1000)
{
    const auto in = catalog::read_exposition("x", std::move(text));
    REQUIRE(in.errors.empty());
    listing out(max_values);
    out.add(in.families, from);
    return out;
}

const char* const sample = R"(# HELP latency_seconds Time.
# TYPE latency_seconds histogram
latency_seconds_bucket{path="/",le="0.5"} 1
latency_seconds_bucket{path="/",le="+Inf"} 2
latency_seconds_sum{path="/"} 3
latency_seconds_count{path="/"} 2
# TYPE jobs_total counter
jobs_total{queue="b"} 1
jobs_total{queue="a"} 1
# TYPE rpc summary
rpc{quantile="0.9"} 1
rpc_sum 1
rpc_count 1
up 1
)";

}  // namespace

TEST_CASE("series names come from families")
{
    const listing l = of(sample);
    CHECK(l.names() == std::vector<std::string>{"jobs_total", "latency_seconds_bucket", "latency_seconds_count",
                                                "latency_seconds_sum", "rpc", "rpc_count", "rpc_sum", "up"});
    const auto bucket = l.find("latency_seconds_bucket");
    REQUIRE(bucket);
    CHECK(bucket->of->type == metric_type::histogram);
    CHECK(bucket->of->help == "Time.");
    REQUIRE(bucket->label("le") != nullptr);
    CHECK(bucket->label("le")->values == std::vector<std::string>{"+Inf", "0.5"});
    CHECK(l.find("latency_seconds_sum")->label("le") == nullptr);
    CHECK(l.find("latency_seconds_sum")->label("path") != nullptr);
    CHECK_FALSE(l.find("latency_seconds"));
    CHECK(l.find("rpc")->label("quantile") != nullptr);
    CHECK(l.find("rpc_sum")->label("quantile") == nullptr);
    CHECK_FALSE(l.find("jobs"));
    CHECK_FALSE(l.find("up_sum"));
    CHECK_FALSE(l.find(""));
}

TEST_CASE("values are sorted, and cut with a mark")
{
    const listing l = of(sample);
    CHECK(l.find("jobs_total")->label("queue")->values == std::vector<std::string>{"a", "b"});
    CHECK(l.find("jobs_total")->label("queue")->complete);
    const listing cut = of(sample, {}, 1);
    CHECK(cut.find("jobs_total")->label("queue")->values.size() == 1);
    CHECK_FALSE(cut.find("jobs_total")->label("queue")->complete);
}

TEST_CASE("the target's labels are added, and an exposed one of the same name moves aside")
{
    const listing l = of("a{job=\"inner\",x=\"1\"} 1\n", {"outer", {{"instance", "h:1"}}});
    const auto a = l.find("a");
    REQUIRE(a);
    CHECK(a->label("job")->values == std::vector<std::string>{"outer"});
    CHECK(a->label("exported_job")->values == std::vector<std::string>{"inner"});
    CHECK(a->label("instance")->values == std::vector<std::string>{"h:1"});
    CHECK(a->of->jobs == std::vector<std::string>{"outer"});
}

TEST_CASE("several batches make one listing; a contradiction of types is unknown")
{
    const auto one = catalog::read_exposition("1", "# TYPE a gauge\na{x=\"1\"} 1\n");
    const auto two = catalog::read_exposition("2", "# TYPE a counter\na{x=\"2\"} 1\n");
    listing l;
    l.add(one.families, {"p", {}});
    l.add(two.families, {"q", {}});
    CHECK(l.find("a")->of->type == metric_type::unknown);
    CHECK(l.find("a")->of->jobs == std::vector<std::string>{"p", "q"});
    CHECK(l.find("a")->label("x")->values.size() == 2);
}

TEST_CASE("the nearest name is the one that was meant")
{
    const listing l = of(
        "# TYPE postgresql_pg_stat_database_xact_commit_total counter\npostgresql_pg_stat_database_xact_commit_total "
        "1\n"
        "# TYPE node_load1 gauge\nnode_load1 1\n# TYPE d histogram\nd_bucket{le=\"+Inf\"} 1\nd_sum 1\nd_count 1\n");
    CHECK(l.nearest_name("postgresql_pg_stat_database_xact_commit") == "postgresql_pg_stat_database_xact_commit_total");
    CHECK(l.nearest_name("pg_stat_database_xact_commit") == "postgresql_pg_stat_database_xact_commit_total");
    CHECK(l.nearest_name("node_laod1") == "node_load1");
    CHECK(l.nearest_name("node_load1_total") == "node_load1");
    CHECK(l.nearest_name("host_node_load1") == "node_load1");
    CHECK(l.nearest_name("d") == "d_bucket");
    CHECK(l.nearest_name("completely_different_name") == "");
    CHECK(l.nearest_name("") == "");
}
