#pragma once
// softnet, udp_queues, conntrack, tcp: queues and tables of the network stack.

#include <pitot/collect/host/part.hpp>

#include <charconv>  // std::to_chars
#include <string>
#include <string_view>
#include <utility>

namespace pitot::collect {

// clang-format off: one row, one line
inline constexpr metric softnet_metrics[] = {
    {.name = "node_softnet_processed_total",
     .type = metric_type::counter,
     .labels = "cpu",
     .help = "Packets taken from the queue.",
     .source = "/proc/net/softnet_stat column 1"},
    {.name = "node_softnet_dropped_total",
     .type = metric_type::counter,
     .labels = "cpu",
     .help = "Packets dropped because the queue was full.",
     .source = "/proc/net/softnet_stat column 2"},
    {.name = "node_softnet_times_squeezed_total",
     .type = metric_type::counter,
     .labels = "cpu",
     .help = "Times the budget ran out before the queue was empty.",
     .source = "/proc/net/softnet_stat column 3"},
    {.name = "node_softnet_cpu_collision_total",
     .type = metric_type::counter,
     .labels = "cpu",
     .help = "Times the device was locked by another processor.",
     .source = "/proc/net/softnet_stat column 9"},
    {.name = "node_softnet_received_rps_total",
     .type = metric_type::counter,
     .labels = "cpu",
     .help = "Times another processor asked for help.",
     .source = "/proc/net/softnet_stat column 10"},
    {.name = "node_softnet_flow_limit_count_total",
     .type = metric_type::counter,
     .labels = "cpu",
     .help = "Times a flow reached its limit.",
     .source = "/proc/net/softnet_stat column 11"},
    {.name = "node_softnet_backlog_len",
     .labels = "cpu",
     .help = "Packets in the queue.",
     .source = "/proc/net/softnet_stat column 12"},
};
// clang-format on
inline constexpr metric_table softnet_table = {"softnet", "", softnet_metrics};

class softnet_part final : public host_part {
public:
    explicit softnet_part(const host_context& host) : file_(host.proc("net/softnet_stat")) {}

    void collect(host_context& host, emitter& out) override
    {
        static constexpr std::size_t columns[] = {0, 1, 2, 8, 9, 10, 11};
        const file_text file = file_.read(host.buffer);
        if (!usable(file, file_.path(), out)) return;
        std::string_view rest = file.text;
        std::string_view line;
        for (std::uint64_t number = 0; next_line(rest, line); ++number) {
            std::uint64_t value[13] = {};
            std::size_t count = 0;
            while (count < std::size(value)) {
                const std::string_view word = next_word(line);
                if (word.empty() || !to_number(word, value[count], 16)) break;
                ++count;
            }
            if (count < 9) {
                malformed(file_.path(), "at least 9 hexadecimal numbers are expected", out);
                continue;
            }
            // Since 5.14 the last column says which processor it is; before, the line does.
            const std::uint64_t cpu = count >= 13 ? value[12] : number;
            if (count < 13) value[11] = 0;
            char digits[20];
            const char* const end = std::to_chars(digits, digits + sizeof digits, cpu).ptr;
            const label_ids labels = out.labels({{"cpu", out.keep({digits, static_cast<std::size_t>(end - digits)})}});
            for (std::size_t row = 0; row < std::size(columns); ++row)
                out.add(row, labels, static_cast<double>(value[columns[row]]));
        }
    }

private:
    kept_file file_;
};

// clang-format off: one row, one line
inline constexpr metric udp_queues_metrics[] = {
    {.name = "node_udp_queues",
     .labels = "ip=v4|v6,queue=rx|tx",
     .help = "Bytes in the queues of all UDP sockets.",
     .source = "/proc/net/udp, /proc/net/udp6"},
};
// clang-format on
inline constexpr metric_table udp_queues_table = {"udp_queues", "", udp_queues_metrics};

/// The "tx:rx" column of /proc/net/udp and tcp, and the state before it. False when the line is no socket.
inline bool socket_queues(std::string_view line, std::uint64_t& state, std::uint64_t& sent,
                          std::uint64_t& received) noexcept
{
    next_word(line);
    next_word(line);
    next_word(line);
    if (!to_number(next_word(line), state, 16)) return false;
    std::string_view queues = next_word(line);
    const std::string_view first = next_until(queues, ':');
    return to_number(first, sent, 16) && to_number(queues, received, 16);
}

class udp_queues_part final : public host_part {
public:
    explicit udp_queues_part(const host_context& host)
        : files_{kept_file(host.proc("net/udp")), kept_file(host.proc("net/udp6"))}
    {}

