#pragma once
// cgroups: processor time, memory, pressure and tasks of the host's slices.

#include <pitot/collect/host/folder.hpp>
#include <pitot/collect/host/part.hpp>
#include <pitot/collect/host/system.hpp>  // pressure_total

#include <string>
#include <string_view>

namespace pitot::collect {

// Under the exporter profile these names are ours: node_exporter has none for them. The first ten are Vector's.
// clang-format off: one row, one line
inline constexpr metric cgroups_metrics[] = {
    {.name = "node_cgroup_cpu_usage_seconds_total",
     .vector = "cgroup_cpu_usage_seconds_total",
     .type = metric_type::counter,
     .unit = "seconds",
     .labels = "cgroup",
     .help = "Processor time used.",
     .source = "cpu.stat usage_usec; v1: cpuacct.usage"},
    {.name = "node_cgroup_cpu_user_seconds_total",
     .vector = "cgroup_cpu_user_seconds_total",
     .type = metric_type::counter,
     .unit = "seconds",
     .labels = "cgroup",
     .help = "Processor time used by programs.",
     .source = "cpu.stat user_usec; v1: cpuacct.stat user"},
    {.name = "node_cgroup_cpu_system_seconds_total",
     .vector = "cgroup_cpu_system_seconds_total",
     .type = metric_type::counter,
     .unit = "seconds",
     .labels = "cgroup",
     .help = "Processor time used by the kernel.",
     .source = "cpu.stat system_usec; v1: cpuacct.stat system"},
    {.name = "node_cgroup_memory_current_bytes",
     .vector = "cgroup_memory_current_bytes",
     .unit = "bytes",
     .labels = "cgroup",
     .help = "Memory in use, caches included.",
     .source = "memory.current; v1: memory.usage_in_bytes"},
    {.name = "node_cgroup_memory_anon_bytes",
     .vector = "cgroup_memory_anon_bytes",
     .unit = "bytes",
     .labels = "cgroup",
     .help = "Anonymous memory.",
     .source = "memory.stat anon; v1: total_rss"},
    {.name = "node_cgroup_memory_file_bytes",
     .vector = "cgroup_memory_file_bytes",
     .unit = "bytes",
     .labels = "cgroup",
     .help = "Page cache.",
     .source = "memory.stat file; v1: total_cache"},
    {.name = "node_cgroup_memory_anon_active_bytes",
     .vector = "cgroup_memory_anon_active_bytes",
     .unit = "bytes",
     .labels = "cgroup",
     .help = "Anonymous memory on the active list.",
     .source = "memory.stat active_anon; v1: total_active_anon"},
    {.name = "node_cgroup_memory_anon_inactive_bytes",
     .vector = "cgroup_memory_anon_inactive_bytes",
     .unit = "bytes",
     .labels = "cgroup",
     .help = "Anonymous memory on the inactive list.",
     .source = "memory.stat inactive_anon; v1: total_inactive_anon"},
    {.name = "node_cgroup_memory_file_active_bytes",
     .vector = "cgroup_memory_file_active_bytes",
     .unit = "bytes",
     .labels = "cgroup",
     .help = "Page cache on the active list.",
     .source = "memory.stat active_file; v1: total_active_file"},
    {.name = "node_cgroup_memory_file_inactive_bytes",
     .vector = "cgroup_memory_file_inactive_bytes",
     .unit = "bytes",
     .labels = "cgroup",
     .help = "Page cache on the inactive list.",
     .source = "memory.stat inactive_file; v1: total_inactive_file"},
    {.name = "node_cgroup_memory_limit_bytes",
     .unit = "bytes",
     .labels = "cgroup",
     .help = "Most memory it may have; missing when there is no limit.",
     .source = "memory.max; v1: memory.limit_in_bytes"},
    {.name = "node_cgroup_memory_oom_kills_total",
     .type = metric_type::counter,
     .labels = "cgroup",
     .help = "Processes killed for want of memory.",
     .source = "memory.events oom_kill; v1: memory.oom_control oom_kill"},
    {.name = "node_cgroup_cpu_throttled_seconds_total",
     .type = metric_type::counter,
     .unit = "seconds",
     .labels = "cgroup",
     .help = "Time it was kept from running by its quota.",
     .source = "cpu.stat throttled_usec; v1: throttled_time"},
    {.name = "node_cgroup_tasks", .labels = "cgroup", .help = "Tasks in it.", .source = "pids.current"},
    {.name = "node_cgroup_pressure_waiting_seconds_total",
     .type = metric_type::counter,
     .unit = "seconds",
     .labels = "cgroup,resource=cpu|io|memory",
     .help = "Time in which some task of it waited for the resource.",
     .source = "cpu.pressure, io.pressure, memory.pressure some total"},
    {.name = "node_cgroup_pressure_stalled_seconds_total",
     .type = metric_type::counter,
     .unit = "seconds",
     .labels = "cgroup,resource=cpu|io|memory",
     .help = "Time in which every task of it waited for the resource.",
     .source = "cpu.pressure, io.pressure, memory.pressure full total"},
};
// clang-format on
inline constexpr metric_table cgroups_table = {"cgroups", "cgroups", cgroups_metrics};

/// Walks the hierarchy: v2's where it has the controllers, else v1's folders of cpuacct, memory and pids. In a hybrid
/// system v2 is mounted below, with no controllers, and v1 has them.
class cgroups_part final : public host_part {
public:
    explicit cgroups_part(const host_context& host) : path_(host.sys("fs/cgroup")) {}

