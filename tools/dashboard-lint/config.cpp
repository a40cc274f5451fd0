#include <dashboard-lint/config.hpp>
#include <dashboard-lint/target.hpp>

#include <pitot/base/nearest.hpp>
#include <pitot/base/text.hpp>
#include <pitot/connect/yaml.hpp>
#include <pitot/dashboard/interpolate.hpp>
#include <pitot/promql/selector.hpp>

#include <algorithm>
#include <filesystem>
#include <fnmatch.h>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

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

/// Empty when there is a rule of that name, or one that the pattern fits.
std::string why_no_rule(const std::string& name)
{
    std::vector<std::string_view> known;
    for (const auto& r : lint::dashboards::rules) {
        if (::fnmatch(name.c_str(), std::string(r.about.id).c_str(), 0) == 0) return {};
        known.push_back(r.about.id);
    }
    const std::string_view near = nearest(name, known);
    return concat("there is no rule '", name, "'", near.empty() ? "" : "; did you mean ", near,
                  near.empty() ? "" : "?");
}

/// Does a query ask for a metric whose name fits? Of what is no PromQL a part of the text will do.
bool asks_for(const std::string& query, const std::string& pattern)
{
    const auto found = promql::find_selectors(dashboard::interpolate(query).text);
    if (!found) return ::fnmatch(concat("*", pattern, "*").c_str(), query.c_str(), 0) == 0;
    return std::any_of(found->selectors.begin(), found->selectors.end(),
                       [&pattern](const auto& s) { return ::fnmatch(pattern.c_str(), s.name.c_str(), 0) == 0; });
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
    out.folder = fs::path(file).parent_path().string();
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
        for (const auto& m : *members) {
            const auto level = m.value.as<std::string>();
            if (!level) return unexpected(level.error());
            if (const std::string why = why_no_rule(m.name); !why.empty()) return m.key.refuse(errc::invalid_name, why);
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
            if (const std::string why = why_no_rule(one.rule); !one.rule.empty() && !why.empty())
                return item.find("rule")->refuse(errc::invalid_name, why);
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
    using place = std::pair<std::string_view, std::string_view>;  // a file, and what tells its queries apart
    std::map<place, std::string_view> panels;
    for (const auto& j : to.judged) panels.emplace(place(j.file, around(j.pointer)), j.panel);
    const auto query_of = [&panels](const lint::finding& f) {
        auto found = panels.end();
        std::string_view target = f.pointer;
        for (int up = 0; up < 3 && found == panels.end() && !target.empty(); ++up) {  // an annotation stands deeper
            target = around(target);
            found = panels.find(place(f.file, target));
        }
        return found;
    };
    std::map<std::string, std::string, std::less<>> beside;  // files as the configuration's folder sees them
    const auto relative = [&](const std::string& file) -> const std::string& {
        const auto [at, fresh] = beside.try_emplace(file);
        std::error_code why;
        if (fresh) at->second = fs::relative(file, how.folder.empty() ? "." : how.folder, why).string();
        return at->second;
    };
    std::erase_if(to.findings, [&](lint::finding& f) {
        if (const auto level = how.severities.find(f.rule); level != how.severities.end()) {
            if (level->second == "off") return true;
            f.level = *lint::severity_from(level->second);
        }
        const auto panel = query_of(f);
        const std::string title(panel == panels.end() ? std::string_view() : panel->second);
        const std::string last = fs::path(f.file).filename().string();
        return std::any_of(how.exclusions.begin(), how.exclusions.end(), [&](const exclusion& e) {
            return (fits(e.file, f.file) || fits(e.file, last) || fits(e.file, relative(f.file))) &&
                   fits(e.panel, title) && fits(e.rule, std::string(f.rule)) &&
                   (e.metric.empty() || asks_for(f.query, e.metric));
        });
    });
    std::set<place> wrong;
    std::set<std::pair<std::string, std::string>> missing;  // file and pointer of datasources: several queries ask one
    for (const lint::finding& f : to.findings) {
        if (f.level == lint::severity::info) continue;
        if (const auto query = query_of(f); query != panels.end()) wrong.insert(query->first);
        if (f.rule == lint::dashboards::datasource_missing.about.id) missing.emplace(f.file, f.pointer);
    }
    to.broken = 0;
    for (auto& j : to.judged) {
        if (j.is == lint::dashboards::verdict::not_verified) continue;
        const bool broken = wrong.contains(place(j.file, around(j.pointer))) || missing.contains({j.file, j.missing});
        j.is = broken ? lint::dashboards::verdict::broken : lint::dashboards::verdict::ok;
        to.broken += broken ? 1U : 0U;
    }
}

}  // namespace pitot::tools::dashboard_lint
