#pragma once
// stat, vmstat, pressure, entropy, filefd, kernel_hung, uptime, schedstat: what the kernel counts for the whole system.

#include <pitot/collect/host/part.hpp>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::collect {

// clang-format off: one row, one line
inline constexpr metric stat_metrics[] = {
    {.name = "node_intr_total",
     .type = metric_type::counter,
     .help = "Interrupts handled.",
     .source = "/proc/stat intr"},
    {.name = "node_context_switches_total",
     .type = metric_type::counter,
     .help = "Switches from one task to another.",
     .source = "/proc/stat ctxt"},
    {.name = "node_boot_time_seconds",
     .vector = "boot_time",
     .unit = "seconds",
     .help = "When the system started, in Unix time.",
     .source = "/proc/stat btime"},
    {.name = "node_forks_total",
     .type = metric_type::counter,
     .help = "Processes and threads created.",
     .source = "/proc/stat processes"},
    {.name = "node_procs_running", .help = "Tasks that run or could run.", .source = "/proc/stat procs_running"},
    {.name = "node_procs_blocked", .help = "Tasks that wait for a disk.", .source = "/proc/stat procs_blocked"},
};
// clang-format on
inline constexpr metric_table stat_table = {"stat", "host", stat_metrics};

class stat_part final : public host_part {
public:
    explicit stat_part(const host_context& host) : file_(host.proc("stat")) {}

    void collect(host_context& host, emitter& out) override
    {
        static constexpr std::string_view keys[] = {"intr",      "ctxt",          "btime",
                                                    "processes", "procs_running", "procs_blocked"};
        const file_text file = file_.read(host.buffer);
        if (!usable(file, file_.path(), out)) return;
        std::string_view rest = file.text;
        std::string_view line;
        std::size_t row = 0;
        while (row < std::size(keys) && next_line(rest, line)) {
            if (line.starts_with("cpu") || next_word(line) != keys[row]) continue;
            double value = 0;
            if (next_number(line, value))
                out.add(row, value);
            else
                malformed(file_.path(), concat("no number for ", keys[row]), out);
            ++row;
        }
        if (row == 0) malformed(file_.path(), "no line 'intr'", out);
    }

private:
    kept_file file_;
};

// clang-format off: one row, one line
inline constexpr metric vmstat_metrics[] = {
    {.name = "node_vmstat_pgpgin",
     .type = metric_type::unknown,
     .help = "KiB read from block devices.",
     .source = "/proc/vmstat pgpgin"},
    {.name = "node_vmstat_pgpgout",
     .type = metric_type::unknown,
     .help = "KiB written to block devices.",
     .source = "/proc/vmstat pgpgout"},
    {.name = "node_vmstat_pswpin",
     .type = metric_type::unknown,
     .help = "Pages swapped in.",
     .source = "/proc/vmstat pswpin"},
    {.name = "node_vmstat_pswpout",
     .type = metric_type::unknown,
     .help = "Pages swapped out.",
     .source = "/proc/vmstat pswpout"},
    {.name = "node_vmstat_pgfault",
     .type = metric_type::unknown,
     .help = "Page faults.",
     .source = "/proc/vmstat pgfault"},
    {.name = "node_vmstat_pgmajfault",
     .type = metric_type::unknown,
     .help = "Page faults that had to wait for a disk.",
     .source = "/proc/vmstat pgmajfault"},
    {.name = "node_vmstat_oom_kill",
     .type = metric_type::unknown,
     .help = "Processes killed for want of memory.",
     .source = "/proc/vmstat oom_kill"},
    {.name = "node_vmstat_*",
     .type = metric_type::unknown,
     .help = "A field of /proc/vmstat that was asked for.",
     .source = "/proc/vmstat"},
    {.vector = "memory_swapped_in_bytes_total",
     .type = metric_type::counter,
     .unit = "bytes",
     .help = "Bytes swapped in.",
     .source = "/proc/vmstat pswpin, times the page size"},
    {.vector = "memory_swapped_out_bytes_total",
     .type = metric_type::counter,
     .unit = "bytes",
     .help = "Bytes swapped out.",
     .source = "/proc/vmstat pswpout, times the page size"},
};
// clang-format on
inline constexpr metric_table vmstat_table = {"vmstat", "memory", vmstat_metrics};

