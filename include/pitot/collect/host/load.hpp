#pragma once
// loadavg: the load averages.

#include <pitot/collect/host/part.hpp>

namespace pitot::collect {

// clang-format off: one row, one line
inline constexpr metric loadavg_metrics[] = {
    {.name = "node_load1",
     .vector = "load1",
     .help = "Runnable and blocked tasks, averaged over 1 minute.",
     .source = "/proc/loadavg field 1"},
    {.name = "node_load5",
     .vector = "load5",
     .help = "Runnable and blocked tasks, averaged over 5 minutes.",
     .source = "/proc/loadavg field 2"},
    {.name = "node_load15",
     .vector = "load15",
     .help = "Runnable and blocked tasks, averaged over 15 minutes.",
     .source = "/proc/loadavg field 3"},
};
// clang-format on
inline constexpr metric_table loadavg_table = {"loadavg", "load", loadavg_metrics};

class loadavg_part final : public host_part {
public:
    explicit loadavg_part(const host_context& host) : file_(host.proc("loadavg")) {}

    void collect(host_context& host, emitter& out) override
    {
        const file_text file = file_.read(host.buffer);
        if (!usable(file, file_.path(), out)) return;
        std::string_view rest = file.text;
        for (std::size_t row = 0; row < std::size(loadavg_metrics); ++row) {
            double value = 0;
            if (!next_number(rest, value)) return malformed(file_.path(), "three numbers expected", out);
            out.add(row, value);
        }
    }

private:
    kept_file file_;
};

}  // namespace pitot::collect
