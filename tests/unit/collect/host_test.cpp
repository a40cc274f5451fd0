#include <catch.hpp>
#include <collect/tree.hpp>

#include <pitot/collect/collector.hpp>
#include <pitot/collect/host.hpp>
#include <pitot/collect/migration.hpp>
#include <pitot/expo/text_writer.hpp>

#include <set>

using namespace pitot;
using collect::profile;

static_assert(collector<collect::host>);
static_assert(collector<collect::host::part>);

TEST_CASE("no name is in two tables, and each row says what it is", "[collect]")
{
    std::set<std::string_view> names;
    std::set<std::string_view> vector_names;
    std::set<std::string_view> parts;
    for (const collect::part_kind& kind : collect::host_parts) {
        CHECK(parts.insert(kind.table.name).second);
        for (const collect::metric& m : kind.table.metrics) {
            CAPTURE(m.name, m.vector);
            CHECK((!m.name.empty() || !m.vector.empty()));
            CHECK(!m.help.empty());
            CHECK(m.help.ends_with('.'));
            CHECK(!m.source.empty());
            if (!m.name.empty()) CHECK(names.insert(m.name).second);
            if (!m.vector.empty()) CHECK(vector_names.insert(m.vector).second);
            if (!m.vector.empty()) CHECK(!kind.table.vector_name.empty());
        }
    }
    CHECK(vector_names.size() == 60);
}

TEST_CASE("profiles name the same value differently", "[collect]")
{
    tree at;
    at.file("proc/loadavg", "1.5 2 3 1/2 3\n");
    collect::host_options options = at.only("loadavg");
    {
        collect::host host(options);
        const batch out = scrape(host);
        CHECK(out.size() == 3);
        CHECK(value_of(out, "node_load1") == 1.5);
    }
    options.profile = profile::vector;
    {
        collect::host host(options);
        const batch out = scrape(host);
        CHECK(out.size() == 3);
        CHECK(value_of(out, "host_load1{collector=load,host=machine}") == 1.5);
    }
    options.profile = profile::both;
    {
        collect::host host(options);
        CHECK(scrape(host).size() == 6);
    }
    options.vector_prefix = "node";  // node_load1 would be there with two label sets: the exporter's stays
    {
        collect::host host(options);
        const batch out = scrape(host);
        CHECK(out.size() == 3);
        CHECK(value_of(out, "node_load1") == 1.5);
    }
    options.profile = profile::vector;
    {
        collect::host host(options);
        CHECK(value_of(scrape(host), "node_load1{collector=load,host=machine}") == 1.5);
    }
}

TEST_CASE("a batch outlives its host", "[collect]")
{
    tree at;
    at.file("proc/loadavg", "1 2 3 1/2 3\n");
    collect::host_options options = at.only("loadavg");
    options.profile = profile::vector;
    batch out;
    {
        collect::host host(options);
        REQUIRE(host.collect(out).has_value());
    }
    out.finish();
    CHECK(value_of(out, "host_load15{collector=load,host=machine}") == 3);
}

TEST_CASE("which parts run", "[collect]")
{
    const auto has = [](collect::host& host, std::string_view name) {
        for (collect::host::part& p : host.parts())
            if (p.name() == name) return true;
        return false;
    };
    collect::host_options options;
    {
        collect::host host(options);
        CHECK(has(host, "cpu"));
        CHECK_FALSE(has(host, "processes"));
        CHECK_FALSE(has(host, "tcp"));  // has no name in this profile
    }
    options.profile = profile::vector;
    options.disable = {"cpu"};
    {
        collect::host host(options);
        CHECK_FALSE(has(host, "cpu"));
        CHECK(has(host, "processes"));
        CHECK(has(host, "tcp"));
        CHECK_FALSE(has(host, "uname"));
    }
    options.enable = {"none", "loadavg"};
    collect::host host(options);
    CHECK(host.parts().size() == 1);
}

TEST_CASE("processor time does not go back a little, and starts anew after hotplug", "[collect]")
{
    tree at;
    const auto stat = [&](const char* idle) {
        at.file("proc/stat", std::string("cpu  1 1 1 1\ncpu0 10 20 30 ") + idle + " 5 0 0 0 0 0\n");
    };
    collect::host host(at.only("cpu"));
    stat("10000");
    CHECK(value_of(scrape(host), "node_cpu_seconds_total{cpu=0,mode=idle}") == 100);
    stat("9990");
    CHECK(value_of(scrape(host), "node_cpu_seconds_total{cpu=0,mode=idle}") == 100);
    stat("50");
    CHECK(value_of(scrape(host), "node_cpu_seconds_total{cpu=0,mode=idle}") == 0.5);
    at.file("proc/stat", "cpu0 1 2\n");
    std::string problem;
    const batch out = scrape(host, &problem);
    CHECK(out.size() == 0);
    CHECK(problem.find("at least 4 numbers are expected for cpu0") != std::string::npos);
}

TEST_CASE("what is missing is no problem, what is malformed is said and the rest is there", "[collect]")
{
    tree at;
    collect::host_options options = at.only("meminfo");
    collect::host host(options);
    std::string problem;
    CHECK(scrape(host, &problem).size() == 0);
    CHECK(problem.empty());
    at.file("proc/meminfo", "MemTotal: x kB\nMemFree: 2 kB\nNewField(abc): 3 kB\nHugePages_Total: 4\n");
    const batch out = scrape(host, &problem);
    CHECK(problem.find("no number for MemTotal") != std::string::npos);
    CHECK(value_of(out, "node_memory_MemFree_bytes") == 2048);
    CHECK(value_of(out, "node_memory_NewField_abc_bytes") == 3072);
    CHECK(value_of(out, "node_memory_HugePages_Total") == 4);
}

