#include <common/exit_code.hpp>
#include <common/flags.hpp>
#include <common/http_flag.hpp>
#include <common/malformed.hpp>
#include <common/notes.hpp>
#include <common/pages.hpp>
#include <dashboard-lint/config.hpp>
#include <dashboard-lint/inputs.hpp>
#include <dashboard-lint/live.hpp>
#include <dashboard-lint/loki.hpp>

#include <pitot/base/nearest.hpp>
#include <pitot/catalog/inventory.hpp>
#include <pitot/catalog/known.hpp>
#include <pitot/catalog/labelled_source.hpp>
#include <pitot/catalog/listing.hpp>
#include <pitot/catalog/prometheus_config.hpp>
#include <pitot/catalog/source.hpp>
#include <pitot/lint/dashboard/check.hpp>
#include <pitot/lint/dashboard/rule_file.hpp>
#include <pitot/lint/dashboard/table.hpp>
#include <pitot/lint/report_json.hpp>
#include <pitot/lint/report_text.hpp>
#include <pitot/store/scrape.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <exception>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <sys/ioctl.h>  // the terminal's width
#include <thread>
#include <unistd.h>  // isatty
#include <utility>
#include <vector>

namespace pitot::tools::dashboard_lint {
namespace {

constexpr flag flags[] = {
    {"metrics", 0, "SOURCE", "an exposition that the dashboards are held against: a file, - or a URL", true},
    {"catalog", 0, "FILE", "what exists, as promcheck catalog save and exporter-run --catalog write it", true},
    {"prometheus", 0, "URL", "a server (Prometheus, Mimir, Thanos, VictoriaMetrics): what it had in the last hour"},
    {"prometheus-config", 0, "FILE", "a prometheus.yml: the jobs that are scraped, their targets and relabelling"},
    {"loki", 0, "URL", "a Loki: the labels of its log streams in the last day"},
    {"loki-labels", 0, "FILE", "the labels of log streams, without a Loki: JSON, {\"NAME\": [\"value\", …]}", true},
    {"var", 0, "NAME=VALUE", "the value of a dashboard's variable; given again, one of several values", true},
    {"config", 'c', "FILE",
     "severities, exclusions and the flags by their names (.dashboard-lint.yml here, if there is one)"},
    {"live", 0, "", "ask every query too, of the engine over --metrics or of --prometheus, and show its value"},
    {"verbose", 0, "", "list every query with its verdict, before the findings"},
    {"fail-on", 0, "error|warning|info", "exit with 1 from this severity on", false, "warning"},
    {"strict", 0, "", "infos fail, and so does what could not be verified"},
    {"format", 0, "text|json", "how to report", false, "text"},
    {"http-config", 0, "FILE", "credentials, TLS, headers, proxy and timeout for URLs, as Prometheus writes them"},
    {"max-bytes", 0, "N", "refuse a dashboard that is larger", false, "67108864"},
};

constexpr command dashboard_lint_command{
    "dashboard-lint", "[PATH…]",
    "Proves that every panel of a Grafana dashboard, and every rule of Prometheus, asks for metrics that really exist.",
    flags,
    "A PATH is a file, a folder (every *.json, *.yml and *.yaml below it), a pattern or - for standard input; without "
    "one, the current "
    "folder.\n"
    "A SOURCE may be followed by the labels that Prometheus adds: http://127.0.0.1:9598/metrics,job=vector\n"
    "The configuration file is YAML; its paths are relative to it. Keys: prometheus_config; metrics (a list of "
    "SOURCEs, or of\n"
    "{source: …, job: …}); collected_by (a job, and the services it collects); fail_on; rules (RULE: error, warning, "
    "info or\n"
    "off); loki_labels (a FILE as for --loki-labels, or NAME: [value, …]); exclude (a list of {file, panel, rule, "
    "metric, reason}: patterns, of which each that is given must fit).\n"
    "dashboard-lint rules lists the rules, dashboard-lint explain RULE says why one is there.\n\n"
    "With --live, --format json lists under \"live\" each query's file, pointer, query, status (data, no data, "
    "refused, not asked),\nseries (how many), value (of the first) and message.\n\n"
    "Exit codes: 0 clean; 1 findings; 2 wrong arguments, an unreadable file or configuration; 3 a source that does not "
    "answer.\n\n"
    "Examples:\n"
    "  dashboard-lint dashboards/ --metrics http://127.0.0.1:9598/metrics,job=node\n"
    "  dashboard-lint dashboards/host.json --metrics node.prom --format json\n"
    "  dashboard-lint dashboards/ rules/ --prometheus http://127.0.0.1:9090"};

const command* const commands[] = {&dashboard_lint_command};
constexpr program dashboard_lint{"dashboard-lint", dashboard_lint_command.summary, commands};

exit_code refuse(std::string_view why)
{
    fmt::print(stderr, "dashboard-lint: {}\n", why);
    return exit_code::usage;
}

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

exit_code list_rules()
{
    for (const lint::dashboards::dashboard_rule& r : lint::dashboards::rules)
        fmt::print("{:27} {:8} {}\n", r.about.id, lint::to_string(r.about.level), r.about.summary);
    return exit_code::clean;
}

exit_code explain_rule(std::span<char* const> argv)
{
    if (argv.size() != 1) return refuse("explain takes one rule; dashboard-lint rules lists them");
    std::vector<std::string_view> ids;
    for (const lint::dashboards::dashboard_rule& r : lint::dashboards::rules) {
        ids.push_back(r.about.id);
        if (r.about.id != argv[0]) continue;
        fmt::print("{} ({}): {}\n\n{}\n\nReported:\n    {}\nInstead:\n    {}\n", r.about.id,
                   lint::to_string(r.about.level), r.about.summary, r.about.why, r.about.example, r.about.fix);
        return exit_code::clean;
    }
    const std::string_view near = nearest(argv[0], ids);
    return refuse(
        fmt::format("no rule is called '{}'{}", argv[0],
                    near.empty() ? "; dashboard-lint rules lists them" : fmt::format("; did you mean {}?", near)));
}

/// The flags, understood.
struct settings {
    file_config file;
    std::vector<catalog::labelled_source> sources;
    std::string prometheus_config;
    std::vector<std::string> catalogs;
    std::string prometheus;
    loki_settings loki;
    dashboard::variable_values values;
    http::options http;
    lint::severity fail_on = lint::severity::warning;
    bool strict = false;
    bool verbose = false;
    bool live = false;
    bool json = false;
    json::limits limits;
};

result<settings> understand(const arguments& given)
{
    const auto bad = [](std::string text) { return unexpected(errc::invalid_value, std::move(text)); };
    settings out;
    auto file = read_config(given.get("config"));
    if (!file) return unexpected(std::move(file.error()));
    out.file = std::move(*file);
    out.sources = out.file.sources;
    out.prometheus_config = given.has("prometheus-config") ? given.get("prometheus-config")
                                                           : out.file.prometheus_config;
    out.catalogs = given.all("catalog");
    for (const std::string& text : given.all("metrics")) {
        auto source = catalog::split_source(text);
        if (!source) return bad(fmt::format("--metrics {}: {}", text, source.error().message));
        out.sources.push_back(std::move(*source));
    }
    out.prometheus = given.get("prometheus");
    if (!out.prometheus.empty() && !http::is_url(out.prometheus))
        return bad(fmt::format("--prometheus {}: a URL is expected, http://127.0.0.1:9090", out.prometheus));
    out.loki = {given.get("loki"), given.all("loki-labels")};
    if (!out.loki.url.empty() && !http::is_url(out.loki.url))
        return bad(fmt::format("--loki {}: a URL is expected, http://127.0.0.1:3100", out.loki.url));
    for (const std::string& text : given.all("var")) {
        const std::size_t equals = text.find('=');
        if (equals == 0 || equals == std::string::npos)
            return bad(fmt::format("--var {}: NAME=VALUE is expected", text));
        out.values[text.substr(0, equals)].push_back(text.substr(equals + 1));
    }
    const std::string format = given.get("format");
    if (format != "text" && format != "json") return bad(fmt::format("--format {}: text and json are known", format));
    out.json = format == "json";
    const std::string fail_on = given.has("fail-on") || out.file.fail_on.empty() ? given.get("fail-on")
                                                                                 : out.file.fail_on;
    const auto level = lint::severity_from(fail_on);
    if (!level) return bad(fmt::format("--fail-on {}: error, warning and info are known", fail_on));
    out.strict = given.has("strict");
    out.live = given.has("live");
    out.verbose = given.has("verbose") || out.live;
    out.fail_on = out.strict ? lint::severity::info : *level;
    const std::string limit = given.get("max-bytes");
    const auto [end, code] = std::from_chars(limit.data(), limit.data() + limit.size(), out.limits.size);
    if (code != std::errc() || end != limit.data() + limit.size())
        return bad(fmt::format("--max-bytes {}: a number of bytes is expected", limit));
    auto http = http_options_of(given);
    if (!http) return unexpected(std::move(http.error()));
    out.http = std::move(*http);
    return out;
}

exit_code load_prometheus(const settings& how, const catalog::word_set& words, catalog::listing& names,
                          catalog::inventory& series, const notes& say)
{
    const auto read = catalog::read_server(how.prometheus, words, how.http, names, series);
    if (read) return exit_code::clean;
    say.error(fmt::format("dashboard-lint: --prometheus: {}", read.error().message));
    return read.error().code == errc::too_many ? exit_code::usage : exit_code::unreachable;
}

/// Loads every source; what is malformed in one is said and the rest of it used.
/// live  where the series go as well, for queries: as if each source had been scraped four times, so that rates exist
exit_code load(const settings& how, catalog::listing& names, catalog::inventory& series, store::series_store* live,
               std::int64_t now, const notes& say)
{
    exit_code code = exit_code::clean;
    if (!how.prometheus_config.empty())
        if (auto read = catalog::read_prometheus_config(how.prometheus_config, series); !read) {
            say.error(fmt::format("dashboard-lint: {}", read.error().message));
            return exit_code::usage;
        }
    catalog::source_options reading;
    reading.http = how.http;
    for (const std::string& path : how.catalogs) {
        if (auto read = catalog::read_saved(path, names, series); !read) {
            say.error(fmt::format("dashboard-lint: --catalog: {}", read.error().message));
            return exit_code::usage;
        }
    }
    for (const catalog::labelled_source& source : how.sources) {
        const auto in = catalog::load_source(source.source, reading);
        if (!in) {
            say.error(fmt::format("dashboard-lint: --metrics: {}", in.error().message));
            const exit_code why = catalog::is_unreachable(source.source, in.error()) ? exit_code::unreachable
                                                                                     : exit_code::usage;
            if (to_int(why) > to_int(code)) code = why;
            continue;
        }
        for (const std::string& line : malformed_lines(*in)) say.warn(line);
        const catalog::target from = source.from();
        names.add(in->families, from, in->format == expo::format::openmetrics);
        if (live != nullptr)
            for (std::int64_t back = 3; back >= 0; --back)
                if (const auto put = store::put_scrape(*live, in->families, {source.labels, false},
                                                       now - back * 15'000);
                    !put) {
                    say.warn(fmt::format("{}: warning: {}", in->name, put.error().message));
                    break;
                }
        if (how.prometheus_config.empty() || from.job.empty()) {
            series.add_target(from);
        } else if (const std::uint32_t job = series.job(from.job); series.at(job).targets.empty()) {
            const std::string unknown = fmt::format("--metrics: {} has no job '{}'", how.prometheus_config, from.job);
            if (series.at(job).targets_known) say.warn(fmt::format("dashboard-lint: {}", unknown));
        }
        if (!series.add(in->families, series.job(from.job)))
            say.warn(fmt::format("{}: warning: more than {} series; the rest is not looked at", in->name,
                                 catalog::inventory::max_series));
        if (in->families.point_count() == 0) {
            say.error(fmt::format("dashboard-lint: --metrics: '{}' exposes nothing", in->name));
            if (code == exit_code::clean) code = exit_code::usage;
        }
    }
    return code;
}

std::string summary_line(const lint::dashboards::verdicts& found)
{
    std::string text = fmt::format("{} {}: {} ok, {} broken, {} not verified", found.queries,
                                   found.queries == 1 ? "query" : "queries", found.ok(), found.broken,
                                   found.not_verified);
    std::string reasons;
    for (const auto& [reason, n] : found.reasons) {
        if (!reasons.empty()) reasons += ", ";
        if (found.reasons.size() > 1) reasons += fmt::format("{} ", n);
        reasons += reason;
    }
    if (!reasons.empty()) text += fmt::format(" ({})", reasons);
    text += '\n';
    return text;
}

/// Columns of the terminal; 160 where there is none.
std::size_t terminal_width()
{
    ::winsize size{};
    const bool known = isatty(STDOUT_FILENO) == 1 && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
    return known && size.ws_col > 0 ? size.ws_col : 160;
}

std::string asked_line(const std::vector<lint::answered>& answers)
{
    const auto n = [&answers](lint::asking status) {
        return std::count_if(answers.begin(), answers.end(),
                             [status](const lint::answered& a) { return a.status == status; });
    };
    return fmt::format("asked: {} with data, {} without, {} refused, {} not asked\n", n(lint::asking::data),
                       n(lint::asking::no_data), n(lint::asking::refused), n(lint::asking::not_asked));
}

void report_json(lint::dashboards::verdicts& found, std::optional<std::vector<lint::answered>> answers)
{
    lint::report out;
    out.summary = {
        {"queries", found.queries}, {"ok", found.ok()}, {"broken", found.broken}, {"not_verified", found.not_verified}};
    out.findings = std::move(found.findings);
    out.not_verified = std::move(found.unknown);
    out.live = std::move(answers);
    print(lint::to_json(out));
}

void report_text(const settings& how, const lint::dashboards::verdicts& found)
{
    std::string text;
    const lint::text_style style{isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr, 160};
    if (how.verbose) lint::dashboards::append_table(text, found, {style.colour, terminal_width()});
    for (const lint::finding& f : found.findings)
        if (f.level != lint::severity::info || how.fail_on == lint::severity::info) lint::append_text(text, f, style);
    if (how.strict)
        for (const lint::unverified& u : found.unknown)
            text += fmt::format("{}: not verified: {} at {}\n", u.file, u.reason, u.pointer);
    text += summary_line(found);
    print(text);
}

/// What became of one file.
/// error, skipped  why it could not be read, why it was passed over; empty when neither
struct outcome {
    lint::dashboards::verdicts found;
    std::string error;
    std::string skipped;
};

outcome check_one(const input& in, const lint::dashboards::world& sources, const json::limits& limits)
{
    outcome out;
    auto text = catalog::read_file(in.path, limits.size);
    if (!text) {
        out.error = text.error().message;
        return out;
    }
    const lint::source file(in.path == "-" ? "<stdin>" : in.path, std::move(*text));
    if (!(in.is_yaml() ? lint::dashboards::check_rule_file(file, sources, out.found)
                       : lint::dashboards::check(file, sources, limits, out.found)))
        out.skipped = fmt::format("{}: skipped: {}", file.name(),
                                  in.is_yaml() ? "no rule file of Prometheus" : "not a Grafana dashboard");
    std::stable_sort(out.found.findings.begin(), out.found.findings.end(), lint::stands_before);
    return out;
}

/// Every file, on as many threads as there are processors; what comes back is in the order of the files.
std::vector<outcome> check_all(const std::vector<input>& inputs, const lint::dashboards::world& sources,
                               const json::limits& limits)
{
    std::vector<outcome> all(inputs.size());
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
        const lint::dashboards::world own = sources;  // it remembers what it has looked up
        for (std::size_t i = 0; (i = next++) < inputs.size();) {
            try {
                all[i] = check_one(inputs[i], own, limits);
            } catch (const std::exception& e) {  // out of memory: the others are still checked
                all[i].error = fmt::format("{}: {}", inputs[i].path, e.what());
            }
        }
    };
    const std::size_t useful = inputs.size() / 8;  // a thread for a few files costs more than it saves
    std::vector<std::thread> others;
    for (std::size_t n = 1; n < std::min<std::size_t>({std::thread::hardware_concurrency(), useful, 16}); ++n)
        others.emplace_back(work);
    work();
    for (std::thread& t : others) t.join();
    return all;
}

exit_code run(std::span<char* const> argv)
{
    if (argv.size() == 1 && std::string_view(argv[0]) == "rules") return list_rules();
    if (!argv.empty() && std::string_view(argv[0]) == "explain") return explain_rule(argv.subspan(1));
    const auto given = parse(dashboard_lint_command, argv);
    if (!given) return refuse(given.error().message);
    if (const auto code = answer(dashboard_lint, dashboard_lint_command, *given)) return *code;
    const auto say = notes::from_flags(*given);
    if (!say) return refuse(say.error().message);
    const auto how = understand(*given);
    if (!how) return refuse(how.error().message);
    std::vector<std::string> paths = given->positional;
    paths.insert(paths.end(), given->rest.begin(), given->rest.end());
    if (paths.empty()) paths.emplace_back(".");
    const auto inputs = find_inputs(paths);
    if (!inputs) return refuse(inputs.error().message);

    catalog::listing names;
    catalog::inventory series;
    store::series_store data;
    const std::int64_t now =
        std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()).time_since_epoch().count();
    if (how->live && how->prometheus.empty() && how->sources.empty())
        return refuse("--live asks --metrics or --prometheus: give one of them");
    if (const exit_code code = load(*how, names, series, how->live ? &data : nullptr, now, *say);
        code != exit_code::clean)
        return code;
    catalog::word_set words;
    if (!how->prometheus.empty() || !how->loki.url.empty()) {
        std::vector<std::string> files;
        for (const input& in : *inputs) files.push_back(in.path);
        words = catalog::words_of(files, how->limits.size);
    }
    exit_code live = exit_code::clean;
    if (!how->prometheus.empty()) live = load_prometheus(*how, words, names, series, *say);
    const auto logs = load_log_labels(
        how->loki, how->file, how->http,
        [&words](std::string_view label) { return words.empty() || label.size() == 1 || words.contains(label); }, *say,
        live);

