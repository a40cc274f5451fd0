#pragma once
// Files that a configuration names by patterns.

#include <pitot/base/glob.hpp>
#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>

#include <algorithm>  // std::sort
#include <cstddef>
#include <filesystem>  // folders are listed
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace pitot::catalog {

[[nodiscard]] inline bool has_wildcard(const std::string& path) noexcept
{
    return path.find_first_of("*?[") != std::string::npos;
}

/// Is there a '[' that no ']' of the same element of the path closes?
[[nodiscard]] inline bool has_open_set(std::string_view path) noexcept
{
    for (std::size_t at = path.find('['); at != std::string_view::npos; at = path.find('[', at)) {
        std::size_t first = at + 1;
        if (first < path.size() && path[first] == '^') ++first;
        at = path.find(']', first + 1);  // the first is of the set
        if (at == std::string_view::npos || path.find('/', first) < at) return true;
    }
    return false;
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
            if (const auto found = entry->path().filename(); glob_match(name, found.string(), "^"))
                out.push_back(in / found);
    }
    std::sort(out.begin(), out.end());
    return out;
}

/// The files among them.
/// beside  the file that names them: other paths than absolute ones begin in its folder
/// error   syntax: a '[' of the pattern is not closed
[[nodiscard]] inline result<std::vector<std::string>> files_named(const std::string& beside, const std::string& pattern)
{
    if (has_open_set(pattern)) return unexpected(errc::syntax, concat("a '[' is not closed in ", pattern));
    std::error_code problem;
    std::vector<std::string> out;
    for (const auto& path : paths_named(std::filesystem::path(beside).parent_path() / pattern))
        if (std::filesystem::is_regular_file(path, problem)) out.push_back(path.string());
    return out;
}

}  // namespace pitot::catalog
