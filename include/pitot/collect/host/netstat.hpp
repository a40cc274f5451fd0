#pragma once
// netstat, sockstat: what the network protocols count, and their sockets.

#include <pitot/collect/host/part.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace pitot::collect {

#define PITOT_NETSTAT(field, text)                                                                                     \
    {                                                                                                                  \
        .name = "node_netstat_" field, .type = metric_type::unknown, .help = text,                                     \
        .source = "/proc/net/netstat, /proc/net/snmp, /proc/net/snmp6: " field                                         \
    }
// clang-format off: one row, one line
inline constexpr metric netstat_metrics[] = {
    PITOT_NETSTAT("Icmp6_InErrors", "ICMPv6 messages received with errors."),
    PITOT_NETSTAT("Icmp6_InMsgs", "ICMPv6 messages received."),
    PITOT_NETSTAT("Icmp6_OutMsgs", "ICMPv6 messages sent."),
    PITOT_NETSTAT("Icmp_InErrors", "ICMP messages received with errors."),
    PITOT_NETSTAT("Icmp_InMsgs", "ICMP messages received."),
    PITOT_NETSTAT("Icmp_OutMsgs", "ICMP messages sent."),
    PITOT_NETSTAT("Ip6_InOctets", "Bytes received by IPv6."),
    PITOT_NETSTAT("Ip6_OutOctets", "Bytes sent by IPv6."),
    PITOT_NETSTAT("IpExt_InOctets", "Bytes received by IPv4."),
    PITOT_NETSTAT("IpExt_OutOctets", "Bytes sent by IPv4."),
    PITOT_NETSTAT("Ip_Forwarding", "1 when IPv4 packets are forwarded, 2 when not."),
    PITOT_NETSTAT("TcpExt_ListenDrops", "Connections dropped by listening sockets."),
    PITOT_NETSTAT("TcpExt_ListenOverflows", "Connections dropped because the accept queue was full."),
    PITOT_NETSTAT("TcpExt_SyncookiesFailed", "SYN cookies that came back wrong."),
    PITOT_NETSTAT("TcpExt_SyncookiesRecv", "SYN cookies that came back."),
    PITOT_NETSTAT("TcpExt_SyncookiesSent", "SYN cookies sent."),
    PITOT_NETSTAT("TcpExt_TCPOFOQueue", "Segments that came out of order."),
    PITOT_NETSTAT("TcpExt_TCPRcvQDrop", "Segments dropped because the receive queue was full."),
    PITOT_NETSTAT("TcpExt_TCPSynRetrans", "SYN segments sent again."),
    PITOT_NETSTAT("TcpExt_TCPTimeouts", "Times a connection waited in vain for an acknowledgement."),
    PITOT_NETSTAT("Tcp_ActiveOpens", "Connections opened from here."),
    PITOT_NETSTAT("Tcp_CurrEstab", "Connections established now."),
    PITOT_NETSTAT("Tcp_InErrs", "Segments received with errors."),
    PITOT_NETSTAT("Tcp_InSegs", "Segments received."),
    PITOT_NETSTAT("Tcp_OutRsts", "Resets sent."),
    PITOT_NETSTAT("Tcp_OutSegs", "Segments sent."),
    PITOT_NETSTAT("Tcp_PassiveOpens", "Connections accepted."),
    PITOT_NETSTAT("Tcp_RetransSegs", "Segments sent again."),
    PITOT_NETSTAT("Udp6_InDatagrams", "UDPv6 datagrams received."),
    PITOT_NETSTAT("Udp6_InErrors", "UDPv6 datagrams received with errors."),
    PITOT_NETSTAT("Udp6_NoPorts", "UDPv6 datagrams for ports nobody listens on."),
    PITOT_NETSTAT("Udp6_OutDatagrams", "UDPv6 datagrams sent."),
    PITOT_NETSTAT("Udp6_RcvbufErrors", "UDPv6 datagrams dropped because the receive buffer was full."),
    PITOT_NETSTAT("Udp6_SndbufErrors", "UDPv6 datagrams dropped because the send buffer was full."),
    PITOT_NETSTAT("UdpLite6_InErrors", "UDP-Lite datagrams over IPv6 received with errors."),
    PITOT_NETSTAT("UdpLite_InErrors", "UDP-Lite datagrams received with errors."),
    PITOT_NETSTAT("Udp_InDatagrams", "UDP datagrams received."),
    PITOT_NETSTAT("Udp_InErrors", "UDP datagrams received with errors."),
    PITOT_NETSTAT("Udp_NoPorts", "UDP datagrams for ports nobody listens on."),
    PITOT_NETSTAT("Udp_OutDatagrams", "UDP datagrams sent."),
    PITOT_NETSTAT("Udp_RcvbufErrors", "UDP datagrams dropped because the receive buffer was full."),
    PITOT_NETSTAT("Udp_SndbufErrors", "UDP datagrams dropped because the send buffer was full."),
    {.name = "node_netstat_*",
     .type = metric_type::unknown,
     .help = "A field of the network statistics that was asked for.",
     .source = "/proc/net/netstat, /proc/net/snmp, /proc/net/snmp6"},
};
// clang-format on
#undef PITOT_NETSTAT
inline constexpr metric_table netstat_table = {"netstat", "", netstat_metrics};

