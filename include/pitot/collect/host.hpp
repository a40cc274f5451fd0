#pragma once
// The host collector for Linux: processors, memory, disks, filesystems, network and the rest, from procfs and sysfs.

#include <pitot/collect/host/cgroup.hpp>
#include <pitot/collect/host/cpu.hpp>
#include <pitot/collect/host/cpufreq.hpp>
#include <pitot/collect/host/diskstats.hpp>
#include <pitot/collect/host/filesystem.hpp>
#include <pitot/collect/host/hardware.hpp>
#include <pitot/collect/host/hwmon.hpp>
#include <pitot/collect/host/identity.hpp>
#include <pitot/collect/host/load.hpp>
#include <pitot/collect/host/memory.hpp>
#include <pitot/collect/host/netdev.hpp>
#include <pitot/collect/host/netqueue.hpp>
#include <pitot/collect/host/netstat.hpp>
#include <pitot/collect/host/part.hpp>
#include <pitot/collect/host/power.hpp>
#include <pitot/collect/host/processes.hpp>
#include <pitot/collect/host/storage.hpp>
#include <pitot/collect/host/system.hpp>
#include <pitot/collect/host/textfile.hpp>
#include <pitot/collect/host/thermal.hpp>
#include <pitot/collect/host/uname.hpp>

#include <algorithm>  // std::find
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>  // sysconf, gethostname

namespace pitot::collect {

/// The parts there are, by name.
inline constexpr part_kind host_parts[] = {
    {arp_table, true, "neighbours known to each network device", &make_part<arp_part>},
    {bonding_table, true, "bonded network devices", &make_part<bonding_part>},
    {cgroups_table, true, "processor time, memory and pressure of the slices", &make_part<cgroups_part>},
    {conntrack_table, true, "connection tracking", &make_part<conntrack_part>},
    {cpu_table, true, "time of each processor by mode, throttling", &make_part<cpu_part>},
    {cpufreq_table, true, "frequency of each processor", &make_part<cpufreq_part>},
    {diskstats_table, true, "reads and writes of each disk", &make_part<diskstats_part>},
    {dmi_table, true, "what the machine says it is", &make_part<dmi_part>},
    {edac_table, true, "memory errors", &make_part<edac_part>},
    {entropy_table, true, "entropy for random numbers", &make_part<entropy_part>},
    {filefd_table, true, "file handles", &make_part<filefd_part>},
    {filesystem_table, true, "space and inodes of each mount", &make_part<filesystem_part>},
    {hwmon_table, true, "temperatures, voltages and fans", &make_part<hwmon_part>},
    {kernel_hung_table, true, "hung tasks", &make_part<kernel_hung_part>},
    {loadavg_table, true, "load averages", &make_part<loadavg_part>},
    {mdadm_table, true, "software RAID", &make_part<mdadm_part>},
    {meminfo_table, true, "memory by use", &make_part<meminfo_part>},
    {netclass_table, true, "properties of each network device", &make_part<netclass_part>},
    {netdev_table, true, "traffic of each network device", &make_part<netdev_part>},
    {netstat_table, true, "counters of the network protocols", &make_part<netstat_part>},
    {nvme_table, true, "NVMe controllers", &make_part<nvme_part>},
    {os_table, true, "the distribution", &make_part<os_part>},
    {powersupplyclass_table, true, "batteries and mains", &make_part<powersupplyclass_part>},
    {pressure_table, true, "pressure stall information", &make_part<pressure_part>},
    {processes_table, false, "every process (Vector's names only; many series)", &make_part<processes_part>},
    {rapl_table, true, "energy used by the processors", &make_part<rapl_part>},
    {schedstat_table, true, "scheduler statistics of each processor", &make_part<schedstat_part>},
    {selinux_table, true, "SELinux mode", &make_part<selinux_part>},
    {sockstat_table, true, "sockets by protocol", &make_part<sockstat_part>},
    {softnet_table, true, "packet queues of each processor", &make_part<softnet_part>},
    {stat_table, true, "interrupts, context switches, processes", &make_part<stat_part>},
    {tcp_table, true, "TCP sockets by state (Vector's names only)", &make_part<tcp_part>},
    {temperature_table, false, "temperatures (Vector's names only)", &make_part<temperature_part>},
    {textfile_table, true, "*.prom files of a folder", &make_part<textfile_part>},
    {thermal_zone_table, true, "thermal zones and cooling devices", &make_part<thermal_zone_part>},
    {time_table, true, "the clock", &make_part<time_part>},
    {timex_table, true, "how well the clock is kept", &make_part<timex_part>},
    {udp_queues_table, true, "queues of UDP sockets", &make_part<udp_queues_part>},
    {uname_table, true, "the kernel's name and release", &make_part<uname_part>},
    {uptime_table, true, "time since the start", &make_part<uptime_part>},
    {vmstat_table, true, "paging and swapping", &make_part<vmstat_part>},
    {watchdog_table, true, "watchdogs", &make_part<watchdog_part>},
};

/// A host, as the sum of its parts. For one thread at a time; its parts share a buffer and run one after the other.
class host {
public:
    /// One enabled part, collected alone.
    class part {
    public:
        part(const part_kind& kind, host_context& shared, std::span<const std::string_view> taken)
            : kind_(&kind), shared_(&shared), plan_(kind.table, shared.names, taken), made_(kind.make(shared))
        {
        }

