#include <pitot/catalog/exposition.hpp>
#include <pitot/catalog/names.hpp>

#include <catch.hpp>

using pitot::catalog::metric_names;

namespace {
metric_names names_of(std::string text)
{
    const auto in = pitot::catalog::read_exposition("x", std::move(text));
    REQUIRE(in.errors.empty());
    metric_names names;
    names.add(in.families, in.format == pitot::expo::format::openmetrics);
    return names;
}
}  // namespace

TEST_CASE("a family's series names are what queries ask for")
{
    const auto names = names_of("# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n"
                                "# TYPE s summary\ns{quantile=\"0.5\"} 1\ns_sum 1\ns_count 1\n"
                                "# TYPE c_total counter\nc_total 1\n# TYPE empty gauge\ng 1\n");
    for (const char* name :
         {"h_bucket", "h_sum", "h_count", "s", "s_sum", "s_count", "c_total", "g", "up", "scrape_duration_seconds"}) {
        INFO(name);
        CHECK(names.contains(name));
    }
    for (const char* name : {"h", "c", "s_bucket", "empty", "c_created", ""}) {
        INFO(name);
        CHECK_FALSE(names.contains(name));
    }
}

TEST_CASE("OpenMetrics: _total, _info, _created, parts that are absent")
{
    const auto names = names_of(
        "# TYPE c counter\nc_total 1\nc_created 5\n# TYPE i info\ni_info{v=\"1\"} 1\n"
        "# TYPE s summary\ns_count 1\n# TYPE g gaugehistogram\ng_bucket{le=\"+Inf\"} 1\ng_gsum 1\ng_gcount 1\n# EOF\n");
    for (const char* name : {"c_total", "c_created", "i_info", "s_count", "g_bucket", "g_gsum", "g_gcount"}) {
        INFO(name);
        CHECK(names.contains(name));
    }
    for (const char* name : {"c", "i", "s", "s_sum", "g_sum", "g"}) {
        INFO(name);
        CHECK_FALSE(names.contains(name));
    }
}

TEST_CASE("the name that was meant")
{
    metric_names names;
    for (const char* name :
         {"postgresql_pg_stat_database_xact_commit_total", "node_cpu_seconds_total", "node_load1",
          "http_requests_total", "process_start_time_seconds", "redis_up", "node_memory_MemTotal_bytes"})
        names.add(name);
    CHECK(names.nearest_to("postgresql_pg_stat_database_xact_commit") ==
          "postgresql_pg_stat_database_xact_commit_total");
    CHECK(names.nearest_to("pg_stat_database_xact_commit") == "postgresql_pg_stat_database_xact_commit_total");
    CHECK(names.nearest_to("host_cpu_seconds_total") == "node_cpu_seconds_total");
    CHECK(names.nearest_to("node_cpu_seconds") == "node_cpu_seconds_total");
    CHECK(names.nearest_to("node_load1_total") == "node_load1");
    CHECK(names.nearest_to("process_start_time") == "process_start_time_seconds");
    CHECK(names.nearest_to("node_memory_MemTotal") == "node_memory_MemTotal_bytes");
    CHECK(names.nearest_to("http_request_total") == "http_requests_total");
    CHECK(names.nearest_to("htttp_requests_total") == "http_requests_total");
    CHECK(names.nearest_to("mysql_global_status_queries").empty());
    CHECK(names.nearest_to("x").empty());
    CHECK(names.nearest_to("mysql_up").empty());  // "up" alone tells nothing
    CHECK(metric_names().nearest_to("a").empty());
}