class netstat_part final : public host_part {
public:
    explicit netstat_part(const host_context& host)
        : netstat_{kept_file(host.proc("net/netstat")), {}}, snmp_{kept_file(host.proc("net/snmp")), {}},
          snmp6_{kept_file(host.proc("net/snmp6")), {}}
    {}

    void collect(host_context& host, emitter& out) override
    {
        if (!out.exporter_on()) return;
        pairs(netstat_, host, out);
        pairs(snmp_, host, out);
        lines(snmp6_, host, out);
    }

    /// node_exporter's ^(.*_(InErrors|InErrs)|Ip_Forwarding|Ip(6|Ext)_(InOctets|OutOctets)|Icmp6?_(InMsgs|OutMsgs)|
    /// TcpExt_(Listen.*|Syncookies.*|TCPSynRetrans|TCPTimeouts|TCPOFOQueue|TCPRcvQDrop)|Tcp_(ActiveOpens|InSegs|OutSegs|
    /// OutRsts|PassiveOpens|RetransSegs|CurrEstab)|Udp6?_(InDatagrams|OutDatagrams|NoPorts|RcvbufErrors|SndbufErrors))$:
    /// the table, and what its open ends take in
    static bool by_default(std::string_view field) noexcept
    {
        return row_of(field) < other || field.ends_with("_InErrors") || field.ends_with("_InErrs") ||
               field.starts_with("TcpExt_Listen") || field.starts_with("TcpExt_Syncookies");
    }

private:
    static constexpr std::size_t other = std::size(netstat_metrics) - 1;
    static constexpr std::string_view prefix = "node_netstat_";

    static std::size_t row_of(std::string_view field) noexcept
    {
        std::size_t row = 0;
        while (row < other && netstat_metrics[row].name.substr(prefix.size()) != field) ++row;
        return row;
    }

    /// A column that is wanted. The names in these files change only with the kernel, so that they are looked up once.
    struct column {
        std::size_t at;
        std::size_t row;
        std::string name;  ///< when the row is the one for all others
    };
    struct heading {
        std::string text;
        std::vector<column> wanted;
    };
    struct source {
        kept_file file;
        std::vector<heading> headings;
    };

    static void want(heading& h, std::size_t at, std::string_view field, const host_context& host)
    {
        const name_filter& filter = host.options.netstat_fields;
        if (field.size() > 128 || !(filter.is_set() ? filter(field) : by_default(field))) return;
        const std::size_t row = row_of(field);
        h.wanted.push_back({at, row, row == other ? concat(prefix, field) : std::string()});
    }

    static void add(const column& c, double value, emitter& out)
    {
        if (c.row == other)
            out.add_named(out.keep(c.name), other, labels_id::none, value);
        else
            out.add_exporter(c.row, labels_id::none, value);
    }

    /// Lines in pairs: "Tcp: name name …", "Tcp: value value …".
    static void pairs(source& from, host_context& host, emitter& out)
    {
        const file_text file = from.file.read(host.buffer);
        if (!usable(file, from.file.path(), out)) return;
        std::string_view rest = file.text;
        std::string_view names;
        std::string_view values;
        for (std::size_t pair = 0; next_line(rest, names); ++pair) {
            if (!next_line(rest, values)) return malformed(from.file.path(), "names without values", out);
            if (from.headings.size() <= pair) from.headings.resize(pair + 1);
            heading& h = from.headings[pair];
            if (h.text != names) {
                h.text = names;
                h.wanted.clear();
                const std::string_view protocol = next_until(names, ':');
                std::size_t at = 0;
                for (std::string_view name = next_word(names); !name.empty(); name = next_word(names), ++at)
                    want(h, at, concat(protocol, "_", name), host);
            }
            const std::string_view protocol = next_until(values, ':');
            if (!std::string_view(h.text).starts_with(protocol)) {
                malformed(from.file.path(), concat("values of another protocol: ", protocol.substr(0, 40)), out);
                continue;
            }
            std::size_t at = 0;
            for (const column& c : h.wanted) {
                std::string_view word;
                for (; at <= c.at; ++at) word = next_word(values);
                double value = 0;
                if (to_number(word, value))
                    add(c, value, out);
                else
                    malformed(from.file.path(), concat("fewer values than names for ", protocol.substr(0, 40)), out);
            }
        }
    }

    /// One line a field: "Udp6InErrors 0".
    static void lines(source& from, host_context& host, emitter& out)
    {
        const file_text file = from.file.read(host.buffer);
        if (!usable(file, from.file.path(), out)) return;
        std::string_view rest = file.text;
        std::string_view line;
        for (std::size_t at = 0; next_line(rest, line); ++at) {
            if (from.headings.size() <= at) from.headings.resize(at + 1);
            heading& h = from.headings[at];
            const std::string_view key = next_word(line);
            if (h.text != key) {
                h.text = key;
                h.wanted.clear();
                const std::size_t six = key.find('6');
                if (six != std::string_view::npos)
                    want(h, 0, concat(key.substr(0, six + 1), "_", key.substr(six + 1)), host);
            }
            if (h.wanted.empty()) continue;
            double value = 0;
            if (next_number(line, value))
                add(h.wanted.front(), value, out);
            else
                malformed(from.file.path(), concat("no number for ", key.substr(0, 80)), out);
        }
    }

