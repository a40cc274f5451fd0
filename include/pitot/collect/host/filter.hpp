#pragma once
// Which devices, mounts and filesystems are measured.

#include <pitot/base/glob.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::collect {

/// What to measure. Empty: node_exporter's default. Globs, so that the core needs no regular expressions; a program
/// that wants those sets `wanted`.
/// include  only names that match one of these; the default exclusion is then off
/// exclude  not the names that match one of these, instead of the default exclusion
/// wanted   decides alone when it is set
struct name_filter {
    std::vector<std::string> include = {};
    std::vector<std::string> exclude = {};
    std::function<bool(std::string_view)> wanted = {};

    /// excluded_by_default  whether node_exporter leaves a name out
    [[nodiscard]] bool operator()(std::string_view name,
                                  bool (*excluded_by_default)(std::string_view) noexcept = nullptr) const
    {
        if (wanted) return wanted(name);
        const auto any = [name](const std::vector<std::string>& globs) {
            for (const std::string& g : globs)
                if (glob_match(g, name)) return true;
            return false;
        };
        if (!include.empty() && !any(include)) return false;
        if (!exclude.empty()) return !any(exclude);
        return !include.empty() || excluded_by_default == nullptr || !excluded_by_default(name);
    }
    [[nodiscard]] bool is_set() const noexcept { return !include.empty() || !exclude.empty() || wanted; }
};

}  // namespace pitot::collect