    lint::dashboards::world sources;
    if (logs) sources.logs = &*logs;
    if (!how->values.empty()) sources.values = &how->values;
    if (!how->sources.empty() || !how->catalogs.empty() || (!how->prometheus.empty() && live == exit_code::clean)) {
        sources.names = &names;
        sources.series = &series;
        sources.collected_by = how->file.collected_by;
    }
    std::set<std::string, std::less<>> recorded;
    for (const input& in : *inputs)
        if (in.is_yaml())
            if (auto text = catalog::read_file(in.path, how->limits.size))
                lint::dashboards::add_recorded(std::move(*text), in.path, recorded);
    sources.recorded = &recorded;
    lint::dashboards::verdicts found;
    exit_code code = live;
    std::size_t skipped = 0;
    for (outcome& one : check_all(*inputs, sources, how->limits)) {
        if (!one.error.empty()) {
            say->error(fmt::format("dashboard-lint: {}", one.error));
            code = exit_code::usage;
        } else if (!one.skipped.empty()) {
            ++skipped;
            say->info(one.skipped);
        }
        found.add(std::move(one.found));
    }
    if (found.dashboards == 0 && found.findings.empty() && code == exit_code::clean)
        return refuse(skipped == 0 ? fmt::format("no *.json and no rule file in '{}'", paths.front())
                                   : "none of the files is a dashboard or a rule file");
    // Each file's stand in order already; all do unless the files came in another order than by name.
    if (!std::is_sorted(found.findings.begin(), found.findings.end(), lint::stands_before))
        std::stable_sort(found.findings.begin(), found.findings.end(), lint::stands_before);
    apply(how->file, found);
    std::optional<std::vector<lint::answered>> answers;
    if (how->live) answers.emplace();
    bool all_asked = false;
    if (how->live && live == exit_code::clean) {
        live_options with;
        with.prometheus = how->prometheus;
        with.data = &data;
        with.now = now;
        with.values = sources.values;
        with.http = how->http;
        const auto done = ask_all(with, found, *answers);
        all_asked = done.has_value();
        if (!done) {
            say->error(fmt::format("dashboard-lint: --live: {}", done.error().message));
            if (code == exit_code::clean) code = exit_code::unreachable;
        }
    }
    const auto worst = lint::worst(found.findings);
    const bool fails = (worst && *worst >= how->fail_on) || (how->strict && !found.unknown.empty());
    if (how->json) {
        report_json(found, std::move(answers));
    } else {
        report_text(*how, found);
        if (all_asked) print(asked_line(*answers));
    }
    return code == exit_code::clean && fails ? exit_code::findings : code;
}

}  // namespace
}  // namespace pitot::tools::dashboard_lint

int main(int argc, char** argv)
{
    using namespace pitot::tools;
    try {
        exit_code code = dashboard_lint::run({argv + 1, static_cast<std::size_t>(argc > 0 ? argc - 1 : 0)});
        if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
            std::fputs("dashboard-lint: cannot write the output\n", stderr);
            code = exit_code::usage;
        }
        return to_int(code);
    } catch (const std::exception& e) {  // out of memory
        std::fprintf(stderr, "dashboard-lint: %s\n", e.what());
        return to_int(exit_code::usage);
    }
}
