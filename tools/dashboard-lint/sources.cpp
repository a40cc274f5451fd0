#include <common/malformed.hpp>
#include <dashboard-lint/datasources.hpp>
#include <dashboard-lint/loki.hpp>
#include <dashboard-lint/sources.hpp>

#include <pitot/catalog/known.hpp>
#include <pitot/catalog/prometheus_config.hpp>
#include <pitot/catalog/source.hpp>
#include <pitot/store/scrape.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace pitot::tools::dashboard_lint {
namespace {

constexpr std::size_t most_targets = 16;  ///< that one exposition stands for when queries are asked
constexpr std::int64_t scrape_ms = 15'000;
constexpr std::int64_t scrapes = 21;  ///< five minutes: what a range or an offset in minutes needs

/// What a source is scraped from when queries are asked: the targets that expose it; where a job has several sources,
/// each is one of them in turn. A discovered target, of which no more is known than the job, is one where there is no
/// other. As every target of Prometheus they have an instance. nth, of  of the sources of the job
std::vector<store::scrape_target> scraped_from(const catalog::labelled_source& source, const catalog::scrape_job& job,
                                               std::vector<catalog::label_list> on, std::size_t nth, std::size_t of)
{
    const auto stands_for_others = [&job](const catalog::label_list& t) {
        return job.discovered && catalog::value_of(t, "instance").empty() &&
               std::find(job.targets.begin(), job.targets.end(), t) != job.targets.end();
    };
    if (on.size() > 1) on.erase(std::remove_if(on.begin(), on.end() - 1, stands_for_others), on.end() - 1);
    if (on.empty()) on = job.targets;
    if (on.empty()) on.emplace_back();
    if (on.size() > most_targets) on.resize(most_targets);
    if (of > 1 && on.size() >= of) on = {on[nth]};
    std::vector<store::scrape_target> out;
    for (catalog::label_list& labels : on) {
        if (catalog::value_of(labels, "job").empty()) catalog::set_label(labels, "job", job.name);
        if (catalog::value_of(labels, "instance").empty())
            catalog::set_label(labels, "instance", catalog::instance_of(source.source));
        store::scrape_target& one = out.emplace_back();
        one.labels = std::move(labels);
        one.honor_labels = job.honor_labels;
    }
    return out;
}

/// Which of how many sources of its job it is, that say no more than the job.
std::pair<std::size_t, std::size_t> place_in_job(const settings& how, const catalog::labelled_source& source)
{
    std::size_t nth = 0;
    std::size_t of = 0;
    for (const catalog::labelled_source& other : how.sources) {
        if (other.labels != source.labels) continue;
        if (&other == &source) nth = of;
        ++of;
    }
    return {nth, of};
}

/// Puts a source's series where queries are asked, several times, so that rates exist.
void put_scrapes(const catalog::exposition& in, const std::vector<store::scrape_target>& targets, std::int64_t now,
                 store::series_store& data, const notes& say)
{
    for (const store::scrape_target& target : targets)
        for (std::int64_t back = scrapes - 1; back >= 0; --back)
            if (const auto put = store::put_scrape(data, in.families, target, now - back * scrape_ms); !put) {
                say.warn(fmt::format("{}: warning: {}", in.name, put.error().message));
                return;
            }
}

/// The job that a source is scraped by.
std::uint32_t job_of(const settings& how, const catalog::target& from, const notes& say, catalog::inventory& series)
{
    const std::size_t known = series.jobs().size();
    const std::uint32_t job = series.job(from.job);
    if (!how.prometheus_config.empty() && !from.job.empty() && job == known)
        say.warn(fmt::format("dashboard-lint: --metrics: {} has no job '{}'", how.prometheus_config, from.job));
    return job;
}

/// One source; unreachable or usage when it failed, which is said.
exit_code load_exposition(const settings& how, const catalog::labelled_source& source, const notes& say, evidence& to)
{
    catalog::source_options reading;
    reading.http = how.http;
    const auto in = catalog::load_source(source.source, reading);
    if (!in) {
        say.error(fmt::format("dashboard-lint: --metrics: {}", in.error().message));
        return catalog::is_unreachable(source.source, in.error()) ? exit_code::unreachable : exit_code::usage;
    }
    for (const std::string& line : malformed_lines(*in)) say.warn(line);
    const catalog::target from = source.from();
    to.names.add(in->families, from, in->format == expo::format::openmetrics);
    const std::uint32_t job = job_of(how, from, say, to.series);
    const catalog::scrape_job& scraped = to.series.at(job);
    const bool is_target = how.prometheus_config.empty() || from.job.empty();
    catalog::exposing_targets on = is_target ? to.series.add_target(from) : catalog::targets_exposing(scraped, from);
    if (on.labels.empty() && !from.labels.empty() && !scraped.targets.empty())
        say.warn(
            fmt::format("dashboard-lint: --metrics: {}: no target of the job '{}' has such labels: all are taken to "
                        "expose it",
                        in->name, from.job));
    if (!to.series.add(in->families, job, in->writes_points(), on))
        say.warn(fmt::format("{}: warning: more than {} series; the rest is not looked at", in->name,
                             catalog::inventory::max_series));
    if (how.live) {
        const auto [nth, of] = place_in_job(how, source);
        put_scrapes(*in, scraped_from(source, scraped, std::move(on.labels), nth, of), to.now, to.data, say);
    }
    if (in->families.point_count() > 0) return exit_code::clean;
    say.error(fmt::format("dashboard-lint: --metrics: '{}' exposes nothing", in->name));
    return exit_code::usage;
}

/// All files and URLs of metrics. Own files that cannot be read are an error, a source that cannot leaves the rest to
/// be checked: the worst of them is in `to.failed`.
exit_code load_given(const settings& how, const notes& say, evidence& to)
{
    if (!how.prometheus_config.empty()) {
        const auto read = catalog::read_prometheus_config(how.prometheus_config, to.series);
        if (!read) {
            say.error(fmt::format("dashboard-lint: {}", read.error().message));
            return exit_code::usage;
        }
        for (const std::string& pattern : *read)
            say.warn(fmt::format("dashboard-lint: {}: no file is named by {}: its jobs are not known",
                                 how.prometheus_config, pattern));
    }
    for (const std::string& path : how.catalogs)
        if (auto read = catalog::read_saved(path, to.names, to.series); !read) {
            say.error(fmt::format("dashboard-lint: --catalog: {}", read.error().message));
            return exit_code::usage;
        }
    for (const catalog::labelled_source& source : how.sources)
        if (const exit_code one = load_exposition(how, source, say, to); to_int(one) > to_int(to.failed))
            to.failed = one;
    if (to.failed != exit_code::clean) to.unread = "a source of metrics could not be read";
    return exit_code::clean;
}

void load_prometheus(const settings& how, const catalog::word_set& words, const notes& say, evidence& to)
{
    const auto read = catalog::read_server(how.prometheus, words, how.http, to.names, to.series);
    if (read) return;
    say.error(fmt::format("dashboard-lint: --prometheus: {}", read.error().message));
    to.failed = read.error().code == errc::too_many ? exit_code::usage : exit_code::unreachable;
    to.unread = "the server's metrics could not be read";
}

}  // namespace

