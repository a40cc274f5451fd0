#pragma once
// diskstats: what each disk has read and written, and what it is.

#include <pitot/collect/host/folder.hpp>
#include <pitot/collect/host/part.hpp>

#include <string>
#include <string_view>

namespace pitot::collect {

// The first rows are the columns of /proc/diskstats, in their order.
// clang-format off: one row, one line
inline constexpr metric diskstats_metrics[] = {
    {.name = "node_disk_reads_completed_total",
     .vector = "disk_reads_completed_total",
     .type = metric_type::counter,
     .labels = "device",
     .help = "Reads completed.",
     .source = "/proc/diskstats field 4"},
    {.name = "node_disk_reads_merged_total",
     .type = metric_type::counter,
     .labels = "device",
     .help = "Reads joined with others before they reached the disk.",
     .source = "/proc/diskstats field 5"},
    {.name = "node_disk_read_bytes_total",
     .vector = "disk_read_bytes_total",
     .type = metric_type::counter,
     .unit = "bytes",
     .labels = "device",
     .help = "Bytes read.",
     .source = "/proc/diskstats field 6, sectors of 512 bytes"},
    {.name = "node_disk_read_time_seconds_total",
     .type = metric_type::counter,
     .unit = "seconds",
     .labels = "device",
     .help = "Time of all reads, added up.",
     .source = "/proc/diskstats field 7, milliseconds"},
    {.name = "node_disk_writes_completed_total",
     .vector = "disk_writes_completed_total",
     .type = metric_type::counter,
     .labels = "device",
     .help = "Writes completed.",
     .source = "/proc/diskstats field 8"},
    {.name = "node_disk_writes_merged_total",
     .type = metric_type::counter,
     .labels = "device",
     .help = "Writes joined with others before they reached the disk.",
     .source = "/proc/diskstats field 9"},
    {.name = "node_disk_written_bytes_total",
     .vector = "disk_written_bytes_total",
     .type = metric_type::counter,
     .unit = "bytes",
     .labels = "device",
     .help = "Bytes written.",
     .source = "/proc/diskstats field 10, sectors of 512 bytes"},
    {.name = "node_disk_write_time_seconds_total",
     .type = metric_type::counter,
     .unit = "seconds",
     .labels = "device",
     .help = "Time of all writes, added up.",
     .source = "/proc/diskstats field 11, milliseconds"},
    {.name = "node_disk_io_now",
     .labels = "device",
     .help = "Requests under way.",
     .source = "/proc/diskstats field 12"},
    {.name = "node_disk_io_time_seconds_total",
     .type = metric_type::counter,
     .unit = "seconds",
     .labels = "device",
     .help = "Time in which any request was under way.",
     .source = "/proc/diskstats field 13, milliseconds"},
    {.name = "node_disk_io_time_weighted_seconds_total",
     .type = metric_type::counter,
     .unit = "seconds",
     .labels = "device",
     .help = "Time in which requests were under way, times how many there were.",
     .source = "/proc/diskstats field 14, milliseconds"},
    {.name = "node_disk_discards_completed_total",
     .type = metric_type::counter,
     .labels = "device",
     .help = "Discards completed.",
     .source = "/proc/diskstats field 15"},
    {.name = "node_disk_discards_merged_total",
     .type = metric_type::counter,
     .labels = "device",
     .help = "Discards joined with others.",
     .source = "/proc/diskstats field 16"},
    {.name = "node_disk_discarded_sectors_total",
     .type = metric_type::counter,
     .labels = "device",
     .help = "Sectors of 512 bytes discarded.",
     .source = "/proc/diskstats field 17"},
    {.name = "node_disk_discard_time_seconds_total",
     .type = metric_type::counter,
     .unit = "seconds",
     .labels = "device",
     .help = "Time of all discards, added up.",
     .source = "/proc/diskstats field 18, milliseconds"},
    {.name = "node_disk_flush_requests_total",
     .type = metric_type::counter,
     .labels = "device",
     .help = "Flushes completed.",
     .source = "/proc/diskstats field 19"},
    {.name = "node_disk_flush_requests_time_seconds_total",
     .type = metric_type::counter,
     .unit = "seconds",
     .labels = "device",
     .help = "Time of all flushes, added up.",
     .source = "/proc/diskstats field 20, milliseconds"},
    {.name = "node_disk_info",
     .labels = "device,major,minor,model,path,revision,rotational=0|1,serial,wwn",
     .help = "What the disk is; always 1.",
     .source = "/run/udev/data, /sys/block/*/queue/rotational"},
    {.name = "node_disk_filesystem_info",
     .labels = "device,type,usage,uuid,version",
     .help = "The filesystem on the disk; always 1.",
     .source = "/run/udev/data ID_FS_*"},
    {.name = "node_disk_device_mapper_info",
     .labels = "device,lv_layer,lv_name,name,uuid,vg_name",
     .help = "The device-mapper volume; always 1.",
     .source = "/run/udev/data DM_*"},
    {.name = "node_disk_ata_write_cache",
     .labels = "device",
     .help = "1 when the disk has a write cache.",
     .source = "/run/udev/data ID_ATA_WRITE_CACHE"},
    {.name = "node_disk_ata_write_cache_enabled",
     .labels = "device",
     .help = "1 when the disk's write cache is on.",
     .source = "/run/udev/data ID_ATA_WRITE_CACHE_ENABLED"},
    {.name = "node_disk_ata_rotation_rate_rpm",
     .unit = "rpm",
     .labels = "device",
     .help = "Revolutions per minute, 0 for a disk that does not turn.",
     .source = "/run/udev/data ID_ATA_ROTATION_RATE_RPM"},
};
// clang-format on
inline constexpr metric_table diskstats_table = {"diskstats", "disk", diskstats_metrics};

class diskstats_part final : public host_part {
public:
    explicit diskstats_part(const host_context& host) : file_(host.proc("diskstats")) {}

