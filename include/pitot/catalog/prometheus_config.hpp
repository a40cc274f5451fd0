#pragma once
// The jobs of a prometheus.yml: their names, targets with labels after relabelling, honor_labels.

#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>
#include <pitot/catalog/inventory.hpp>
#include <pitot/connect/regex.hpp>
#include <pitot/connect/yaml.hpp>

#include <algorithm>  // std::any_of
#include <string>
#include <utility>
#include <vector>

namespace pitot::catalog {

namespace detail {

[[nodiscard]] inline result<std::vector<relabel_step>> read_relabelling(const std::optional<yaml::node>& from)
{
    std::vector<relabel_step> out;
    if (!from) return out;
    const auto items = from->items();
    if (!items) return unexpected(items.error());
    for (const yaml::node& item : *items) {
        const auto action = item.get<std::string>("action", "replace");
        const auto pattern = item.get<std::string>("regex", "(.*)");
        const auto sources = item.get<std::vector<std::string>>("source_labels", {});
        const auto separator = item.get<std::string>("separator", ";");
        const auto target = item.get<std::string>("target_label", "");
        const auto replacement = item.get<std::string>("replacement", "$1");
        for (const auto* const text : {&action, &pattern, &separator, &target, &replacement})
            if (!*text) return unexpected(text->error());
        if (!sources) return unexpected(sources.error());
        constexpr std::string_view names[] = {"replace",   "keep",      "drop",      "keepequal",
                                              "dropequal", "lowercase", "uppercase", "labelmap",
                                              "labeldrop", "labelkeep", "hashmod"};
        std::size_t i = 0;
        while (i < std::size(names) && !equal_lower(*action, names[i])) ++i;
        if (i == std::size(names)) return item.refuse(errc::invalid_value, concat("unknown action '", *action, "'"));
        auto compiled = regex::compile(*pattern);
        if (!compiled) return item.refuse(errc::syntax, concat("regex: ", compiled.error().message));
        out.push_back(
            {static_cast<relabel_action>(i), *sources, *separator, *target, *replacement, std::move(*compiled)});
    }
    return out;
}

[[nodiscard]] inline bool writes_job(const relabel_step& step)
{
    return step.target == "job" && step.action != relabel_action::keepequal && step.action != relabel_action::dropequal;
}

}  // namespace detail

/// Adds every job of scrape_configs. Service discovery leaves a job's targets open; files of file_sd_configs are not
/// read.
/// error  those of yaml::read_file; invalid_value and syntax with their place
[[nodiscard]] inline result<void> read_prometheus_config(const std::string& path, inventory& into)
{
    const auto root = yaml::read_file(path);
    if (!root) return unexpected(root.error());
    const auto configs = root->find("scrape_configs");
    if (!configs) return root->refuse(errc::invalid_value, "scrape_configs is missing: this is no prometheus.yml");
    const auto jobs = configs->items();
    if (!jobs) return unexpected(jobs.error());
    for (const yaml::node& from : *jobs) {
        const auto name = from.get<std::string>("job_name", "");
        const auto honor = from.get<bool>("honor_labels", false);
        const auto scheme = from.get<std::string>("scheme", "http");
        const auto metrics_path = from.get<std::string>("metrics_path", "/metrics");
        const auto steps = detail::read_relabelling(from.find("relabel_configs"));
        auto metric_steps = detail::read_relabelling(from.find("metric_relabel_configs"));
        for (const auto* const text : {&name, &scheme, &metrics_path})
            if (!*text) return unexpected(text->error());
        if (!honor) return unexpected(honor.error());
        if (!steps) return unexpected(steps.error());
        if (!metric_steps) return unexpected(metric_steps.error());
        if (name->empty()) return from.refuse(errc::invalid_value, "job_name is missing");
        scrape_job& job = into.at(into.job(*name));
        job.honor_labels = *honor;
        job.metric_relabelling = std::move(*metric_steps);
        const auto members = from.members();
        if (!members) return unexpected(members.error());
        job.targets_known = true;
        for (const auto& m : *members)
            if (m.name.ends_with("_sd_configs")) {
                job.targets_known = false;
                job.discovered = true;
            }
        job.job_is_open = job.discovered && std::any_of(steps->begin(), steps->end(), detail::writes_job);
        if (job.discovered)  // some target, of which no more is known
            job.targets.push_back(job.job_is_open ? label_list() : label_list{{"job", *name}});
        const auto groups = from.find("static_configs");
        if (!groups) continue;
        const auto all = groups->items();
        if (!all) return unexpected(all.error());
        for (const yaml::node& group : *all) {
            const auto addresses = group.get<std::vector<std::string>>("targets", {});
            if (!addresses) return unexpected(addresses.error());
            label_list fixed;
            if (const auto labels = group.find("labels")) {
                const auto given = labels->members();
                if (!given) return unexpected(given.error());
                for (const auto& l : *given) {
                    const auto value = l.value.as<std::string>();
                    if (!value) return unexpected(value.error());
                    set_label(fixed, l.name, *value);
                }
            }
            for (const std::string& address : *addresses) {
                label_list labels = fixed;
                set_label(labels, "__address__", address);
                set_label(labels, "__scheme__", *scheme);
                set_label(labels, "__metrics_path__", *metrics_path);
                if (value_of(labels, "job").empty()) set_label(labels, "job", *name);
                if (!relabel(labels, *steps)) continue;
                if (value_of(labels, "instance").empty())
                    set_label(labels, "instance", value_of(labels, "__address__"));
                std::erase_if(labels, [](const auto& l) { return l.first.starts_with("__"); });
                job.targets.push_back(std::move(labels));
            }
        }
    }
    into.set_knows_all_jobs();
    return {};
}

}  // namespace pitot::catalog
