#pragma once
// filesystem: space and inodes of each mounted filesystem.

#include <pitot/base/text.hpp>
#include <pitot/collect/host/mount_worker.hpp>
#include <pitot/collect/host/part.hpp>

#include <algorithm>  // std::any_of
#include <string>
#include <string_view>
#include <vector>

namespace pitot::collect {

// clang-format off: one row, one line
inline constexpr metric filesystem_metrics[] = {
    {.name = "node_filesystem_size_bytes",
     .vector = "filesystem_total_bytes",
     .unit = "bytes",
     .labels = "device,fstype,mountpoint,device_error",
     .vector_labels = "device,filesystem,mountpoint",
     .help = "Size.",
     .source = "statvfs f_blocks"},
    {.name = "node_filesystem_free_bytes",
     .unit = "bytes",
     .labels = "device,fstype,mountpoint,device_error",
     .help = "Free space, root's reserve included.",
     .source = "statvfs f_bfree"},
    {.name = "node_filesystem_avail_bytes",
     .vector = "filesystem_free_bytes",
     .unit = "bytes",
     .labels = "device,fstype,mountpoint,device_error",
     .vector_labels = "device,filesystem,mountpoint",
     .help = "Free space for users other than root.",
     .source = "statvfs f_bavail"},
    {.name = "node_filesystem_files",
     .vector = "filesystem_inodes_total",
     .labels = "device,fstype,mountpoint,device_error",
     .vector_labels = "device,filesystem,mountpoint",
     .help = "Inodes there are.",
     .source = "statvfs f_files"},
    {.name = "node_filesystem_files_free",
     .vector = "filesystem_inodes_free",
     .labels = "device,fstype,mountpoint,device_error",
     .vector_labels = "device,filesystem,mountpoint",
     .help = "Free inodes.",
     .source = "statvfs f_ffree"},
    {.name = "node_filesystem_purgeable_bytes",
     .unit = "bytes",
     .labels = "device,fstype,mountpoint,device_error",
     .help = "Space that could be made free; Linux knows none, so 0.",
     .source = "constant"},
    {.name = "node_filesystem_readonly",
     .labels = "device,fstype,mountpoint,device_error",
     .help = "1 when it is mounted read-only or went so after an error.",
     .source = "/proc/1/mountinfo options"},
    {.name = "node_filesystem_device_error",
     .labels = "device,fstype,mountpoint,device_error",
     .help = "1 when there is no answer about it; device_error says why.",
     .source = "statvfs"},
    {.name = "node_filesystem_mount_info",
     .labels = "device,major,minor,mountpoint",
     .help = "Device numbers of the mount; always 1.",
     .source = "/proc/1/mountinfo field 3"},
    {.vector = "filesystem_used_bytes",
     .unit = "bytes",
     .vector_labels = "device,filesystem,mountpoint",
     .help = "Space in use.",
     .source = "statvfs f_blocks - f_bfree"},
    {.vector = "filesystem_used_ratio",
     .unit = "ratio",
     .vector_labels = "device,filesystem,mountpoint",
     .help = "Used space as part of used and available space.",
     .source = "statvfs used / (used + f_bavail)"},
    {.vector = "filesystem_inodes_used",
     .vector_labels = "device,filesystem,mountpoint",
     .help = "Inodes in use.",
     .source = "statvfs f_files - f_ffree"},
    {.vector = "filesystem_inodes_used_ratio",
     .unit = "ratio",
     .vector_labels = "device,filesystem,mountpoint",
     .help = "Inodes in use as part of all; 0 where there are none.",
     .source = "statvfs (f_files - f_ffree) / f_files"},
};
// clang-format on
inline constexpr metric_table filesystem_table = {"filesystem", "filesystem", filesystem_metrics};

/// \ooo of mountinfo and mounts as the byte it stands for.
inline std::string unescape_mount(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    const auto octal = [text](std::size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '7'; };
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && octal(i + 1) && octal(i + 2) && octal(i + 3) && text[i + 1] <= '3') {
            out += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
            i += 3;
        } else {
            out += text[i];
        }
    }
    return out;
}

/// Whether a comma-separated list has a word.
constexpr bool has_option(std::string_view list, std::string_view option) noexcept
{
    while (!list.empty())
        if (next_until(list, ',') == option) return true;
    return false;
}

class filesystem_part final : public host_part {
public:
    explicit filesystem_part(const host_context& host, mount_worker::call ask = &::statvfs)
        : init_(host.proc("1/mountinfo")), self_(host.proc("self/mountinfo")), worker_(ask)
    {}

    void collect(host_context& host, emitter& out) override
    {
        file_text file = init_.read(host.buffer);
        if (!file) file = self_.read(host.buffer);  // hidepid: others' processes cannot be seen
        if (!usable(file, self_.path(), out)) return;
        find_mounts(host, file.text, out);
        paths_.clear();
        for (const mount& m : mounts_) paths_.push_back(host.root(m.point));
        const std::vector<mount_answer>& answers = worker_.ask(paths_, host.options.mount_timeout);
        std::string stuck;
        std::size_t stuck_count = 0;
        for (std::size_t i = 0; i < mounts_.size(); ++i) {
            add(mounts_[i], answers[i], out);
            if (answers[i].got != mount_answer::state::stuck) continue;
            if (++stuck_count <= 5) stuck += concat(stuck.empty() ? "" : ", ", mounts_[i].point);
        }
        if (stuck_count > 5) stuck += concat(" and ", std::to_string(stuck_count - 5), " more");
        if (stuck_count != 0) out.problem(errc::timeout, concat("mounts that do not answer are skipped: ", stuck));
    }