    void collect(host_context& host, emitter& out) override
    {
        static constexpr std::string_view versions[] = {"v4", "v6"};
        for (std::size_t i = 0; i < std::size(files_); ++i) {
            const file_text file = files_[i].read(host.buffer);
            if (!usable(file, files_[i].path(), out)) continue;
            std::uint64_t sums[2] = {};
            std::string_view rest = file.text;
            std::string_view line;
            next_line(rest, line);
            while (next_line(rest, line)) {
                std::uint64_t state = 0;
                std::uint64_t sent = 0;
                std::uint64_t received = 0;
                if (!socket_queues(line, state, sent, received)) {
                    malformed(files_[i].path(), "a line that is no socket", out);
                    continue;
                }
                sums[0] += sent;
                sums[1] += received;
            }
            out.add(0, out.labels({{"ip", versions[i]}, {"queue", "tx"}}), static_cast<double>(sums[0]));
            out.add(0, out.labels({{"ip", versions[i]}, {"queue", "rx"}}), static_cast<double>(sums[1]));
        }
    }

private:
    kept_file files_[2];
};

// clang-format off: one row, one line
inline constexpr metric tcp_metrics[] = {
    {.vector = "tcp_connections_total",
     .vector_labels = "state=close|close_wait|closing|established|fin_wait1|fin_wait2|last_ack|listen|new_syn_recv|syn_"
                      "recv|syn_sent|time_wait",
     .help = "TCP sockets in each state.",
     .source = "/proc/net/tcp, /proc/net/tcp6"},
    {.vector = "tcp_tx_queued_bytes_total",
     .unit = "bytes",
     .help = "Bytes in the send queues of all TCP sockets.",
     .source = "/proc/net/tcp, /proc/net/tcp6 tx_queue"},
    {.vector = "tcp_rx_queued_bytes_total",
     .unit = "bytes",
     .help = "Bytes in the receive queues of all TCP sockets.",
     .source = "/proc/net/tcp, /proc/net/tcp6 rx_queue"},
};
// clang-format on
inline constexpr metric_table tcp_table = {"tcp", "tcp", tcp_metrics};

class tcp_part final : public host_part {
public:
    explicit tcp_part(const host_context& host)
        : files_{kept_file(host.proc("net/tcp")), kept_file(host.proc("net/tcp6"))}
    {}

