#pragma once
// Files that a configuration names by patterns.

#include <pitot/base/glob.hpp>

#include <algorithm>   // std::sort
#include <filesystem>  // folders are listed
#include <string>
#include <system_error>
#include <vector>

namespace pitot::catalog {

[[nodiscard]] inline bool has_wildcard(const std::string& path) noexcept
{
    return path.find_first_of("*?[") != std::string::npos;
}

/// What there is of a path whose elements may be patterns, as "targets/*.json", in order; folders too.
[[nodiscard]] inline std::vector<std::filesystem::path> paths_named(const std::filesystem::path& pattern)
{
    std::error_code problem;
    if (!has_wildcard(pattern.string())) {
        if (std::filesystem::exists(pattern, problem)) return {pattern};
        return {};
    }
    const std::filesystem::path folder = pattern.parent_path();
    const std::string name = pattern.filename().string();
    std::vector<std::filesystem::path> out;
    for (const auto& in : folder.empty() ? std::vector<std::filesystem::path>{""} : paths_named(folder)) {
        std::filesystem::directory_iterator entry(in.empty() ? "." : in, problem);
        for (; !problem && entry != std::filesystem::directory_iterator(); entry.increment(problem))
            if (const auto found = entry->path().filename(); glob_match(name, found.string()))
                out.push_back(in / found);
    }
    std::sort(out.begin(), out.end());
    return out;
}

/// The files among them.
/// beside  the file that names them: other paths than absolute ones begin in its folder
[[nodiscard]] inline std::vector<std::string> files_named(const std::string& beside, const std::string& pattern)
{
    std::error_code problem;
    std::vector<std::string> out;
    for (const auto& path : paths_named(std::filesystem::path(beside).parent_path() / pattern))
        if (std::filesystem::is_regular_file(path, problem)) out.push_back(path.string());
    return out;
}

}  // namespace pitot::catalog