    void collect(host_context& host, emitter& out) override
    {
        const folder base(path_);
        if (!base) return;
        if (base.has("cgroup.controllers")) return walk_v2(base, "/", 0, host, out);
        // Which hierarchy counts processor time: cpu and cpuacct are often one.
        for (const char* name : {"cpuacct", "cpu,cpuacct"})
            if (const folder at(name, base.fd()); at) {
                walk_v1(at, "/", 0, host, out, &cgroups_part::v1_cpu);
                break;
            }
        if (const folder at("memory", base.fd()); at) walk_v1(at, "/", 0, host, out, &cgroups_part::v1_memory);
        if (const folder at("pids", base.fd()); at) walk_v1(at, "/", 0, host, out, &cgroups_part::v1_pids);
    }

private:
    enum : std::size_t {
        usage,
        user,
        system,
        current,
        anon,
        file,
        active_anon,
        inactive_anon,
        active_file,
        inactive_file,
        limit,
        oom_kills,
        throttled,
        tasks,
        waiting,
        stalled
    };

    /// "key value" lines: calls f(key, value).
    template <class F>
    static void each_pair(std::string_view text, F&& f)
    {
        std::string_view line;
        while (next_line(text, line)) {
            const std::string_view key = next_word(line);
            double value = 0;
            if (next_number(line, value)) f(key, value);
        }
    }

    template <class Walk>
    static void children(const folder& at, std::string_view path, const host_context& host, Walk&& walk)
    {
        for (const std::string& name : at.names(folder::entries::folders)) {
            if (name.find('.') != std::string::npos && !name.ends_with(".slice") && !name.ends_with(".service") &&
                !name.ends_with(".scope") && !name.ends_with(".mount") && !name.ends_with(".swap") &&
                !name.ends_with(".socket"))
                continue;  // an attribute
            const std::string child = path == "/" ? concat("/", name) : concat(path, "/", name);
            if (!host.options.cgroups(std::string_view(child).substr(1))) continue;
            const folder below(name.c_str(), at.fd());
            if (below) walk(below, child);
        }
    }

