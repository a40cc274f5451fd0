#pragma once
// static_configs of a prometheus.yml, and the files of file_sd_configs, which are lists of the same.

#include <pitot/base/result.hpp>
#include <pitot/catalog/files_named.hpp>
#include <pitot/catalog/relabel.hpp>
#include <pitot/connect/yaml.hpp>

#include <string>
#include <utility>
#include <vector>

namespace pitot::catalog {

/// Addresses that have the same labels.
struct target_group {
    std::vector<std::string> addresses;
    label_list labels;
};

/// error  invalid_value with its place
[[nodiscard]] inline result<std::vector<target_group>> read_target_groups(const yaml::node& from)
{
    std::vector<target_group> out;
    const auto all = from.items();
    if (!all) return unexpected(all.error());
    for (const yaml::node& group : *all) {
        auto addresses = group.get<std::vector<std::string>>("targets", {});
        if (!addresses) return unexpected(addresses.error());
        target_group& made = out.emplace_back();
        made.addresses = std::move(*addresses);
        const auto labels = group.find("labels");
        if (!labels) continue;
        const auto given = labels->members();
        if (!given) return unexpected(given.error());
        for (const auto& l : *given) {
            const auto value = l.value.as<std::string>();
            if (!value) return unexpected(value.error());
            set_label(made.labels, l.name, *value);
        }
    }
    return out;
}

/// Adds what the files of file_sd_configs list, with __meta_filepath. False when a file is missing or cannot be read:
/// then there may be more targets.
/// error  what is wrong with file_sd_configs itself, with its place
[[nodiscard]] inline result<bool> read_target_files(const yaml::node& from, std::vector<target_group>& to)
{
    const auto all = from.items();
    if (!all) return unexpected(all.error());
    bool complete = true;
    for (const yaml::node& one : *all) {
        const auto patterns = one.get<std::vector<std::string>>("files", {});
        if (!patterns) return unexpected(patterns.error());
        for (const std::string& pattern : *patterns) {
            const auto files = files_named(from.file(), pattern);
            if (!files) return one.refuse(files.error().code, files.error().message);
            complete = complete && !files->empty();
            for (const std::string& file : *files) {
                const auto root = yaml::read_file(file);
                auto groups = root ? read_target_groups(*root)
                                   : result<std::vector<target_group>>(unexpected(root.error()));
                complete = complete && groups;
                if (!groups) continue;
                for (target_group& group : *groups) {
                    set_label(group.labels, "__meta_filepath", file);
                    to.push_back(std::move(group));
                }
            }
        }
    }
    return complete;
}

}  // namespace pitot::catalog
