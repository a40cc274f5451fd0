#pragma once
// mdadm, nvme: software RAID and NVMe controllers.

#include <pitot/collect/host/folder.hpp>
#include <pitot/collect/host/part.hpp>

#include <algorithm>  // std::count
#include <string>
#include <string_view>

namespace pitot::collect {

// clang-format off: one row, one line
inline constexpr metric mdadm_metrics[] = {
    {.name = "node_md_disks_required",
     .labels = "device",
     .help = "Disks the array is to have.",
     .source = "/proc/mdstat [n/m]"},
    {.name = "node_md_disks",
     .labels = "device,state=active|failed|spare",
     .help = "Disks of the array by state.",
     .source = "/proc/mdstat [n/m], (F), (S)"},
    {.name = "node_md_state",
     .labels = "device,state=active|check|inactive|recovering|resync",
     .help = "1 for the state the array is in.",
     .source = "/proc/mdstat"},
    {.name = "node_md_blocks", .labels = "device", .help = "Blocks of 1 KiB the array has.", .source = "/proc/mdstat"},
    {.name = "node_md_blocks_synced", .labels = "device", .help = "Blocks of 1 KiB in sync.", .source = "/proc/mdstat"},
    {.name = "node_md_raid_disks",
     .labels = "device",
     .help = "Disks of the array.",
     .source = "/sys/block/md*/md/raid_disks"},
    {.name = "node_md_degraded",
     .labels = "device",
     .help = "Disks the array lacks.",
     .source = "/sys/block/md*/md/degraded"},
};
// clang-format on
inline constexpr metric_table mdadm_table = {"mdadm", "", mdadm_metrics};

/// How often a word is in a text.
inline std::size_t count_of(std::string_view text, std::string_view word) noexcept
{
    std::size_t count = 0;
    for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + word.size()))
        ++count;
    return count;
}

class mdadm_part final : public host_part {
public:
    explicit mdadm_part(const host_context& host) : file_(host.proc("mdstat")), blocks_(host.sys("block")) {}

    void collect(host_context& host, emitter& out) override
    {
        const file_text file = file_.read(host.buffer);
        if (!usable(file, file_.path(), out)) return;
        std::string_view rest = file.text;
        std::string_view line;
        bool any = false;
        while (next_line(rest, line)) {
            if (trim(line).empty() || line.front() == ' ' || line.starts_with("Personalities") ||
                line.starts_with("unused"))
                continue;
            any = true;
            array(line, rest, out);
        }
        if (any) from_sysfs(host, out);
    }

private:
    /// One array: its line, the line of its status and, while it is busy, the line of its progress.
    void array(std::string_view line, std::string_view& rest, emitter& out) const
    {
        const std::string_view whole = line;
        const std::string_view name = next_word(line);
        if (next_word(line) != ":") return malformed(file_.path(), "'name : state' is expected", out);
        std::string_view state = next_word(line);
        std::string_view status;
        next_line(rest, status);
        std::string_view words = status;
        double size = 0;
        if (!next_number(words, size)) return malformed(file_.path(), concat("no size of ", name.substr(0, 64)), out);
        double active = 0;
        double total = 0;
        if (whole.find("raid0") != std::string_view::npos || whole.find("linear") != std::string_view::npos) {
            active = total = static_cast<double>(count_of(whole, "["));
        } else if (state != "inactive") {
            const std::size_t slash = status.find('/');
            const std::size_t open = slash == std::string_view::npos ? slash : status.rfind('[', slash);
            const std::size_t close = slash == std::string_view::npos ? slash : status.find(']', slash);
            if (open == std::string_view::npos || close == std::string_view::npos ||
                !to_number(status.substr(open + 1, slash - open - 1), total) ||
                !to_number(status.substr(slash + 1, close - slash - 1), active))
                return malformed(file_.path(), concat("no [n/m] of ", name.substr(0, 64)), out);
        }
        double synced = size;
        while (!rest.empty() && rest.front() == ' ') {
            std::string_view more;
            next_line(rest, more);
            for (const auto& [word, means] : {std::pair<std::string_view, std::string_view>{"recovery", "recovering"},
                                              {"reshape", "reshaping"},
                                              {"check", "check"},
                                              {"resync", "resync"}}) {
                if (more.find(concat(word, " =")) == std::string_view::npos &&
                    more.find(concat(word, "=")) == std::string_view::npos)
                    continue;
                state = means;
                synced = progress(more);
                break;
            }
        }
        const std::string_view device = out.keep(name);
        const label_ids labels = out.labels({{"device", device}});
        out.add(0, labels, total);
        const auto disks = [&](std::string_view which, double value) {
            out.add(1, out.labels({{"device", device}, {"state", which}}), value);
        };
        disks("active", active);
        disks("failed", static_cast<double>(count_of(whole, "(F)")));
        disks("spare", static_cast<double>(count_of(whole, "(S)")));
        for (const std::string_view known : {"active", "inactive", "recovering", "resync", "check"})
            out.add(2, out.labels({{"device", device}, {"state", known}}), state == known ? 1 : 0);
        out.add(3, labels, size);
        out.add(4, labels, synced);
    }

