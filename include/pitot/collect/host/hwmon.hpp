#pragma once
// hwmon: temperatures, voltages, fans and what else the monitoring chips tell.

#include <pitot/base/text.hpp>
#include <pitot/collect/host/folder.hpp>
#include <pitot/collect/host/part.hpp>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <climits>
#include <cstdlib>  // realpath

namespace pitot::collect {

// Chips name their attributes TYPE NUMBER _ ELEMENT; the rows with '*' stand for the elements that are not listed.
// clang-format off: one row, one line
inline constexpr metric hwmon_metrics[] = {
    {.name = "node_hwmon_chip_names",
     .labels = "chip,chip_name",
     .help = "The chip's own name; always 1.",
     .source = "/sys/class/hwmon/*/name"},
    {.name = "node_hwmon_sensor_label",
     .labels = "chip,label,sensor",
     .help = "What the sensor measures; always 1.",
     .source = "/sys/class/hwmon/*/*_label"},
    {.name = "node_hwmon_beep_enabled",
     .labels = "chip,sensor",
     .help = "1 when the chip or sensor may beep.",
     .source = "/sys/class/hwmon/*/beep_enable"},
    {.name = "node_hwmon_voltage_regulator_version",
     .labels = "chip,sensor",
     .help = "Version of the voltage regulator standard.",
     .source = "/sys/class/hwmon/*/vrm"},
    {.name = "node_hwmon_update_interval_seconds",
     .unit = "seconds",
     .labels = "chip,sensor",
     .help = "How often the chip measures.",
     .source = "/sys/class/hwmon/*/update_interval"},
    {.name = "node_hwmon_temp_celsius",
     .unit = "celsius",
     .labels = "chip,sensor",
     .help = "Temperature.",
     .source = "/sys/class/hwmon/*/temp*_input"},
    {.name = "node_hwmon_temp_max_celsius",
     .unit = "celsius",
     .labels = "chip,sensor",
     .help = "Highest temperature allowed.",
     .source = "/sys/class/hwmon/*/temp*_max"},
    {.name = "node_hwmon_temp_crit_celsius",
     .unit = "celsius",
     .labels = "chip,sensor",
     .help = "Critical temperature.",
     .source = "/sys/class/hwmon/*/temp*_crit"},
    {.name = "node_hwmon_temp_crit_alarm_celsius",
     .unit = "celsius",
     .labels = "chip,sensor",
     .help = "Alarm of the critical temperature, as the chip gives it, by a thousandth.",
     .source = "/sys/class/hwmon/*/temp*_crit_alarm"},
    {.name = "node_hwmon_temp_*_celsius",
     .unit = "celsius",
     .labels = "chip,sensor",
     .help = "Another temperature of the sensor.",
     .source = "/sys/class/hwmon/*/temp*_*"},
    {.name = "node_hwmon_in_volts",
     .unit = "volts",
     .labels = "chip,sensor",
     .help = "Voltage.",
     .source = "/sys/class/hwmon/*/in*_input"},
    {.name = "node_hwmon_in_*_volts",
     .unit = "volts",
     .labels = "chip,sensor",
     .help = "Another voltage of the sensor.",
     .source = "/sys/class/hwmon/*/in*_*"},
    {.name = "node_hwmon_cpu_*_volts",
     .unit = "volts",
     .labels = "chip,sensor",
     .help = "Voltage of a processor.",
     .source = "/sys/class/hwmon/*/cpu*_*"},
    {.name = "node_hwmon_fan_rpm",
     .unit = "rpm",
     .labels = "chip,sensor",
     .help = "Revolutions per minute.",
     .source = "/sys/class/hwmon/*/fan*_input"},
    {.name = "node_hwmon_fan_min_rpm",
     .unit = "rpm",
     .labels = "chip,sensor",
     .help = "Lowest speed allowed.",
     .source = "/sys/class/hwmon/*/fan*_min"},
    {.name = "node_hwmon_fan_max_rpm",
     .unit = "rpm",
     .labels = "chip,sensor",
     .help = "Highest speed.",
     .source = "/sys/class/hwmon/*/fan*_max"},
    {.name = "node_hwmon_fan_target_rpm",
     .unit = "rpm",
     .labels = "chip,sensor",
     .help = "Speed the fan is to have.",
     .source = "/sys/class/hwmon/*/fan*_target"},
    {.name = "node_hwmon_curr_amps",
     .unit = "amps",
     .labels = "chip,sensor",
     .help = "Current.",
     .source = "/sys/class/hwmon/*/curr*_input"},
    {.name = "node_hwmon_curr_*_amps",
     .unit = "amps",
     .labels = "chip,sensor",
     .help = "Another current of the sensor.",
     .source = "/sys/class/hwmon/*/curr*_*"},
    {.name = "node_hwmon_power_*_watt",
     .unit = "watt",
     .labels = "chip,sensor",
     .help = "Power.",
     .source = "/sys/class/hwmon/*/power*_*"},
    {.name = "node_hwmon_power_accuracy",
     .unit = "ratio",
     .labels = "chip,sensor",
     .help = "Accuracy of the power meter.",
     .source = "/sys/class/hwmon/*/power*_accuracy"},
    {.name = "node_hwmon_power_*_seconds",
     .unit = "seconds",
     .labels = "chip,sensor",
     .help = "Over how long power is averaged.",
     .source = "/sys/class/hwmon/*/power*_average_interval*"},
    {.name = "node_hwmon_energy_joule_total",
     .type = metric_type::counter,
     .unit = "joule",
     .labels = "chip,sensor",
     .help = "Energy used.",
     .source = "/sys/class/hwmon/*/energy*_input"},
    {.name = "node_hwmon_humidity",
     .unit = "ratio",
     .labels = "chip,sensor",
     .help = "Relative humidity.",
     .source = "/sys/class/hwmon/*/humidity*_input"},
    {.name = "node_hwmon_pwm",
     .labels = "chip,sensor",
     .help = "Duty of the fan, 0 to 255.",
     .source = "/sys/class/hwmon/*/pwm*"},
    {.name = "node_hwmon_freq_freq_mhz",
     .unit = "mhz",
     .labels = "chip,sensor",
     .help = "Frequency of a graphics processor in MHz.",
     .source = "/sys/class/hwmon/*/freq*_input"},
    {.name = "node_hwmon_*",
     .labels = "chip,sensor",
     .help = "Another attribute of a sensor (alarms, faults and settings).",
     .source = "/sys/class/hwmon/*/*"},
};
// clang-format on
inline constexpr metric_table hwmon_table = {"hwmon", "", hwmon_metrics};

/// A name as labels have it: lower case, what is no letter, digit, ':' or '_' replaced, none of these at the ends.
inline std::string clean_name(std::string_view name)
{
    std::string out;
    for (const char raw : name) {
        const char c = to_lower(raw);
        const bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == ':' || c == '_';
        out += good ? c : '_';
    }
    return std::string(trimmed(out, "_"));
}

/// The chip's name: of the device behind it (numbers of hwmon change from boot to boot), else its own.
inline std::string hwmon_chip(const std::string& path, read_buffer& buffer)
{
    char resolved[PATH_MAX];
    if (::realpath(concat(path, "/device").c_str(), resolved) != nullptr) {
        std::string_view device = resolved;
        const std::size_t slash = device.rfind('/');
        const std::string name = clean_name(device.substr(slash + 1));
        device = device.substr(0, slash == std::string_view::npos ? 0 : slash);
        const std::string kind = clean_name(device.substr(device.rfind('/') + 1));
        if (!name.empty()) return kind.empty() ? name : concat(kind, "_", name);
    }
    const file_text own = read_attribute(concat(path, "/name").c_str(), buffer);
    if (std::string name = clean_name(own.text); own && !name.empty()) return name;
    if (::realpath(path.c_str(), resolved) != nullptr)
        return clean_name(std::string_view(resolved).substr(std::string_view(resolved).rfind('/') + 1));
    return {};
}

class hwmon_part final : public host_part {
public:
    explicit hwmon_part(const host_context& host) : path_(host.sys("class/hwmon")) {}

