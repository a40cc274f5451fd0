#include <dashboard-lint/config.hpp>

#include <pitot/base/text.hpp>
#include <pitot/connect/yaml.hpp>

#include <filesystem>

namespace pitot::tools::dashboard_lint {

namespace {

namespace fs = std::filesystem;

std::string beside(const std::string& config, const std::string& path)
{
    if (path.empty() || path == "-" || path.find("://") != std::string::npos || fs::path(path).is_absolute())
        return path;
    const fs::path folder = fs::path(config).parent_path();
    return folder.empty() ? path : (folder / path).string();
}

result<labelled_source> read_source(const yaml::node& from, const std::string& config)
{
    if (from.kind() == yaml::kind::scalar) {
        const auto text = from.as<std::string>();
        if (!text) return unexpected(text.error());
        auto made = split_source(*text);
        if (!made) return from.refuse(made.error().code, made.error().message);
        made->source = beside(config, made->source);
        return made;
    }
    const auto members = from.members();
    if (!members) return unexpected(members.error());
    labelled_source out;
    for (const auto& m : *members) {
        const auto value = m.value.as<std::string>();
        if (!value) return unexpected(value.error());
        if (m.name == "source")
            out.source = beside(config, *value);
        else
            out.labels.emplace_back(m.name, *value);
    }
    if (out.source.empty()) return from.refuse(errc::invalid_value, "source is missing: a file or a URL");
    return out;
}

}  // namespace

result<file_config> read_config(const std::string& path)
{
    file_config out;
    std::string file = path;
    if (file.empty()) {
        for (const char* const usual : {".dashboard-lint.yml", ".dashboard-lint.yaml"}) {
            std::error_code ignored;
            if (file.empty() && fs::exists(usual, ignored)) file = usual;
        }
        if (file.empty()) return out;
    }
    const auto root = yaml::read_file(file);
    if (!root) return unexpected(root.error());
    if (auto known = root->only_keys({"prometheus_config", "metrics", "collected_by", "fail_on"}); !known)
        return unexpected(known.error());
    const auto prometheus = root->get<std::string>("prometheus_config", "");
    const auto fail_on = root->get<std::string>("fail_on", "");
    if (!prometheus) return unexpected(prometheus.error());
    if (!fail_on) return unexpected(fail_on.error());
    out.prometheus_config = beside(file, *prometheus);
    out.fail_on = *fail_on;
    if (const auto metrics = root->find("metrics")) {
        const auto items = metrics->items();
        if (!items) return unexpected(items.error());
        for (const yaml::node& item : *items) {
            auto one = read_source(item, file);
            if (!one) return unexpected(one.error());
            out.sources.push_back(std::move(*one));
        }
    }
    if (const auto map = root->find("collected_by")) {
        const auto members = map->members();
        if (!members) return unexpected(members.error());
        for (const auto& m : *members) {
            const auto services = m.value.as<std::vector<std::string>>();
            if (!services) return unexpected(services.error());
            out.collected_by.emplace(m.name, *services);
        }
    }
    return out;
}

}  // namespace pitot::tools::dashboard_lint
