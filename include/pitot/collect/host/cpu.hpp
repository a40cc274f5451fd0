#pragma once
// cpu: where the time of each processor goes, throttling, which processors are online.

#include <pitot/collect/host/part.hpp>

#include <algorithm>  // std::find
#include <string>
#include <string_view>
#include <vector>

namespace pitot::collect {

inline constexpr metric cpu_metrics[] = {
    {.name = "node_cpu_seconds_total", .vector = "cpu_seconds_total", .type = metric_type::counter, .unit = "seconds", .labels = "cpu,mode=idle|iowait|irq|nice|softirq|steal|system|user", .vector_labels = "cpu,mode=idle|io_wait|nice|system|user", .help = "Time each processor spent in each mode; guest time is part of user and nice.", .source = "/proc/stat cpuN"},
    {.name = "node_cpu_guest_seconds_total", .type = metric_type::counter, .unit = "seconds", .labels = "cpu,mode=nice|user", .help = "Time each processor spent running guests.", .source = "/proc/stat cpuN fields 9 and 10"},
    {.name = "node_cpu_core_throttles_total", .type = metric_type::counter, .labels = "core,package", .help = "How often a core was slowed down because of heat.", .source = "/sys/devices/system/cpu/cpu*/thermal_throttle/core_throttle_count"},
    {.name = "node_cpu_package_throttles_total", .type = metric_type::counter, .labels = "package", .help = "How often a package was slowed down because of heat.", .source = "/sys/devices/system/cpu/cpu*/thermal_throttle/package_throttle_count"},
    {.name = "node_cpu_isolated", .labels = "cpu", .help = "1 for each processor kept away from the scheduler.", .source = "/sys/devices/system/cpu/isolated"},
    {.name = "node_cpu_online", .labels = "cpu", .help = "1 when the processor is online, 0 when not.", .source = "/sys/devices/system/cpu/cpu*/online"},
    {.vector = "logical_cpus", .help = "Processors that the scheduler uses.", .source = "/proc/stat, lines cpuN"},
    {.vector = "physical_cpus", .help = "Cores, hyper-threads not counted.", .source = "/proc/cpuinfo, different pairs of physical id and core id"},
};
inline constexpr metric_table cpu_table = {"cpu", "cpu", cpu_metrics};

class cpu_part final : public host_part {
public:
    explicit cpu_part(const host_context& host) : stat_(host.proc("stat")) {}

    void collect(host_context& host, emitter& out) override
    {
        const file_text file = stat_.read(host.buffer);
        if (!usable(file, stat_.path(), out)) return;
        std::string_view rest = file.text;
        std::string_view line;
        std::size_t seen = 0;
        while (next_line(rest, line) && line.starts_with("cpu")) {
            std::string_view number = next_word(line).substr(3);
            if (number.empty()) continue;  // the sum of all
            std::uint64_t id = 0;
            if (!to_number(number, id) || id > 65535) {
                malformed(stat_.path(), "a processor's number is expected after 'cpu'", out);
                continue;
            }
            add_times(id, number, line, host.ticks_per_second, out);
            ++seen;
        }
        if (out.vector_on()) out.add(logical, static_cast<double>(seen));
    }

private:
    enum : std::size_t { seconds, guest, core_throttles, package_throttles, isolated, online, logical, physical };
    enum : std::size_t { user, nice, system, idle, iowait, irq, softirq, steal, guest_user, guest_nice, modes };
    static constexpr std::string_view mode_names[modes] = {
        "user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal", "user", "nice"};

    struct times {
        std::uint64_t ticks[modes] = {};
    };

    /// A processor's counters go backwards a little when idle time is accounted anew (the old value stays), and to
    /// the start when the processor was taken out and put back (all start again).
    void add_times(std::uint64_t id, std::string_view number, std::string_view line, double ticks_per_second, emitter& out)
    {
        if (id >= last_.size()) last_.resize(id + 1);
        times& known = last_[id];
        times now;
        for (std::uint64_t& t : now.ticks)  // old kernels print fewer fields
            if (!next_number(line, t)) break;
        if (static_cast<double>(known.ticks[idle]) - static_cast<double>(now.ticks[idle]) >= 3 * ticks_per_second) known = {};
        for (std::size_t m = 0; m < modes; ++m)
            if (now.ticks[m] > known.ticks[m]) known.ticks[m] = now.ticks[m];
        const std::string_view cpu = out.keep(number);
        for (std::size_t m = 0; m < modes; ++m) {
            const double value = static_cast<double>(known.ticks[m]) / ticks_per_second;
            if (out.exporter_on())
                out.add_exporter(m < guest_user ? seconds : guest, out.exporter_labels({{"cpu", cpu}, {"mode", mode_names[m]}}), value);
            if (m <= iowait && out.has_vector(seconds))
                out.add_vector(seconds, out.vector_labels({{"cpu", cpu}, {"mode", m == iowait ? "io_wait" : mode_names[m]}}), value);
        }
    }

    kept_file stat_;
    std::vector<times> last_;
};

}  // namespace pitot::collect