        [[nodiscard]] std::string_view name() const noexcept { return kind_->table.name; }

        /// Adds what the part knows now.
        /// error  the first problem and how many more there were; what could be read is in the batch all the same
        result<void> collect(batch& out)
        {
            emitter to(plan_, out);
            made_->collect(*shared_, to);
            return to.finish();
        }

    private:
        friend class host;
        const part_kind* kind_;
        host_context* shared_;
        emit_plan plan_;
        std::unique_ptr<host_part> made_;
    };

    explicit host(host_options options = {}) : shared_(std::make_unique<host_context>())
    {
        host_context& s = *shared_;
        s.options = std::move(options);
        s.ticks_per_second = static_cast<double>(::sysconf(_SC_CLK_TCK));
        s.page_size = static_cast<double>(::sysconf(_SC_PAGESIZE));
        s.names.profile = s.options.profile;
        s.names.vector_prefix = s.options.vector_prefix;
        s.names.host = s.options.hostname;
        if (s.names.host.empty()) {
            char name[256] = {};
            if (::gethostname(name, sizeof name - 1) == 0) s.names.host = name;
        }
        for (const part_kind& kind : host_parts)
            for (const metric& m : kind.table.metrics)
                if (!m.name.empty()) s.taken.push_back(m.name);
        std::sort(s.taken.begin(), s.taken.end());
        const auto listed = [](const std::vector<std::string>& list, std::string_view name) {
            return std::find(list.begin(), list.end(), name) != list.end();
        };
        const bool none = listed(s.options.enable, "none");
        for (const part_kind& kind : host_parts) {
            const std::string_view name = kind.table.name;
            const bool on = listed(s.options.enable, name) || (kind.by_default && !none);
            if (!on || listed(s.options.disable, name)) continue;
            parts_.emplace_back(kind, s, s.taken);
            if (!parts_.back().plan_.has_output()) parts_.pop_back();
        }
    }

    /// The enabled parts; each can be collected alone.
    [[nodiscard]] std::span<part> parts() noexcept { return parts_; }

    /// All enabled parts.
    /// error  the first part's problem, with its name
    result<void> collect(batch& out)
    {
        result<void> first;
        for (part& p : parts_) {
            result<void> done = p.collect(out);
            if (done.has_value() || !first.has_value()) continue;
            done.error().message = concat(p.name(), ": ", done.error().message);
            first = std::move(done);
        }
        return first;
    }

private:
    std::unique_ptr<host_context> shared_;
    std::vector<part> parts_;
};

}  // namespace pitot::collect
