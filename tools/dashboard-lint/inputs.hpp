#pragma once
// The files to check that the command line names.

#include <pitot/base/result.hpp>

#include <string>
#include <vector>

namespace pitot::tools::dashboard_lint {

/// path   as reports name it; "-" is standard input
/// named  the user wrote it (or a pattern of it): it must be there and should be a dashboard
struct input {
    std::string path;
    bool named = false;

    [[nodiscard]] bool is_yaml() const noexcept
    {
        return path.ends_with(".yml") || path.ends_with(".yaml") || path.ends_with(".rules");
    }
};

/// The files behind paths: a file is itself, a folder every *.json, *.yml, *.yaml and *.rules below it (hidden folders
/// and node_modules are left out, links to folders not followed), a pattern (*, ?, […]) what it matches. In the order
/// given, folders sorted; each file once. error  not_found, permission or io, naming the path
[[nodiscard]] result<std::vector<input>> find_inputs(const std::vector<std::string>& paths);

}  // namespace pitot::tools::dashboard_lint
