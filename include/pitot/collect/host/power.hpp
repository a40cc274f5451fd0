#pragma once
// powersupplyclass, rapl: batteries, mains and the energy that processors use.

#include <pitot/collect/host/folder.hpp>
#include <pitot/collect/host/part.hpp>
#include <pitot/model/name.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace pitot::collect {

#define PITOT_SUPPLY(metric_name, what)                                                                                \
    {                                                                                                                  \
        .name = "node_power_supply_" metric_name, .labels = "power_supply", .help = what,                              \
        .source = "/sys/class/power_supply/*/uevent"                                                                   \
    }
// clang-format off: one row, one line
inline constexpr metric powersupplyclass_metrics[] = {
    PITOT_SUPPLY("authentic", "1 when the battery is genuine."),
    PITOT_SUPPLY("calibrate", "1 while the battery is being calibrated."),
    PITOT_SUPPLY("capacity", "Charge in percent."),
    PITOT_SUPPLY("capacity_alert_max", "Charge in percent above which there is an alert."),
    PITOT_SUPPLY("capacity_alert_min", "Charge in percent below which there is an alert."),
    PITOT_SUPPLY("cyclecount", "Charge cycles."),
    PITOT_SUPPLY("online", "1 when the supply gives power."),
    PITOT_SUPPLY("present", "1 when the supply is there."),
    PITOT_SUPPLY("time_to_empty_seconds", "Time until the battery is empty."),
    PITOT_SUPPLY("time_to_full_seconds", "Time until the battery is full."),
    PITOT_SUPPLY("current_boot", "Current at boot, in amperes."),
    PITOT_SUPPLY("current_max", "Highest current, in amperes."),
    PITOT_SUPPLY("current_ampere", "Current, in amperes."),
    PITOT_SUPPLY("energy_empty", "Energy at which the battery counts as empty, in watt-hours."),
    PITOT_SUPPLY("energy_empty_design", "Energy at which it was to count as empty when new, in watt-hours."),
    PITOT_SUPPLY("energy_full", "Energy when full, in watt-hours."),
    PITOT_SUPPLY("energy_full_design", "Energy when full and new, in watt-hours."),
    PITOT_SUPPLY("energy_watthour", "Energy, in watt-hours."),
    PITOT_SUPPLY("voltage_boot", "Voltage at boot, in volts."),
    PITOT_SUPPLY("voltage_max", "Highest voltage, in volts."),
    PITOT_SUPPLY("voltage_max_design", "Highest voltage it was made for, in volts."),
    PITOT_SUPPLY("voltage_min", "Lowest voltage, in volts."),
    PITOT_SUPPLY("voltage_min_design", "Lowest voltage it was made for, in volts."),
    PITOT_SUPPLY("voltage_volt", "Voltage, in volts."),
    PITOT_SUPPLY("voltage_ocv", "Voltage without load, in volts."),
    PITOT_SUPPLY("charge_control_limit", "Limit of the charge current, in amperes."),
    PITOT_SUPPLY("charge_control_limit_max", "Highest limit of the charge current, in amperes."),
    PITOT_SUPPLY("charge_counter", "Charge counted, in ampere-hours."),
    PITOT_SUPPLY("charge_empty", "Charge at which the battery counts as empty, in ampere-hours."),
    PITOT_SUPPLY("charge_empty_design", "Charge at which it was to count as empty when new, in ampere-hours."),
    PITOT_SUPPLY("charge_full", "Charge when full, in ampere-hours."),
    PITOT_SUPPLY("charge_full_design", "Charge when full and new, in ampere-hours."),
    PITOT_SUPPLY("charge_ampere", "Charge, in ampere-hours."),
    PITOT_SUPPLY("charge_term_current", "Current below which charging ends, in amperes."),
    PITOT_SUPPLY("constant_charge_current", "Charge current, in amperes."),
    PITOT_SUPPLY("constant_charge_current_max", "Highest charge current, in amperes."),
    PITOT_SUPPLY("constant_charge_voltage", "Charge voltage, in volts."),
    PITOT_SUPPLY("constant_charge_voltage_max", "Highest charge voltage, in volts."),
    PITOT_SUPPLY("precharge_current", "Current of precharging, in amperes."),
    PITOT_SUPPLY("input_current_limit", "Limit of the current taken, in amperes."),
    PITOT_SUPPLY("power_watt", "Power, in watts."),
    PITOT_SUPPLY("temp_celsius", "Temperature."),
    PITOT_SUPPLY("temp_alert_max_celsius", "Temperature above which there is an alert."),
    PITOT_SUPPLY("temp_alert_min_celsius", "Temperature below which there is an alert."),
    PITOT_SUPPLY("temp_ambient_celsius", "Temperature around it."),
    PITOT_SUPPLY("temp_ambient_max_celsius", "Highest temperature around it."),
    PITOT_SUPPLY("temp_ambient_min_celsius", "Lowest temperature around it."),
    PITOT_SUPPLY("temp_max_celsius", "Highest temperature allowed."),
    PITOT_SUPPLY("temp_min_celsius", "Lowest temperature allowed."),
    {.name = "node_power_supply_info",
     .labels = "capacity_level,charge_type,health,manufacturer,model_name,power_supply,scope,serial_number,status,"
               "technology,type,usb_type",
     .help = "What the supply is, of the labels those it tells; always 1.",
     .source = "/sys/class/power_supply/*"},
};
// clang-format on
#undef PITOT_SUPPLY
inline constexpr metric_table powersupplyclass_table = {"powersupplyclass", "", powersupplyclass_metrics};

