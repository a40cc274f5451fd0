#pragma once
// What can be set on the host collector.

#include <pitot/collect/host/filter.hpp>
#include <pitot/collect/table.hpp>

#include <chrono>  // the deadline of a mount
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::collect {

struct host_options {
    std::string proc = "/proc";
    std::string sys = "/sys";
    std::string root = "/";     ///< what mount points, /etc/os-release and /run/udev are relative to
    std::string hostname = {};  ///< Vector's label host; empty: the kernel's

    collect::profile profile = collect::profile::exporter;
    std::string vector_prefix = "host";
    /// Vector's mistakes are kept. The host collector has none but names (gauges called _total), which are always
    /// kept because dashboards ask for them; the value is here so that every collector takes the same options.
    bool vector_bug_compatible = false;

    std::vector<std::string> enable = {};   ///< parts to run besides the default ones; "none" first: only those named
    std::vector<std::string> disable = {};  ///< parts not to run

    name_filter disk_devices = {};      ///< diskstats, by device name
    name_filter network_devices = {};   ///< netdev, netclass and arp, by device name
    name_filter mount_points = {};      ///< filesystem, by mount point
    name_filter filesystem_types = {};  ///< filesystem, by type
    name_filter netstat_fields = {};    ///< netstat, by Protocol_Field
    name_filter vmstat_fields = {};     ///< vmstat, by field
    name_filter hwmon_chips = {};       ///< hwmon and temperature, by chip
    name_filter cgroups = {};           ///< cgroups, by path below the root

    std::chrono::milliseconds mount_timeout{1000};  ///< until a mount that does not answer is skipped
    std::string textfile_folder = {};               ///< *.prom files to add; empty: none
    std::size_t cgroup_levels = 1;                  ///< how deep below the root cgroup; 0 is the root alone
};

}  // namespace pitot::collect
