#pragma once
// The jobs of a prometheus.yml: their names, targets with labels after relabelling, honor_labels.

#include <pitot/base/duration.hpp>
#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>
#include <pitot/catalog/files_named.hpp>
#include <pitot/catalog/inventory.hpp>
#include <pitot/catalog/target_groups.hpp>
#include <pitot/connect/regex.hpp>
#include <pitot/connect/yaml.hpp>

#include <algorithm>  // std::any_of, std::min, std::move
#include <array>
#include <cstdint>
#include <iterator>  // std::back_inserter
#include <optional>
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
        const auto modulus = item.get<std::uint64_t>("modulus", 0);
        for (const auto* const text : {&action, &pattern, &separator, &target, &replacement})
            if (!*text) return unexpected(text->error());
        if (!sources) return unexpected(sources.error());
        if (!modulus) return unexpected(modulus.error());
        constexpr std::string_view names[] = {"replace",   "keep",      "drop",      "keepequal",
                                              "dropequal", "lowercase", "uppercase", "labelmap",
                                              "labeldrop", "labelkeep", "hashmod"};
        std::size_t i = 0;
        while (i < std::size(names) && !equal_lower(*action, names[i])) ++i;
        if (i == std::size(names)) return item.refuse(errc::invalid_value, concat("unknown action '", *action, "'"));
        if (equal_lower(*action, "hashmod") && *modulus == 0)
            return item.refuse(errc::invalid_value, "hashmod takes a modulus other than 0");
        auto compiled = regex::compile(*pattern);
        if (!compiled) return item.refuse(errc::syntax, concat("regex: ", compiled.error().message));
        out.push_back({static_cast<relabel_action>(i), *sources, *separator, *target, *replacement,
                       std::move(*compiled), *modulus});
    }
    return out;
}

[[nodiscard]] inline bool writes_job(const relabel_step& step)
{
    return step.target == "job" && step.action != relabel_action::keepequal && step.action != relabel_action::dropequal;
}

