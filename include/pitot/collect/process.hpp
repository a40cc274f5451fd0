#pragma once
// The process collector of every client library: processor time, memory, descriptors, start, threads and network bytes.

#include <pitot/base/text.hpp>
#include <pitot/collect/emit.hpp>
#include <pitot/collect/host/reader.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <system_error>  // std::generic_category, for the text of an errno

#include <dirent.h>    // counting descriptors on kernels before 6.2
#include <sys/stat.h>  // fstat

namespace pitot::collect {

// clang-format off: one row, one line
inline constexpr metric process_metrics[] = {
    {.name = "process_cpu_seconds_total",
     .type = metric_type::counter,
     .unit = "seconds",
     .help = "Processor time used, user and system.",
     .source = "/proc/PID/stat fields 14 and 15"},
    {.name = "process_resident_memory_bytes",
     .unit = "bytes",
     .help = "Memory resident.",
     .source = "/proc/PID/stat field 24"},
    {.name = "process_virtual_memory_bytes",
     .unit = "bytes",
     .help = "Address space in use.",
     .source = "/proc/PID/stat field 23"},
    {.name = "process_virtual_memory_max_bytes",
     .unit = "bytes",
     .help = "Most address space allowed.",
     .source = "/proc/PID/limits Max address space"},
    {.name = "process_open_fds", .help = "File descriptors open.", .source = "/proc/PID/fd"},
    {.name = "process_max_fds", .help = "Most file descriptors allowed.", .source = "/proc/PID/limits Max open files"},
    {.name = "process_start_time_seconds",
     .unit = "seconds",
     .help = "When the process started, in Unix time.",
     .source = "/proc/PID/stat field 22, /proc/stat btime"},
    {.name = "process_threads", .help = "Threads.", .source = "/proc/PID/stat field 20"},
    {.name = "process_network_receive_bytes_total",
     .type = metric_type::counter,
     .unit = "bytes",
     .help = "Bytes received in the process' network namespace, all its processes together.",
     .source = "/proc/PID/net/netstat IpExt InOctets"},
    {.name = "process_network_transmit_bytes_total",
     .type = metric_type::counter,
     .unit = "bytes",
     .help = "Bytes sent in the process' network namespace, all its processes together.",
     .source = "/proc/PID/net/netstat IpExt OutOctets"},
};
// clang-format on
inline constexpr metric_table process_table = {"process", "", process_metrics};

struct process_options {
    std::string proc = "/proc";
    std::string pid = "self";  ///< "self" or a number
};

/// The numbers of /proc/PID/stat. comm, the second field, may hold blanks, parentheses and newlines.
struct process_stat {
    std::string_view comm;
    double user_ticks = 0, system_ticks = 0;
    double threads = 0;
    double start_ticks = 0;  ///< after boot
    double virtual_bytes = 0;
    double resident_pages = 0;
};

/// False when the text is no such line.
inline bool parse_process_stat(std::string_view text, process_stat& into) noexcept
{
    const std::size_t open = text.find('(');
    const std::size_t close = text.rfind(')');
    if (open == std::string_view::npos || close == std::string_view::npos || close < open) return false;
    into.comm = text.substr(open + 1, close - open - 1);
    text.remove_prefix(close + 1);
    for (int field = 3; field <= 24; ++field) {
        const std::string_view word = next_word(text);
        double* const to = field == 14   ? &into.user_ticks
                           : field == 15 ? &into.system_ticks
                           : field == 20 ? &into.threads
                           : field == 22 ? &into.start_ticks
                           : field == 23 ? &into.virtual_bytes
                           : field == 24 ? &into.resident_pages
                                         : nullptr;
        if (word.empty() || (to != nullptr && !to_number(word, *to))) return false;
    }
    return true;
}

/// Collects one process: by default the one that runs it. What the kernel refuses to tell is left out and said.
class process {
public:
    explicit process(process_options options = {})
        : options_(std::move(options)), names_(std::make_unique<naming>()), plan_(process_table, *names_, {}),
          stat_(path("stat")), limits_(path("limits")), netstat_(path("net/netstat")), fds_(path("fd")),
          ticks_(static_cast<double>(::sysconf(_SC_CLK_TCK))), page_(static_cast<double>(::sysconf(_SC_PAGESIZE)))
    {}