class powersupplyclass_part final : public host_part {
public:
    explicit powersupplyclass_part(const host_context& host) : path_(host.sys("class/power_supply")) {}

    void collect(host_context& host, emitter& out) override
    {
        // In the order of the table's rows; they are in millionths from current_boot on and in tenths from temp on.
        static constexpr const char* files[] = {"authentic",
                                                "calibrate",
                                                "capacity",
                                                "capacity_alert_max",
                                                "capacity_alert_min",
                                                "cycle_count",
                                                "online",
                                                "present",
                                                "time_to_empty_now",
                                                "time_to_full_now",
                                                "current_boot",
                                                "current_max",
                                                "current_now",
                                                "energy_empty",
                                                "energy_empty_design",
                                                "energy_full",
                                                "energy_full_design",
                                                "energy_now",
                                                "voltage_boot",
                                                "voltage_max",
                                                "voltage_max_design",
                                                "voltage_min",
                                                "voltage_min_design",
                                                "voltage_now",
                                                "voltage_ocv",
                                                "charge_control_limit",
                                                "charge_control_limit_max",
                                                "charge_counter",
                                                "charge_empty",
                                                "charge_empty_design",
                                                "charge_full",
                                                "charge_full_design",
                                                "charge_now",
                                                "charge_term_current",
                                                "constant_charge_current",
                                                "constant_charge_current_max",
                                                "constant_charge_voltage",
                                                "constant_charge_voltage_max",
                                                "precharge_current",
                                                "input_current_limit",
                                                "power_now",
                                                "temp",
                                                "temp_alert_max",
                                                "temp_alert_min",
                                                "temp_ambient",
                                                "temp_ambient_max",
                                                "temp_ambient_min",
                                                "temp_max",
                                                "temp_min"};
        static_assert(std::size(files) + 1 == std::size(powersupplyclass_metrics));
        static constexpr std::size_t millionths = 10;
        static constexpr std::size_t tenths = 41;
        static constexpr const char* texts[] = {"capacity_level", "charge_type", "health",        "manufacturer",
                                                "model_name",     "scope",       "serial_number", "status",
                                                "technology",     "type",        "usb_type"};
        const folder all(path_);
        if (!all) return;
        for (const std::string& entry : all.names()) {
            const folder supply(entry.c_str(), all.fd());
            if (!supply) continue;
            const std::string_view name = out.keep(entry);
            const label_ids labels = out.labels({{"power_supply", name}});
            for (std::size_t row = 0; row < std::size(files); ++row) {
                double value = 0;
                if (!supply.number(files[row], host.small, value)) continue;
                out.add(row, labels, row >= tenths ? value / 10 : row >= millionths ? value / 1e6 : value);
            }
            std::vector<label_view> info = {{"power_supply", name}};
            for (const char* text : texts)
                if (const file_text file = supply.attribute(text, host.small); file && !file.text.empty())
                    info.push_back({text, out.keep(file.text)});
            if (out.exporter_on()) out.add_exporter(std::size(files), out.out().labels(labels_view(info)), 1);
        }
    }

private:
    std::string path_;
};

