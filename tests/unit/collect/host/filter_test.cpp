#include <catch.hpp>

#include <pitot/collect/host/diskstats.hpp>
#include <pitot/collect/host/filesystem.hpp>
#include <pitot/collect/host/filter.hpp>
#include <pitot/collect/host/netstat.hpp>
#include <pitot/collect/host/system.hpp>

using namespace pitot::collect;

TEST_CASE("a filter includes, excludes, or leaves it to the default", "[collect]")
{
    const auto never_sd = [](std::string_view n) noexcept { return n == "sd"; };
    CHECK_FALSE(name_filter{}("sd", +never_sd));
    CHECK(name_filter{}("nvme", +never_sd));
    CHECK(name_filter{{"s*"}, {}, {}}("sd", +never_sd));  // an inclusion switches the default off
    CHECK_FALSE(name_filter{{"s*"}, {}, {}}("nvme", +never_sd));
    CHECK_FALSE(name_filter{{"s*"}, {"sd"}, {}}("sd", +never_sd));
    CHECK(name_filter{{}, {"x"}, {}}("sd", +never_sd));  // so does an exclusion
    CHECK(name_filter{{}, {"sd"}, [](std::string_view) { return true; }}("sd"));
}

TEST_CASE("disks are left out as node_exporter leaves them out", "[collect]")
{
    for (const char* out :
         {"ram0", "zram1", "loop7", "fd0", "hda1", "sda1", "vdz12", "xvda3", "nvme0n1p1", "nvme10n2p30"})
        CHECK(diskstats_part::excluded_by_default(out));
    for (const char* in :
         {"sda", "vda", "nvme0n1", "dm-0", "md0", "mmcblk0p1", "sdaa1", "nvmexn1p1", "xvd1", "sr0", ""})
        CHECK_FALSE(diskstats_part::excluded_by_default(in));
}

TEST_CASE("mounts and types are left out as node_exporter leaves them out", "[collect]")
{
    for (const char* out : {"/dev", "/dev/shm", "/proc/x", "/sys", "/run/credentials/a", "/var/lib/docker/overlay2/x"})
        CHECK(filesystem_part::point_excluded(out));
    for (const char* in : {"/", "/devices", "/run", "/run/credentials", "/var/lib/docker", "/home"})
        CHECK_FALSE(filesystem_part::point_excluded(in));
    CHECK(filesystem_part::type_excluded("cgroup2"));
    CHECK_FALSE(filesystem_part::type_excluded("ext4"));
    CHECK(unescape_mount("/a\\040b\\011\\134\\9") == "/a b\t\\\\9");
}

TEST_CASE("fields of vmstat and netstat are chosen as node_exporter chooses them", "[collect]")
{
    for (const char* in : {"oom_kill", "pgpgin", "pswpout", "pgfault", "pgmajfault"})
        CHECK(vmstat_part::by_default(in));
    for (const char* out : {"nr_free_pages", "pgalloc_dma", "thp_fault_alloc"})
        CHECK_FALSE(vmstat_part::by_default(out));
    for (const char* in : {"TcpExt_ListenNew", "TcpExt_SyncookiesX", "UdpLite_InErrors", "Tcp_InErrs", "Ip_Forwarding"})
        CHECK(netstat_part::by_default(in));
    for (const char* out : {"Ip_DefaultTTL", "TcpExt_TCPHPHits", "Tcp_MaxConn"})
        CHECK_FALSE(netstat_part::by_default(out));
}
