#pragma once
// netdev, netclass, bonding, arp: network devices, what they carry and what they are.

#include <pitot/collect/host/folder.hpp>
#include <pitot/collect/host/part.hpp>

#include <algorithm>  // std::find_if
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::collect {

// The first rows are the columns of /proc/net/dev, in their order.
// clang-format off: one row, one line
inline constexpr metric netdev_metrics[] = {
    {.name = "node_network_receive_bytes_total",
     .vector = "network_receive_bytes_total",
     .type = metric_type::counter,
     .unit = "bytes",
     .labels = "device",
     .help = "Bytes received.",
     .source = "/proc/net/dev receive bytes"},
    {.name = "node_network_receive_packets_total",
     .vector = "network_receive_packets_total",
     .type = metric_type::counter,
     .labels = "device",
     .help = "Packets received.",
     .source = "/proc/net/dev receive packets"},
    {.name = "node_network_receive_errs_total",
     .vector = "network_receive_errs_total",
     .type = metric_type::counter,
     .labels = "device",
     .help = "Packets received with errors.",
     .source = "/proc/net/dev receive errs"},
    {.name = "node_network_receive_drop_total",
     .type = metric_type::counter,
     .labels = "device",
     .help = "Received packets dropped or missed.",
     .source = "/proc/net/dev receive drop"},
    {.name = "node_network_receive_fifo_total",
     .type = metric_type::counter,
     .labels = "device",
     .help = "Overruns of the receive queue.",
     .source = "/proc/net/dev receive fifo"},
    {.name = "node_network_receive_frame_total",
     .type = metric_type::counter,
     .labels = "device",
     .help = "Frames of wrong length, alignment or checksum.",
     .source = "/proc/net/dev receive frame"},
    {.name = "node_network_receive_compressed_total",
     .type = metric_type::counter,
     .labels = "device",
     .help = "Compressed packets received.",
     .source = "/proc/net/dev receive compressed"},
    {.name = "node_network_receive_multicast_total",
     .type = metric_type::counter,
     .labels = "device",
     .help = "Multicast packets received.",
     .source = "/proc/net/dev receive multicast"},
    {.name = "node_network_transmit_bytes_total",
     .vector = "network_transmit_bytes_total",
     .type = metric_type::counter,
     .unit = "bytes",
     .labels = "device",
     .help = "Bytes sent.",
     .source = "/proc/net/dev transmit bytes"},
    {.name = "node_network_transmit_packets_total",
     .vector = "network_transmit_packets_total",
     .type = metric_type::counter,
     .labels = "device",
     .help = "Packets sent.",
     .source = "/proc/net/dev transmit packets"},
    {.name = "node_network_transmit_errs_total",
     .vector = "network_transmit_errs_total",
     .type = metric_type::counter,
     .labels = "device",
     .help = "Packets that could not be sent.",
     .source = "/proc/net/dev transmit errs"},
    {.name = "node_network_transmit_drop_total",
     .vector = "network_transmit_packets_drop_total",
     .type = metric_type::counter,
     .labels = "device",
     .help = "Packets dropped instead of sent.",
     .source = "/proc/net/dev transmit drop"},
    {.name = "node_network_transmit_fifo_total",
     .type = metric_type::counter,
     .labels = "device",
     .help = "Underruns of the send queue.",
     .source = "/proc/net/dev transmit fifo"},
    {.name = "node_network_transmit_colls_total",
     .type = metric_type::counter,
     .labels = "device",
     .help = "Collisions.",
     .source = "/proc/net/dev transmit colls"},
    {.name = "node_network_transmit_carrier_total",
     .type = metric_type::counter,
     .labels = "device",
     .help = "Losses of carrier, aborts and late collisions.",
     .source = "/proc/net/dev transmit carrier"},
    {.name = "node_network_transmit_compressed_total",
     .type = metric_type::counter,
     .labels = "device",
     .help = "Compressed packets sent.",
     .source = "/proc/net/dev transmit compressed"},
    {.name = "node_network_receive_nohandler_total",
     .type = metric_type::counter,
     .labels = "device",
     .help = "Received packets that no protocol wanted.",
     .source = "/sys/class/net/*/statistics/rx_nohandler"},
};
// clang-format on
inline constexpr metric_table netdev_table = {"netdev", "network", netdev_metrics};

class netdev_part final : public host_part {
public:
    explicit netdev_part(const host_context& host) : file_(host.proc("net/dev")) {}

    void collect(host_context& host, emitter& out) override
    {
        const file_text file = file_.read(host.buffer);
        if (!usable(file, file_.path(), out)) return;
        std::string_view rest = file.text;
        std::string_view line;
        next_line(rest, line);
        next_line(rest, line);  // two lines of heading
        while (next_line(rest, line)) {
            const std::size_t colon = line.rfind(':');  // aliases have colons in their names
            if (colon == std::string_view::npos || trim(line.substr(0, colon)).empty()) {
                malformed(file_.path(), "a device's name and ':' are expected", out);
                continue;
            }
            const std::string_view name = trim(line.substr(0, colon));
            line.remove_prefix(colon + 1);
            if (!host.options.network_devices(name)) continue;
            const std::string_view device = out.keep(name);
            const label_ids labels = out.labels({{"device", device}});
            for (std::size_t row = 0; row < columns; ++row) {
                double value = 0;
                if (!next_number(line, value)) {
                    malformed(file_.path(), concat("16 numbers are expected for ", device.substr(0, 64)), out);
                    break;
                }
                out.add(row, labels, value);
            }
            if (!out.exporter_on()) continue;
            const file_text unhandled = read_attribute(
                concat(host.options.sys, "/class/net/", name, "/statistics/rx_nohandler").c_str(), host.small);
            double value = 0;
            if (unhandled && to_number(unhandled.text, value)) out.add(columns, labels, value);
        }
    }

private:
    static constexpr std::size_t columns = 16;
    kept_file file_;
};

// The rows up to protocol_type are the attributes of /sys/class/net/*, in the order of netclass_part::attributes.
// clang-format off: one row, one line
inline constexpr metric netclass_metrics[] = {
    {.name = "node_network_address_assign_type",
     .labels = "device",
     .help = "How the address came about: 0 permanent, 1 random, 2 from another device, 3 set.",
     .source = "/sys/class/net/*/addr_assign_type"},
    {.name = "node_network_carrier",
     .labels = "device",
     .help = "1 when the link is there.",
     .source = "/sys/class/net/*/carrier"},
    {.name = "node_network_carrier_changes_total",
     .type = metric_type::counter,
     .labels = "device",
     .help = "Changes of the link.",
     .source = "/sys/class/net/*/carrier_changes"},
    {.name = "node_network_carrier_up_changes_total",
     .type = metric_type::counter,
     .labels = "device",
     .help = "Times the link came.",
     .source = "/sys/class/net/*/carrier_up_count"},
    {.name = "node_network_carrier_down_changes_total",
     .type = metric_type::counter,
     .labels = "device",
     .help = "Times the link went.",
     .source = "/sys/class/net/*/carrier_down_count"},
    {.name = "node_network_device_id",
     .labels = "device",
     .help = "Which of several devices with one address it is.",
     .source = "/sys/class/net/*/dev_id"},
    {.name = "node_network_dormant",
     .labels = "device",
     .help = "1 when the device waits for an event outside.",
     .source = "/sys/class/net/*/dormant"},
    {.name = "node_network_flags",
     .labels = "device",
     .help = "Flags of the device (IFF_*).",
     .source = "/sys/class/net/*/flags"},
    {.name = "node_network_iface_id",
     .labels = "device",
     .help = "Index of the device.",
     .source = "/sys/class/net/*/ifindex"},
    {.name = "node_network_iface_link",
     .labels = "device",
     .help = "Index of the device it is linked to.",
     .source = "/sys/class/net/*/iflink"},
    {.name = "node_network_iface_link_mode",
     .labels = "device",
     .help = "0 for the default link mode, 1 for dormant.",
     .source = "/sys/class/net/*/link_mode"},
    {.name = "node_network_mtu_bytes",
     .unit = "bytes",
     .labels = "device",
     .help = "Largest packet.",
     .source = "/sys/class/net/*/mtu"},
    {.name = "node_network_name_assign_type",
     .labels = "device",
     .help = "How the name came about: 1 kernel, 2 predictable, 3 user, 4 renamed.",
     .source = "/sys/class/net/*/name_assign_type"},
    {.name = "node_network_net_dev_group",
     .labels = "device",
     .help = "Group of the device.",
     .source = "/sys/class/net/*/netdev_group"},
    {.name = "node_network_speed_bytes",
     .unit = "bytes",
     .labels = "device",
     .help = "Speed of the link in bytes a second; negative when unknown.",
     .source = "/sys/class/net/*/speed, Mbit/s"},
    {.name = "node_network_transmit_queue_length",
     .labels = "device",
     .help = "Packets the send queue may hold.",
     .source = "/sys/class/net/*/tx_queue_len"},
    {.name = "node_network_protocol_type",
     .labels = "device",
     .help = "Kind of hardware (ARPHRD_*).",
     .source = "/sys/class/net/*/type"},
    {.name = "node_network_info",
     .labels = "address,adminstate=down|unknown|up,broadcast,device,duplex,ifalias,operstate",
     .help = "What the device is; always 1.",
     .source = "/sys/class/net/*"},
    {.name = "node_network_up",
     .labels = "device",
     .help = "1 when the operational state is up.",
     .source = "/sys/class/net/*/operstate"},
};
// clang-format on
inline constexpr metric_table netclass_table = {"netclass", "", netclass_metrics};

class netclass_part final : public host_part {
public:
    explicit netclass_part(const host_context& host) : path_(host.sys("class/net")) {}

    void collect(host_context& host, emitter& out) override
    {
        const folder all(path_);
        if (!all) return;
        std::vector<device> kept;
        for (const std::string& name : all.names()) {
            if (!host.options.network_devices(name)) continue;
            struct stat link = {};
            if (::fstatat(all.fd(), name.c_str(), &link, AT_SYMLINK_NOFOLLOW) != 0) continue;
            struct stat there = {};
            if (::fstatat(all.fd(), name.c_str(), &there, 0) != 0 || !S_ISDIR(there.st_mode))
                continue;  // bonding_masters
            // A device that was renamed, or made anew under the same name, has another inode: its files are opened
            // anew.
            const auto known = std::find_if(devices_.begin(), devices_.end(),
                                            [&](const device& d) { return d.inode == there.st_ino && d.name == name; });
            kept.push_back(known != devices_.end() ? std::move(*known) : device{name, there.st_ino, {}});
            if (kept.size() <= max_kept) open(kept.back());
            add(kept.back(), host, out);
        }
        devices_ = std::move(kept);
    }

private:
    static constexpr std::size_t max_kept = 8;  ///< devices whose files stay open; the others' are opened each time

    struct attribute {
        std::string_view name;
        int base;
    };
    static constexpr attribute attributes[] = {{"addr_assign_type", 10},
                                               {"carrier", 10},
                                               {"carrier_changes", 10},
                                               {"carrier_up_count", 10},
                                               {"carrier_down_count", 10},
                                               {"dev_id", 16},
                                               {"dormant", 10},
                                               {"flags", 16},
                                               {"ifindex", 10},
                                               {"iflink", 10},
                                               {"link_mode", 10},
                                               {"mtu", 10},
                                               {"name_assign_type", 10},
                                               {"netdev_group", 10},
                                               {"speed", 10},
                                               {"tx_queue_len", 10},
                                               {"type", 10},
                                               {"address", 0},
                                               {"broadcast", 0},
                                               {"duplex", 0},
                                               {"ifalias", 0},
                                               {"operstate", 0}};
    enum : std::size_t { carrier = 1, flags = 7, speed = 14, numbers = 17, info = 17, up = 18 };

    struct device {
        std::string name;
        ino_t inode;
        std::vector<kept_file> files;
    };

    void open(device& d) const
    {
        if (!d.files.empty()) return;
        d.files.reserve(std::size(attributes));
        for (const attribute& a : attributes) d.files.emplace_back(concat(path_, "/", d.name, "/", a.name));
    }

    /// An attribute that is not there, or that the device refuses to tell, is an empty text.
    std::string_view read(device& d, std::size_t at, host_context& host) const
    {
        const file_text file = d.files.empty()
                                   ? read_attribute(concat(path_, "/", d.name, "/", attributes[at].name).c_str(),
                                                    host.small)
                                   : d.files[at].read_attribute(host.small);
        return file ? file.text : std::string_view{};
    }

    void add(device& d, host_context& host, emitter& out) const
    {
        const std::string_view name = out.keep(d.name);
        const label_ids labels = out.labels({{"device", name}});
        std::string_view admin = "unknown";
        for (std::size_t row = 0; row < numbers; ++row) {
            std::string_view text = read(d, row, host);
            if (text.empty()) continue;
            double value = 0;
            std::uint64_t whole = 0;
            if (attributes[row].base == 16) {
                if (text.starts_with("0x")) text.remove_prefix(2);
                if (!to_number(text, whole, 16)) continue;
                value = static_cast<double>(whole);
                if (row == flags) admin = (whole & 1U) != 0 ? "up" : "down";
            } else if (!to_number(text, value)) {
                continue;
            }
            if (row == speed) {
                const std::int64_t bytes = static_cast<std::int64_t>(value) * 1000 * 1000 / 8;  // Mbit/s, whole bytes
                value = static_cast<double>(bytes);
            }
            out.add(row, labels, value);
        }
        std::string_view texts[5];
        for (std::size_t i = 0; i < std::size(texts); ++i) texts[i] = out.keep(read(d, numbers + i, host));
        out.add_exporter(info,
                         out.exporter_labels({{"address", texts[0]},
                                              {"adminstate", admin},
                                              {"broadcast", texts[1]},
                                              {"device", name},
                                              {"duplex", texts[2]},
                                              {"ifalias", texts[3]},
                                              {"operstate", texts[4]}}),
                         1);
        out.add(up, labels, texts[4] == "up" ? 1 : 0);
    }

    std::string path_;
    std::vector<device> devices_;
};

// clang-format off: one row, one line
inline constexpr metric bonding_metrics[] = {
    {.name = "node_bonding_slaves",
     .labels = "master",
     .help = "Devices in the bond.",
     .source = "/sys/class/net/*/bonding/slaves"},
    {.name = "node_bonding_active",
     .labels = "master",
     .help = "Devices of the bond whose link is up.",
     .source = "/sys/class/net/*/lower_*/bonding_slave/mii_status"},
};
// clang-format on
inline constexpr metric_table bonding_table = {"bonding", "", bonding_metrics};

class bonding_part final : public host_part {
public:
    explicit bonding_part(const host_context& host)
        : path_(host.sys("class/net")), masters_(host.sys("class/net/bonding_masters"))
    {}

    void collect(host_context& host, emitter& out) override
    {
        const file_text file = masters_.read_attribute(host.small);
        if (!usable(file, masters_.path(), out)) return;
        const std::string names(file.text);
        std::string_view rest = names;
        for (std::string_view master = next_word(rest); !master.empty(); master = next_word(rest)) {
            const std::string base = concat(path_, "/", master);
            const file_text slaves = read_attribute(concat(base, "/bonding/slaves").c_str(), host.small);
            if (!slaves) continue;
            const std::string list(slaves.text);
            std::string_view left = list;
            double count = 0;
            double active = 0;
            for (std::string_view slave = next_word(left); !slave.empty(); slave = next_word(left)) {
                ++count;
                file_text state = read_attribute(concat(base, "/lower_", slave, "/bonding_slave/mii_status").c_str(),
                                                 host.small);
                if (!state)
                    state = read_attribute(concat(base, "/slave_", slave, "/bonding_slave/mii_status").c_str(),
                                           host.small);  // before 3.19
                if (state.text == "up") ++active;
            }
            const label_ids labels = out.labels({{"master", out.keep(master)}});
            out.add(0, labels, count);
            out.add(1, labels, active);
        }
    }

private:
    std::string path_;
    kept_file masters_;
};

// clang-format off: one row, one line
inline constexpr metric arp_metrics[] = {
    {.name = "node_arp_entries",
     .labels = "device",
     .help = "Addresses of neighbours known, IPv4.",
     .source = "/proc/net/arp"},
};
// clang-format on
inline constexpr metric_table arp_table = {"arp", "", arp_metrics};

class arp_part final : public host_part {
public:
    explicit arp_part(const host_context& host) : file_(host.proc("net/arp")) {}

    void collect(host_context& host, emitter& out) override
    {
        const file_text file = file_.read(host.buffer);
        if (!usable(file, file_.path(), out)) return;
        std::vector<std::pair<std::string_view, double>> counts;
        std::string_view rest = file.text;
        std::string_view line;
        next_line(rest, line);
        while (next_line(rest, line)) {
            line = trim(line);
            const std::size_t blank = line.rfind(' ');
            if (blank == std::string_view::npos) continue;
            const std::string_view device = line.substr(blank + 1);
            if (!host.options.network_devices(device)) continue;
            const auto known = std::find_if(counts.begin(), counts.end(),
                                            [&](const auto& c) { return c.first == device; });
            if (known != counts.end())
                ++known->second;
            else
                counts.emplace_back(device, 1);
        }
        for (const auto& [device, count] : counts) out.add(0, out.labels({{"device", out.keep(device)}}), count);
    }

private:
    kept_file file_;
};

}  // namespace pitot::collect