    void collect(host_context& host, emitter& out) override
    {
        static constexpr std::string_view names[] = {
            "",      "established", "syn_sent", "syn_recv", "fin_wait1", "fin_wait2",   "time_wait",
            "close", "close_wait",  "last_ack", "listen",   "closing",   "new_syn_recv"};
        std::uint64_t states[std::size(names)] = {};
        std::uint64_t queued[2] = {};
        for (kept_file& from : files_) {
            const file_text file = from.read(host.buffer);
            if (!usable(file, from.path(), out)) continue;
            std::string_view rest = file.text;
            std::string_view line;
            next_line(rest, line);
            while (next_line(rest, line)) {
                std::uint64_t state = 0;
                std::uint64_t sent = 0;
                std::uint64_t received = 0;
                if (!socket_queues(line, state, sent, received)) {
                    malformed(from.path(), "a line that is no socket", out);
                    continue;
                }
                if (state < std::size(states)) ++states[state];
                queued[0] += sent;
                queued[1] += received;
            }
        }
        for (std::size_t s = 1; s < std::size(states); ++s)
            if (states[s] != 0)
                out.add_vector(0, out.vector_labels({{"state", names[s]}}), static_cast<double>(states[s]));
        out.add(1, static_cast<double>(queued[0]));
        out.add(2, static_cast<double>(queued[1]));
    }

private:
    kept_file files_[2];
};

// clang-format off: one row, one line
inline constexpr metric conntrack_metrics[] = {
    {.name = "node_nf_conntrack_entries",
     .help = "Connections being tracked.",
     .source = "/proc/sys/net/netfilter/nf_conntrack_count"},
    {.name = "node_nf_conntrack_entries_limit",
     .help = "Connections that can be tracked.",
     .source = "/proc/sys/net/netfilter/nf_conntrack_max"},
    {.name = "node_nf_conntrack_stat_found",
     .help = "Entries that were looked for and found.",
     .source = "/proc/net/stat/nf_conntrack found"},
    {.name = "node_nf_conntrack_stat_invalid",
     .help = "Packets that cannot be tracked.",
     .source = "/proc/net/stat/nf_conntrack invalid"},
    {.name = "node_nf_conntrack_stat_ignore",
     .help = "Packets that belong to an entry already.",
     .source = "/proc/net/stat/nf_conntrack ignore"},
    {.name = "node_nf_conntrack_stat_insert", .help = "Entries added.", .source = "/proc/net/stat/nf_conntrack insert"},
    {.name = "node_nf_conntrack_stat_insert_failed",
     .help = "Entries that could not be added.",
     .source = "/proc/net/stat/nf_conntrack insert_failed"},
    {.name = "node_nf_conntrack_stat_drop",
     .help = "Packets dropped because they could not be tracked.",
     .source = "/proc/net/stat/nf_conntrack drop"},
    {.name = "node_nf_conntrack_stat_early_drop",
     .help = "Entries dropped to make room.",
     .source = "/proc/net/stat/nf_conntrack early_drop"},
    {.name = "node_nf_conntrack_stat_search_restart",
     .help = "Searches begun anew because the table changed.",
     .source = "/proc/net/stat/nf_conntrack search_restart"},
};
// clang-format on
inline constexpr metric_table conntrack_table = {"conntrack", "", conntrack_metrics};

class conntrack_part final : public host_part {
public:
    explicit conntrack_part(const host_context& host)
        : count_(host.proc("sys/net/netfilter/nf_conntrack_count")),
          limit_(host.proc("sys/net/netfilter/nf_conntrack_max")), stat_(host.proc("net/stat/nf_conntrack"))
    {}

    void collect(host_context& host, emitter& out) override
    {
        if (!number(count_, 0, host, out) || !number(limit_, 1, host, out)) return;  // not loaded
        const file_text file = stat_.read(host.buffer);
        if (!usable(file, stat_.path(), out)) return;
        static constexpr std::size_t columns[] = {2, 4, 5, 8, 9, 10, 11, 16};
        std::uint64_t sums[std::size(columns)] = {};
        std::string_view rest = file.text;
        std::string_view line;
        next_line(rest, line);
        while (next_line(rest, line)) {
            std::uint64_t values[17] = {};
            std::size_t count = 0;
            while (count < std::size(values) && to_number(next_word(line), values[count], 16)) ++count;
            if (count < 16) {
                malformed(stat_.path(), "16 or 17 hexadecimal numbers are expected", out);
                continue;
            }
            for (std::size_t i = 0; i < std::size(columns); ++i) sums[i] += values[columns[i]];
        }
        for (std::size_t i = 0; i < std::size(columns); ++i) out.add(2 + i, static_cast<double>(sums[i]));
    }

private:
    static bool number(kept_file& from, std::size_t row, host_context& host, emitter& out)
    {
        const file_text file = from.read_attribute(host.small);
        if (!usable(file, from.path(), out)) return false;
        double value = 0;
        if (to_number(file.text, value))
            out.add(row, value);
        else
            malformed(from.path(), "a number is expected", out);
        return true;
    }

    kept_file count_;
    kept_file limit_;
    kept_file stat_;
};

}  // namespace pitot::collect
