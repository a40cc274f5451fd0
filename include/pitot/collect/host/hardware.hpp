#pragma once
// edac, watchdog, dmi: memory errors, watchdogs, and what the machine says it is.

#include <pitot/collect/host/folder.hpp>
#include <pitot/collect/host/part.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace pitot::collect {

// clang-format off: one row, one line
inline constexpr metric edac_metrics[] = {
    {.name = "node_edac_correctable_errors_total",
     .type = metric_type::counter,
     .labels = "controller",
     .help = "Memory errors corrected.",
     .source = "/sys/devices/system/edac/mc/mc*/ce_count"},
    {.name = "node_edac_uncorrectable_errors_total",
     .type = metric_type::counter,
     .labels = "controller",
     .help = "Memory errors not corrected.",
     .source = "/sys/devices/system/edac/mc/mc*/ue_count"},
    {.name = "node_edac_csrow_correctable_errors_total",
     .type = metric_type::counter,
     .labels = "controller,csrow",
     .help = "Memory errors corrected, by row.",
     .source = "/sys/devices/system/edac/mc/mc*/csrow*/ce_count, ce_noinfo_count"},
    {.name = "node_edac_csrow_uncorrectable_errors_total",
     .type = metric_type::counter,
     .labels = "controller,csrow",
     .help = "Memory errors not corrected, by row.",
     .source = "/sys/devices/system/edac/mc/mc*/csrow*/ue_count, ue_noinfo_count"},
    {.name = "node_edac_channel_correctable_errors_total",
     .type = metric_type::counter,
     .labels = "channel,controller,csrow,dimm_label",
     .help = "Memory errors corrected, by channel.",
     .source = "/sys/devices/system/edac/mc/mc*/csrow*/ch*_ce_count"},
    {.name = "node_edac_channel_uncorrectable_errors_total",
     .type = metric_type::counter,
     .labels = "channel,controller,csrow,dimm_label",
     .help = "Memory errors not corrected, by channel.",
     .source = "/sys/devices/system/edac/mc/mc*/csrow*/ch*_ue_count"},
};
// clang-format on
inline constexpr metric_table edac_table = {"edac", "", edac_metrics};

/// What follows a stem in a name, when that is a number: "3" of "csrow3".
inline std::string_view number_behind(std::string_view name, std::string_view stem) noexcept
{
    std::uint64_t number = 0;
    if (!name.starts_with(stem) || !to_number(name.substr(stem.size()), number)) return {};
    return name.substr(stem.size());
}

class edac_part final : public host_part {
public:
    explicit edac_part(const host_context& host) : path_(host.sys("devices/system/edac/mc")) {}

    void collect(host_context& host, emitter& out) override
    {
        const folder all(path_);
        if (!all) return;
        for (const std::string& entry : all.names()) {
            const std::string_view number = number_behind(entry, "mc");
            if (number.empty()) continue;
            const folder controller(entry.c_str(), all.fd());
            if (!controller) continue;
            const std::string_view mc = out.keep(number);
            const auto add = [&](const folder& from, const char* file, std::size_t row, const label_ids& labels) {
                double value = 0;
                if (from.number(file, host.small, value)) out.add(row, labels, value);
            };
            const label_ids whole = out.labels({{"controller", mc}});
            const label_ids unknown = out.labels({{"controller", mc}, {"csrow", "unknown"}});
            add(controller, "ce_count", 0, whole);
            add(controller, "ue_count", 1, whole);
            add(controller, "ce_noinfo_count", 2, unknown);
            add(controller, "ue_noinfo_count", 3, unknown);
            for (const std::string& row_entry : controller.names()) {
                const std::string_view row_number = number_behind(row_entry, "csrow");
                if (row_number.empty()) continue;
                const folder row(row_entry.c_str(), controller.fd());
                if (!row) continue;
                const std::string_view csrow = out.keep(row_number);
                const label_ids labels = out.labels({{"controller", mc}, {"csrow", csrow}});
                add(row, "ce_count", 2, labels);
                add(row, "ue_count", 3, labels);
                for (const std::string& file : row.names()) {
                    constexpr std::string_view end = "_ce_count";
                    if (!file.starts_with("ch") || !file.ends_with(end)) continue;
                    const std::string channel = file.substr(2, file.size() - 2 - end.size());
                    const label_ids of_channel = out.labels(
                        {{"channel", out.keep(channel)},
                         {"controller", mc},
                         {"csrow", csrow},
                         {"dimm_label", out.keep(dimm_label(row, channel, host.small))}});
                    add(row, file.c_str(), 4, of_channel);
                    add(row, concat("ch", channel, "_ue_count").c_str(), 5, of_channel);
                }
            }
        }
    }

private:
    /// "mc#0csrow#1channel#0" is mc0_csrow1_channel0.
    static std::string dimm_label(const folder& row, std::string_view channel, read_buffer& buffer)
    {
        const file_text file = row.attribute(concat("ch", channel, "_dimm_label").c_str(), buffer);
        if (!file) return "unknown";
        std::string out;
        std::string_view rest = file.text;
        while (!rest.empty()) {
            if (rest.starts_with("csrow") || rest.starts_with("channel")) out += '_';
            const std::size_t word = rest.starts_with("csrow") ? 5 : rest.starts_with("channel") ? 7 : 1;
            if (rest.front() != '#') out += rest.substr(0, word);
            rest.remove_prefix(word);
        }
        return out;
    }

