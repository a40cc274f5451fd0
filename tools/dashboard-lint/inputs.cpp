#include <dashboard-lint/inputs.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <glob.h>
#include <set>
#include <system_error>
#include <unistd.h>  // access

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

struct found_file {
    std::string path;
    bool is_link = false;
};

result<std::vector<found_file>> files_below(const fs::path& folder)
{
    std::vector<found_file> files;
    std::error_code why;
    fs::recursive_directory_iterator at(folder, why);
    if (why) return cannot_read(folder, why);
    while (at != fs::recursive_directory_iterator()) {
        const std::string name = at->path().filename().string();
        std::error_code ignored;
        if (at->is_directory(ignored)) {
            if (name.starts_with('.') || name == "node_modules") {
                at.disable_recursion_pending();
            } else if (!at->is_symlink(ignored) && ::access(at->path().c_str(), R_OK | X_OK) != 0) {
                files.push_back({at->path().string()});  // said when it is read; the rest is checked
                at.disable_recursion_pending();
            }
        } else if (const fs::path kind = at->path().extension();
                   (kind == ".json" || kind == ".yml" || kind == ".yaml" || kind == ".rules") &&
                   at->is_regular_file(ignored)) {  // no pipe, which would be waited for
            files.push_back({at->path().string(), at->is_symlink(ignored)});
        }
        const fs::path here = at->path();
        at.increment(why);
        if (why) return cannot_read(here, why);
    }
    std::sort(files.begin(), files.end(), [](const found_file& a, const found_file& b) { return a.path < b.path; });
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
    const auto key_of = [](const std::string& path) {
        std::error_code failed;
        const fs::path one = path == "-" ? fs::path() : fs::weakly_canonical(path, failed);
        return path == "-" || failed ? path : one.string();
    };
    const auto add = [&](std::string path, std::string key, bool named) {
        if (seen.insert(std::move(key)).second) out.push_back({std::move(path), named});
    };
    const auto add_path = [&](const std::string& path) -> result<void> {
        std::error_code why;
        if (path != "-" && fs::is_directory(path, why)) {
            auto files = files_below(path);
            if (!files) return unexpected(std::move(files.error()));
            const fs::path whole = key_of(path);
            for (found_file& file : *files) {  // links to folders are not followed: only the file itself may be one
                const std::size_t inside = std::min(file.path.find_first_not_of('/', path.size()), file.path.size());
                std::string key = file.is_link ? key_of(file.path) : (whole / file.path.substr(inside)).string();
                add(std::move(file.path), std::move(key), false);
            }
            return {};
        }
        if (path != "-" && !fs::exists(path, why))
            return cannot_read(path, why ? why : std::make_error_code(std::errc::no_such_file_or_directory));
        add(path, key_of(path), true);
        return {};
    };
    for (const std::string& path : paths) {
        std::error_code ignored;
        if (path.find("**") != std::string::npos && !fs::exists(path, ignored))
            return unexpected(errc::invalid_value, fmt::format("'{}': ** is no pattern here; of a folder every file "
                                                               "below it is read",
                                                               path));
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
