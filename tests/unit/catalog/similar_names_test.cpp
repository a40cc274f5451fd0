#include <pitot/catalog/exposition.hpp>
#include <pitot/catalog/similar_names.hpp>

#include <catch.hpp>

#include <initializer_list>
#include <string>
#include <utility>

using namespace pitot;

namespace {

catalog::listing listing_of(std::initializer_list<const char*> names)
{
    catalog::listing all;
    for (const char* name : names) {
        catalog::metric m;
        m.name = name;
        all.add(std::move(m));
    }
    return all;
}

}  // namespace

TEST_CASE("the nearest name is the one that was meant")
{
    const auto in = catalog::read_exposition(
        "x",
        "# TYPE postgresql_pg_stat_database_xact_commit_total counter\npostgresql_pg_stat_database_xact_commit_total "
        "1\n"
        "# TYPE node_load1 gauge\nnode_load1 1\n# TYPE d histogram\nd_bucket{le=\"+Inf\"} 1\nd_sum 1\nd_count 1\n");
    REQUIRE(in.errors.empty());
    catalog::listing all;
    all.add(in.families);
    const catalog::similar_names near(all);
    CHECK(near.to("postgresql_pg_stat_database_xact_commit") == "postgresql_pg_stat_database_xact_commit_total");
    CHECK(near.to("pg_stat_database_xact_commit") == "postgresql_pg_stat_database_xact_commit_total");
    CHECK(near.to("node_laod1") == "node_load1");
    CHECK(near.to("node_load1_total") == "node_load1");
    CHECK(near.to("host_node_load1") == "node_load1");
    CHECK(near.to("d") == "d_bucket");
    CHECK(near.to("completely_different_name") == "");
    CHECK(near.to("") == "");
}

TEST_CASE("of several names the one that was meant")
{
    const catalog::listing all = listing_of({"postgresql_pg_stat_database_xact_commit_total", "node_cpu_seconds_total",
                                             "node_load1", "http_requests_total", "process_start_time_seconds",
                                             "redis_up", "node_memory_MemTotal_bytes"});
    const catalog::similar_names near(all);
    CHECK(near.to("host_cpu_seconds_total") == "node_cpu_seconds_total");
    CHECK(near.to("node_cpu_seconds") == "node_cpu_seconds_total");
    CHECK(near.to("process_start_time") == "process_start_time_seconds");
    CHECK(near.to("node_memory_MemTotal") == "node_memory_MemTotal_bytes");
    CHECK(near.to("http_request_total") == "http_requests_total");
    CHECK(near.to("htttp_requests_total") == "http_requests_total");
    CHECK(near.to("mysql_global_status_queries").empty());
    CHECK(near.to("x").empty());
    CHECK(near.to("mysql_up").empty());  // "up" alone tells nothing
    const catalog::listing nothing;
    CHECK(catalog::similar_names(nothing).to("a").empty());
}

TEST_CASE("a prefix that is short for another")
{
    const catalog::listing all = listing_of({"postgresql_up", "pgbouncer_up", "postgresql_pg_locks_count", "mysql_up",
                                             "rmq_build_info", "haproxy_up", "hyperproxy_up"});
    const catalog::similar_names near(all);
    CHECK(near.to("pg_up") == "postgresql_up");  // where its family is
    CHECK(near.to("my_up") == "mysql_up");
    CHECK(near.to("my_up_total") == "mysql_up");
    CHECK(near.to("rabbitmq_build_info") == "rmq_build_info");
    CHECK(near.to("hp_up").empty());  // two of them
    CHECK(near.to("m_up").empty());
    CHECK(near.to("redis_up").empty());
}

TEST_CASE("of equally near names the first in the alphabet, of equally fitting ones the shortest")
{
    const catalog::listing all = listing_of({"node_disk_reads", "node_disk_read_b", "node_disk_read_a",
                                             "node_disk_read_cc", "zz_queue_length_total", "a_queue_length_total",
                                             "b_queue_length"});
    const catalog::similar_names near(all);
    CHECK(near.to("node_disk_read_x") == "node_disk_read_a");
    CHECK(near.to("node_disk_read_c") == "node_disk_read_a");
    CHECK(near.to("node_dsk_read_cc") == "node_disk_read_cc");
    CHECK(near.to("x_queue_length") == "b_queue_length");
    CHECK(near.to("queue_length_total") == "b_queue_length");
    CHECK(near.to("queue") == "");
}

TEST_CASE("a longer name with as many edits comes before a shorter one that stands behind it")
{
    const catalog::listing all = listing_of({"abcdefghijklmnopqrxyz", "abcdefghijklmnoxyz"});
    CHECK(catalog::similar_names(all).to("abcdefghijklmnopqr") == "abcdefghijklmnopqrxyz");
}

TEST_CASE("a letter is nearer than words, the whole name than its end, and what everybody has tells nothing")
{
    const catalog::listing all = listing_of({"http_requests_total", "http_request_duration_seconds_sum",
                                             "node_memory_total_bytes", "node_memory_Slab_bytes",
                                             "erlang_vm_memory_bytes_total", "machine_memory_bytes",
                                             "rabbitmq_erlang_uptime_seconds", "rabbitmq_build_info",
                                             "redis_uptime_in_seconds", "postgresql_up_time_days"});
    const catalog::similar_names near(all);
    CHECK(near.to("http_request_total") == "http_requests_total");
    CHECK(near.to("node_memory_total") == "node_memory_total_bytes");
    CHECK(near.to("vm_memory_bytes_total") == "erlang_vm_memory_bytes_total");
    CHECK(near.to("redis_uptime_seconds") == "redis_uptime_in_seconds");
    CHECK(near.to("mongodb_uptime_seconds") == "");
    CHECK(near.to("cadvisor_build_info") == "");
    CHECK(near.to("pg_up_time_days") == "postgresql_up_time_days");
}

TEST_CASE("another unit is nearer than another word")
{
    const catalog::listing all = listing_of({"node_uptime", "node_time_seconds", "http_request_duration_seconds_sum",
                                             "node_memory_used_bytes", "cpu_used_ratio", "wait_seconds_bucket",
                                             "io_time_seconds_total", "up"});
    const catalog::similar_names near(all);
    CHECK(near.to("node_uptime_seconds") == "node_uptime");
    CHECK(near.to("http_request_duration_ms_sum") == "http_request_duration_seconds_sum");
    CHECK(near.to("http_request_duration_ms_count").empty());
    CHECK(near.to("node_memory_used_kb") == "node_memory_used_bytes");
    CHECK(near.to("cpu_used_pct") == "cpu_used_ratio");
    CHECK(near.to("wait_ms") == "wait_seconds_bucket");
    CHECK(near.to("io_time_ms") == "io_time_seconds_total");
    CHECK(near.to("io_time_ms_total") == "io_time_seconds_total");
    CHECK(near.to("up_seconds").empty());
}

TEST_CASE("another service's metric is none that was meant")
{
    const catalog::listing all = listing_of({"node_exporter_build_info", "node_scrape_errors_in_all_total"});
    const catalog::similar_names near(all);
    CHECK(near.to("postgres_exporter_build_info").empty());
    CHECK(near.to("redis_exporter_build_info").empty());
    CHECK(near.to("nodeexporter_build_info") == "node_exporter_build_info");
    CHECK(near.to("noed_exportre_build_info") == "node_exporter_build_info");
}