class vmstat_part final : public host_part {
public:
    explicit vmstat_part(const host_context& host) : file_(host.proc("vmstat")) {}

    void collect(host_context& host, emitter& out) override
    {
        const file_text file = file_.read(host.buffer);
        if (!usable(file, file_.path(), out)) return;
        const name_filter& filter = host.options.vmstat_fields;
        std::string_view rest = file.text;
        std::string_view line;
        std::size_t row = 0;
        while (next_line(rest, line)) {
            if (!filter.is_set() && (line.empty() || (line.front() != 'p' && line.front() != 'o'))) continue;
            const std::string_view key = next_word(line);
            if (filter.is_set() ? !filter(key) : !by_default(key)) continue;
            double value = 0;
            if (!next_number(line, value)) {
                malformed(file_.path(), concat("no number for ", key.substr(0, 80)), out);
                continue;
            }
            if (find(key, row)) {
                out.add_exporter(row, labels_id::none, value);
                if (row == pswpin || row == pswpout)
                    out.add_vector(row == pswpin ? swapped_in : swapped_out, out.vector_labels({}),
                                   value * host.page_size);
            } else if (out.exporter_on() && key.size() < 100) {
                out.add_named(out.keep(concat("node_vmstat_", key)), other, labels_id::none, value);
            }
        }
    }

    /// node_exporter's ^(oom_kill|pgpg|pswp|pg.*fault).*
    static bool by_default(std::string_view key) noexcept
    {
        if (key.starts_with("oom_kill") || key.starts_with("pgpg") || key.starts_with("pswp")) return true;
        return key.starts_with("pg") && key.find("fault", 2) != std::string_view::npos;
    }

private:
    static constexpr std::size_t pswpin = 2;
    static constexpr std::size_t pswpout = 3;
    static constexpr std::size_t other = 7;
    static constexpr std::size_t swapped_in = 8;
    static constexpr std::size_t swapped_out = 9;

    static bool find(std::string_view key, std::size_t& row) noexcept
    {
        for (row = 0; row < other; ++row)
            if (vmstat_metrics[row].name.substr(std::string_view("node_vmstat_").size()) == key) return true;
        return false;
    }

    kept_file file_;
};

// clang-format off: one row, one line
inline constexpr metric pressure_metrics[] = {
    {.name = "node_pressure_cpu_waiting_seconds_total",
     .type = metric_type::counter,
     .unit = "seconds",
     .help = "Time in which some task waited for a processor.",
     .source = "/proc/pressure/cpu some total"},
    {.name = "node_pressure_io_waiting_seconds_total",
     .type = metric_type::counter,
     .unit = "seconds",
     .help = "Time in which some task waited for a disk.",
     .source = "/proc/pressure/io some total"},
    {.name = "node_pressure_io_stalled_seconds_total",
     .type = metric_type::counter,
     .unit = "seconds",
     .help = "Time in which every task waited for a disk.",
     .source = "/proc/pressure/io full total"},
    {.name = "node_pressure_memory_waiting_seconds_total",
     .type = metric_type::counter,
     .unit = "seconds",
     .help = "Time in which some task waited for memory.",
     .source = "/proc/pressure/memory some total"},
    {.name = "node_pressure_memory_stalled_seconds_total",
     .type = metric_type::counter,
     .unit = "seconds",
     .help = "Time in which every task waited for memory.",
     .source = "/proc/pressure/memory full total"},
    {.name = "node_pressure_irq_stalled_seconds_total",
     .type = metric_type::counter,
     .unit = "seconds",
     .help = "Time in which every task waited for an interrupt to be handled.",
     .source = "/proc/pressure/irq full total"},
};
// clang-format on
inline constexpr metric_table pressure_table = {"pressure", "", pressure_metrics};