// clang-format off: one row, one line
inline constexpr metric rapl_metrics[] = {
    {.name = "node_rapl_package_joules_total",
     .type = metric_type::counter,
     .unit = "joules",
     .labels = "index,path",
     .help = "Energy used by the package.",
     .source = "/sys/class/powercap/*/energy_uj"},
    {.name = "node_rapl_core_joules_total",
     .type = metric_type::counter,
     .unit = "joules",
     .labels = "index,path",
     .help = "Energy used by the cores.",
     .source = "/sys/class/powercap/*/energy_uj"},
    {.name = "node_rapl_uncore_joules_total",
     .type = metric_type::counter,
     .unit = "joules",
     .labels = "index,path",
     .help = "Energy used by what is not the cores.",
     .source = "/sys/class/powercap/*/energy_uj"},
    {.name = "node_rapl_dram_joules_total",
     .type = metric_type::counter,
     .unit = "joules",
     .labels = "index,path",
     .help = "Energy used by the memory.",
     .source = "/sys/class/powercap/*/energy_uj"},
    {.name = "node_rapl_psys_joules_total",
     .type = metric_type::counter,
     .unit = "joules",
     .labels = "index,path",
     .help = "Energy used by the platform.",
     .source = "/sys/class/powercap/*/energy_uj"},
    {.name = "node_rapl_*_joules_total",
     .type = metric_type::counter,
     .unit = "joules",
     .labels = "index,path",
     .help = "Energy used by another zone.",
     .source = "/sys/class/powercap/*/energy_uj"},
};
// clang-format on
inline constexpr metric_table rapl_table = {"rapl", "", rapl_metrics};

class rapl_part final : public host_part {
public:
    explicit rapl_part(const host_context& host) : path_(host.sys("class/powercap")) {}

    void collect(host_context& host, emitter& out) override
    {
        const folder all(path_);
        if (!all) return;
        std::vector<std::string> seen;
        for (const std::string& entry : all.names()) {
            const folder zone(entry.c_str(), all.fd());
            const file_text own = zone ? zone.attribute("name", host.small) : file_text{};
            if (!own || own.text.empty()) continue;
            // "package-1" is the package number 1; a plain name counts up.
            std::string name(own.text);
            std::uint64_t index = 0;
            const std::size_t dash = name.rfind('-');
            if (dash != std::string::npos && to_number(std::string_view(name).substr(dash + 1), index))
                name.resize(dash);
            else
                for (const std::string& s : seen) index += s == name ? 1 : 0;
            seen.push_back(name);
            const file_text energy = zone.attribute("energy_uj", host.small);
            if (energy.error == EACCES || energy.error == EPERM) return;  // root's alone since 5.10
            double microjoules = 0;
            if (!energy || !to_number(energy.text, microjoules)) continue;
            std::string full = "node_rapl_";
            for (const char c : name) full += pitot::detail::is_name_char(c) ? c : '_';
            full += "_joules_total";
            const std::string number = std::to_string(index);
            const labels_id labels = out.exporter_labels(
                {{"index", out.keep(number)}, {"path", out.keep(concat(path_, "/", entry))}});
            std::size_t row = 0;
            while (row + 1 < std::size(rapl_metrics) && rapl_metrics[row].name != full) ++row;
            if (row + 1 < std::size(rapl_metrics))
                out.add_exporter(row, labels, microjoules / 1e6);
            else
                out.add_named(out.keep(full), row, labels, microjoules / 1e6);
        }
    }

private:
    std::string path_;
};

}  // namespace pitot::collect
