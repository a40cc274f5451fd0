#include <pitot/catalog/exposition.hpp>
#include <pitot/catalog/listing.hpp>

#include <catch.hpp>

#include <algorithm>
#include <initializer_list>
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

namespace {

listing names_of(std::string text)
{
    const auto in = catalog::read_exposition("x", std::move(text));
    REQUIRE(in.errors.empty());
    listing out;
    out.add(in.families, {}, in.format == expo::format::openmetrics);
    return out;
}

void check_exposes(const listing& all, std::initializer_list<const char*> there,
                   std::initializer_list<const char*> missing)
{
    const auto names = all.names();
    for (const char* name : there) {
        INFO(name);
        CHECK(all.exposes(name));
        CHECK((catalog::is_made_by_prometheus(name) || std::find(names.begin(), names.end(), name) != names.end()));
    }
    for (const char* name : missing) {
        INFO(name);
        CHECK_FALSE(all.exposes(name));
        CHECK(std::find(names.begin(), names.end(), name) == names.end());
    }
}

}  // namespace

TEST_CASE("a family's series names are what queries ask for")
{
    check_exposes(
        names_of("# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n"
                 "# TYPE s summary\ns{quantile=\"0.5\"} 1\ns_sum 1\ns_count 1\n"
                 "# TYPE c_total counter\nc_total 1\n# TYPE empty gauge\ng 1\n"),
        {"h_bucket", "h_sum", "h_count", "s", "s_sum", "s_count", "c_total", "g", "up", "scrape_duration_seconds"},
        {"h", "c", "s_bucket", "empty", "c_created", ""});
}

TEST_CASE("OpenMetrics: _total, _info, _created, parts that are absent")
{
    const listing all = names_of(
        "# TYPE c counter\nc_total 1\nc_created 5\n# TYPE i info\ni_info{v=\"1\"} 1\n# TYPE s summary\ns_count 1\n"
        "# TYPE g gaugehistogram\ng_bucket{le=\"+Inf\"} 1\ng_gsum 1\ng_gcount 1\n"
        "# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_count 1\nh_sum 1\nh_created 3\n# EOF\n");
    check_exposes(all,
                  {"c_total", "c_created", "i_info", "s_count", "g_bucket", "g_gsum", "g_gcount", "h_sum", "h_created"},
                  {"c", "i", "s", "s_sum", "g_sum", "g", "s_created", "created", "_created", "c_total_created"});
    CHECK(all.find("c_created")->of->name == "c_total");
    CHECK(all.find("h_created")->suffix == "_created");
    CHECK(all.find("h_created")->label("le") == nullptr);
}

TEST_CASE("a part that one batch lacks and another has is there")
{
    const auto one = catalog::read_exposition("1", "# TYPE s summary\ns_sum 1\ns_count 1\n");
    const auto two = catalog::read_exposition("2", "# TYPE s summary\ns{quantile=\"0.5\"} 1\ns_sum 1\n");
    listing l;
    l.add(one.families);
    CHECK_FALSE(l.find("s"));
    l.add(two.families);
    check_exposes(l, {"s", "s_sum", "s_count"}, {});
}
