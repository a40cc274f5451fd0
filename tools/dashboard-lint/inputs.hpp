#pragma once
// What the command line names: files to check, sources to check against.

#include <pitot/base/result.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::tools::dashboard_lint {

/// path   as reports name it; "-" is standard input
/// named  the user wrote it (or a pattern of it): it must be there and should be a dashboard
struct input {
    std::string path;
    bool named = false;
};

/// The files behind paths: a file is itself, a folder every *.json, *.yml and *.yaml below it (hidden folders and
/// node_modules are left out, links to folders not followed), a pattern (*, ?, […]) what it matches. In the order
/// given, folders sorted; each file once. error  not_found, permission or io, naming the path
[[nodiscard]] result<std::vector<input>> find_inputs(const std::vector<std::string>& paths);

/// SOURCE[,LABEL=VALUE]…: the labels that Prometheus gives to everything from this source.
struct labelled_source {
    std::string source;
    std::vector<std::pair<std::string, std::string>> labels;
};

/// Cuts the labels off from behind, so that commas in a path or URL stay.
/// error  duplicate: a label given twice
[[nodiscard]] result<labelled_source> split_source(std::string_view text);

}  // namespace pitot::tools::dashboard_lint
