#pragma once
// What can be set on the host collector.

#include <pitot/collect/table.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace pitot::collect {

struct host_options {
    std::string proc = "/proc";
    std::string sys = "/sys";
    std::string root = "/";     ///< what mount points are relative to
    std::string hostname = {};  ///< Vector's label host; empty: the kernel's

    collect::profile profile = collect::profile::exporter;
    std::string vector_prefix = "host";

    std::vector<std::string> enable = {};   ///< parts to run besides the default ones; "none" first: only those named
    std::vector<std::string> disable = {};  ///< parts not to run
};

}  // namespace pitot::collect