    void collect(host_context& host, emitter& out) override
    {
        const folder all(path_);
        if (!all) return;
        std::vector<std::string> seen;
        for (const std::string& entry : all.names()) {
            const std::string path = concat(path_, "/", entry);
            std::string chip = hwmon_chip(path, host.small);
            if (chip.empty() || !host.options.hwmon_chips(chip)) continue;
            for (const std::string& s : seen)
                if (s == chip) {  // two monitors of one device: their sensors would be the same series
                    chip = concat(chip, "_", clean_name(entry));
                    break;
                }
            seen.push_back(chip);
            add_chip(path, out.keep(chip), host, out);
        }
    }

private:
    enum : std::size_t {
        chip_names,
        sensor_label,
        beep_enabled,
        regulator,
        interval,
        temp,
        temp_max,
        temp_crit,
        temp_crit_alarm,
        temp_other,
        in,
        in_other,
        cpu_other,
        fan,
        fan_min,
        fan_max,
        fan_target,
        curr,
        curr_other,
        power_other,
        accuracy,
        power_interval,
        energy,
        humidity,
        pwm,
        freq,
        other
    };

    using elements = std::map<std::string, std::string, std::less<>>;  // element → text
    using sensors = std::map<std::string, elements, std::less<>>;      // "temp1" → elements