    /// error  not_found when the process has ended; the first problem otherwise
    result<void> collect(batch& out)
    {
        emitter to(plan_, out);
        const file_text file = stat_.read(buffer_);
        if (!file) {
            to.problem(file.error == ESRCH ? errc::not_found : errc_of(file.error),
                       concat(stat_.path(), ": ", std::generic_category().message(file.error)));
            return to.finish();
        }
        process_stat now;
        if (!parse_process_stat(file.text, now)) {
            to.problem(errc::syntax, concat(stat_.path(), ": 24 fields are expected"));
            return to.finish();
        }
        to.add(cpu, (now.user_ticks + now.system_ticks) / ticks_);
        to.add(resident, now.resident_pages * page_);
        to.add(virtual_memory, now.virtual_bytes);
        to.add(threads, now.threads);
        if (boot_time(to)) to.add(start, now.start_ticks / ticks_ + boot_);
        add_limits(to);
        add_descriptors(to);
        add_network(to);
        return to.finish();
    }

private:
    enum : std::size_t {
        cpu,
        resident,
        virtual_memory,
        virtual_max,
        open_fds,
        max_fds,
        start,
        threads,
        received,
        sent
    };

    [[nodiscard]] std::string path(std::string_view file) const
    {
        return concat(options_.proc, "/", options_.pid, "/", file);
    }

    /// Read once: the process' own start does not move when the clock is set.
    bool boot_time(emitter& to)
    {
        if (boot_ > 0) return true;
        const std::string name = concat(options_.proc, "/stat");
        const file_text file = read_once(name.c_str(), buffer_);
        std::string_view rest = file.text;
        std::string_view line;
        while (next_line(rest, line))
            if (next_word(line) == "btime" && next_number(line, boot_)) return true;
        to.problem(file ? errc::syntax : errc_of(file.error), concat(name, ": no boot time"));
        return false;
    }

    /// "Max open files  1024  1048576  files": the soft limit. "unlimited" is 2^64-1, as client libraries have it.
    void add_limits(emitter& to)
    {
        const file_text file = limits_.read(buffer_);
        if (!file) return refuse(limits_, file, to);
        std::string_view rest = file.text;
        std::string_view line;
        while (next_line(rest, line)) {
            const bool files = line.starts_with("Max open files");
            if (!files && !line.starts_with("Max address space")) continue;
            line.remove_prefix(std::string_view(files ? "Max open files" : "Max address space").size());
            const std::string_view soft = next_word(line);
            double value = 0;
            if (soft == "unlimited")
                value = 18446744073709551615.0;
            else if (!to_number(soft, value))
                continue;
            to.add(files ? max_fds : virtual_max, value);
        }
    }

    /// Since Linux 6.2 the folder's size is the number; before, the entries are counted.
    void add_descriptors(emitter& to)
    {
        struct stat info = {};
        if (::stat(fds_.c_str(), &info) == 0 && info.st_size > 0)
            return to.add(open_fds, static_cast<double>(info.st_size));
        DIR* const folder = ::opendir(fds_.c_str());
        if (folder == nullptr) {
            to.problem(errc_of(errno), concat(fds_, ": ", std::generic_category().message(errno)));
            return;
        }
        double count = options_.pid == "self" ? -1 : 0;  // the one that counts
        while (const dirent* entry = ::readdir(folder)) count += entry->d_name[0] != '.' ? 1 : 0;
        ::closedir(folder);
        to.add(open_fds, count);
    }

    void add_network(emitter& to)
    {
        const file_text file = netstat_.read(buffer_);
        if (!file) return refuse(netstat_, file, to);
        std::string_view rest = file.text;
        std::string_view names;
        std::string_view values;
        while (next_line(rest, names) && next_line(rest, values)) {
            if (!names.starts_with("IpExt:") || !values.starts_with("IpExt:")) continue;
            for (std::string_view name = next_word(names); !name.empty(); name = next_word(names)) {
                const std::string_view word = next_word(values);
                double value = 0;
                if (name == "InOctets" && to_number(word, value)) to.add(received, value);
                if (name == "OutOctets" && to_number(word, value)) to.add(sent, value);
            }
        }
    }

    static void refuse(const kept_file& from, const file_text& file, emitter& to)
    {
        if (!file.missing())
            to.problem(errc_of(file.error), concat(from.path(), ": ", std::generic_category().message(file.error)));
    }

    process_options options_;
    std::unique_ptr<naming> names_;
    emit_plan plan_;
    read_buffer buffer_{8192};
    kept_file stat_;
    kept_file limits_;
    kept_file netstat_;
    std::string fds_;
    double ticks_;
    double page_;
    double boot_ = 0;
};

}  // namespace pitot::collect
