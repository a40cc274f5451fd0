#pragma once
// uname: the kernel's name and release.

#include <pitot/collect/host/part.hpp>

#include <sys/utsname.h>  // uname

namespace pitot::collect {

// clang-format off: one row, one line
inline constexpr metric uname_metrics[] = {
    {.name = "node_uname_info",
     .labels = "domainname,machine,nodename,release,sysname,version",
     .help = "Names and versions that uname(2) gives; always 1.",
     .source = "uname(2)"},
};
// clang-format on
inline constexpr metric_table uname_table = {"uname", "", uname_metrics};

class uname_part final : public host_part {
public:
    explicit uname_part(const host_context&) {}

    void collect(host_context&, emitter& out) override
    {
        utsname names = {};
        if (::uname(&names) != 0) return out.problem(errc::io, "uname(2) failed");
        out.add_exporter(0,
                         out.exporter_labels({{"domainname", out.keep(names.domainname)},
                                              {"machine", out.keep(names.machine)},
                                              {"nodename", out.keep(names.nodename)},
                                              {"release", out.keep(names.release)},
                                              {"sysname", out.keep(names.sysname)},
                                              {"version", out.keep(names.version)}}),
                         1);
    }
};

}  // namespace pitot::collect
