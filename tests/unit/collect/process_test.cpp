#include <catch.hpp>
#include <collect/tree.hpp>

#include <pitot/collect/process.hpp>

#include <pitot/model/collector.hpp>

using namespace pitot;

static_assert(collector<collect::process>);

namespace {
constexpr const char* stat_line = "26231 (a) b\n(c) R 5392 7446 5392 34835 7446 4218880 32533 309516 26 82 1677 44 158 "
                                  "99 20 0 3 0 82375 56274944 1981 18446744073709551615 1 1 1\n";
}

TEST_CASE("a process' name may hold what its line is made of", "[collect]")
{
    collect::process_stat got;
    REQUIRE(collect::parse_process_stat(stat_line, got));
    CHECK(got.comm == "a) b\n(c");
    CHECK(got.user_ticks == 1677);
    CHECK(got.system_ticks == 44);
    CHECK(got.threads == 3);
    CHECK(got.start_ticks == 82375);
    CHECK(got.virtual_bytes == 56274944);
    CHECK(got.resident_pages == 1981);
    for (const char* bad : {"", "1 (a", "1 a) R", "1 (a) R 1 2", ")("})
        CHECK_FALSE(collect::parse_process_stat(bad, got));
}

TEST_CASE("the process collector reads any process below any root", "[collect]")
{
    tree at;
    at.file("proc/stat", "cpu 1\nbtime 1418183276\n").file("proc/26231/stat", stat_line);
    at.file("proc/26231/limits", "Limit  Soft Limit  Hard Limit  Units\nMax open files            2048                 "
                                 "4096                 files\nMax address space         unlimited  unlimited  bytes\n");
    at.file("proc/26231/net/netstat", "IpExt: InOctets OutOctets\nIpExt: 100 200\n");
    for (const char* fd : {"0", "1", "2"}) at.file(std::string("proc/26231/fd/") + fd, "");
    collect::process process({at.path("proc"), "26231"});
    batch out;
    REQUIRE(process.collect(out).has_value());
    out.finish();
    const double ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    CHECK(value_of(out, "process_cpu_seconds_total") == 1721 / ticks);
    CHECK(value_of(out, "process_resident_memory_bytes") == 1981.0 * static_cast<double>(::sysconf(_SC_PAGESIZE)));
    CHECK(value_of(out, "process_virtual_memory_bytes") == 56274944);
    CHECK(value_of(out, "process_virtual_memory_max_bytes") == 18446744073709551615.0);
    CHECK(value_of(out, "process_max_fds") == 2048);
    CHECK(value_of(out, "process_start_time_seconds") == 82375 / ticks + 1418183276);
    CHECK(value_of(out, "process_threads") == 3);
    CHECK(value_of(out, "process_network_receive_bytes_total") == 100);
    CHECK(value_of(out, "process_network_transmit_bytes_total") == 200);
}

TEST_CASE("a process that is gone is an error, and so is a line that is none", "[collect]")
{
    tree at;
    collect::process gone({at.path("proc"), "1"});
    batch out;
    const auto missing = gone.collect(out);
    REQUIRE_FALSE(missing.has_value());
    CHECK(missing.error().code == errc::not_found);
    at.file("proc/1/stat", "nonsense");
    const auto bad = gone.collect(out);
    REQUIRE_FALSE(bad.has_value());
    CHECK(bad.error().code == errc::syntax);
    CHECK(out.point_count() == 0);
}

TEST_CASE("oneself is found", "[collect]")
{
    collect::process self;
    batch out;
    REQUIRE(self.collect(out).has_value());
    out.finish();
    CHECK(value_of(out, "process_open_fds").value_or(0) >= 3);
    CHECK(value_of(out, "process_resident_memory_bytes").value_or(0) > 1e5);
    CHECK(value_of(out, "process_start_time_seconds").value_or(0) > 1.6e9);
}