    /// "(155968/4294967296)": the first; 0 while it waits (PENDING, DELAYED).
    static double progress(std::string_view line) noexcept
    {
        const std::size_t open = line.find('(');
        if (open == std::string_view::npos) return 0;
        line.remove_prefix(open + 1);
        double done = 0;
        return to_number(next_until(line, '/'), done) ? done : 0;
    }

    void from_sysfs(host_context& host, emitter& out) const
    {
        const folder all(blocks_);
        if (!all) return;
        for (const std::string& name : all.names()) {
            if (!name.starts_with("md")) continue;
            const folder md(concat(name, "/md").c_str(), all.fd());
            if (!md) continue;
            const label_ids labels = out.labels({{"device", out.keep(name)}});
            std::string_view disks = md.attribute("raid_disks", host.small).text;
            double value = 0;
            if (next_number(disks, value)) out.add(5, labels, value);  // "4 (5)" while it is reshaped
            value = 0;
            md.number("degraded", host.small, value);  // arrays without redundancy have none
            out.add(6, labels, value);
        }
    }

    kept_file file_;
    std::string blocks_;
};

// clang-format off: one row, one line
inline constexpr metric nvme_metrics[] = {
    {.name = "node_nvme_info",
     .labels = "cntlid,device,firmware_revision,model,serial,state",
     .help = "What the controller is; always 1.",
     .source = "/sys/class/nvme/*"},
    {.name = "node_nvme_namespace_info",
     .labels = "ana_state,device,nsid",
     .help = "A namespace of the controller; always 1.",
     .source = "/sys/class/nvme/*/nvme*n*"},
    {.name = "node_nvme_namespace_capacity_bytes",
     .unit = "bytes",
     .labels = "device,nsid",
     .help = "Capacity of the namespace.",
     .source = "/sys/class/nvme/*/nvme*n*/size, logical_block_size"},
    {.name = "node_nvme_namespace_size_bytes",
     .unit = "bytes",
     .labels = "device,nsid",
     .help = "Size of the namespace.",
     .source = "/sys/class/nvme/*/nvme*n*/size, logical_block_size"},
    {.name = "node_nvme_namespace_used_bytes",
     .unit = "bytes",
     .labels = "device,nsid",
     .help = "Space of the namespace in use.",
     .source = "/sys/class/nvme/*/nvme*n*/nuse, logical_block_size"},
    {.name = "node_nvme_namespace_logical_block_size_bytes",
     .unit = "bytes",
     .labels = "device,nsid",
     .help = "Size of a logical block.",
     .source = "/sys/class/nvme/*/nvme*n*/queue/logical_block_size"},
};
// clang-format on
inline constexpr metric_table nvme_table = {"nvme", "", nvme_metrics};

class nvme_part final : public host_part {
public:
    explicit nvme_part(const host_context& host) : path_(host.sys("class/nvme")) {}

    void collect(host_context& host, emitter& out) override
    {
        const folder all(path_);
        if (!all) return;
        for (const std::string& entry : all.names()) {
            const folder controller(entry.c_str(), all.fd());
            if (!controller) continue;
            const std::string_view device = out.keep(entry);
            const auto text = [&](const char* file) { return out.keep(controller.attribute(file, host.small).text); };
            const std::string_view firmware = text("firmware_rev");
            const std::string_view model = text("model");
            const std::string_view serial = text("serial");
            const std::string_view state = text("state");
            const std::string_view id = text("cntlid");
            out.add_exporter(0,
                             out.exporter_labels({{"cntlid", id},
                                                  {"device", device},
                                                  {"firmware_revision", firmware},
                                                  {"model", model},
                                                  {"serial", serial},
                                                  {"state", state}}),
                             1);
            for (const std::string& child : controller.names()) add_namespace(controller, child, device, host, out);
        }
    }

private:
    /// "nvme0n1", or "nvme0c0n1" where several paths lead to it.
    static void add_namespace(const folder& controller, const std::string& name, std::string_view device,
                              host_context& host, emitter& out)
    {
        const std::size_t n = name.rfind('n');
        std::uint64_t number = 0;
        if (!name.starts_with("nvme") || n < 5 || n == std::string::npos ||
            !to_number(std::string_view(name).substr(n + 1), number))
            return;
        const folder space(name.c_str(), controller.fd());
        if (!space) return;
        double block = 0;
        double size = 0;
        double used = 0;
        if (!space.number("queue/logical_block_size", host.small, block) || !space.number("size", host.small, size))
            return;
        space.number("nuse", host.small, used);
        const std::string_view nsid = out.keep(std::string_view(name).substr(n + 1));
        const file_text ana = space.attribute("ana_state", host.small);
        out.add_exporter(1,
                         out.exporter_labels(
                             {{"ana_state", ana ? out.keep(ana.text) : "unknown"}, {"device", device}, {"nsid", nsid}}),
                         1);
        const label_ids labels = out.labels({{"device", device}, {"nsid", nsid}});
        out.add(2, labels, size * block);
        out.add(3, labels, size * block);
        out.add(4, labels, used * block);
        out.add(5, labels, block);
    }

    std::string path_;
};

}  // namespace pitot::collect
