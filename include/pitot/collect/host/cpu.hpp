#pragma once
// cpu: where the time of each processor goes, throttling, which processors are online.

#include <pitot/collect/host/folder.hpp>
#include <pitot/collect/host/part.hpp>

#include <algorithm>  // std::sort, std::unique
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::collect {

// clang-format off: one row, one line
inline constexpr metric cpu_metrics[] = {
    {.name = "node_cpu_seconds_total",
     .vector = "cpu_seconds_total",
     .type = metric_type::counter,
     .unit = "seconds",
     .labels = "cpu,mode=idle|iowait|nice|system|user|irq|softirq|steal",
     .vector_labels = "cpu,mode=idle|io_wait|nice|system|user",
     .help = "Time each processor spent in each mode; guest time is part of user and nice.",
     .source = "/proc/stat cpuN"},
    {.name = "node_cpu_guest_seconds_total",
     .type = metric_type::counter,
     .unit = "seconds",
     .labels = "cpu,mode=nice|user",
     .help = "Time each processor spent running guests.",
     .source = "/proc/stat cpuN fields 9 and 10"},
    {.name = "node_cpu_core_throttles_total",
     .type = metric_type::counter,
     .labels = "core,package",
     .help = "How often a core was slowed down because of heat.",
     .source = "/sys/devices/system/cpu/cpu*/thermal_throttle/core_throttle_count"},
    {.name = "node_cpu_package_throttles_total",
     .type = metric_type::counter,
     .labels = "package",
     .help = "How often a package was slowed down because of heat.",
     .source = "/sys/devices/system/cpu/cpu*/thermal_throttle/package_throttle_count"},
    {.name = "node_cpu_isolated",
     .labels = "cpu",
     .help = "1 for each processor kept away from the scheduler.",
     .source = "/sys/devices/system/cpu/isolated"},
    {.name = "node_cpu_online",
     .labels = "cpu",
     .help = "1 when the processor is online, 0 when not.",
     .source = "/sys/devices/system/cpu/cpu*/online"},
    {.vector = "logical_cpus", .help = "Processors that the scheduler uses.", .source = "/proc/stat, lines cpuN"},
    {.vector = "physical_cpus",
     .help = "Cores, hyper-threads not counted.",
     .source = "/proc/cpuinfo, different pairs of physical id and core id"},
};
// clang-format on
inline constexpr metric_table cpu_table = {"cpu", "cpu", cpu_metrics};

class cpu_part final : public host_part {
public:
    explicit cpu_part(const host_context& host)
        : stat_(host.proc("stat")), isolated_(host.sys("devices/system/cpu/isolated")),
          present_(host.sys("devices/system/cpu/present")), info_(host.proc("cpuinfo")),
          devices_path_(host.sys("devices/system/cpu"))
    {}

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
            if (!to_number(number, id) || id > max_cpu) {
                malformed(stat_.path(), "a processor's number is expected after 'cpu'", out);
                continue;
            }
            if (!add_times(id, number, line, host.ticks_per_second, out)) {
                malformed(stat_.path(), concat("at least 4 numbers are expected for cpu", number), out);
                continue;
            }
            ++seen;
        }
        if (out.vector_on()) {
            if (seen != 0) out.add(logical, static_cast<double>(seen));
            add_cores(host, out);
        }
        if (!out.exporter_on()) return;
        add_isolated(host, out);
        add_devices(host, out);
    }

