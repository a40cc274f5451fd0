#include <vault-env/config.hpp>

#include <pitot/base/text.hpp>
#include <pitot/connect/yaml.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace pitot::tools::vault_env {

namespace {

/// What makes no sense in a file.
constexpr std::string_view command_line_only[] = {"config", "help", "version", "generate", "dry-run", "check"};

result<std::vector<std::string>> values_of(const yaml::node& at, const flag& f)
{
    std::vector<std::string> out;
    if (f.value.empty()) {
        auto yes = at.as<bool>();
        if (!yes) return unexpected(std::move(yes.error()));
        if (*yes) out.emplace_back("true");
        return out;
    }
    if (at.kind() == yaml::kind::map && f.repeat) {
        const auto members = at.members();
        if (!members) return unexpected(members.error());
        for (const auto& member : *members) {
            auto value = member.value.as<std::string>();
            if (!value) return unexpected(std::move(value.error()));
            out.push_back(concat(member.name, "=", *value));
        }
        return out;
    }
    if (at.kind() == yaml::kind::list && f.repeat) return at.as<std::vector<std::string>>();
    auto value = at.as<std::string>();
    if (!value) return unexpected(std::move(value.error()));
    out.push_back(std::move(*value));
    return out;
}

}  // namespace

result<void> add_config(const command& what, const std::string& path, arguments& given)
{
    const auto root = yaml::read_file(path);
    if (!root) return unexpected(root.error());
    const std::vector<flag> flags = all_flags(what);
    std::vector<std::string_view> keys{"command"};
    for (const flag& f : flags)
        if (std::find(std::begin(command_line_only), std::end(command_line_only), f.name) ==
            std::end(command_line_only))
            keys.push_back(f.name);
    if (root->is_null()) return {};
    if (auto known = root->only_keys(keys); !known) return known;
    if (const auto words = root->find("command"); words && given.rest.empty()) {
        auto list = words->as<std::vector<std::string>>();
        if (!list) return unexpected(std::move(list.error()));
        given.rest = std::move(*list);
    }
    for (const flag& f : flags) {
        const auto at = root->find(f.name);
        if (!at) continue;
        auto values = values_of(*at, f);
        if (!values) return unexpected(std::move(values.error()));
        auto& all = given.values_[std::string(f.name)];
        if (f.repeat || all.empty()) all.insert(all.begin(), values->begin(), values->end());
        if (all.empty()) given.values_.erase(std::string(f.name));
    }
    return {};
}

}  // namespace pitot::tools::vault_env
