#pragma once
// Disks and filesystems.

#include <pitot/collect/host/context.hpp>
#include <pitot/collect/host/mount_probe.hpp>

#include <string>
#include <vector>

namespace pitot::collect::host {

/// How a column of /proc/diskstats is read.
struct disk_row {
    metric row;
    double scale = 1;
};
inline constexpr disk_row disk_table[] = {
    {{"node_disk_reads_completed_total", metric_type::counter, "diskstats", "device", "Reads completed.", "/proc/diskstats, column 4"}},
    {{"node_disk_reads_merged_total", metric_type::counter, "diskstats", "device", "Reads merged.", "column 5"}},
    {{"node_disk_read_bytes_total", metric_type::counter, "diskstats", "device", "Bytes read.", "column 6, sectors of 512 bytes"}, 512},
    {{"node_disk_read_time_seconds_total", metric_type::counter, "diskstats", "device", "Seconds spent by all reads.", "column 7"}, 1e-3},
    {{"node_disk_writes_completed_total", metric_type::counter, "diskstats", "device", "Writes completed.", "column 8"}},
    {{"node_disk_writes_merged_total", metric_type::counter, "diskstats", "device", "Writes merged.", "column 9"}},
    {{"node_disk_written_bytes_total", metric_type::counter, "diskstats", "device", "Bytes written.", "column 10, sectors of 512 bytes"}, 512},
    {{"node_disk_write_time_seconds_total", metric_type::counter, "diskstats", "device", "Seconds spent by all writes.", "column 11"}, 1e-3},
    {{"node_disk_io_now", metric_type::gauge, "diskstats", "device", "Reads and writes under way.", "column 12"}},
    {{"node_disk_io_time_seconds_total", metric_type::counter, "diskstats", "device", "Seconds in which the disk was busy.", "column 13"}, 1e-3},
    {{"node_disk_io_time_weighted_seconds_total", metric_type::counter, "diskstats", "device", "Seconds in which the disk was busy, times the requests under way.", "column 14"}, 1e-3},
    {{"node_disk_discards_completed_total", metric_type::counter, "diskstats", "device", "Discards completed.", "column 15"}},
    {{"node_disk_discards_merged_total", metric_type::counter, "diskstats", "device", "Discards merged.", "column 16"}},
    {{"node_disk_discarded_sectors_total", metric_type::counter, "diskstats", "device", "Sectors discarded.", "column 17"}},
    {{"node_disk_discard_time_seconds_total", metric_type::counter, "diskstats", "device", "Seconds spent by all discards.", "column 18"}, 1e-3},
    {{"node_disk_flush_requests_total", metric_type::counter, "diskstats", "device", "Flushes completed.", "column 19"}},
    {{"node_disk_flush_requests_time_seconds_total", metric_type::counter, "diskstats", "device", "Seconds spent by all flushes.", "column 20"}, 1e-3},
};
inline constexpr metric disk_info[] = {
    {"node_disk_info", metric_type::gauge, "diskstats", "device,major,minor,model,path,revision,rotational,serial,wwn", "What the disk is; 1.", "/sys/block/DEVICE, /run/udev/data"},
};

inline constexpr metric filesystem_table[] = {
    {"node_filesystem_size_bytes", metric_type::gauge, "filesystem", "device,device_error,fstype,mountpoint", "Size, in bytes.", "statvfs"},
    {"node_filesystem_free_bytes", metric_type::gauge, "filesystem", "device,device_error,fstype,mountpoint", "Free space, in bytes.", "statvfs"},
    {"node_filesystem_avail_bytes", metric_type::gauge, "filesystem", "device,device_error,fstype,mountpoint", "Space free for users, in bytes.", "statvfs"},
    {"node_filesystem_files", metric_type::gauge, "filesystem", "device,device_error,fstype,mountpoint", "Inodes.", "statvfs"},
    {"node_filesystem_files_free", metric_type::gauge, "filesystem", "device,device_error,fstype,mountpoint", "Free inodes.", "statvfs"},
    {"node_filesystem_purgeable_bytes", metric_type::gauge, "filesystem", "device,device_error,fstype,mountpoint", "Space that could be freed (0 on Linux), in bytes.", "0"},
    {"node_filesystem_readonly", metric_type::gauge, "filesystem", "device,device_error,fstype,mountpoint", "1 when it is mounted read-only.", "mount options"},
    {"node_filesystem_device_error", metric_type::gauge, "filesystem", "device,device_error,fstype,mountpoint", "1 when its figures could not be had.", "statvfs"},
    {"node_filesystem_mount_info", metric_type::gauge, "filesystem", "device,major,minor,mountpoint", "Where it is mounted; 1.", "/proc/1/mountinfo"},
};

/// node_exporter leaves these out: RAM disks, loop devices, floppies, and partitions.
[[nodiscard]] inline bool default_disk(std::string_view name) noexcept
{
    const auto digits_behind = [name](std::string_view prefix) {
        return name.substr(0, prefix.size()) == prefix && to_uint(name.substr(prefix.size())).has_value();
    };
    for (const std::string_view prefix : {"ram", "loop", "fd", "z"})
        if (digits_behind(prefix)) return false;
    for (const std::string_view prefix : {"hd", "sd", "vd", "xvd"}) {  // (h|s|v|xv)d[a-z]\d+
        if (name.substr(0, prefix.size()) == prefix && name.size() > prefix.size() + 1 && name[prefix.size()] >= 'a' &&
            name[prefix.size()] <= 'z' && to_uint(name.substr(prefix.size() + 1)))
            return false;
    }
    if (name.substr(0, 4) == "nvme") {  // nvme\d+n\d+p\d+
        const std::size_t p = name.rfind('p');
        if (p != std::string_view::npos && to_uint(name.substr(p + 1))) return false;
    }
    return true;
}

[[nodiscard]] inline bool default_mount_point(std::string_view path) noexcept
{
    const auto below = [path](std::string_view folder) {
        return path.substr(0, folder.size()) == folder && (path.size() == folder.size() || path[folder.size()] == '/');
    };
    return !(below("/dev") || below("/proc") || below("/run/credentials") || below("/sys") ||
             path.substr(0, 16) == "/var/lib/docker/" || path.substr(0, 28) == "/var/lib/containers/storage/");
}

[[nodiscard]] inline bool default_filesystem(std::string_view type) noexcept
{
    for (const std::string_view left_out :
         {"autofs",  "binfmt_misc", "bpf",    "cgroup",     "cgroup2", "configfs", "debugfs",   "devpts",     "devtmpfs", "fusectl",
          "hugetlbfs", "iso9660",   "mqueue", "nsfs",       "overlay", "proc",     "procfs",    "pstore",     "rpc_pipefs", "securityfs",
          "selinuxfs", "squashfs",  "erofs",  "sysfs",      "tracefs"})
        if (type == left_out) return false;
    return true;
}

[[nodiscard]] inline result<void> collect_diskstats(context& on, batch& out)
{
    const auto read = on.proc.read("/diskstats");
    if (!read) return unexpected(read.error());
    const std::string text(*read);  // the reader's buffer is used again for each disk's details
    std::string_view rest = text;
    std::string_view line;
    while (next_line(rest, line)) {
        const std::string_view major = next_word(line);
        const std::string_view minor = next_word(line);
        const std::string_view name = next_word(line);
        if (name.empty() || !(on.settings.disk_device ? on.settings.disk_device(name) : default_disk(name))) continue;
        const std::string_view device = out.intern(name);
        const labels_id labels = out.labels({{"device", device}});
        for (const disk_row& item : disk_table) {
            const auto value = to_uint(next_word(line));
            if (!value) break;
            put(out, item.row, static_cast<double>(*value) * item.scale, labels);
        }
        std::string_view path;
        std::string_view model;
        std::string_view serial;
        std::string_view wwn;
        std::string_view revision;
        if (const auto udev = on.root.read(concat("/run/udev/data/b", major, ":", minor))) {
            std::string_view data = *udev;
            std::string_view entry;
            while (next_line(data, entry)) {
                const auto take = [&entry, &out](std::string_view key, std::string_view& to) {
                    if (entry.substr(0, key.size()) == key) to = out.intern(entry.substr(key.size()));
                };
                take("E:ID_PATH=", path);
                take("E:ID_MODEL=", model);
                take("E:ID_SERIAL_SHORT=", serial);
                take("E:ID_WWN=", wwn);
                take("E:ID_REVISION=", revision);
                if (serial.empty()) take("E:ID_SERIAL=", serial);
            }
        }
        const std::string_view rotational = on.sys.line(concat("/block/", name, "/queue/rotational"));
        put(out, disk_info[0], 1,
            out.labels({{"device", device}, {"major", out.intern(major)}, {"minor", out.intern(minor)}, {"model", model},
                        {"path", path}, {"revision", revision}, {"rotational", out.intern(rotational)}, {"serial", serial}, {"wwn", wwn}}));
    }
    return {};
}

namespace detail {

/// mountinfo writes blank, tab, newline and backslash in octal.
[[nodiscard]] inline std::string unescape_mount(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto octal = [&](std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '7'; };
        if (text[i] == '\\' && octal(i + 1) && octal(i + 2) && octal(i + 3)) {
            out.push_back(static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0')));
            i += 3;
        } else {
            out.push_back(text[i]);
        }
    }
    return out;
}

}  // namespace detail

/// error  timeout when mounts hang; all others are measured and the hung ones have device_error
[[nodiscard]] inline result<void> collect_filesystem(context& on, batch& out, mount_probe& probe)
{
    auto read = on.proc.read("/1/mountinfo");
    if (!read) read = on.proc.read("/self/mountinfo");
    if (!read) return unexpected(read.error());
    const std::string text(*read);
    std::string_view rest = text;
    std::string_view line;
    std::string hung;
    std::vector<std::string> seen;
    while (next_line(rest, line)) {
        (void)next_word(line);
        (void)next_word(line);
        const std::string_view numbers = next_word(line);
        (void)next_word(line);
        const std::string mount_point = detail::unescape_mount(next_word(line));
        std::string_view mount_options = next_word(line);
        while (!line.empty() && next_word(line) != "-") {}
        const std::string_view type = next_word(line);
        const std::string device = detail::unescape_mount(next_word(line));
        const std::string_view super_options = next_word(line);
        if (mount_point.empty() || type.empty()) continue;
        if (!(on.settings.mount_point ? on.settings.mount_point(mount_point) : default_mount_point(mount_point))) continue;
        if (!(on.settings.filesystem_type ? on.settings.filesystem_type(type) : default_filesystem(type))) continue;
        std::string key = concat(device, "\n", mount_point);
        if (std::find(seen.begin(), seen.end(), key) != seen.end()) continue;  // mounted twice at the same place
        seen.push_back(std::move(key));

        const auto has_option = [](std::string_view list, std::string_view option) {
            while (!list.empty()) {
                const std::size_t comma = list.find(',');
                if (list.substr(0, comma) == option) return true;
                list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
            }
            return false;
        };
        const mount_figures figures = probe.measure(on.root.root() + mount_point, type, on.settings.mount_timeout);
        if (figures.state == mount_state::hung) hung += concat(hung.empty() ? "" : ", ", mount_point);
        const std::string_view device_view = out.intern(device);
        const std::string_view point_view = out.intern(mount_point);
        const labels_id labels = out.labels({{"device", device_view}, {"device_error", figures.error}, {"fstype", out.intern(type)}, {"mountpoint", point_view}});
        const bool bad = figures.state != mount_state::good;
        put(out, filesystem_table[7], bad ? 1 : 0, labels);
        put(out, filesystem_table[6], has_option(mount_options, "ro") || has_option(super_options, "ro") ? 1 : 0, labels);
        const std::size_t colon = numbers.find(':');
        put(out, filesystem_table[8], 1,
            out.labels({{"device", device_view}, {"major", out.intern(numbers.substr(0, colon))},
                        {"minor", out.intern(colon == std::string_view::npos ? std::string_view{} : numbers.substr(colon + 1))}, {"mountpoint", point_view}}));
        if (bad) continue;
        put(out, filesystem_table[0], figures.size, labels);
        put(out, filesystem_table[1], figures.free, labels);
        put(out, filesystem_table[2], figures.available, labels);
        put(out, filesystem_table[3], figures.files, labels);
        put(out, filesystem_table[4], figures.files_free, labels);
        put(out, filesystem_table[5], 0, labels);
    }
    if (!hung.empty()) return unexpected(errc::timeout, concat("these mounts do not answer and are skipped: ", hung));
    return {};
}

}  // namespace pitot::collect::host