/// The total of a line "some …" or "full …" of a pressure file, in seconds.
inline bool pressure_total(std::string_view text, std::string_view which, double& seconds) noexcept
{
    std::string_view line;
    while (next_line(text, line)) {
        if (next_word(line) != which) continue;
        const std::size_t at = line.find("total=");
        if (at == std::string_view::npos) return false;
        line.remove_prefix(at + 6);
        double microseconds = 0;
        if (!next_number(line, microseconds)) return false;
        seconds = microseconds / 1000.0 / 1000.0;
        return true;
    }
    return false;
}

class pressure_part final : public host_part {
public:
    explicit pressure_part(const host_context& host)
        : files_{kept_file(host.proc("pressure/cpu")), kept_file(host.proc("pressure/io")),
                 kept_file(host.proc("pressure/memory")), kept_file(host.proc("pressure/irq"))}
    {}

    void collect(host_context& host, emitter& out) override
    {
        struct item {
            std::size_t file;
            std::string_view which;
        };
        static constexpr item items[] = {{0, "some"}, {1, "some"}, {1, "full"}, {2, "some"}, {2, "full"}, {3, "full"}};
        file_text file;
        for (std::size_t row = 0; row < std::size(items); ++row) {
            if (row == 0 || items[row].file != items[row - 1].file) {
                file = files_[items[row].file].read(host.buffer);
                if (file.error == EOPNOTSUPP) return;  // switched off at boot
                if (!usable(file, files_[items[row].file].path(), out)) continue;
            }
            double seconds = 0;
            if (!file) continue;
            if (pressure_total(file.text, items[row].which, seconds))
                out.add(row, seconds);
            else
                malformed(files_[items[row].file].path(), concat("no total of '", items[row].which, "'"), out);
        }
    }

private:
    std::array<kept_file, 4> files_;
};

/// Files of a single number, one for each row.
template <std::size_t Rows>
class number_files : public host_part {
public:
    explicit number_files(std::array<kept_file, Rows> files) noexcept : files_(std::move(files)) {}

    void collect(host_context& host, emitter& out) override
    {
        for (std::size_t row = 0; row < Rows; ++row) {
            const file_text file = files_[row].read_attribute(host.small);
            if (!usable(file, files_[row].path(), out)) continue;
            double value = 0;
            if (to_number(file.text, value))
                out.add(row, value);
            else
                malformed(files_[row].path(), "a number is expected", out);
        }
    }

private:
    std::array<kept_file, Rows> files_;
};

// clang-format off: one row, one line
inline constexpr metric entropy_metrics[] = {
    {.name = "node_entropy_available_bits",
     .unit = "bits",
     .help = "Entropy the kernel has for random numbers.",
     .source = "/proc/sys/kernel/random/entropy_avail"},
    {.name = "node_entropy_pool_size_bits",
     .unit = "bits",
     .help = "Size of the entropy pool.",
     .source = "/proc/sys/kernel/random/poolsize"},
};
// clang-format on
inline constexpr metric_table entropy_table = {"entropy", "", entropy_metrics};

struct entropy_part final : number_files<2> {
    explicit entropy_part(const host_context& host)
        : number_files({kept_file(host.proc("sys/kernel/random/entropy_avail")),
                        kept_file(host.proc("sys/kernel/random/poolsize"))})
    {}
};

// clang-format off: one row, one line
inline constexpr metric kernel_hung_metrics[] = {
    {.name = "node_kernel_hung_tasks_total",
     .type = metric_type::counter,
     .help = "Tasks found hung since the system started.",
     .source = "/proc/sys/kernel/hung_task_detect_count"},
};
// clang-format on
inline constexpr metric_table kernel_hung_table = {"kernel_hung", "", kernel_hung_metrics};

struct kernel_hung_part final : number_files<1> {
    explicit kernel_hung_part(const host_context& host)
        : number_files({kept_file(host.proc("sys/kernel/hung_task_detect_count"))})
    {}
};