    void collect(host_context& host, emitter& out) override
    {
        const file_text file = file_.read(host.buffer);
        if (!usable(file, file_.path(), out)) return;
        const bool udev = out.exporter_on() && ::access(host.root("/run/udev/data").c_str(), R_OK) == 0;
        std::string_view rest = file.text;
        std::string_view line;
        while (next_line(rest, line)) {
            const std::string_view major = next_word(line);
            const std::string_view minor = next_word(line);
            const std::string_view name = next_word(line);
            if (name.empty()) {
                malformed(file_.path(), "a line without a device", out);
                continue;
            }
            if (!host.options.disk_devices(name, &excluded_by_default)) continue;
            const std::string_view device = out.keep(name);
            const label_ids labels = out.labels({{"device", device}});
            for (std::size_t row = 0; row < columns; ++row) {
                double value = 0;
                if (!next_number(line, value)) {  // older kernels have 11 or 15 columns
                    if (row < 11)
                        malformed(file_.path(), concat("fewer than 11 numbers for ", device.substr(0, 80)), out);
                    break;
                }
                out.add(row, labels, value * scale(row));
            }
            if (out.exporter_on()) add_info(host, device, major, minor, labels.exporter, udev, out);
        }
    }

    /// node_exporter's ^(z?ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\d+n\d+p)\d+$
    static bool excluded_by_default(std::string_view name) noexcept
    {
        std::string_view stem = name;
        while (!stem.empty() && stem.back() >= '0' && stem.back() <= '9') stem.remove_suffix(1);
        if (stem.size() == name.size()) return false;
        if (stem == "ram" || stem == "zram" || stem == "loop" || stem == "fd") return true;
        for (const std::string_view start : {"hd", "sd", "vd", "xvd"})
            if (stem.size() == start.size() + 1 && stem.starts_with(start) && stem.back() >= 'a' && stem.back() <= 'z')
                return true;
        if (!stem.starts_with("nvme") || !stem.ends_with("p")) return false;
        std::string_view middle = stem.substr(4, stem.size() - 5);  // \d+n\d+
        const std::size_t n = middle.find('n');
        std::uint64_t number = 0;
        return n != std::string_view::npos && to_number(middle.substr(0, n), number) &&
               to_number(middle.substr(n + 1), number);
    }

private:
    static constexpr std::size_t columns = 17;
    enum : std::size_t { info = 17, filesystem_info, mapper_info, write_cache, write_cache_enabled, rotation_rate };

