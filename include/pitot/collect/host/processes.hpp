#pragma once
// processes: every process of the host, under Vector's names. One series a process and metric, the command line as a
// label: costly for whoever stores it, so without being asked for it runs in the profile vector alone.

#include <pitot/collect/host/folder.hpp>
#include <pitot/collect/host/part.hpp>
#include <pitot/collect/process.hpp>

#include <string>
#include <string_view>
#include <unordered_map>

namespace pitot::collect {

// clang-format off: one row, one line
inline constexpr metric processes_metrics[] = {
    {.vector = "process_runtime",
     .type = metric_type::counter,
     .vector_labels = "command,name,pid",
     .help = "Seconds since the process started.",
     .source = "/proc/uptime, /proc/PID/stat field 22"},
    {.vector = "process_cpu_usage",
     .vector_labels = "command,name,pid",
     .help = "Processor time since the last scrape, in percent of one processor.",
     .source = "/proc/PID/stat fields 14 and 15"},
    {.vector = "process_memory_usage",
     .vector_labels = "command,name,pid",
     .help = "Memory resident, in bytes.",
     .source = "/proc/PID/stat field 24"},
    {.vector = "process_memory_virtual_usage",
     .vector_labels = "command,name,pid",
     .help = "Address space in use, in bytes.",
     .source = "/proc/PID/stat field 23"},
};
// clang-format on
inline constexpr metric_table processes_table = {"processes", "process", processes_metrics};

class processes_part final : public host_part {
public:
    explicit processes_part(const host_context& host) : path_(host.options.proc), uptime_(host.proc("uptime")) {}

    void collect(host_context& host, emitter& out) override
    {
        const folder all(path_);
        const file_text up = uptime_.read_attribute(host.small);
        std::string_view rest = up.text;
        double uptime = 0;
        if (!all || !up || !next_number(rest, uptime)) return malformed(uptime_.path(), "a number is expected", out);
        std::unordered_map<std::string, times> now;
        for (const std::string& pid : all.names()) {
            if (pid.front() < '0' || pid.front() > '9') continue;
            const file_text stat = read_once(concat(pid, "/stat").c_str(), host.small, all.fd());
            process_stat p;
            if (!stat || !parse_process_stat(stat.text, p)) continue;  // it has ended
            const std::string_view name = out.keep(p.comm);
            const double ticks = p.user_ticks + p.system_ticks;
            const auto before = last_.find(pid);
            const bool known = before != last_.end() && before->second.start == p.start_ticks;
            const double passed = known ? uptime - before->second.uptime
                                        : uptime - p.start_ticks / host.ticks_per_second;
            const double used = (known ? ticks - before->second.ticks : ticks) / host.ticks_per_second;
            now.emplace(pid, times{p.start_ticks, ticks, uptime});
            const labels_id labels = out.vector_labels(
                {{"command", command(all, pid, host, out)}, {"name", name}, {"pid", out.keep(pid)}});
            out.add_vector(0, labels, uptime - p.start_ticks / host.ticks_per_second);
            out.add_vector(1, labels, passed > 0 ? 100 * used / passed : 0);
            out.add_vector(2, labels, p.resident_pages * host.page_size);
            out.add_vector(3, labels, p.virtual_bytes);
        }
        last_ = std::move(now);
    }

private:
    struct times {
        double start, ticks, uptime;
    };

    /// The arguments with blanks between them, at most max_command bytes of them.
    static std::string_view command(const folder& all, const std::string& pid, host_context& host, emitter& out)
    {
        const file_text file = read_once(concat(pid, "/cmdline").c_str(), host.buffer, all.fd());
        std::string text(trim(file.text.substr(0, max_command)));
        for (char& c : text)
            if (c == '\0') c = ' ';
        return out.keep(text);
    }

    static constexpr std::size_t max_command = 4096;

    std::string path_;
    kept_file uptime_;
    std::unordered_map<std::string, times> last_;
};

}  // namespace pitot::collect
