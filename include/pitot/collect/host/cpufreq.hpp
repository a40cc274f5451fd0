#pragma once
// cpufreq: how fast each processor runs and may run.

#include <pitot/collect/host/folder.hpp>
#include <pitot/collect/host/part.hpp>

#include <string>
#include <string_view>

namespace pitot::collect {

// The first rows are files in kHz, in the order of cpufreq_part::files.
// clang-format off: one row, one line
inline constexpr metric cpufreq_metrics[] = {
    {.name = "node_cpu_frequency_hertz",
     .unit = "hertz",
     .labels = "cpu",
     .help = "Frequency that the hardware tells.",
     .source = "/sys/devices/system/cpu/cpu*/cpufreq/cpuinfo_cur_freq"},
    {.name = "node_cpu_frequency_avg_hertz",
     .unit = "hertz",
     .labels = "cpu",
     .help = "Frequency on average.",
     .source = "/sys/devices/system/cpu/cpu*/cpufreq/cpuinfo_avg_freq"},
    {.name = "node_cpu_frequency_min_hertz",
     .unit = "hertz",
     .labels = "cpu",
     .help = "Lowest frequency of the hardware.",
     .source = "/sys/devices/system/cpu/cpu*/cpufreq/cpuinfo_min_freq"},
    {.name = "node_cpu_frequency_max_hertz",
     .unit = "hertz",
     .labels = "cpu",
     .help = "Highest frequency of the hardware.",
     .source = "/sys/devices/system/cpu/cpu*/cpufreq/cpuinfo_max_freq"},
    {.name = "node_cpu_scaling_frequency_hertz",
     .unit = "hertz",
     .labels = "cpu",
     .help = "Frequency that the governor has set.",
     .source = "/sys/devices/system/cpu/cpu*/cpufreq/scaling_cur_freq"},
    {.name = "node_cpu_scaling_frequency_min_hertz",
     .unit = "hertz",
     .labels = "cpu",
     .help = "Lowest frequency the governor may set.",
     .source = "/sys/devices/system/cpu/cpu*/cpufreq/scaling_min_freq"},
    {.name = "node_cpu_scaling_frequency_max_hertz",
     .unit = "hertz",
     .labels = "cpu",
     .help = "Highest frequency the governor may set.",
     .source = "/sys/devices/system/cpu/cpu*/cpufreq/scaling_max_freq"},
    {.name = "node_cpu_scaling_governor",
     .labels = "cpu,governor",
     .help = "1 for the governor in use.",
     .source = "/sys/devices/system/cpu/cpu*/cpufreq/scaling_governor"},
};
// clang-format on
inline constexpr metric_table cpufreq_table = {"cpufreq", "", cpufreq_metrics};

class cpufreq_part final : public host_part {
public:
    explicit cpufreq_part(const host_context& host) : path_(host.sys("devices/system/cpu")) {}

    void collect(host_context& host, emitter& out) override
    {
        static constexpr const char* files[] = {"cpuinfo_cur_freq", "cpuinfo_avg_freq", "cpuinfo_min_freq",
                                                "cpuinfo_max_freq", "scaling_cur_freq", "scaling_min_freq",
                                                "scaling_max_freq"};
        const folder all(path_);
        // Without a driver the folder is empty or not there, and no processor needs to be looked at.
        if (!all || !(all.has("cpufreq") || all.has("cpu0/cpufreq"))) return;
        for (const std::string& name : all.names()) {
            std::uint64_t number = 0;
            if (!name.starts_with("cpu") || !to_number(std::string_view(name).substr(3), number)) continue;
            const folder of_cpu(concat(name, "/cpufreq").c_str(), all.fd());
            if (!of_cpu) continue;
            const std::string_view cpu = out.keep(std::string_view(name).substr(3));
            const label_ids labels = out.labels({{"cpu", cpu}});
            for (std::size_t row = 0; row < std::size(files); ++row) {
                double khz = 0;
                if (of_cpu.number(files[row], host.small, khz)) out.add(row, labels, khz * 1000);
            }
            const std::string governor(of_cpu.attribute("scaling_governor", host.small).text);
            if (governor.empty()) continue;
            std::string_view rest = of_cpu.attribute("scaling_available_governors", host.small).text;
            for (std::string_view known = next_word(rest); !known.empty(); known = next_word(rest))
                out.add(std::size(files), out.labels({{"cpu", cpu}, {"governor", out.keep(known)}}),
                        known == governor ? 1 : 0);
        }
    }

private:
    std::string path_;
};

}  // namespace pitot::collect
