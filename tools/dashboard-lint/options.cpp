#include <common/http_flag.hpp>
#include <dashboard-lint/options.hpp>

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace pitot::tools::dashboard_lint {
namespace {

constexpr flag flags[] = {
    {"metrics", 0, "SOURCE", "an exposition that the dashboards are held against: a file, - or a URL", true},
    {"catalog", 0, "FILE", "what exists, as promcheck catalog save and exporter-run --catalog write it", true},
    {"prometheus", 0, "URL", "a server (Prometheus, Mimir, Thanos, VictoriaMetrics): what it had in the last hour"},
    {"prometheus-config", 0, "FILE", "a prometheus.yml: the jobs that are scraped, their targets and relabelling"},
    {"loki", 0, "URL", "a Loki: the labels of its log streams in the last day"},
    {"loki-labels", 0, "FILE", "the labels of log streams, without a Loki: JSON, {\"NAME\": [\"value\", …]}", true},
    {"grafana", 0, "URL", "a Grafana: the datasources that panels may name, and their types"},
    {"datasources", 0, "FILE", "the same without a Grafana: its provisioning, or GET /api/datasources saved", true},
    {"var", 0, "NAME=VALUE", "the value of a dashboard's variable; given again, one of several values", true},
    {"config", 'c', "FILE",
     "severities, exclusions and the flags by their names (.dashboard-lint.yml here, if there is one)"},
    {"live", 0, "", "ask every query too, of the engine over --metrics or of --prometheus, and show its value"},
    {"verbose", 0, "", "list every query with its verdict, before the findings"},
    {"fail-on", 0, "error|warning|info", "exit with 1 from this severity on", false, "warning"},
    {"strict", 0, "", "infos fail, and so does what could not be verified"},
    {"format", 0, "text|json|sarif|junit|github|html", "how to report: for people, programs, code scanning, CI", false,
     "text"},
    {"http-config", 0, "FILE", "credentials, TLS, headers, proxy and timeout for URLs, as Prometheus writes them"},
    {"max-bytes", 0, "N", "refuse a dashboard that is larger", false, "67108864"},
};

}  // namespace

const command dashboard_lint_command{
    "dashboard-lint", "[PATH…]",
    "Proves that every panel of a Grafana dashboard, and every rule of Prometheus, asks for metrics that really exist.",
    flags,
    "A PATH is a file, a folder (every *.json, *.yml, *.yaml and *.rules below it), a pattern or - for standard input; "
    "without one, the\ncurrent folder. Files hold dashboards, rules of Prometheus, Grafana's own alert rules, or "
    "resources of Kubernetes with them;\n"
    "in YAML also either as texts (a ConfigMap's data, GrafanaDashboard's spec.json) and rules in the values of a "
    "chart.\n"
    "A SOURCE may be followed by the labels that Prometheus adds: http://127.0.0.1:9598/metrics,job=vector\n"
    "The configuration file is YAML; its paths are relative to it. Keys: prometheus_config; metrics (a list of "
    "SOURCEs, or of\n"
    "{source: …, job: …}); collected_by (a job, and the services it collects); fail_on; rules (RULE: error, warning, "
    "info or\n"
    "off); loki_labels (a FILE as for --loki-labels, or NAME: [value, …]); datasources (a FILE as for --datasources, "
    "or "
    "a list of them);\nexclude (a list of {file, panel, rule, "
    "metric, reason}: patterns, of which each that is given must fit).\n"
    "dashboard-lint rules lists the rules, dashboard-lint explain RULE says why one is there.\n\n"
    "--format github writes annotations into the log of GitHub Actions, sarif what code scanning takes, junit a test "
    "for each query,\nhtml a page of its own.\n"
    "With --live variables have the values that Grafana would open their dashboard with, or those of --var; --format "
    "json lists under\n\"live\" each query's file, pointer, query, status (data, no data, refused, not asked), series "
    "(how many), value (of the first),\nmessage, and what was asked.\n\n"
    "Exit codes: 0 clean; 1 findings; 2 wrong arguments, an unreadable file or configuration; 3 a source that does not "
    "answer.\n\n"
    "Examples:\n"
    "  dashboard-lint dashboards/ --metrics http://127.0.0.1:9598/metrics,job=node\n"
    "  dashboard-lint dashboards/host.json --metrics node.prom --format json\n"
    "  dashboard-lint dashboards/ rules/ --prometheus http://127.0.0.1:9090"};

namespace {

const command* const commands[] = {&dashboard_lint_command};

}  // namespace

const program dashboard_lint{"dashboard-lint", dashboard_lint_command.summary, commands};

namespace {

constexpr std::pair<std::string_view, report_form> forms[] = {
    {"text", report_form::text},   {"json", report_form::json},     {"sarif", report_form::sarif},
    {"junit", report_form::junit}, {"github", report_form::github}, {"html", report_form::html},
};

std::optional<report_form> form_from(std::string_view name)
{
    for (const auto& [known, form] : forms)
        if (known == name) return form;
    return {};
}

}  // namespace

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
    out.grafana = {given.get("grafana"), out.file.datasource_files};
    if (!out.grafana.url.empty() && !http::is_url(out.grafana.url))
        return bad(fmt::format("--grafana {}: a URL is expected, http://127.0.0.1:3000", out.grafana.url));
    for (const std::string& path : given.all("datasources")) out.grafana.files.push_back(path);
    for (const std::string& text : given.all("var")) {
        const std::size_t equals = text.find('=');
        if (equals == 0 || equals == std::string::npos)
            return bad(fmt::format("--var {}: NAME=VALUE is expected", text));
        dashboard::chosen_value& value = out.values[text.substr(0, equals)];
        value.many = !value.values.empty();
        value.values.push_back(text.substr(equals + 1));
    }
    const auto form = form_from(given.get("format"));
    if (!form)
        return bad(
            fmt::format("--format {}: text, json, sarif, junit, github and html are known", given.get("format")));
    out.form = *form;
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

}  // namespace pitot::tools::dashboard_lint
