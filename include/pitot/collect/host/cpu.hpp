#pragma once
// Processors: time by mode, load, interrupts, the network's soft interrupts.

#include <pitot/base/number.hpp>
#include <pitot/collect/host/context.hpp>

#include <string>

#include <unistd.h>  // sysconf

namespace pitot::collect::host {

inline constexpr metric cpu_table[] = {
    {"node_cpu_seconds_total", metric_type::counter, "cpu", "cpu,mode", "Seconds each processor spent in each mode.", "/proc/stat, cpuN"},
    {"node_cpu_guest_seconds_total", metric_type::counter, "cpu", "cpu,mode", "Seconds each processor spent running guests (part of user and nice).", "/proc/stat, cpuN"},
};

inline constexpr metric stat_table[] = {
    {"node_boot_time_seconds", metric_type::gauge, "stat", "", "When the system was booted, in seconds since 1970.", "/proc/stat, btime"},
    {"node_context_switches_total", metric_type::counter, "stat", "", "Context switches.", "/proc/stat, ctxt"},
    {"node_forks_total", metric_type::counter, "stat", "", "Processes and threads created.", "/proc/stat, processes"},
    {"node_intr_total", metric_type::counter, "stat", "", "Interrupts serviced.", "/proc/stat, intr"},
    {"node_procs_blocked", metric_type::gauge, "stat", "", "Processes that wait for input or output.", "/proc/stat, procs_blocked"},
    {"node_procs_running", metric_type::gauge, "stat", "", "Processes that can run.", "/proc/stat, procs_running"},
};

inline constexpr metric load_table[] = {
    {"node_load1", metric_type::gauge, "loadavg", "", "Load average of one minute.", "/proc/loadavg"},
    {"node_load5", metric_type::gauge, "loadavg", "", "Load average of five minutes.", "/proc/loadavg"},
    {"node_load15", metric_type::gauge, "loadavg", "", "Load average of fifteen minutes.", "/proc/loadavg"},
};

inline constexpr metric softnet_table[] = {
    {"node_softnet_processed_total", metric_type::counter, "softnet", "cpu", "Packets processed.", "/proc/net/softnet_stat, column 1"},
    {"node_softnet_dropped_total", metric_type::counter, "softnet", "cpu", "Packets dropped.", "/proc/net/softnet_stat, column 2"},
    {"node_softnet_times_squeezed_total", metric_type::counter, "softnet", "cpu", "Times that processing ran out of its quota.", "/proc/net/softnet_stat, column 3"},
    {"node_softnet_cpu_collision_total", metric_type::counter, "softnet", "cpu", "Collisions while getting a device's lock for sending.", "/proc/net/softnet_stat, column 9"},
    {"node_softnet_received_rps_total", metric_type::counter, "softnet", "cpu", "Times a processor was woken to process packets.", "/proc/net/softnet_stat, column 10"},
    {"node_softnet_flow_limit_count_total", metric_type::counter, "softnet", "cpu", "Times the flow limit was reached.", "/proc/net/softnet_stat, column 11"},
    {"node_softnet_backlog_len", metric_type::gauge, "softnet", "cpu", "Packets in the backlog.", "/proc/net/softnet_stat, column 12"},
};

inline constexpr metric schedstat_table[] = {
    {"node_schedstat_running_seconds_total", metric_type::counter, "schedstat", "cpu", "Seconds a processor ran processes.", "/proc/schedstat, cpuN column 7"},
    {"node_schedstat_waiting_seconds_total", metric_type::counter, "schedstat", "cpu", "Seconds processes waited for a processor.", "/proc/schedstat, cpuN column 8"},
    {"node_schedstat_timeslices_total", metric_type::counter, "schedstat", "cpu", "Time slices run.", "/proc/schedstat, cpuN column 9"},
};

inline constexpr metric cpufreq_table[] = {
    {"node_cpu_scaling_frequency_hertz", metric_type::gauge, "cpufreq", "cpu", "Frequency the kernel set, in hertz.", "/sys/devices/system/cpu/cpuN/cpufreq/scaling_cur_freq"},
    {"node_cpu_scaling_frequency_min_hertz", metric_type::gauge, "cpufreq", "cpu", "Lowest frequency the kernel may set, in hertz.", "scaling_min_freq"},
    {"node_cpu_scaling_frequency_max_hertz", metric_type::gauge, "cpufreq", "cpu", "Highest frequency the kernel may set, in hertz.", "scaling_max_freq"},
    {"node_cpu_frequency_hertz", metric_type::gauge, "cpufreq", "cpu", "Frequency of the processor, in hertz.", "cpuinfo_cur_freq"},
    {"node_cpu_frequency_min_hertz", metric_type::gauge, "cpufreq", "cpu", "Lowest frequency of the processor, in hertz.", "cpuinfo_min_freq"},
    {"node_cpu_frequency_max_hertz", metric_type::gauge, "cpufreq", "cpu", "Highest frequency of the processor, in hertz.", "cpuinfo_max_freq"},
    {"node_cpu_scaling_governor", metric_type::gauge, "cpufreq", "cpu,governor", "1 for the governor in use, 0 for the others.", "scaling_governor, scaling_available_governors"},
};

[[nodiscard]] inline result<void> collect_cpu(context& on, batch& out)
{
    const auto text = on.proc.read("/stat");
    if (!text) return unexpected(text.error());
    static const double tick = 1.0 / static_cast<double>(::sysconf(_SC_CLK_TCK));
    constexpr std::string_view modes[] = {"user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal"};
    const family_id seconds = family_of(out, cpu_table[0]);
    const family_id guest = family_of(out, cpu_table[1]);
    std::string_view rest = *text;
    std::string_view line;
    while (next_line(rest, line)) {
        if (line.substr(0, 3) != "cpu") break;
        std::string_view cpu = next_word(line).substr(3);
        if (cpu.empty()) continue;  // the sum of all
        cpu = out.intern(cpu);
        for (const std::string_view mode : modes) {
            const auto ticks = to_uint(next_word(line));
            if (!ticks) break;  // old kernels have fewer
            out.add(seconds, out.labels({{"cpu", cpu}, {"mode", mode}}), static_cast<double>(*ticks) * tick);
        }
        for (const std::string_view mode : {"user", "nice"})
            if (const auto ticks = to_uint(next_word(line)))
                out.add(guest, out.labels({{"cpu", cpu}, {"mode", mode}}), static_cast<double>(*ticks) * tick);
    }
    return {};
}

[[nodiscard]] inline result<void> collect_stat(context& on, batch& out)
{
    const auto text = on.proc.read("/stat");
    if (!text) return unexpected(text.error());
    constexpr std::string_view keys[] = {"btime", "ctxt", "processes", "intr", "procs_blocked", "procs_running"};
    std::string_view rest = *text;
    std::string_view line;
    while (next_line(rest, line)) {
        const std::string_view key = next_word(line);
        for (std::size_t i = 0; i < std::size(keys); ++i)
            if (key == keys[i])
                if (const auto value = to_uint(next_word(line))) put(out, stat_table[i], static_cast<double>(*value));
    }
    return {};
}

[[nodiscard]] inline result<void> collect_loadavg(context& on, batch& out)
{
    const auto text = on.proc.read("/loadavg");
    if (!text) return unexpected(text.error());
    std::string_view rest = *text;
    for (const metric& row : load_table) {
        const auto value = parse_number(next_word(rest));
        if (!value) return unexpected(errc::syntax, concat(on.proc.root(), "/loadavg: ", value.error().message));
        put(out, row, *value);
    }
    return {};
}

[[nodiscard]] inline result<void> collect_softnet(context& on, batch& out)
{
    const auto text = on.proc.read("/net/softnet_stat");
    if (!text) return unexpected(text.error());
    constexpr std::size_t columns[] = {0, 1, 2, 8, 9, 10, 11};
    constexpr std::size_t cpu_column = 12;
    std::string_view rest = *text;
    std::string_view line;
    std::uint64_t row = 0;
    while (next_line(rest, line)) {
        std::optional<std::uint64_t> values[13];
        for (auto& value : values) value = to_uint(next_word(line), 16);
        const std::string cpu = std::to_string(values[cpu_column].value_or(row++));
        const labels_id labels = out.labels({{"cpu", out.intern(cpu)}});
        for (std::size_t i = 0; i < std::size(columns); ++i)
            if (values[columns[i]]) put(out, softnet_table[i], static_cast<double>(*values[columns[i]]), labels);
    }
    return {};
}

[[nodiscard]] inline result<void> collect_schedstat(context& on, batch& out)
{
    const auto text = on.proc.read("/schedstat");
    if (!text) return unexpected(text.error());
    std::string_view rest = *text;
    std::string_view line;
    while (next_line(rest, line)) {
        if (line.substr(0, 3) != "cpu") continue;
        const labels_id labels = out.labels({{"cpu", out.intern(next_word(line).substr(3))}});
        std::uint64_t values[9] = {};
        for (std::uint64_t& value : values) value = to_uint(next_word(line)).value_or(0);
        put(out, schedstat_table[0], static_cast<double>(values[6]) / 1e9, labels);
        put(out, schedstat_table[1], static_cast<double>(values[7]) / 1e9, labels);
        put(out, schedstat_table[2], static_cast<double>(values[8]), labels);
    }
    return {};
}

[[nodiscard]] inline result<void> collect_cpufreq(context& on, batch& out)
{
    constexpr std::string_view files[] = {"scaling_cur_freq", "scaling_min_freq", "scaling_max_freq",
                                          "cpuinfo_cur_freq", "cpuinfo_min_freq", "cpuinfo_max_freq"};
    return on.sys.each("/devices/system/cpu", [&](std::string_view name) {
        if (name.substr(0, 3) != "cpu" || !to_uint(name.substr(3))) return;
        const std::string folder = concat("/devices/system/cpu/", name, "/cpufreq/");
        const std::string_view cpu = out.intern(name.substr(3));
        const labels_id labels = out.labels({{"cpu", cpu}});
        for (std::size_t i = 0; i < std::size(files); ++i)
            if (const auto kilohertz = to_uint(on.sys.line(concat(folder, files[i]))))
                put(out, cpufreq_table[i], static_cast<double>(*kilohertz) * 1000, labels);
        const std::string governor(on.sys.line(concat(folder, "scaling_governor")));
        std::string_view known = on.sys.line(concat(folder, "scaling_available_governors"));
        for (std::string_view word = next_word(known); !word.empty(); word = next_word(known))
            put(out, cpufreq_table[6], word == governor ? 1 : 0, out.labels({{"cpu", cpu}, {"governor", out.intern(word)}}));
    });
}

}  // namespace pitot::collect::host