    /// TYPE NUMBER _ ELEMENT of an attribute's name; false when it is no sensor.
    static bool split(std::string_view name, std::string_view& type, std::string_view& number,
                      std::string_view& element) noexcept
    {
        std::size_t digits = 0;
        while (digits < name.size() && (name[digits] < '0' || name[digits] > '9')) ++digits;
        for (const std::string_view whole : {"beep_enable", "update_interval", "vrm"})
            if (name == whole) {
                type = whole;
                number = "0";
                element = {};
                return true;
            }
        type = name.substr(0, digits);
        std::size_t end = digits;
        while (end < name.size() && name[end] >= '0' && name[end] <= '9') ++end;
        number = name.substr(digits, end - digits);
        if (number.empty() || number.size() > 9) return false;
        if (end < name.size() && name[end] != '_') return false;
        element = end < name.size() ? name.substr(end + 1) : std::string_view{};
        for (const std::string_view known :
             {"in", "cpu", "fan", "pwm", "temp", "curr", "power", "energy", "humidity", "intrusion", "freq"})
            if (type == known) return true;
        return false;
    }

    static void gather(const folder& from, sensors& into, read_buffer& buffer)
    {
        for (const std::string& file : from.names()) {
            std::string_view type;
            std::string_view number;
            std::string_view element;
            if (!split(file, type, number, element)) continue;
            const file_text text = from.attribute(file.c_str(), buffer);
            if (text) into[concat(type, number)][std::string(element)] = text.text;
        }
    }

    void add_chip(const std::string& path, std::string_view chip, host_context& host, emitter& out) const
    {
        const folder own(path);
        if (!own) return;
        sensors found;
        gather(own, found, host.small);
        if (const folder device("device", own.fd()); device) gather(device, found, host.small);
        const file_text name = own.attribute("name", host.small);
        const std::string readable = clean_name(name.text);
        if (name && !readable.empty())
            out.add_exporter(chip_names, out.exporter_labels({{"chip", chip}, {"chip_name", out.keep(readable)}}), 1);
        for (const auto& [sensor, values] : found) add_sensor(chip, sensor, values, out);
    }

    static void add_sensor(std::string_view chip, const std::string& sensor, const elements& values, emitter& out)
    {
        std::string_view type = sensor;
        while (!type.empty() && type.back() >= '0' && type.back() <= '9') type.remove_suffix(1);
        const std::string_view name = out.keep(sensor);
        const label_ids labels = out.labels({{"chip", chip}, {"sensor", name}});
        const auto label = values.find("label");
        if (label != values.end())
            out.add_exporter(
                sensor_label,
                out.exporter_labels({{"chip", chip}, {"label", out.keep(label->second)}, {"sensor", name}}), 1);
        for (const auto& [element, text] : values) {
            double value = 0;
            if (element == "label" || !to_number(text, value)) continue;
            if (type == "beep_enable")
                out.add(beep_enabled, labels, text == "1" ? 1 : 0);
            else if (type == "vrm")
                out.add(regulator, labels, value);
            else if (type == "update_interval")
                out.add(interval, labels, value * 0.001);
            else if (type == "freq" && element == "input") {
                if (label != values.end())
                    out.add_exporter(
                        freq, out.exporter_labels({{"chip", chip}, {"sensor", out.keep(clean_name(label->second))}}),
                        value / 1e6);
            } else {
                const bool both = element == "input" && values.find("") != values.end();
                add_value(type, element, both, value, labels, out);
            }
        }
    }

    /// The name, the unit and the scale of an element depend on the type and the element.
    static void add_value(std::string_view type, std::string_view element, bool input_is_second, double value,
                          const label_ids& labels, emitter& out)
    {
        std::string name = concat("node_hwmon_", type);
        if (element == "input") {
            if (input_is_second) name += "_input";
        } else if (!element.empty()) {
            name += concat("_", clean_name(element));
        }
        std::size_t row = other;
        std::string_view unit;
        if (element == "fault" || element == "alarm") {
            row = other;
        } else if (element == "beep") {
            unit = "_enabled";
        } else if (type == "in" || type == "cpu") {
            unit = "_volts", row = type == "cpu" ? cpu_other : in_other, value *= 0.001;
        } else if (type == "temp" && element != "type") {
            unit = "_celsius", row = temp_other, value *= 0.001;
        } else if (type == "curr") {
            unit = "_amps", row = curr_other, value *= 0.001;
        } else if (type == "energy") {
            unit = "_joule_total", row = energy, value /= 1e6;
        } else if (type == "power" && element == "accuracy") {
            row = accuracy, value /= 1e6;
        } else if (type == "power" && element.starts_with("average_interval")) {
            unit = "_seconds", row = power_interval, value *= 0.001;
        } else if (type == "power") {
            unit = "_watt", row = power_other, value /= 1e6;
        } else if (type == "humidity") {
            row = humidity, value /= 1e6;
        } else if (type == "fan" &&
                   (element == "input" || element == "min" || element == "max" || element == "target")) {
            unit = "_rpm", row = fan;
        }
        name += unit;
        for (std::size_t exact = 0; exact < std::size(hwmon_metrics); ++exact)
            if (hwmon_metrics[exact].name == name) return out.add(exact, labels, value);
        out.add_named(out.keep(name), row, labels.exporter, value);
    }

    std::string path_;
};

}  // namespace pitot::collect