exit_code load(const settings& how, const std::vector<input>& inputs, const notes& say, evidence& to)
{
    to.now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()).time_since_epoch().count();
    if (const exit_code code = load_given(how, say, to); code != exit_code::clean) return code;
    catalog::word_set words;
    if (!how.prometheus.empty() || !how.loki.url.empty()) {
        std::vector<std::string> files;
        for (const input& in : inputs) files.push_back(in.path);
        if (how.values.empty()) words = catalog::words_of(files, how.limits.size);  // values may make up other names
    }
    if (!how.prometheus.empty()) load_prometheus(how, words, say, to);
    to.known = to.unread.empty() && (!how.sources.empty() || !how.catalogs.empty() || !how.prometheus.empty());
    to.logs = load_log_labels(
        how.loki, how.file, how.http,
        [&words](std::string_view label) { return words.empty() || label.size() == 1 || words.contains(label); }, say,
        to.failed);
    to.datasources = load_datasources(how.grafana, how.http, say, to.failed);
    return exit_code::clean;
}

lint::dashboards::world world_of(const settings& how, const evidence& held)
{
    lint::dashboards::world sources;
    sources.keeps_variables = how.live;
    if (held.logs) sources.logs = &*held.logs;
    if (held.datasources) sources.datasources = &*held.datasources;
    if (!how.values.empty()) sources.values = &how.values;
    if (!held.unread.empty()) sources.unread = held.unread;
    if (held.known) {
        sources.names = &held.names;
        sources.series = &held.series;
        sources.collected_by = how.file.collected_by;
    } else if (!how.prometheus_config.empty()) {
        sources.jobs = &held.series;
    }
    return sources;
}

}  // namespace pitot::tools::dashboard_lint