    /// node_exporter's ^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+|var/lib/containers/storage/.+)($|/)
    static bool point_excluded(std::string_view path) noexcept
    {
        for (const std::string_view folder : {"/dev", "/proc", "/sys"})
            if (path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/')) return true;
        for (const std::string_view folder : {"/run/credentials/", "/var/lib/docker/", "/var/lib/containers/storage/"})
            if (path.starts_with(folder) && path.size() > folder.size()) return true;
        return false;
    }

    static bool type_excluded(std::string_view type) noexcept
    {
        for (const std::string_view known :
             {"autofs",   "binfmt_misc", "bpf",     "cgroup",    "cgroup2",    "configfs",   "debugfs",
              "devpts",   "devtmpfs",    "fusectl", "hugetlbfs", "iso9660",    "mqueue",     "nsfs",
              "overlay",  "proc",        "procfs",  "pstore",    "rpc_pipefs", "securityfs", "selinuxfs",
              "squashfs", "erofs",       "sysfs",   "tracefs"})
            if (type == known) return true;
        return false;
    }

private:
    enum : std::size_t {
        size,
        free,
        available,
        files,
        files_free,
        purgeable,
        readonly,
        device_error,
        mount_info,
        used,
        used_ratio,
        inodes_used,
        inodes_used_ratio
    };

    struct mount {
        std::string device, point, type, major, minor;
        bool read_only = false;
    };

    void find_mounts(host_context& host, std::string_view text, emitter& out)
    {
        mounts_.clear();
        std::string_view line;
        while (next_line(text, line)) {
            next_word(line);
            next_word(line);
            std::string_view numbers = next_word(line);
            next_word(line);
            const std::string_view point_word = next_word(line);
            const std::string_view options = next_word(line);
            std::string_view word = next_word(line);
            while (!word.empty() && word != "-") word = next_word(line);  // optional fields
            const std::string_view type = next_word(line);
            const std::string_view device = next_word(line);
            const std::string_view super_options = next_word(line);
            if (type.empty()) {
                malformed(self_.path(), "a line without filesystem type", out);
                continue;
            }
            if (!host.options.filesystem_types(type, &type_excluded)) continue;
            mount m{unescape_mount(device), unescape_mount(point_word), unescape_mount(type), {}, {}, false};
            // Seen from outside, the mounts of this root lie below it.
            if (host.options.root != "/" && m.point.starts_with(host.options.root)) {
                m.point.erase(0, host.options.root.size());
                if (m.point.empty()) m.point = "/";
            }
            if (!host.options.mount_points(m.point, &point_excluded)) continue;
            m.major = next_until(numbers, ':');
            m.minor = numbers;
            m.read_only = has_option(options, "ro") || has_option(super_options, "ro") ||
                          has_option(super_options, "emergency_ro");
            const bool again = std::any_of(mounts_.begin(), mounts_.end(), [&](const mount& o) {
                return o.point == m.point && o.device == m.device && o.type == m.type;
            });
            if (!again) mounts_.push_back(std::move(m));
        }
    }

    static void add(const mount& m, const mount_answer& answer, emitter& out)
    {
        const std::string_view device = out.keep(m.device);
        const std::string_view point = out.keep(m.point);
        const std::string_view type = out.keep(m.type);
        const bool bad = answer.got != mount_answer::state::answered;
        std::string_view why;
        if (answer.got == mount_answer::state::stuck)
            why = "mountpoint timeout";
        else if (bad)
            // errno in the spelling of Go, which the label has had so far
            why = out.keep(to_lower(std::generic_category().message(answer.error)));
        const labels_id labels = out.exporter_labels(
            {{"device", device}, {"device_error", why}, {"fstype", type}, {"mountpoint", point}});
        out.add_exporter(device_error, labels, bad ? 1 : 0);
        out.add_exporter(readonly, labels, m.read_only ? 1 : 0);
        if (bad) return;
        const double values[] = {answer.size, answer.free, answer.available, answer.files, answer.files_free, 0};
        for (std::size_t row = 0; row < std::size(values); ++row) out.add_exporter(row, labels, values[row]);
        if (out.exporter_on())
            out.add_exporter(mount_info,
                             out.exporter_labels({{"device", device},
                                                  {"major", out.keep(m.major)},
                                                  {"minor", out.keep(m.minor)},
                                                  {"mountpoint", point}}),
                             1);
        if (!out.vector_on()) return;
        const labels_id theirs = out.vector_labels({{"device", device}, {"filesystem", type}, {"mountpoint", point}});
        const double in_use = answer.size - answer.free;
        const double inodes = answer.files - answer.files_free;
        out.add_vector(size, theirs, answer.size);
        out.add_vector(available, theirs, answer.available);
        out.add_vector(used, theirs, in_use);
        out.add_vector(used_ratio, theirs, in_use + answer.available > 0 ? in_use / (in_use + answer.available) : 0);
        out.add_vector(files, theirs, answer.files);
        out.add_vector(files_free, theirs, answer.files_free);
        out.add_vector(inodes_used, theirs, inodes);
        out.add_vector(inodes_used_ratio, theirs, answer.files > 0 ? inodes / answer.files : 0);
    }

    kept_file init_;
    kept_file self_;
    mount_worker worker_;
    std::vector<mount> mounts_;
    std::vector<std::string> paths_;
};

}  // namespace pitot::collect