    void walk_v2(const folder& at, std::string_view path, std::size_t level, host_context& host, emitter& out) const
    {
        const label_ids labels = out.labels({{"cgroup", out.keep(path)}});
        double value = 0;
        if (const file_text stat = read_once("cpu.stat", host.small, at.fd()); stat)
            each_pair(stat.text, [&](std::string_view key, double v) {
                if (key == "usage_usec")
                    out.add(usage, labels, v / 1e6);
                else if (key == "user_usec")
                    out.add(user, labels, v / 1e6);
                else if (key == "system_usec")
                    out.add(system, labels, v / 1e6);
                else if (key == "throttled_usec")
                    out.add(throttled, labels, v / 1e6);
            });
        if (at.number("memory.current", host.small, value)) out.add(current, labels, value);
        if (const file_text stat = read_once("memory.stat", host.buffer, at.fd()); stat)
            memory_stat(stat.text, "", labels, out);
        if (at.number("memory.max", host.small, value)) out.add(limit, labels, value);  // "max": none
        if (const file_text events = read_once("memory.events", host.small, at.fd()); events)
            each_pair(events.text, [&](std::string_view key, double v) {
                if (key == "oom_kill") out.add(oom_kills, labels, v);
            });
        if (at.number("pids.current", host.small, value)) out.add(tasks, labels, value);
        if (out.exporter_on())
            for (const auto& [file_name, resource] : {std::pair<const char*, std::string_view>{"cpu.pressure", "cpu"},
                                                      {"io.pressure", "io"},
                                                      {"memory.pressure", "memory"}}) {
                const file_text pressure = read_once(file_name, host.small, at.fd());
                if (!pressure) continue;
                const label_ids of = out.labels({{"cgroup", out.keep(path)}, {"resource", resource}});
                if (pressure_total(pressure.text, "some", value)) out.add(waiting, of, value);
                if (pressure_total(pressure.text, "full", value)) out.add(stalled, of, value);
            }
        if (level < host.options.cgroup_levels)
            children(at, path, host, [&](const folder& below, const std::string& child) {
                walk_v2(below, child, level + 1, host, out);
            });
    }

    using v1_reader = void (cgroups_part::*)(const folder&, const label_ids&, host_context&, emitter&) const;

    void walk_v1(const folder& at, std::string_view path, std::size_t level, host_context& host, emitter& out,
                 v1_reader read) const
    {
        (this->*read)(at, out.labels({{"cgroup", out.keep(path)}}), host, out);
        if (level < host.options.cgroup_levels)
            children(at, path, host, [&](const folder& below, const std::string& child) {
                walk_v1(below, child, level + 1, host, out, read);
            });
    }

    void v1_cpu(const folder& at, const label_ids& labels, host_context& host, emitter& out) const
    {
        double value = 0;
        if (at.number("cpuacct.usage", host.small, value)) out.add(usage, labels, value / 1e9);
        if (const file_text stat = read_once("cpuacct.stat", host.small, at.fd()); stat)
            each_pair(stat.text, [&](std::string_view key, double v) {
                if (key == "user")
                    out.add(user, labels, v / host.ticks_per_second);
                else if (key == "system")
                    out.add(system, labels, v / host.ticks_per_second);
            });
        if (const file_text stat = read_once("cpu.stat", host.small, at.fd()); stat)
            each_pair(stat.text, [&](std::string_view key, double v) {
                if (key == "throttled_time") out.add(throttled, labels, v / 1e9);
            });
    }

    void v1_memory(const folder& at, const label_ids& labels, host_context& host, emitter& out) const
    {
        double value = 0;
        if (at.number("memory.usage_in_bytes", host.small, value)) out.add(current, labels, value);
        if (const file_text stat = read_once("memory.stat", host.buffer, at.fd()); stat)
            memory_stat(stat.text, "total_", labels, out);
        if (at.number("memory.limit_in_bytes", host.small, value) && value < 9e18)
            out.add(limit, labels, value);  // about 2^63: none
        if (const file_text control = read_once("memory.oom_control", host.small, at.fd()); control)
            each_pair(control.text, [&](std::string_view key, double v) {
                if (key == "oom_kill") out.add(oom_kills, labels, v);
            });
    }

    void v1_pids(const folder& at, const label_ids& labels, host_context& host, emitter& out) const
    {
        double value = 0;
        if (at.number("pids.current", host.small, value)) out.add(tasks, labels, value);
    }

    static void memory_stat(std::string_view text, std::string_view prefix, const label_ids& labels, emitter& out)
    {
        const bool v1 = !prefix.empty();
        each_pair(text, [&](std::string_view key, double v) {
            if (!key.starts_with(prefix)) return;
            key.remove_prefix(prefix.size());
            if (key == (v1 ? "rss" : "anon"))
                out.add(anon, labels, v);
            else if (key == (v1 ? "cache" : "file"))
                out.add(file, labels, v);
            else if (key == "active_anon")
                out.add(active_anon, labels, v);
            else if (key == "inactive_anon")
                out.add(inactive_anon, labels, v);
            else if (key == "active_file")
                out.add(active_file, labels, v);
            else if (key == "inactive_file")
                out.add(inactive_file, labels, v);
        });
    }

    std::string path_;
};

}  // namespace pitot::collect
