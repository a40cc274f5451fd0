#include <dashboard-lint/inputs.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <glob.h>
#include <set>
#include <system_error>

namespace pitot::tools::dashboard_lint {

namespace {

namespace fs = std::filesystem;

unexpected<error> cannot_read(const fs::path& path, const std::error_code& why)
{
    const errc code = why == std::errc::no_such_file_or_directory ? errc::not_found
                      : why == std::errc::permission_denied       ? errc::permission
                                                                  : errc::io;
    return unexpected(code, fmt::format("cannot read '{}': {}", path.string(), why.message()));
}

result<std::vector<std::string>> files_below(const fs::path& folder)
{
    std::vector<std::string> files;
    std::error_code why;
    fs::recursive_directory_iterator at(folder, why);
    if (why) return cannot_read(folder, why);
    while (at != fs::recursive_directory_iterator()) {
        const std::string name = at->path().filename().string();
        std::error_code ignored;
        if (at->is_directory(ignored)) {
            if (name.starts_with('.') || name == "node_modules") at.disable_recursion_pending();
        } else if (const fs::path kind = at->path().extension(); kind == ".json" || kind == ".yml" || kind == ".yaml") {
            files.push_back(at->path().string());
        }
        const fs::path here = at->path();
        at.increment(why);
        if (why) return cannot_read(here, why);
    }
    std::sort(files.begin(), files.end());
    return files;
}

std::vector<std::string> matches(const std::string& pattern)
{
    std::vector<std::string> out;
    ::glob_t found{};
    if (::glob(pattern.c_str(), 0, nullptr, &found) == 0) out.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
    ::globfree(&found);
    return out;
}

}  // namespace

result<std::vector<input>> find_inputs(const std::vector<std::string>& paths)
{
    std::vector<input> out;
    std::set<std::string> seen;
    const auto add = [&](std::string path, bool named) {
        std::string key = path;
        if (path != "-") {
            std::error_code ignored;
            const fs::path one = fs::weakly_canonical(path, ignored);
            if (!ignored) key = one.string();
        }
        if (seen.insert(key).second) out.push_back({std::move(path), named});
    };
    const auto add_path = [&](const std::string& path) -> result<void> {
        std::error_code why;
        if (path != "-" && fs::is_directory(path, why)) {
            auto files = files_below(path);
            if (!files) return unexpected(std::move(files.error()));
            for (std::string& file : *files) add(std::move(file), false);
            return {};
        }
        if (path != "-" && !fs::exists(path, why))
            return cannot_read(path, why ? why : std::make_error_code(std::errc::no_such_file_or_directory));
        add(path, true);
        return {};
    };
    for (const std::string& path : paths) {
        std::error_code ignored;
        if (path.find_first_of("*?[") != std::string::npos && !fs::exists(path, ignored)) {
            const std::vector<std::string> found = matches(path);
            if (found.empty()) return unexpected(errc::not_found, fmt::format("'{}' matches no file", path));
            for (const std::string& one : found)
                if (auto added = add_path(one); !added) return unexpected(std::move(added.error()));
        } else if (auto added = add_path(path); !added) {
            return unexpected(std::move(added.error()));
        }
    }
    return out;
}

}  // namespace pitot::tools::dashboard_lint