private:
    enum : std::size_t { seconds, guest, core_throttles, package_throttles, isolated, online, logical, physical };
    enum : std::size_t { user, nice, system, idle, iowait, irq, softirq, steal, guest_user, guest_nice, modes };
    static constexpr std::string_view mode_names[modes] = {"user", "nice",    "system", "idle", "iowait",
                                                           "irq",  "softirq", "steal",  "user", "nice"};

    struct times {
        std::uint64_t ticks[modes] = {};
    };

    /// A processor's counters go backwards a little when idle time is accounted anew (the old value stays), and to
    /// the start when the processor was taken out and put back (all start again).
    bool add_times(std::uint64_t id, std::string_view number, std::string_view line, double ticks_per_second,
                   emitter& out)
    {
        times now;
        std::size_t fields = 0;  // old kernels print fewer: four in 2.4
        while (fields < modes && next_number(line, now.ticks[fields])) ++fields;
        if (fields < 4) return false;
        if (id >= last_.size()) last_.resize(id + 1);
        times& known = last_[id];
        if (static_cast<double>(known.ticks[idle]) - static_cast<double>(now.ticks[idle]) >= 3 * ticks_per_second)
            known = {};
        for (std::size_t m = 0; m < modes; ++m)
            if (now.ticks[m] > known.ticks[m]) known.ticks[m] = now.ticks[m];
        const std::string_view cpu = out.keep(number);
        for (std::size_t m = 0; m < modes; ++m) {
            const double value = static_cast<double>(known.ticks[m]) / ticks_per_second;
            if (out.exporter_on())
                out.add_exporter(m < guest_user ? seconds : guest,
                                 out.exporter_labels({{"cpu", cpu}, {"mode", mode_names[m]}}), value);
            if (m <= iowait && out.has_vector(seconds))
                out.add_vector(seconds,
                               out.vector_labels({{"cpu", cpu}, {"mode", m == iowait ? "io_wait" : mode_names[m]}}),
                               value);
        }
        return true;
    }

    /// Different (physical id, core id); nothing where the processors don't say.
    void add_cores(host_context& host, emitter& out) const
    {
        const file_text file = read_once(info_.c_str(), host.buffer);
        std::vector<std::pair<std::uint64_t, std::uint64_t>> cores;
        std::string_view rest = file.text;
        std::string_view line;
        std::uint64_t package = 0;
        while (next_line(rest, line)) {
            const std::string_view key = trim(next_until(line, ':'));
            std::uint64_t core = 0;
            if (key == "physical id")
                to_number(trim(line), package);
            else if (key == "core id" && to_number(trim(line), core))
                cores.emplace_back(package, core);
        }
        std::sort(cores.begin(), cores.end());
        cores.erase(std::unique(cores.begin(), cores.end()), cores.end());
        if (!cores.empty()) out.add(physical, static_cast<double>(cores.size()));
    }

    /// A list like "1,3-5".
    void add_isolated(host_context& host, emitter& out)
    {
        const file_text file = isolated_.read_attribute(host.small);
        std::string_view rest = file.text;
        while (!rest.empty()) {
            std::string_view range = next_until(rest, ',');
            const std::string_view from = next_until(range, '-');
            std::uint64_t first = 0;
            std::uint64_t last = 0;
            if (!to_number(from, first) || (!range.empty() && !to_number(range, last)))
                return malformed(isolated_.path(), "a list of processors is expected", out);
            for (last = range.empty() ? first : last; first <= last && first <= max_cpu; ++first)
                out.add(isolated, out.labels({{"cpu", out.keep(std::to_string(first))}}), 1);
        }
    }

    struct device {
        std::string number;
        kept_file online;
        kept_file core_throttles;     ///< empty path: another thread of the core tells
        kept_file package_throttles;  ///< likewise
        std::string package;
        std::string core;
    };

    /// Topology is read when the number of processors changes, counters each time. Nothing of it is in most guests.
    void add_devices(host_context& host, emitter& out)
    {
        const file_text file = present_.read_attribute(host.small);
        if (!found_ || file.text != known_present_) {
            found_ = true;
            known_present_ = file.text;
            find_devices(host);
        }
        for (device& d : devices_) {
            if (has_online_) {
                const file_text state = d.online.read_attribute(host.small);
                out.add(online, out.labels({{"cpu", out.keep(d.number)}}), state.text == "1" ? 1 : 0);
            }
            double value = 0;
            if (!d.core_throttles.path().empty())
                if (const file_text text = d.core_throttles.read_attribute(host.small);
                    text && to_number(text.text, value))
                    out.add(core_throttles, out.labels({{"core", out.keep(d.core)}, {"package", out.keep(d.package)}}),
                            value);
            if (!d.package_throttles.path().empty())
                if (const file_text text = d.package_throttles.read_attribute(host.small);
                    text && to_number(text.text, value))
                    out.add(package_throttles, out.labels({{"package", out.keep(d.package)}}), value);
        }
    }

    void find_devices(host_context& host)
    {
        devices_.clear();
        has_online_ = false;
        const folder all(devices_path_);
        if (!all) return;
        for (const std::string& name : all.names()) {
            std::uint64_t number = 0;
            if (!name.starts_with("cpu") || !to_number(std::string_view(name).substr(3), number)) continue;
            device d;
            d.number = name.substr(3);
            const std::string base = concat(devices_path_, "/", name);
            d.online = kept_file(concat(base, "/online"));
            if (devices_.empty()) has_online_ = all.has(concat(name, "/online").c_str());
            const file_text package = read_attribute(concat(base, "/topology/physical_package_id").c_str(), host.small);
            if (package) d.package = package.text;
            const file_text core = read_attribute(concat(base, "/topology/core_id").c_str(), host.small);
            if (core) d.core = core.text;
            const bool placed = !d.package.empty() && !d.core.empty();
            const auto told = [&](auto same) { return std::any_of(devices_.begin(), devices_.end(), same); };
            if (placed && !told([&](const device& o) { return o.package == d.package && o.core == d.core; }))
                if (all.has(concat(name, "/thermal_throttle/core_throttle_count").c_str()))
                    d.core_throttles = kept_file(concat(base, "/thermal_throttle/core_throttle_count"));
            if (placed && !told([&](const device& o) { return o.package == d.package; }))
                if (all.has(concat(name, "/thermal_throttle/package_throttle_count").c_str()))
                    d.package_throttles = kept_file(concat(base, "/thermal_throttle/package_throttle_count"));
            devices_.push_back(std::move(d));
        }
    }

    static constexpr std::uint64_t max_cpu = 65535;

    kept_file stat_;
    kept_file isolated_;
    kept_file present_;
    std::string info_;
    std::string devices_path_;
    std::vector<times> last_;
    std::vector<device> devices_;
    std::string known_present_;
    bool found_ = false;
    bool has_online_ =
        false;  ///< as node_exporter: not where the first processor cannot be taken out, which is on most machines
};

}  // namespace pitot::collect
