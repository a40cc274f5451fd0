#pragma once
// Network devices, protocols and sockets.

#include <pitot/collect/host/context.hpp>
#include <pitot/model/name.hpp>

#include <array>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include <arpa/inet.h>  // inet_ntop

namespace pitot::collect::host {

/// In the order of /proc/net/dev's columns; the last is in sysfs.
inline constexpr metric netdev_table[] = {
    {"node_network_receive_bytes_total", metric_type::counter, "netdev", "device", "Bytes received.", "/proc/net/dev"},
    {"node_network_receive_packets_total", metric_type::counter, "netdev", "device", "Packets received.", "/proc/net/dev"},
    {"node_network_receive_errs_total", metric_type::counter, "netdev", "device", "Packets received with errors.", "/proc/net/dev"},
    {"node_network_receive_drop_total", metric_type::counter, "netdev", "device", "Received packets dropped or missed.", "/proc/net/dev"},
    {"node_network_receive_fifo_total", metric_type::counter, "netdev", "device", "Overruns of the receive buffer.", "/proc/net/dev"},
    {"node_network_receive_frame_total", metric_type::counter, "netdev", "device", "Framing errors.", "/proc/net/dev"},
    {"node_network_receive_compressed_total", metric_type::counter, "netdev", "device", "Compressed packets received.", "/proc/net/dev"},
    {"node_network_receive_multicast_total", metric_type::counter, "netdev", "device", "Multicast packets received.", "/proc/net/dev"},
    {"node_network_transmit_bytes_total", metric_type::counter, "netdev", "device", "Bytes sent.", "/proc/net/dev"},
    {"node_network_transmit_packets_total", metric_type::counter, "netdev", "device", "Packets sent.", "/proc/net/dev"},
    {"node_network_transmit_errs_total", metric_type::counter, "netdev", "device", "Packets that could not be sent.", "/proc/net/dev"},
    {"node_network_transmit_drop_total", metric_type::counter, "netdev", "device", "Packets dropped on the way out.", "/proc/net/dev"},
    {"node_network_transmit_fifo_total", metric_type::counter, "netdev", "device", "Overruns of the send buffer.", "/proc/net/dev"},
    {"node_network_transmit_colls_total", metric_type::counter, "netdev", "device", "Collisions.", "/proc/net/dev"},
    {"node_network_transmit_carrier_total", metric_type::counter, "netdev", "device", "Losses of carrier.", "/proc/net/dev"},
    {"node_network_transmit_compressed_total", metric_type::counter, "netdev", "device", "Compressed packets sent.", "/proc/net/dev"},
    {"node_network_receive_nohandler_total", metric_type::counter, "netdev", "device", "Received packets that no protocol wanted.", "/sys/class/net/DEVICE/statistics/rx_nohandler"},
};

/// How a file of /sys/class/net/DEVICE is read.
struct netclass_row {
    metric row;
    std::string_view file;
    unsigned base = 10;
    double scale = 1;
};
inline constexpr netclass_row netclass_table[] = {
    {{"node_network_address_assign_type", metric_type::gauge, "netclass", "device", "How the address was assigned.", "addr_assign_type"}, "addr_assign_type"},
    {{"node_network_carrier", metric_type::gauge, "netclass", "device", "1 when the link is there.", "carrier"}, "carrier"},
    {{"node_network_carrier_changes_total", metric_type::counter, "netclass", "device", "Changes of the link's state.", "carrier_changes"}, "carrier_changes"},
    {{"node_network_carrier_up_changes_total", metric_type::counter, "netclass", "device", "Times the link came up.", "carrier_up_count"}, "carrier_up_count"},
    {{"node_network_carrier_down_changes_total", metric_type::counter, "netclass", "device", "Times the link went down.", "carrier_down_count"}, "carrier_down_count"},
    {{"node_network_device_id", metric_type::gauge, "netclass", "device", "The device's number.", "dev_id"}, "dev_id", 16},
    {{"node_network_dormant", metric_type::gauge, "netclass", "device", "1 when the link is dormant.", "dormant"}, "dormant"},
    {{"node_network_flags", metric_type::gauge, "netclass", "device", "The device's flags.", "flags"}, "flags", 16},
    {{"node_network_iface_id", metric_type::gauge, "netclass", "device", "The interface's index.", "ifindex"}, "ifindex"},
    {{"node_network_iface_link", metric_type::gauge, "netclass", "device", "Index of the interface below.", "iflink"}, "iflink"},
    {{"node_network_iface_link_mode", metric_type::gauge, "netclass", "device", "The link mode.", "link_mode"}, "link_mode"},
    {{"node_network_mtu_bytes", metric_type::gauge, "netclass", "device", "The largest packet, in bytes.", "mtu"}, "mtu"},
    {{"node_network_name_assign_type", metric_type::gauge, "netclass", "device", "How the name was assigned.", "name_assign_type"}, "name_assign_type"},
    {{"node_network_net_dev_group", metric_type::gauge, "netclass", "device", "The device group.", "netdev_group"}, "netdev_group"},
    {{"node_network_speed_bytes", metric_type::gauge, "netclass", "device", "Speed of the link, in bytes a second.", "speed"}, "speed", 10, 1e6 / 8},
    {{"node_network_transmit_queue_length", metric_type::gauge, "netclass", "device", "Length of the send queue.", "tx_queue_len"}, "tx_queue_len"},
    {{"node_network_protocol_type", metric_type::gauge, "netclass", "device", "The protocol's number.", "type"}, "type"},
};
inline constexpr metric netclass_info[] = {
    {"node_network_info", metric_type::gauge, "netclass", "address,adminstate,broadcast,device,duplex,ifalias,operstate", "What the device is; 1.", "/sys/class/net/DEVICE"},
    {"node_network_up", metric_type::gauge, "netclass", "device", "1 when the operational state is up.", "/sys/class/net/DEVICE/operstate"},
};

inline constexpr metric network_table[] = {
    {"node_arp_entries", metric_type::gauge, "arp", "device", "ARP entries.", "/proc/net/arp"},
    {"node_nf_conntrack_entries", metric_type::gauge, "conntrack", "", "Connections tracked.", "/proc/sys/net/netfilter/nf_conntrack_count"},
    {"node_nf_conntrack_entries_limit", metric_type::gauge, "conntrack", "", "The most connections that can be tracked.", "/proc/sys/net/netfilter/nf_conntrack_max"},
    {"node_udp_queues", metric_type::gauge, "udp_queues", "ip,queue", "Bytes in UDP queues.", "/proc/net/udp, /proc/net/udp6"},
};
/// In the order of the columns of /proc/net/stat/nf_conntrack that are used.
inline constexpr metric conntrack_table[] = {
    {"node_nf_conntrack_stat_found", metric_type::gauge, "conntrack", "", "Entries found.", "/proc/net/stat/nf_conntrack, column 3"},
    {"node_nf_conntrack_stat_invalid", metric_type::gauge, "conntrack", "", "Packets that cannot be tracked.", "column 5"},
    {"node_nf_conntrack_stat_ignore", metric_type::gauge, "conntrack", "", "Packets already tracked.", "column 6"},
    {"node_nf_conntrack_stat_insert", metric_type::gauge, "conntrack", "", "Entries inserted.", "column 9"},
    {"node_nf_conntrack_stat_insert_failed", metric_type::gauge, "conntrack", "", "Entries that could not be inserted.", "column 10"},
    {"node_nf_conntrack_stat_drop", metric_type::gauge, "conntrack", "", "Packets dropped for want of an entry.", "column 11"},
    {"node_nf_conntrack_stat_early_drop", metric_type::gauge, "conntrack", "", "Entries dropped to make room.", "column 12"},
    {"node_nf_conntrack_stat_search_restart", metric_type::gauge, "conntrack", "", "Searches restarted.", "column 17"},
};
inline constexpr metric netstat_rows[] = {
    {"node_netstat_*", metric_type::unknown, "netstat", "", "The field of that name.", "/proc/net/netstat, /proc/net/snmp, /proc/net/snmp6"},
    {"node_sockstat_*", metric_type::gauge, "sockstat", "", "The field of that name.", "/proc/net/sockstat, /proc/net/sockstat6"},
};

[[nodiscard]] inline bool wanted(const std::function<bool(std::string_view)>& filter, std::string_view name)
{
    return !filter || filter(name);
}

[[nodiscard]] inline result<void> collect_netdev(context& on, batch& out)
{
    const auto text = on.proc.read("/net/dev");
    if (!text) return unexpected(text.error());
    std::string_view rest = *text;
    std::string_view line;
    std::vector<std::pair<labels_id, std::string_view>> devices;
    while (next_line(rest, line)) {
        const std::size_t colon = line.rfind(':');
        if (colon == std::string_view::npos || line.find('|') != std::string_view::npos) continue;
        std::string_view name = line.substr(0, colon);
        name.remove_prefix(std::min(name.find_first_not_of(' '), name.size()));
        if (name.empty() || !wanted(on.settings.network_device, name)) continue;
        name = out.intern(name);
        line.remove_prefix(colon + 1);
        const labels_id labels = out.labels({{"device", name}});
        for (std::size_t i = 0; i + 1 < std::size(netdev_table); ++i) {
            const auto value = to_uint(next_word(line));
            if (!value) break;
            put(out, netdev_table[i], static_cast<double>(*value), labels);
        }
        devices.emplace_back(labels, name);
    }
    for (const auto& [labels, name] : devices)
        if (const auto value = to_uint(on.sys.line(concat("/class/net/", name, "/statistics/rx_nohandler"))))
            put(out, netdev_table[std::size(netdev_table) - 1], static_cast<double>(*value), labels);
    return {};
}

[[nodiscard]] inline result<void> collect_netclass(context& on, batch& out)
{
    return on.sys.each("/class/net", [&](std::string_view name) {
        const std::string folder = concat("/class/net/", name, "/");
        if (!wanted(on.settings.network_device, name) || !on.sys.exists(concat(folder, "ifindex"))) return;
        const std::string_view device = out.intern(name);
        const labels_id labels = out.labels({{"device", device}});
        for (const netclass_row& item : netclass_table) {
            std::string_view word = on.sys.line(concat(folder, item.file));
            if (item.base == 16 && word.substr(0, 2) == "0x") word.remove_prefix(2);
            const auto value = to_uint(word, item.base);
            if (value) put(out, item.row, static_cast<double>(*value) * item.scale, labels);
        }
        const auto text = [&](std::string_view file) { return out.intern(on.sys.line(concat(folder, file))); };
        const std::string_view operstate = text("operstate");
        const auto flags = to_uint([&] {
            std::string_view word = on.sys.line(concat(folder, "flags"));
            if (word.substr(0, 2) == "0x") word.remove_prefix(2);
            return word;
        }(), 16);
        put(out, netclass_info[1], operstate == "up" ? 1 : 0, labels);
        put(out, netclass_info[0], 1,
            out.labels({{"address", text("address")},
                        {"adminstate", flags && (*flags & 1U) != 0 ? "up" : "down"},
                        {"broadcast", text("broadcast")},
                        {"device", device},
                        {"duplex", text("duplex")},
                        {"ifalias", text("ifalias")},
                        {"operstate", operstate}}));
    });
}

namespace detail {

/// node_exporter's default selection.
[[nodiscard]] inline bool netstat_field(std::string_view protocol, std::string_view field) noexcept
{
    struct entry {
        std::string_view protocol;
        std::string_view field;
    };
    static constexpr entry selected[] = {
        {"Ip", "Forwarding"},        {"Ip6", "InOctets"},         {"Ip6", "OutOctets"},        {"IpExt", "InOctets"},
        {"IpExt", "OutOctets"},      {"Icmp", "InMsgs"},          {"Icmp", "OutMsgs"},         {"Icmp6", "InMsgs"},
        {"Icmp6", "OutMsgs"},        {"TcpExt", "TCPSynRetrans"}, {"TcpExt", "TCPTimeouts"},   {"TcpExt", "TCPOFOQueue"},
        {"TcpExt", "TCPRcvQDrop"},   {"Tcp", "ActiveOpens"},      {"Tcp", "InSegs"},           {"Tcp", "OutSegs"},
        {"Tcp", "OutRsts"},          {"Tcp", "PassiveOpens"},     {"Tcp", "RetransSegs"},      {"Tcp", "CurrEstab"},
        {"Udp", "InDatagrams"},      {"Udp", "OutDatagrams"},     {"Udp", "NoPorts"},          {"Udp", "RcvbufErrors"},
        {"Udp", "SndbufErrors"},     {"Udp6", "InDatagrams"},     {"Udp6", "OutDatagrams"},    {"Udp6", "NoPorts"},
        {"Udp6", "RcvbufErrors"},    {"Udp6", "SndbufErrors"},
    };
    const auto starts = [field](std::string_view with) { return field.substr(0, with.size()) == with; };
    if (protocol == "TcpExt" && (starts("Listen") || starts("Syncookies"))) return true;
    if (field == "InErrors")
        return protocol == "Icmp" || protocol == "Icmp6" || protocol == "Udp" || protocol == "Udp6" || protocol == "UdpLite" || protocol == "UdpLite6";
    if (protocol == "Tcp" && field == "InErrs") return true;
    for (const entry& e : selected)
        if (e.protocol == protocol && e.field == field) return true;
    return false;
}

inline void put_named(batch& out, std::string_view prefix, std::string_view a, std::string_view b, metric_type type,
                      std::string_view help, double value)
{
    const std::string name = concat(prefix, a, "_", b);
    const auto known = out.find(name);
    out.add(known ? *known : out.family(out.intern(name), type, help), labels_id::none, value);
}

}  // namespace detail

[[nodiscard]] inline result<void> collect_netstat(context& on, batch& out)
{
    const metric& row = netstat_rows[0];
    result<void> outcome;
    for (const std::string_view file : {"/net/netstat", "/net/snmp"}) {
        const auto text = on.proc.read(file);
        if (!text) {
            outcome = unexpected(text.error());
            continue;
        }
        std::string_view rest = *text;
        std::string_view names;
        std::string_view values;
        while (next_line(rest, names) && next_line(rest, values)) {
            std::string_view protocol = next_word(names);
            if (protocol.empty() || next_word(values) != protocol) break;
            protocol.remove_suffix(1);
            for (std::string_view field = next_word(names); !field.empty(); field = next_word(names)) {
                const std::string_view value = next_word(values);
                if (!detail::netstat_field(protocol, field)) continue;
                if (const auto number = to_int(value))
                    detail::put_named(out, "node_netstat_", protocol, field, row.type, row.help, static_cast<double>(*number));
            }
        }
    }
    if (const auto text = on.proc.read("/net/snmp6")) {
        std::string_view rest = *text;
        std::string_view line;
        while (next_line(rest, line)) {
            const std::string_view key = next_word(line);
            const std::size_t six = key.find('6');
            if (six == std::string_view::npos) continue;
            const std::string_view protocol = key.substr(0, six + 1);
            const std::string_view field = key.substr(six + 1);
            if (!detail::netstat_field(protocol, field)) continue;
            if (const auto number = to_uint(next_word(line)))
                detail::put_named(out, "node_netstat_", protocol, field, row.type, row.help, static_cast<double>(*number));
        }
    }
    return outcome;
}

[[nodiscard]] inline result<void> collect_sockstat(context& on, batch& out)
{
    const metric& row = netstat_rows[1];
    static const double page = static_cast<double>(::sysconf(_SC_PAGESIZE));
    result<void> outcome;
    for (const std::string_view file : {"/net/sockstat", "/net/sockstat6"}) {
        const auto text = on.proc.read(file);
        if (!text) {
            if (file == "/net/sockstat") outcome = unexpected(text.error());  // no IPv6, no second file
            continue;
        }
        std::string_view rest = *text;
        std::string_view line;
        while (next_line(rest, line)) {
            std::string_view protocol = next_word(line);
            if (protocol.empty()) continue;
            protocol.remove_suffix(1);
            for (std::string_view key = next_word(line); !key.empty(); key = next_word(line)) {
                const auto value = to_uint(next_word(line));
                if (!value) continue;
                detail::put_named(out, "node_sockstat_", protocol, key, row.type, row.help, static_cast<double>(*value));
                if (key == "mem")
                    detail::put_named(out, "node_sockstat_", protocol, "mem_bytes", row.type, row.help, static_cast<double>(*value) * page);
            }
        }
    }
    return outcome;
}

[[nodiscard]] inline result<void> collect_arp(context& on, batch& out)
{
    const auto text = on.proc.read("/net/arp");
    if (!text) return unexpected(text.error());
    std::map<std::string, std::uint64_t, std::less<>> counts;
    std::string_view rest = *text;
    std::string_view line;
    next_line(rest, line);
    while (next_line(rest, line)) {
        std::string_view device;
        for (std::string_view word = next_word(line); !word.empty(); word = next_word(line)) device = word;
        if (!device.empty()) ++counts[std::string(device)];
    }
    for (const auto& [device, count] : counts)
        put(out, network_table[0], static_cast<double>(count), out.labels({{"device", out.intern(device)}}));
    return {};
}

[[nodiscard]] inline result<void> collect_conntrack(context& on, batch& out)
{
    const auto entries = to_uint(on.proc.line("/sys/net/netfilter/nf_conntrack_count"));
    if (!entries) return unexpected(errc::not_found, "conntrack is not loaded");
    put(out, network_table[1], static_cast<double>(*entries));
    if (const auto limit = to_uint(on.proc.line("/sys/net/netfilter/nf_conntrack_max")))
        put(out, network_table[2], static_cast<double>(*limit));
    const auto text = on.proc.read("/net/stat/nf_conntrack");
    if (!text) return unexpected(text.error());
    constexpr std::size_t columns[] = {2, 4, 5, 8, 9, 10, 11, 16};
    std::array<std::uint64_t, std::size(columns)> sums{};
    std::string_view rest = *text;
    std::string_view line;
    next_line(rest, line);
    while (next_line(rest, line)) {
        std::size_t next = 0;
        for (std::size_t column = 0; column < 17 && next < std::size(columns); ++column) {
            const auto value = to_uint(next_word(line), 16);
            if (column == columns[next]) sums[next++] += value.value_or(0);
        }
    }
    for (std::size_t i = 0; i < std::size(columns); ++i) put(out, conntrack_table[i], static_cast<double>(sums[i]));
    return {};
}

[[nodiscard]] inline result<void> collect_udp_queues(context& on, batch& out)
{
    result<void> outcome;
    for (const auto& [file, ip] : {std::pair<std::string_view, std::string_view>{"/net/udp", "v4"}, {"/net/udp6", "v6"}}) {
        const auto text = on.proc.read(file);
        if (!text) {
            if (ip == "v4") outcome = unexpected(text.error());
            continue;
        }
        std::uint64_t sent = 0;
        std::uint64_t received = 0;
        std::string_view rest = *text;
        std::string_view line;
        next_line(rest, line);
        while (next_line(rest, line)) {
            for (int i = 0; i < 4; ++i) (void)next_word(line);
            const std::string_view queues = next_word(line);
            const std::size_t colon = queues.find(':');
            if (colon == std::string_view::npos) continue;
            sent += to_uint(queues.substr(0, colon), 16).value_or(0);
            received += to_uint(queues.substr(colon + 1), 16).value_or(0);
        }
        put(out, network_table[3], static_cast<double>(sent), out.labels({{"ip", ip}, {"queue", "tx"}}));
        put(out, network_table[3], static_cast<double>(received), out.labels({{"ip", ip}, {"queue", "rx"}}));
    }
    return outcome;
}

}  // namespace pitot::collect::host
