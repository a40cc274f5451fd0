#pragma once
// Files that declare datasources: Grafana's provisioning, and what its API answers.
// source  Grafana 12, pkg/services/provisioning/datasources: types.go; values/values.go

#include <pitot/base/result.hpp>
#include <pitot/base/sha256.hpp>
#include <pitot/base/span.hpp>
#include <pitot/base/text.hpp>
#include <pitot/connect/yaml.hpp>  // provisioning is YAML
#include <pitot/dashboard/datasources.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace pitot::dashboard {

namespace detail {

/// What provisioning makes of a text: $$ is a dollar sign. Nothing where it has a variable: $NAME, ${NAME},
/// $__file{PATH}.
[[nodiscard]] inline std::optional<std::string> without_variables(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '$' && text.substr(++i, 1) != "$") return std::nullopt;
        out += text[i];
    }
    return out;
}

/// The uid that provisioning gives to a datasource without one.
[[nodiscard]] inline std::string uid_from_name(std::string_view name)
{
    std::string out = "P" + sha256_hex(name).substr(0, 16);
    for (char& c : out)
        if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
    return out;
}

[[nodiscard]] inline result<datasource> read_provisioned(const yaml::node& from)
{
    if (from.kind() != yaml::kind::map)
        return from.refuse(errc::invalid_value, "a datasource is a map: {name: …, type: …, uid: …}");
    datasource out;
    const auto uid = from.get<std::string>("uid", "");
    if (!uid) return unexpected(uid.error());
    for (const auto& [key, to] : {std::pair{"name", &out.name}, std::pair{"type", &out.type}}) {
        const auto text = from.get<std::string>(key, "");
        if (!text) return unexpected(text.error());
        if (text->empty()) return from.refuse(errc::invalid_value, concat("this datasource has no ", key));
        *to = without_variables(*text).value_or("");
    }
    out.uid = without_variables(*uid).value_or("");
    if (uid->empty() && !out.name.empty()) out.uid = uid_from_name(out.name);
    for (const char* const key : {"isDefault", "is_default"}) {  // of apiVersion 1, and of files without one
        const auto flag = from.find(key);
        if (!flag || flag->is_null()) continue;
        const auto text = flag->as<std::string>();
        if (!text) return unexpected(text.error());
        if (text->find('$') != std::string::npos) continue;
        const auto value = flag->as<bool>();
        if (!value && *text != "true" && *text != "false")
            return unexpected(value.error());  // in quotes they count too
        out.is_default = *text == "true";
    }
    return out;
}

[[nodiscard]] inline result<void> read_provisioning(const yaml::node& root, datasources& out)
{
    if (root.is_null()) return {};
    const auto list = root.find("datasources");
    if (!list && !root.find("apiVersion") && !root.find("deleteDatasources")) {
        const auto members = root.members();
        return (members && !members->empty() ? members->front().key : root)
            .refuse(errc::invalid_value, "this declares no datasources; Grafana's provisioning is expected, "
                                         "datasources: [{name: …, type: …, uid: …}], or what its API answers to GET "
                                         "/api/datasources");
    }
    if (!list) return {};
    const auto items = list->items();
    if (!items) return unexpected(items.error());
    for (const yaml::node& item : *items) {
        auto one = read_provisioned(item);
        if (!one) return unexpected(std::move(one.error()));
        out.add(std::move(*one));
    }
    return {};
}

}  // namespace detail

/// text   provisioning as YAML, one document, or the API's JSON: a list
/// file   its name in messages
/// error  as of yaml::read() and read_datasources_json(); the message begins with FILE:LINE:COLUMN
[[nodiscard]] inline result<datasources> read_datasources(std::string_view text, const std::string& file)
{
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first != std::string_view::npos && text[first] == '[') {
        auto read = read_datasources_json(text);
        if (read) return read;
        const text_position at = position_of(text, read.error().where.offset);
        read.error().message = concat(file, ":", std::to_string(at.line), ":", std::to_string(at.column), ": ",
                                      read.error().message);
        return read;
    }
    const auto root = yaml::read(std::string(text), file);
    if (!root) return unexpected(root.error());
    datasources out;
    if (auto done = detail::read_provisioning(*root, out); !done) return unexpected(std::move(done.error()));
    return out;
}

}  // namespace pitot::dashboard