    std::string path_;
};

// clang-format off: one row, one line
inline constexpr metric watchdog_metrics[] = {
    {.name = "node_watchdog_bootstatus",
     .labels = "name",
     .help = "Status at boot, as bits (WDIOF_*).",
     .source = "/sys/class/watchdog/*/bootstatus"},
    {.name = "node_watchdog_fw_version",
     .labels = "name",
     .help = "Version of the firmware.",
     .source = "/sys/class/watchdog/*/fw_version"},
    {.name = "node_watchdog_nowayout",
     .labels = "name",
     .help = "1 when it cannot be stopped.",
     .source = "/sys/class/watchdog/*/nowayout"},
    {.name = "node_watchdog_timeleft_seconds",
     .unit = "seconds",
     .labels = "name",
     .help = "Time until it resets the machine.",
     .source = "/sys/class/watchdog/*/timeleft"},
    {.name = "node_watchdog_timeout_seconds",
     .unit = "seconds",
     .labels = "name",
     .help = "Time it waits before it resets the machine.",
     .source = "/sys/class/watchdog/*/timeout"},
    {.name = "node_watchdog_pretimeout_seconds",
     .unit = "seconds",
     .labels = "name",
     .help = "Time before the reset at which it warns.",
     .source = "/sys/class/watchdog/*/pretimeout"},
    {.name = "node_watchdog_access_cs0",
     .labels = "name",
     .help = "1 when the machine was started from the other flash.",
     .source = "/sys/class/watchdog/*/access_cs0"},
    {.name = "node_watchdog_info",
     .labels = "identity,name,options,pretimeout_governor,state,status",
     .help = "What the watchdog is; always 1.",
     .source = "/sys/class/watchdog/*"},
};
// clang-format on
inline constexpr metric_table watchdog_table = {"watchdog", "", watchdog_metrics};

class watchdog_part final : public host_part {
public:
    explicit watchdog_part(const host_context& host) : path_(host.sys("class/watchdog")) {}

    void collect(host_context& host, emitter& out) override
    {
        static constexpr const char* files[] = {"bootstatus", "fw_version", "nowayout",  "timeleft",
                                                "timeout",    "pretimeout", "access_cs0"};
        const folder all(path_);
        if (!all) return;
        for (const std::string& entry : all.names()) {
            const folder device(entry.c_str(), all.fd());
            if (!device) continue;
            const std::string_view name = out.keep(entry);
            const label_ids labels = out.labels({{"name", name}});
            for (std::size_t row = 0; row < std::size(files); ++row) {
                double value = 0;
                if (device.number(files[row], host.small, value)) out.add(row, labels, value);
            }
            const auto text = [&](const char* file) { return out.keep(device.attribute(file, host.small).text); };
            const std::string_view identity = text("identity");
            const std::string_view options = text("options");
            const std::string_view governor = text("pretimeout_governor");
            const std::string_view state = text("state");
            const std::string_view status = text("status");
            out.add_exporter(std::size(files),
                             out.exporter_labels({{"identity", identity},
                                                  {"name", name},
                                                  {"options", options},
                                                  {"pretimeout_governor", governor},
                                                  {"state", state},
                                                  {"status", status}}),
                             1);
        }
    }

private:
    std::string path_;
};

// clang-format off: one row, one line
inline constexpr metric dmi_metrics[] = {
    {.name = "node_dmi_info",
     .labels = "bios_date,bios_release,bios_vendor,bios_version,board_asset_tag,board_name,board_serial,board_vendor,"
               "board_version,chassis_asset_tag,chassis_serial,chassis_vendor,chassis_version,product_family,product_"
               "name,product_serial,product_sku,product_uuid,product_version,system_vendor",
     .help = "What the machine says it is, of the labels those it tells; always 1.",
     .source = "/sys/class/dmi/id"},
};
// clang-format on
inline constexpr metric_table dmi_table = {"dmi", "", dmi_metrics};

/// Read once: it does not change while the system runs, and the firmware's table is slow to read.
class dmi_part final : public host_part {
public:
    explicit dmi_part(const host_context& host) : path_(host.sys("class/dmi/id")) {}

    void collect(host_context& host, emitter& out) override
    {
        if (!read_) {
            read_ = true;
            const folder all(path_);
            static constexpr const char* names[] = {
                "bios_date",      "bios_release",   "bios_vendor",     "bios_version",    "board_asset_tag",
                "board_name",     "board_serial",   "board_vendor",    "board_version",   "chassis_asset_tag",
                "chassis_serial", "chassis_vendor", "chassis_version", "product_family",  "product_name",
                "product_serial", "product_sku",    "product_uuid",    "product_version", "sys_vendor"};
            for (const char* name : names) {
                const file_text file = all ? all.attribute(name, host.small) : file_text{{}, ENOENT};
                if (file)
                    values_.emplace_back(std::string_view(name) == "sys_vendor" ? "system_vendor" : name, file.text);
            }
        }
        if (values_.empty() || !out.exporter_on()) return;
        std::vector<label_view> labels;
        labels.reserve(values_.size());
        for (const auto& [name, value] : values_) labels.push_back({name, out.keep(value)});
        out.add_exporter(0, out.out().labels(labels_view(labels)), 1);
    }

private:
    std::string path_;
    bool read_ = false;
    std::vector<std::pair<const char*, std::string>> values_;
};

}  // namespace pitot::collect