TEST_CASE("netstat follows a heading that changes", "[collect]")
{
    tree at;
    at.file("proc/net/netstat", "TcpExt: A ListenDrops B ListenOverflows\nTcpExt: 1 2 3 4\n");
    collect::host host(at.only("netstat"));
    const batch first = scrape(host);
    CHECK(value_of(first, "node_netstat_TcpExt_ListenDrops") == 2);
    CHECK(value_of(first, "node_netstat_TcpExt_ListenOverflows") == 4);
    at.file("proc/net/netstat", "TcpExt: ListenDrops ListenOther\nTcpExt: 7 8\n");
    const batch second = scrape(host);
    CHECK(value_of(second, "node_netstat_TcpExt_ListenDrops") == 7);
    CHECK(value_of(second, "node_netstat_TcpExt_ListenOther") == 8);
    CHECK_FALSE(value_of(second, "node_netstat_TcpExt_ListenOverflows"));
}

TEST_CASE("a network device that is renamed or made anew is read anew", "[collect]")
{
    tree at;
    at.file("sys/class/net/eth0/mtu", "1500\n").file("sys/class/net/eth0/operstate", "up\n");
    collect::host host(at.only("netclass"));
    CHECK(value_of(scrape(host), "node_network_mtu_bytes{device=eth0}") == 1500);
    at.remove("sys/class/net/eth0");
    at.file("sys/class/net/eth1/mtu", "9000\n");
    const batch out = scrape(host);
    CHECK_FALSE(value_of(out, "node_network_mtu_bytes{device=eth0}"));
    CHECK(value_of(out, "node_network_mtu_bytes{device=eth1}") == 9000);
    CHECK(value_of(out, "node_network_up{device=eth1}") == 0);
}

TEST_CASE("textfiles are merged; a bad one is left out as a whole and said", "[collect]")
{
    tree at;
    collect::host_options options = at.only("textfile");
    options.textfile_folder = at.path("text");
    collect::host host(options);
    std::string problem;
    CHECK(value_of(scrape(host, &problem), "node_textfile_scrape_error") == 1);  // no such folder
    CHECK(problem.find("No such file") != std::string::npos);
    at.file("text/a.prom", "# TYPE job_runs_total counter\njob_runs_total{job=\"a\"} 3\n")
        .file("text/ignored.txt", "x 1\n");
    at.file("text/b.prom", "# TYPE job_runs_total counter\njob_runs_total{job=\"b\"} 4\n");
    {
        const batch out = scrape(host, &problem);
        CHECK(problem.empty());
        CHECK(value_of(out, "job_runs_total{job=a}") == 3);
        CHECK(value_of(out, "job_runs_total{job=b}") == 4);
        CHECK(value_of(out, "node_textfile_scrape_error") == 0);
        CHECK(value_of(out, "node_textfile_mtime_seconds{file=" + at.path("text/a.prom") + "}").value_or(0) > 1.6e9);
    }
    const auto left_out = [&](const char* text, const char* why) {
        CAPTURE(text);
        at.file("text/c.prom", text);
        const batch out = scrape(host, &problem);
        CHECK(value_of(out, "node_textfile_scrape_error") == 1);
        CHECK(value_of(out, "job_runs_total{job=a}") == 3);
        CHECK_FALSE(value_of(out, "good"));
        CHECK(problem.find("c.prom") != std::string::npos);
        CHECK(problem.find(why) != std::string::npos);
    };
    left_out("good 1\nbad{\n", ":2:");
    left_out("good 1 1700000000000\n", "timestamps");
    left_out("good 1\n# TYPE job_runs_total counter\njob_runs_total{job=\"a\"} 5\n", "a series of job_runs_total");
    left_out("good 1\n# TYPE job_runs_total gauge\njob_runs_total{job=\"x\"} 5\n", "gauge");
    left_out("good 1\nnode_load1 5\n", "host's own");
    left_out("good 1\n\xff\xfe 1\n", "");
    at.remove("text/c.prom");
    std::filesystem::create_directories(at.path("text/d.prom"));
    CHECK(value_of(scrape(host, &problem), "node_textfile_scrape_error") == 1);
    CHECK(problem.find("not a regular file") != std::string::npos);
}

TEST_CASE("the migration map comes from the tables", "[collect]")
{
    std::vector<collect::metric_table> tables;
    for (const collect::part_kind& kind : collect::host_parts) tables.push_back(kind.table);
    const std::vector<collect::renaming> map = collect::migration_map(tables, "host");
    const auto find = [&](std::string_view name) -> const collect::renaming& {
        for (const collect::renaming& r : map)
            if (r.vector == name) return r;
        FAIL("no " << name);
        return map.front();
    };
    const collect::renaming& cpu = find("host_cpu_seconds_total");
    CHECK(cpu.exporter == "node_cpu_seconds_total");
    CHECK(cpu.labels.empty());
    REQUIRE(cpu.values.size() == 1);
    CHECK(cpu.values[0].from == "io_wait");
    CHECK(cpu.values[0].to == "iowait");
    const collect::renaming& size = find("host_filesystem_total_bytes");
    CHECK(size.exporter == "node_filesystem_size_bytes");
    REQUIRE(size.labels.size() == 1);
    CHECK(size.labels[0] == std::pair<std::string_view, std::string_view>("filesystem", "fstype"));
}
