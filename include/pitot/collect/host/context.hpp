#pragma once
// What every part of the host collector shares: roots, filters, readers.

#include <pitot/collect/host/reader.hpp>
#include <pitot/collect/table.hpp>

#include <chrono>  // the deadline of hung mounts
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::collect::host {

/// Where to look and what to leave out. A filter says whether the thing of that name is to be measured.
/// The defaults leave out what node_exporter leaves out.
struct options {
    std::string procfs = "/proc";
    std::string sysfs = "/sys";
    std::string rootfs = "/";
    std::string textfile_folder;  ///< empty: no textfiles
    std::function<bool(std::string_view)> disk_device;
    std::function<bool(std::string_view)> network_device;
    std::function<bool(std::string_view)> mount_point;
    std::function<bool(std::string_view)> filesystem_type;
    std::chrono::milliseconds mount_timeout{1000};
};

/// One part's view of the host. Not for several threads at once.
struct context {
    explicit context(options given)
        : settings(std::move(given)), proc(settings.procfs), sys(settings.sysfs), root(settings.rootfs == "/" ? "" : settings.rootfs)
    {
    }

    options settings;
    file_reader proc;
    file_reader sys;
    file_reader root;
};

/// Adds a single number of a table's row.
inline void put(batch& out, const metric& row, double value, labels_id labels = labels_id::none)
{
    out.add(family_of(out, row), labels, value);
}

}  // namespace pitot::collect::host