    static constexpr double scale(std::size_t row) noexcept
    {
        if (row == 2 || row == 6) return 512;
        const bool milliseconds = row == 3 || row == 7 || row == 9 || row == 10 || row == 14 || row == 16;
        return milliseconds ? 1.0 / 1000.0 : 1;
    }

    struct property {
        std::string_view key;
        std::string_view value = {};
    };
    enum : std::size_t {
        path,
        wwn,
        model,
        scsi_serial,
        serial_short,
        serial,
        revision,
        fs_type,
        fs_usage,
        fs_uuid,
        fs_version,
        dm_name,
        dm_uuid,
        dm_vg,
        dm_lv,
        dm_layer,
        ata,
        ata_cache,
        ata_cache_on,
        ata_rpm
    };

    static void add_info(host_context& host, std::string_view device, std::string_view major, std::string_view minor,
                         labels_id labels, bool udev, emitter& out)
    {
        property p[] = {{"ID_PATH"},
                        {"ID_WWN"},
                        {"ID_MODEL"},
                        {"SCSI_IDENT_SERIAL"},
                        {"ID_SERIAL_SHORT"},
                        {"ID_SERIAL"},
                        {"ID_REVISION"},
                        {"ID_FS_TYPE"},
                        {"ID_FS_USAGE"},
                        {"ID_FS_UUID"},
                        {"ID_FS_VERSION"},
                        {"DM_NAME"},
                        {"DM_UUID"},
                        {"DM_VG_NAME"},
                        {"DM_LV_NAME"},
                        {"DM_LV_LAYER"},
                        {"ID_ATA"},
                        {"ID_ATA_WRITE_CACHE"},
                        {"ID_ATA_WRITE_CACHE_ENABLED"},
                        {"ID_ATA_ROTATION_RATE_RPM"}};
        if (udev) {
            const file_text data = read_once(host.root(concat("/run/udev/data/b", major, ":", minor)).c_str(),
                                             host.small);
            std::string_view rest = data.text;
            std::string_view line;
            while (next_line(rest, line)) {
                if (!line.starts_with("E:")) continue;
                line.remove_prefix(2);
                const std::string_view key = next_until(line, '=');
                for (property& known : p)
                    if (known.key == key) known.value = out.keep(line);
            }
        }
        const file_text rotates = read_attribute(
            concat(host.options.sys, "/block/", device, "/queue/rotational").c_str(), host.small);
        const std::string_view serial_shown = !p[scsi_serial].value.empty()    ? p[scsi_serial].value
                                              : !p[serial_short].value.empty() ? p[serial_short].value
                                                                               : p[serial].value;
        out.add_exporter(info,
                         out.exporter_labels({{"device", device},
                                              {"major", out.keep(major)},
                                              {"minor", out.keep(minor)},
                                              {"model", p[model].value},
                                              {"path", p[path].value},
                                              {"revision", p[revision].value},
                                              {"rotational", rotates.text == "1" ? "1" : "0"},
                                              {"serial", serial_shown},
                                              {"wwn", p[wwn].value}}),
                         1);
        if (!p[fs_type].value.empty())
            out.add_exporter(filesystem_info,
                             out.exporter_labels({{"device", device},
                                                  {"type", p[fs_type].value},
                                                  {"usage", p[fs_usage].value},
                                                  {"uuid", p[fs_uuid].value},
                                                  {"version", p[fs_version].value}}),
                             1);
        if (!p[dm_name].value.empty())
            out.add_exporter(mapper_info,
                             out.exporter_labels({{"device", device},
                                                  {"lv_layer", p[dm_layer].value},
                                                  {"lv_name", p[dm_lv].value},
                                                  {"name", p[dm_name].value},
                                                  {"uuid", p[dm_uuid].value},
                                                  {"vg_name", p[dm_vg].value}}),
                             1);
        if (p[ata].value.empty()) return;
        double value = 0;
        if (to_number(p[ata_cache].value, value)) out.add_exporter(write_cache, labels, value);
        if (to_number(p[ata_cache_on].value, value)) out.add_exporter(write_cache_enabled, labels, value);
        if (to_number(p[ata_rpm].value, value)) out.add_exporter(rotation_rate, labels, value);
    }

    kept_file file_;
};

}  // namespace pitot::collect