// clang-format off: one row, one line
inline constexpr metric filefd_metrics[] = {
    {.name = "node_filefd_allocated", .help = "File handles in use.", .source = "/proc/sys/fs/file-nr field 1"},
    {.name = "node_filefd_maximum",
     .help = "File handles the kernel will give.",
     .source = "/proc/sys/fs/file-nr field 3"},
};
// clang-format on
inline constexpr metric_table filefd_table = {"filefd", "", filefd_metrics};

class filefd_part final : public host_part {
public:
    explicit filefd_part(const host_context& host) : file_(host.proc("sys/fs/file-nr")) {}

    void collect(host_context& host, emitter& out) override
    {
        const file_text file = file_.read_attribute(host.small);
        if (!usable(file, file_.path(), out)) return;
        std::string_view rest = file.text;
        double allocated = 0;
        double unused = 0;
        double maximum = 0;
        if (!next_number(rest, allocated) || !next_number(rest, unused) || !next_number(rest, maximum))
            return malformed(file_.path(), "three numbers are expected", out);
        out.add(0, allocated);
        out.add(1, maximum);
    }

private:
    kept_file file_;
};

// clang-format off: one row, one line
inline constexpr metric uptime_metrics[] = {
    {.name = "node_uptime_seconds",
     .vector = "uptime",
     .unit = "seconds",
     .help = "Time since the system started; in containers that have a boot time of their own, since then.",
     .source = "/proc/uptime field 1"},
};
// clang-format on
inline constexpr metric_table uptime_table = {"uptime", "host", uptime_metrics};

class uptime_part final : public host_part {
public:
    explicit uptime_part(const host_context& host) : file_(host.proc("uptime")) {}

    void collect(host_context& host, emitter& out) override
    {
        const file_text file = file_.read_attribute(host.small);
        if (!usable(file, file_.path(), out)) return;
        std::string_view rest = file.text;
        double value = 0;
        if (next_number(rest, value))
            out.add(0, value);
        else
            malformed(file_.path(), "a number is expected", out);
    }

private:
    kept_file file_;
};

// clang-format off: one row, one line
inline constexpr metric schedstat_metrics[] = {
    {.name = "node_schedstat_running_seconds_total",
     .type = metric_type::counter,
     .unit = "seconds",
     .labels = "cpu",
     .help = "Time tasks ran on the processor.",
     .source = "/proc/schedstat cpuN field 7"},
    {.name = "node_schedstat_waiting_seconds_total",
     .type = metric_type::counter,
     .unit = "seconds",
     .labels = "cpu",
     .help = "Time tasks waited for the processor, ready to run.",
     .source = "/proc/schedstat cpuN field 8"},
    {.name = "node_schedstat_timeslices_total",
     .type = metric_type::counter,
     .labels = "cpu",
     .help = "Times a task was given the processor.",
     .source = "/proc/schedstat cpuN field 9"},
};
// clang-format on
inline constexpr metric_table schedstat_table = {"schedstat", "", schedstat_metrics};

class schedstat_part final : public host_part {
public:
    explicit schedstat_part(const host_context& host) : file_(host.proc("schedstat")) {}

    void collect(host_context& host, emitter& out) override
    {
        const file_text file = file_.read(host.buffer);
        if (!usable(file, file_.path(), out)) return;
        std::string_view rest = file.text;
        std::string_view line;
        while (next_line(rest, line)) {
            if (!line.starts_with("cpu")) continue;
            const std::string_view cpu = out.keep(next_word(line).substr(3));
            for (int skip = 0; skip < 6; ++skip) next_word(line);
            double running = 0;
            double waiting = 0;
            double slices = 0;
            if (!next_number(line, running) || !next_number(line, waiting) || !next_number(line, slices)) {
                malformed(file_.path(), "nine numbers are expected for a processor", out);
                continue;
            }
            const label_ids labels = out.labels({{"cpu", cpu}});
            out.add(0, labels, running / 1e9);
            out.add(1, labels, waiting / 1e9);
            out.add(2, labels, slices);
        }
    }

private:
    kept_file file_;
};

}  // namespace pitot::collect
