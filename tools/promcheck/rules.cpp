#include <common/http_flag.hpp>
#include <common/malformed.hpp>
#include <promcheck/commands.hpp>
#include <promcheck/features.hpp>

#include <pitot/catalog/inventory.hpp>
#include <pitot/catalog/known.hpp>
#include <pitot/catalog/labelled_source.hpp>
#include <pitot/catalog/listing.hpp>
#include <pitot/catalog/prometheus_config.hpp>
#include <pitot/catalog/source.hpp>
#include <pitot/lint/dashboard/recorded.hpp>
#include <pitot/lint/dashboard/rule_file.hpp>
#include <pitot/lint/dashboard/rule_shape.hpp>
#include <pitot/lint/report_json.hpp>
#include <pitot/lint/report_text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <unistd.h>  // isatty
#include <utility>
#include <vector>

namespace pitot::tools::promcheck {
namespace {

constexpr flag rules_flags[] = {
    {"metrics", 0, "SOURCE", "an exposition that the rules are held against: a file or a URL, with ,job=NAME behind it",
     true},
    {"catalog", 0, "FILE", "what exists, as promcheck catalog save and exporter-run --catalog write it", true},
    {"prometheus", 0, "URL", "a server (Prometheus, Mimir, Thanos, VictoriaMetrics): what it had in the last hour"},
    {"prometheus-config", 0, "FILE", "a prometheus.yml: the jobs that are scraped"},
    {"enable-feature", 0, "NAME[,NAME]…", feature_names, true},
    {"http-config", 0, "FILE", "credentials, TLS, headers, proxy and timeout for URLs, as Prometheus writes them"},
    {"fail-on", 0, "error|warning|info", "exit with 1 from this severity on", false, "warning"},
    {"format", 0, "text|json", "how to report", false, "text"},
};

}  // namespace

const command rules_command{
    "promcheck rules", "FILE…",
    "Checks rule files: what Prometheus loads, duplicates, templates, and whether the metrics exist.", rules_flags,
    "Without --metrics, --catalog and --prometheus the expressions are parsed and typed, and with --prometheus-config "
    "their jobs\n"
    "must be there; with one of them their metrics, labels and jobs must exist. When the server does not answer, the "
    "rest is still checked.\n\n"
    "Exit codes: 0 clean; 1 findings; 2 wrong arguments or an unreadable file; 3 a URL that does not answer.\n\n"
    "Examples:\n"
    "  promcheck rules rules/*.yml\n"
    "  promcheck rules alerts.yml --metrics node.prom,job=node --prometheus-config prometheus.yml\n"
    "  promcheck rules alerts.yml --prometheus http://127.0.0.1:9090"};

namespace {

constexpr std::size_t largest_file = std::size_t{4} << 20U;

/// What the rules are held against.
/// url    of a live server; empty: none
/// known  something was given and could be read
/// failed unreachable or usage when something could not
struct evidence {
    std::string url;
    catalog::listing names;
    catalog::inventory series;
    bool known = false;
    exit_code failed = exit_code::clean;
};

/// A file that a job exposes, or its URL.
exit_code add_exposition(const catalog::labelled_source& source, bool jobs_are_known, const http::options& http,
                         evidence& to)
{
    const catalog::target from = source.from();
    catalog::source_options reading;
    reading.http = http;
    const auto in = catalog::load_source(source.source, reading);
    if (!in) {
        refuse(rules_command, in.error().message);
        return catalog::is_unreachable(source.source, in.error()) ? exit_code::unreachable : exit_code::usage;
    }
    for (const std::string& line : malformed_lines(*in)) fmt::print(stderr, "{}\n", line);
    to.names.add(in->families, from, in->format == expo::format::openmetrics);
    const std::uint32_t job = to.series.job(from.job);
    const catalog::scrape_job& scraped = to.series.at(job);
    const bool is_target = !jobs_are_known || from.job.empty() || (scraped.targets.empty() && !scraped.targets_known);
    catalog::exposing_targets on = is_target ? to.series.add_target(from) : catalog::targets_exposing(scraped, from);
    if (on.labels.empty() && !from.labels.empty() && !scraped.targets.empty())
        fmt::print(stderr, "promcheck: {}: no target of the job '{}' has such labels: all are taken to expose it\n",
                   in->name, from.job);
    to.series.add(in->families, job, in->writes_points(), std::move(on));
    to.known = true;
    return exit_code::clean;
}

/// All that the flags name. A source or a server that cannot be read is said and leaves the rest to be checked.
exit_code load(const arguments& given, const std::vector<std::string>& files, evidence& to)
{
    const bool config = given.has("prometheus-config");
    if (config) {
        const auto read = catalog::read_prometheus_config(given.get("prometheus-config"), to.series);
        if (!read) return refuse(rules_command, read.error().message);
        for (const std::string& pattern : *read)
            fmt::print(stderr, "promcheck: {}: no file is named by {}: its jobs are not known\n",
                       given.get("prometheus-config"), pattern);
    }
    for (const std::string& path : given.all("catalog")) {
        if (auto read = catalog::read_saved(path, to.names, to.series); !read)
            return refuse(rules_command, fmt::format("--catalog: {}", read.error().message));
        to.known = true;
    }
    const auto http = http_options_of(given);
    if (!http) return refuse(rules_command, http.error().message);
    for (const std::string& text : given.all("metrics")) {
        const auto source = catalog::split_source(text);
        if (!source) return refuse(rules_command, fmt::format("--metrics {}: {}", text, source.error().message));
        const exit_code one = add_exposition(*source, config, *http, to);
        if (to_int(one) > to_int(to.failed)) to.failed = one;
    }
    if (to.url.empty()) return exit_code::clean;
    const auto read = catalog::read_server(to.url, catalog::words_of(files, largest_file), *http, to.names, to.series);
    if (read) {
        to.known = true;
        return exit_code::clean;
    }
    refuse(rules_command, fmt::format("--prometheus: {}", read.error().message));
    to.failed = read.error().code == errc::too_many ? exit_code::usage : exit_code::unreachable;
    return exit_code::clean;
}

}  // namespace

exit_code run_rules(std::span<char* const> argv)
{
    const auto given = parse(rules_command, argv);
    if (!given) return refuse(rules_command, given.error().message);
    if (const auto code = answer(whole_program(), rules_command, *given)) return *code;
    std::vector<std::string> files = given->positional;
    files.insert(files.end(), given->rest.begin(), given->rest.end());
    if (files.empty()) return refuse(rules_command, "a rule file is missing");
    const std::string format = given->get("format");
    if (format != "text" && format != "json")
        return refuse(rules_command, fmt::format("--format {}: text and json are known", format));
    const auto fail_on = lint::severity_from(given->get("fail-on"));
    if (!fail_on)
        return refuse(rules_command,
                      fmt::format("--fail-on {}: error, warning and info are known", given->get("fail-on")));

    promql::parse_options usual;
    promql::engine_options nothing_asked;
    bool no_labels = false;
    if (auto on = switch_on(given->all("enable-feature"), usual, nothing_asked, no_labels); !on)
        return refuse(rules_command, on.error().message);
    evidence held;
    held.url = given->get("prometheus");
    if (!held.url.empty() && !http::is_url(held.url))
        return refuse(rules_command,
                      fmt::format("--prometheus {}: a URL is expected, http://127.0.0.1:9090", held.url));
    if (const exit_code bad = load(*given, files, held); bad != exit_code::clean) return bad;
    lint::dashboards::world sources;
    if (held.failed != exit_code::clean) {
        sources.unread = "a source of metrics could not be read";
    } else if (held.known) {
        sources.names = &held.names;
        sources.series = &held.series;
    }
    if (!held.known && given->has("prometheus-config")) sources.jobs = &held.series;

    lint::dashboards::verdicts found;
    std::vector<lint::dashboards::rule_file> rules;
    for (const std::string& path : files) {
        auto text = catalog::read_file(path, largest_file);
        if (!text) {
            static_cast<void>(refuse(rules_command, text.error().message));
            held.failed = exit_code::usage;
            if (files.size() == 1) return held.failed;
            continue;  // the others are still checked
        }
        lint::source file(path == "-" ? "<stdin>" : path, std::move(*text));
        rules.push_back(
            lint::dashboards::read_rule_file(std::move(file), lint::dashboards::loaded_by::prometheus, true, usual));
    }
    std::vector<const lint::dashboards::rule_file*> all_rules;
    std::size_t count = 0;  // what templates ask is a query too, but no rule
    for (const lint::dashboards::rule_file& one : rules) {
        all_rules.push_back(&one);
        count += one.rules.size();
    }
    const lint::dashboards::recorded_names recorded = lint::dashboards::all_recorded(all_rules, sources);
    sources.recorded = &recorded;
    for (const lint::dashboards::rule_file& one : rules)
        if (!lint::dashboards::check_rule_file(one, sources, found)) {
            found.findings.insert(found.findings.end(), one.findings.begin(), one.findings.end());
            found.findings.push_back(lint::finding_at(one.file, {0, 0}, lint::dashboards::rule_shape.about.id,
                                                      lint::severity::error,
                                                      "there is no list of groups: this is no rule file"));
        }
    lint::put_in_order(found.findings);
    if (format == "json") {
        lint::report out;
        out.summary = {{"rules", count},
                       {"broken", found.broken},
                       {"not_verified", sources.series != nullptr ? found.not_verified : 0}};
        out.findings = found.findings;
        fmt::print("{}", lint::to_json(out));
    } else {
        std::string text;
        const lint::text_style style{isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr, 160};
        for (const lint::finding& f : found.findings)
            if (f.level != lint::severity::info || *fail_on == lint::severity::info) lint::append_text(text, f, style);
        const auto told = std::count_if(found.findings.begin(), found.findings.end(), [&](const lint::finding& f) {
            return f.level != lint::severity::info || *fail_on == lint::severity::info;
        });
        fmt::print("{}{} {}: {} {}\n", text, count, count == 1 ? "rule" : "rules", told,
                   told == 1 ? "finding" : "findings");
    }
    const auto worst = lint::worst(found.findings);
    return held.failed == exit_code::clean && worst && *worst >= *fail_on ? exit_code::findings : held.failed;
}

}  // namespace pitot::tools::promcheck
