#pragma once
// thermal_zone, temperature: thermal zones, cooling devices, and temperatures under Vector's names.

#include <pitot/collect/host/folder.hpp>
#include <pitot/collect/host/hwmon.hpp>
#include <pitot/collect/host/part.hpp>

#include <string>
#include <string_view>

namespace pitot::collect {

// clang-format off: one row, one line
inline constexpr metric thermal_zone_metrics[] = {
    {.name = "node_thermal_zone_temp",
     .unit = "celsius",
     .labels = "type,zone",
     .help = "Temperature of the zone.",
     .source = "/sys/class/thermal/thermal_zone*/temp"},
    {.name = "node_cooling_device_cur_state",
     .labels = "name,type",
     .help = "How hard the device cools now.",
     .source = "/sys/class/thermal/cooling_device*/cur_state"},
    {.name = "node_cooling_device_max_state",
     .labels = "name,type",
     .help = "How hard the device can cool.",
     .source = "/sys/class/thermal/cooling_device*/max_state"},
};
// clang-format on
inline constexpr metric_table thermal_zone_table = {"thermal_zone", "", thermal_zone_metrics};

class thermal_zone_part final : public host_part {
public:
    explicit thermal_zone_part(const host_context& host) : path_(host.sys("class/thermal")) {}

    void collect(host_context& host, emitter& out) override
    {
        const folder all(path_);
        if (!all) return;
        for (const std::string& entry : all.names()) {
            constexpr std::string_view zone = "thermal_zone";
            constexpr std::string_view cooler = "cooling_device";
            const bool is_zone = entry.starts_with(zone);
            if (!is_zone && !entry.starts_with(cooler)) continue;
            const folder device(entry.c_str(), all.fd());
            if (!device) continue;
            const std::string_view type = out.keep(device.attribute("type", host.small).text);
            const std::string_view number = out.keep(
                std::string_view(entry).substr(is_zone ? zone.size() : cooler.size()));
            double value = 0;
            if (is_zone) {
                // Some zones answer EINVAL, ENODATA or EAGAIN while they are switched off.
                if (device.number("temp", host.small, value))
                    out.add(0, out.labels({{"type", type}, {"zone", number}}), value / 1000.0);
                continue;
            }
            const label_ids labels = out.labels({{"name", number}, {"type", type}});
            if (device.number("cur_state", host.small, value)) out.add(1, labels, value);
            if (device.number("max_state", host.small, value)) out.add(2, labels, value);
        }
    }

private:
    std::string path_;
};

// clang-format off: one row, one line
inline constexpr metric temperature_metrics[] = {
    {.vector = "temperature_celsius",
     .unit = "celsius",
     .vector_labels = "component",
     .help = "Temperature of a component.",
     .source = "/sys/class/hwmon/*/temp*_input, else /sys/class/thermal/thermal_zone*/temp"},
    {.vector = "temperature_max_celsius",
     .unit = "celsius",
     .vector_labels = "component",
     .help = "Highest temperature allowed.",
     .source = "/sys/class/hwmon/*/temp*_max"},
    {.vector = "temperature_critical_celsius",
     .unit = "celsius",
     .vector_labels = "component",
     .help = "Critical temperature.",
     .source = "/sys/class/hwmon/*/temp*_crit"},
};
// clang-format on
inline constexpr metric_table temperature_table = {"temperature", "temperature", temperature_metrics};

class temperature_part final : public host_part {
public:
    explicit temperature_part(const host_context& host)
        : hwmon_(host.sys("class/hwmon")), thermal_(host.sys("class/thermal"))
    {}

    void collect(host_context& host, emitter& out) override
    {
        if (!from_chips(host, out)) from_zones(host, out);
    }

private:
    /// "coretemp Core 0", or "coretemp temp2" without a label; a second of the same name gets the chip's folder added.
    bool from_chips(host_context& host, emitter& out) const
    {
        const folder all(hwmon_);
        if (!all) return false;
        std::vector<std::string> seen;
        for (const std::string& entry : all.names()) {
            const folder chip(entry.c_str(), all.fd());
            if (!chip) continue;
            const std::string name(chip.attribute("name", host.small).text);
            for (const std::string& file : chip.names()) {
                constexpr std::string_view end = "_input";
                if (!file.starts_with("temp") || !file.ends_with(end)) continue;
                const std::string stem = file.substr(0, file.size() - end.size());
                const file_text label = chip.attribute(concat(stem, "_label").c_str(), host.small);
                std::string component = concat(name, " ",
                                               label && !label.text.empty() ? label.text : std::string_view(stem));
                for (const std::string& s : seen)
                    if (s == component) {
                        component += concat(" ", entry);
                        break;
                    }
                seen.push_back(component);
                const labels_id labels = out.vector_labels({{"component", out.keep(component)}});
                double value = 0;
                if (chip.number(file.c_str(), host.small, value)) out.add_vector(0, labels, value / 1000.0);
                if (chip.number(concat(stem, "_max").c_str(), host.small, value))
                    out.add_vector(1, labels, value / 1000.0);
                if (chip.number(concat(stem, "_crit").c_str(), host.small, value))
                    out.add_vector(2, labels, value / 1000.0);
            }
        }
        return !seen.empty();
    }

    void from_zones(host_context& host, emitter& out) const
    {
        const folder all(thermal_);
        if (!all) return;
        for (const std::string& entry : all.names()) {
            if (!entry.starts_with("thermal_zone")) continue;
            const folder zone(entry.c_str(), all.fd());
            double value = 0;
            if (!zone || !zone.number("temp", host.small, value)) continue;
            const std::string component = concat(zone.attribute("type", host.small).text, " ", entry);
            out.add_vector(0, out.vector_labels({{"component", out.keep(component)}}), value / 1000.0);
        }
    }

    std::string hwmon_;
    std::string thermal_;
};

}  // namespace pitot::collect
