// The readers of procfs and cgroup files: whatever one of them holds, a scrape ends, with values or an error, and what
// it gave can be sorted and written. The first byte of the input says which file; the rest is its content.

#include <pitot/collect/host.hpp>
#include <pitot/expo/text_writer.hpp>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>  // the folders of the tree
#include <memory>
#include <string>
#include <vector>

#include <unistd.h>  // getpid

namespace {

struct target {
    const char* file;  ///< below the root of the tree
    const char* part;
};

constexpr target targets[] = {
    {"proc/mdstat", "mdadm"},
    {"proc/1/mountinfo", "filesystem"},
    {"proc/diskstats", "diskstats"},
    {"proc/net/dev", "netdev"},
    {"proc/net/snmp", "netstat"},
    {"proc/net/netstat", "netstat"},
    {"proc/net/snmp6", "netstat"},
    {"proc/net/sockstat", "sockstat"},
    {"proc/net/softnet_stat", "softnet"},
    {"proc/net/arp", "arp"},
    {"proc/meminfo", "meminfo"},
    {"proc/vmstat", "vmstat"},
    {"proc/stat", "cpu"},
    {"proc/stat", "stat"},
    {"proc/cpuinfo", "cpu"},
    {"proc/schedstat", "schedstat"},
    {"proc/loadavg", "loadavg"},
    {"proc/pressure/cpu", "pressure"},
    {"proc/sys/fs/file-nr", "filefd"},
    {"sys/fs/cgroup/cpu.stat", "cgroups"},
    {"sys/fs/cgroup/memory.stat", "cgroups"},
    {"etc/os-release", "os"},
};
constexpr std::size_t count = sizeof targets / sizeof targets[0];

/// A folder of this process, gone at its end.
class tree {
public:
    tree()
    {
        for (const target& t : targets) std::filesystem::create_directories((root_ / t.file).parent_path());
        std::fclose(std::fopen((root_ / "sys/fs/cgroup/cgroup.controllers").c_str(), "w"));
    }
    ~tree()
    {
        std::error_code ignored;
        std::filesystem::remove_all(root_, ignored);
    }
    tree(const tree&) = delete;
    tree& operator=(const tree&) = delete;
    [[nodiscard]] std::string at(const char* path) const { return (root_ / path).string(); }

private:
    std::filesystem::path root_ = std::filesystem::temp_directory_path() /
                                  ("procfs-fuzz-" + std::to_string(::getpid()));
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const tree files;
    if (size == 0) return 0;
    const target& chosen = targets[data[0] % count];
    const std::string path = files.at(chosen.file);
    std::FILE* const out = std::fopen(path.c_str(), "wb");
    if (out == nullptr) std::abort();
    std::fwrite(data + 1, 1, size - 1, out);
    std::fclose(out);

    pitot::collect::host_options options;
    options.proc = files.at("proc");
    options.sys = files.at("sys");
    options.root = files.at("");
    options.hostname = "fuzz";
    options.profile = pitot::collect::profile::both;
    options.enable = {"none", chosen.part};
    pitot::collect::host host(options);
    pitot::batch got;
    for (int scrape = 0; scrape < 2; ++scrape) {  // the second goes by what the first remembered
        got.clear();
        (void)host.collect(got);
        got.sort(true);
        (void)pitot::expo::write_text(got);
    }
    std::filesystem::remove(path);
    return 0;
}