    source netstat_;
    source snmp_;
    source snmp6_;
};

#define PITOT_SOCKSTAT(field, text)                                                                                    \
    {                                                                                                                  \
        .name = "node_sockstat_" field, .help = text, .source = "/proc/net/sockstat, /proc/net/sockstat6: " field      \
    }
// clang-format off: one row, one line
inline constexpr metric sockstat_metrics[] = {
    PITOT_SOCKSTAT("sockets_used", "Sockets in use."),
    PITOT_SOCKSTAT("TCP_inuse", "TCP sockets in use."),
    PITOT_SOCKSTAT("TCP_orphan", "TCP sockets without a process."),
    PITOT_SOCKSTAT("TCP_tw", "TCP sockets in time-wait."),
    PITOT_SOCKSTAT("TCP_alloc", "TCP sockets allocated."),
    PITOT_SOCKSTAT("TCP_mem", "Pages used by TCP's buffers."),
    PITOT_SOCKSTAT("TCP_mem_bytes", "Bytes used by TCP's buffers."),
    PITOT_SOCKSTAT("UDP_inuse", "UDP sockets in use."),
    PITOT_SOCKSTAT("UDP_mem", "Pages used by UDP's buffers."),
    PITOT_SOCKSTAT("UDP_mem_bytes", "Bytes used by UDP's buffers."),
    PITOT_SOCKSTAT("UDPLITE_inuse", "UDP-Lite sockets in use."),
    PITOT_SOCKSTAT("RAW_inuse", "Raw sockets in use."),
    PITOT_SOCKSTAT("FRAG_inuse", "Packets being put together."),
    PITOT_SOCKSTAT("FRAG_memory", "Bytes used for packets being put together."),
    PITOT_SOCKSTAT("TCP6_inuse", "TCP sockets over IPv6 in use."),
    PITOT_SOCKSTAT("UDP6_inuse", "UDP sockets over IPv6 in use."),
    PITOT_SOCKSTAT("UDPLITE6_inuse", "UDP-Lite sockets over IPv6 in use."),
    PITOT_SOCKSTAT("RAW6_inuse", "Raw sockets over IPv6 in use."),
    PITOT_SOCKSTAT("FRAG6_inuse", "IPv6 packets being put together."),
    PITOT_SOCKSTAT("FRAG6_memory", "Bytes used for IPv6 packets being put together."),
    {.name = "node_sockstat_*",
     .help = "A field that this table does not know.",
     .source = "/proc/net/sockstat, /proc/net/sockstat6"},
};
// clang-format on
#undef PITOT_SOCKSTAT
inline constexpr metric_table sockstat_table = {"sockstat", "", sockstat_metrics};

class sockstat_part final : public host_part {
public:
    explicit sockstat_part(const host_context& host)
        : files_{kept_file(host.proc("net/sockstat")), kept_file(host.proc("net/sockstat6"))}
    {}

    void collect(host_context& host, emitter& out) override
    {
        for (kept_file& from : files_) {
            const file_text file = from.read(host.buffer);
            if (!usable(file, from.path(), out)) continue;
            std::string_view rest = file.text;
            std::string_view line;
            while (next_line(rest, line)) {
                const std::string_view protocol = next_until(line, ':');
                if (protocol.empty()) {
                    malformed(from.path(), "a protocol's name is expected", out);
                    continue;
                }
                for (std::string_view key = next_word(line); !key.empty(); key = next_word(line)) {
                    double value = 0;
                    if (!next_number(line, value)) {
                        malformed(from.path(), concat("no number for ", key.substr(0, 40)), out);
                        break;
                    }
                    add(protocol, key, value, out);
                    if (key == "mem") add(protocol, "mem_bytes", value * host.page_size, out);
                }
            }
        }
    }

private:
    static constexpr std::size_t other = std::size(sockstat_metrics) - 1;
    static constexpr std::string_view prefix = "node_sockstat_";

    static void add(std::string_view protocol, std::string_view key, double value, emitter& out)
    {
        for (std::size_t row = 0; row < other; ++row) {
            const std::string_view field = sockstat_metrics[row].name.substr(prefix.size());
            const bool same = field.size() == protocol.size() + 1 + key.size() && field.starts_with(protocol) &&
                              field[protocol.size()] == '_' && field.ends_with(key);
            if (same) return out.add_exporter(row, labels_id::none, value);
        }
        if (protocol.size() + key.size() < 128)
            out.add_named(out.keep(concat(prefix, protocol, "_", key)), other, labels_id::none, value);
    }

    kept_file files_[2];
};

}  // namespace pitot::collect