/// How often, and how long at most, a job is scraped.
struct scrape_times {
    duration_ms interval{60'000};
    duration_ms timeout{10'000};
};

/// What a part of the file says of them; what it does not say is as otherwise.
/// source  Prometheus, config/config.go, GlobalConfig.UnmarshalYAML, ScrapeConfig.Validate
[[nodiscard]] inline result<scrape_times> read_times(const yaml::node& from, const scrape_times& otherwise)
{
    const auto interval = from.get<duration_ms>("scrape_interval", {});
    const auto timeout = from.get<duration_ms>("scrape_timeout", {});
    if (!interval) return unexpected(interval.error());
    if (!timeout) return unexpected(timeout.error());
    scrape_times out;
    out.interval = interval->count > 0 ? *interval : otherwise.interval;
    out.timeout = timeout->count > 0 ? *timeout : std::min(otherwise.timeout, out.interval);
    return out;
}

/// The labels that every target of a job has before relabelling, where it does not have others.
/// source  Prometheus, scrape/target.go, PopulateLabels
[[nodiscard]] inline result<label_list> labels_of_job(const yaml::node& from, const scrape_times& otherwise)
{
    label_list out;
    for (const auto& [key, label, usual] : {std::array{"job_name", "job", ""},
                                            {"scheme", "__scheme__", "http"},
                                            {"metrics_path", "__metrics_path__", "/metrics"}}) {
        const auto value = from.get<std::string>(key, usual);
        if (!value) return unexpected(value.error());
        set_label(out, label, *value);
    }
    const auto times = read_times(from, otherwise);
    if (!times) return unexpected(times.error());
    set_label(out, "__scrape_interval__", to_text(times->interval));
    set_label(out, "__scrape_timeout__", to_text(times->timeout));
    const auto parameters = from.find("params");
    if (!parameters) return out;
    const auto all = parameters->members();
    if (!all) return unexpected(all.error());
    for (const auto& p : *all) {
        const auto values = p.value.as<std::vector<std::string>>();
        if (!values) return unexpected(values.error());
        if (!values->empty()) set_label(out, concat("__param_", p.name), values->front());
    }
    return out;
}

/// The labels of a target after relabelling; nothing when it is dropped.
[[nodiscard]] inline std::optional<label_list> labels_of_target(const target_group& group, const std::string& address,
                                                                const label_list& of_job,
                                                                const std::vector<relabel_step>& steps)
{
    label_list labels = group.labels;
    set_label(labels, "__address__", address);
    for (const auto& [name, value] : of_job)
        if (value_of(labels, name).empty()) set_label(labels, name, value);
    if (!relabel(labels, steps) || value_of(labels, "__address__").empty()) return std::nullopt;
    if (value_of(labels, "instance").empty())
        set_label(labels, "instance", std::string(value_of(labels, "__address__")));
    std::erase_if(labels, [](const auto& l) { return l.first.starts_with("__"); });
    return labels;
}

/// Adds a job of scrape_configs.
[[nodiscard]] inline result<void> read_scrape_config(const yaml::node& from, const scrape_times& otherwise,
                                                     inventory& into)
{
    const auto honor = from.get<bool>("honor_labels", false);
    const auto of_job = labels_of_job(from, otherwise);
    const auto steps = read_relabelling(from.find("relabel_configs"));
    auto metric_steps = read_relabelling(from.find("metric_relabel_configs"));
    if (!honor) return unexpected(honor.error());
    if (!of_job) return unexpected(of_job.error());
    if (!steps) return unexpected(steps.error());
    if (!metric_steps) return unexpected(metric_steps.error());
    const std::string name(value_of(*of_job, "job"));
    if (name.empty()) return from.refuse(errc::invalid_value, "job_name is missing");
    const auto members = from.members();
    if (!members) return unexpected(members.error());

    scrape_job& job = into.at(into.job(name));
    job.honor_labels = *honor;
    job.metric_relabelling = std::move(*metric_steps);
    std::vector<target_group> groups;
    for (const auto& m : *members) {
        if (m.name == "static_configs") {
            auto fixed = read_target_groups(m.value);
            if (!fixed) return unexpected(fixed.error());
            std::move(fixed->begin(), fixed->end(), std::back_inserter(groups));
        } else if (m.name == "file_sd_configs") {
            const auto complete = read_target_files(m.value, groups);
            if (!complete) return unexpected(complete.error());
            job.discovered = job.discovered || !*complete;
        } else if (m.name.ends_with("_sd_configs")) {
            job.discovered = true;
        }
    }
    job.targets_known = !job.discovered;
    const bool federates = *honor && value_of(*of_job, "__metrics_path__").ends_with("/federate");
    job.job_is_open = job.discovered && (federates || std::any_of(steps->begin(), steps->end(), writes_job));
    if (job.discovered)  // some target, of which no more is known
        job.targets.push_back(job.job_is_open ? label_list() : label_list{{"job", name}});
    for (const target_group& group : groups)
        for (const std::string& address : group.addresses)
            if (auto labels = labels_of_target(group, address, *of_job, *steps))
                job.targets.push_back(std::move(*labels));
    if (federates && !job.discovered) job.federate();
    return {};
}

/// Adds the jobs of a file's scrape_configs.
[[nodiscard]] inline result<void> read_scrape_configs(const yaml::node& root, const scrape_times& otherwise,
                                                      inventory& into)
{
    const auto configs = root.find("scrape_configs");
    if (!configs) return {};
    const auto jobs = configs->items();
    if (!jobs) return unexpected(jobs.error());
    for (const yaml::node& from : *jobs)
        if (auto done = read_scrape_config(from, otherwise, into); !done) return done;
    return {};
}

/// Adds the jobs of the files that scrape_config_files names.
/// returns  patterns that name none: for each there is a job of which nothing is known
[[nodiscard]] inline result<std::vector<std::string>> read_scrape_config_files(const yaml::node& from,
                                                                               const scrape_times& otherwise,
                                                                               inventory& into)
{
    std::vector<std::string> unread;
    const auto patterns = from.as<std::vector<std::string>>();
    if (!patterns) return unexpected(patterns.error());
    for (const std::string& pattern : *patterns) {
        const auto files = files_named(from.file(), pattern);
        if (!files) return from.refuse(files.error().code, files.error().message);
        if (files->empty() && !has_wildcard(pattern))
            return from.refuse(errc::not_found, concat("there is no file ", pattern));
        if (files->empty()) {
            scrape_job& job = into.at(into.job(pattern));
            job.discovered = job.job_is_open = true;
            job.targets.emplace_back();
            unread.push_back(pattern);
        }
        for (const std::string& file : *files) {
            const auto root = yaml::read_file(file);
            if (!root) return unexpected(root.error());
            if (auto known = root->only_keys({"scrape_configs"}); !known) return unexpected(known.error());
            if (auto done = read_scrape_configs(*root, otherwise, into); !done) return unexpected(done.error());
        }
    }
    return unread;
}

}  // namespace detail

/// Adds every job of scrape_configs and of the files that scrape_config_files names. Service discovery leaves a job's
/// targets open, but by files that can be read.
/// returns  patterns of scrape_config_files that name no file: the jobs of those that may come are not known
/// error  those of yaml::read_file; invalid_value, syntax and not_found with their place
[[nodiscard]] inline result<std::vector<std::string>> read_prometheus_config(const std::string& path, inventory& into)
{
    const auto root = yaml::read_file(path);
    if (!root) return unexpected(root.error());
    const auto files = root->find("scrape_config_files");
    if (!files && !root->find("scrape_configs"))
        return root->refuse(errc::invalid_value, "scrape_configs is missing: this is no prometheus.yml");
    result<detail::scrape_times> times = detail::scrape_times();
    if (const auto global = root->find("global")) times = detail::read_times(*global, *times);
    if (!times) return unexpected(times.error());
    if (auto done = detail::read_scrape_configs(*root, *times, into); !done) return unexpected(done.error());
    into.set_knows_all_jobs();
    if (files) return detail::read_scrape_config_files(*files, *times, into);
    return std::vector<std::string>();
}

}  // namespace pitot::catalog
