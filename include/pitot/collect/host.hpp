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
    {arp_table, part_default::on, "neighbours known to each network device", &make_part<arp_part>},
    {bonding_table, part_default::on, "bonded network devices", &make_part<bonding_part>},
    {cgroups_table, part_default::on, "processor time, memory and pressure of the slices", &make_part<cgroups_part>},
    {conntrack_table, part_default::on, "connection tracking", &make_part<conntrack_part>},
    {cpu_table, part_default::on, "time of each processor by mode, throttling", &make_part<cpu_part>},
    {cpufreq_table, part_default::on, "frequency of each processor", &make_part<cpufreq_part>},
    {diskstats_table, part_default::on, "reads and writes of each disk", &make_part<diskstats_part>},
    {dmi_table, part_default::on, "what the machine says it is", &make_part<dmi_part>},
    {edac_table, part_default::on, "memory errors", &make_part<edac_part>},
    {entropy_table, part_default::on, "entropy for random numbers", &make_part<entropy_part>},
    {filefd_table, part_default::on, "file handles", &make_part<filefd_part>},
    {filesystem_table, part_default::on, "space and inodes of each mount", &make_part<filesystem_part>},
    {hwmon_table, part_default::on, "temperatures, voltages and fans", &make_part<hwmon_part>},
    {kernel_hung_table, part_default::on, "hung tasks", &make_part<kernel_hung_part>},
    {loadavg_table, part_default::on, "load averages", &make_part<loadavg_part>},
    {mdadm_table, part_default::on, "software RAID", &make_part<mdadm_part>},
    {meminfo_table, part_default::on, "memory by use", &make_part<meminfo_part>},
    {netclass_table, part_default::on, "properties of each network device", &make_part<netclass_part>},
    {netdev_table, part_default::on, "traffic of each network device", &make_part<netdev_part>},
    {netstat_table, part_default::on, "counters of the network protocols", &make_part<netstat_part>},
    {nvme_table, part_default::on, "NVMe controllers", &make_part<nvme_part>},
    {os_table, part_default::on, "the distribution", &make_part<os_part>},
    {powersupplyclass_table, part_default::on, "batteries and mains", &make_part<powersupplyclass_part>},
    {pressure_table, part_default::on, "pressure stall information", &make_part<pressure_part>},
    {processes_table, part_default::in_vector_profile, "every process (Vector's names only; many series)",
     &make_part<processes_part>},
    {rapl_table, part_default::on, "energy used by the processors", &make_part<rapl_part>},
    {schedstat_table, part_default::on, "scheduler statistics of each processor", &make_part<schedstat_part>},
    {selinux_table, part_default::on, "SELinux mode", &make_part<selinux_part>},
    {sockstat_table, part_default::on, "sockets by protocol", &make_part<sockstat_part>},
    {softnet_table, part_default::on, "packet queues of each processor", &make_part<softnet_part>},
    {stat_table, part_default::on, "interrupts, context switches, processes", &make_part<stat_part>},
    {tcp_table, part_default::on, "TCP sockets by state (Vector's names only)", &make_part<tcp_part>},
    {temperature_table, part_default::off, "temperatures (Vector's names only)", &make_part<temperature_part>},
    {textfile_table, part_default::on, "*.prom files of a folder", &make_part<textfile_part>},
    {thermal_zone_table, part_default::on, "thermal zones and cooling devices", &make_part<thermal_zone_part>},
    {time_table, part_default::on, "the clock", &make_part<time_part>},
    {timex_table, part_default::on, "how well the clock is kept", &make_part<timex_part>},
    {udp_queues_table, part_default::on, "queues of UDP sockets", &make_part<udp_queues_part>},
    {uname_table, part_default::on, "the kernel's name and release", &make_part<uname_part>},
    {uptime_table, part_default::on, "time since the start", &make_part<uptime_part>},
    {vmstat_table, part_default::on, "paging and swapping", &make_part<vmstat_part>},
    {watchdog_table, part_default::on, "watchdogs", &make_part<watchdog_part>},
};

/// A host, as the sum of its parts. For one thread at a time; its parts share a buffer and run one after the other.
class host {
public:
    /// One enabled part, collected alone.
    class part {
    public:
        part(const part_kind& kind, host_context& shared, std::span<const std::string_view> taken)
            : kind_(&kind), shared_(&shared), plan_(kind.table, shared.names, taken), made_(kind.make(shared))
        {}

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
            const bool by_default = kind.by_default == part_default::on ||
                                    (kind.by_default == part_default::in_vector_profile &&
                                     s.names.profile == profile::vector);
            const bool on = listed(s.options.enable, name) || (by_default && !none);
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
