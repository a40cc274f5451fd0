#include <dashboard-lint/config.hpp>

#include <pitot/base/nearest.hpp>
#include <pitot/base/text.hpp>
#include <pitot/connect/yaml.hpp>

#include <algorithm>
#include <filesystem>
#include <fnmatch.h>
#include <set>

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

result<catalog::labelled_source> read_source(const yaml::node& from, const std::string& config)
{
    if (from.kind() == yaml::kind::scalar) {
        const auto text = from.as<std::string>();
        if (!text) return unexpected(text.error());
        auto made = catalog::split_source(*text);
        if (!made) return from.refuse(made.error().code, made.error().message);
        made->source = beside(config, made->source);
        return made;
    }
    const auto members = from.members();
    if (!members) return unexpected(members.error());
    catalog::labelled_source out;
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
    if (auto known = root->only_keys({"prometheus_config", "metrics", "collected_by", "fail_on", "rules", "exclude",
                                      "loki_labels", "datasources"});
        !known)
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
    if (const auto labels = root->find("loki_labels")) {
        if (labels->kind() == yaml::kind::scalar) {
            const auto path_of_labels = labels->as<std::string>();
            if (!path_of_labels) return unexpected(path_of_labels.error());
            out.loki_label_files.push_back(beside(file, *path_of_labels));
        } else {
            const auto members = labels->members();
            if (!members) return unexpected(members.error());
            for (const auto& m : *members) {
                const auto values = m.value.as<std::vector<std::string>>();
                if (!values) return unexpected(values.error());
                out.loki_labels[m.name] = {{values->begin(), values->end()}, !values->empty()};
            }
        }
    }
    const auto datasources = root->get<std::vector<std::string>>("datasources", {});
    if (!datasources) return unexpected(datasources.error());
    for (const std::string& one : *datasources) out.datasource_files.push_back(beside(file, one));
    if (const auto map = root->find("collected_by")) {
        const auto members = map->members();
        if (!members) return unexpected(members.error());
        for (const auto& m : *members) {
            const auto services = m.value.as<std::vector<std::string>>();
            if (!services) return unexpected(services.error());
            out.collected_by.emplace(m.name, *services);
        }
    }
    if (const auto rules = root->find("rules")) {
        const auto members = rules->members();
        if (!members) return unexpected(members.error());
        std::vector<std::string_view> known;
        for (const auto& r : lint::dashboards::rules) known.push_back(r.about.id);
        for (const auto& m : *members) {
            const auto level = m.value.as<std::string>();
            if (!level) return unexpected(level.error());
            if (std::find(known.begin(), known.end(), m.name) == known.end()) {
                const std::string_view near = nearest(m.name, known);
                return m.key.refuse(errc::invalid_name,
                                    concat("there is no rule '", m.name, "'", near.empty() ? "" : "; did you mean ",
                                           near, near.empty() ? "" : "?"));
            }
            if (*level != "off" && !lint::severity_from(*level))
                return m.value.refuse(errc::invalid_value,
                                      concat("'", *level, "' is no severity: error, warning, info and off are"));
            out.severities.emplace(m.name, *level);
        }
    }
    if (const auto excluded = root->find("exclude")) {
        const auto items = excluded->items();
        if (!items) return unexpected(items.error());
        for (const yaml::node& item : *items) {
            if (auto fits = item.only_keys({"file", "panel", "rule", "metric", "reason"}); !fits)
                return unexpected(fits.error());
            exclusion one;
            for (const auto& [key, to] :
                 {std::pair{"file", &one.file}, std::pair{"panel", &one.panel}, std::pair{"rule", &one.rule},
                  std::pair{"metric", &one.metric}, std::pair{"reason", &one.reason}}) {
                auto text = item.get<std::string>(key, "");
                if (!text) return unexpected(text.error());
                *to = std::move(*text);
            }
            if (one.reason.empty()) return item.refuse(errc::invalid_value, "an exclusion needs its reason");
            if (one.file.empty() && one.panel.empty() && one.rule.empty() && one.metric.empty())
                return item.refuse(errc::invalid_value, "file, panel, rule or metric must say what is excluded");
            out.exclusions.push_back(std::move(one));
        }
    }
    return out;
}

void apply(const file_config& how, lint::dashboards::verdicts& to)
{
    if (how.severities.empty() && how.exclusions.empty()) return;
    const auto fits = [](const std::string& pattern, const std::string& text) {
        return pattern.empty() || ::fnmatch(pattern.c_str(), text.c_str(), 0) == 0;
    };
    std::map<std::pair<std::string, std::string>, std::string> panels;  // file and query -> title
    for (const auto& j : to.judged) panels.emplace(std::pair{j.file, j.query}, j.panel);
    std::erase_if(to.findings, [&](lint::finding& f) {
        if (const auto level = how.severities.find(f.rule); level != how.severities.end()) {
            if (level->second == "off") return true;
            f.level = *lint::severity_from(level->second);
        }
        const auto panel = panels.find({f.file, f.query});
        const std::string title = panel == panels.end() ? std::string() : panel->second;
        const std::string last = fs::path(f.file).filename().string();
        return std::any_of(how.exclusions.begin(), how.exclusions.end(), [&](const exclusion& e) {
            const bool metric = e.metric.empty() ||
                                ::fnmatch(concat("*", e.metric, "*").c_str(), f.query.c_str(), 0) == 0;
            return (fits(e.file, f.file) || fits(e.file, last)) && fits(e.panel, title) &&
                   fits(e.rule, std::string(f.rule)) && metric;
        });
    });
    std::set<std::pair<std::string, std::string>> wrong;
    std::set<std::pair<std::string, std::string>> missing;  // file and pointer of datasources: several queries ask one
    for (const lint::finding& f : to.findings) {
        if (f.level == lint::severity::info) continue;
        wrong.emplace(f.file, f.query);
        if (f.rule == lint::dashboards::datasource_missing.about.id) missing.emplace(f.file, f.pointer);
    }
    to.broken = 0;
    for (auto& j : to.judged) {
        if (j.is == lint::dashboards::verdict::not_verified) continue;
        const bool broken = wrong.contains({j.file, j.query}) || missing.contains({j.file, j.missing});
        j.is = broken ? lint::dashboards::verdict::broken : lint::dashboards::verdict::ok;
        to.broken += broken ? 1U : 0U;
    }
}

}  // namespace pitot::tools::dashboard_lint
