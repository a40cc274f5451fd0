#include <common/http_flag.hpp>
#include <common/notes.hpp>
#include <common/rule_pages.hpp>
#include <promcheck/commands.hpp>

#include <pitot/base/nearest.hpp>
#include <pitot/catalog/source.hpp>
#include <pitot/catalog/to_json.hpp>
#include <pitot/collect/series_index.hpp>
#include <pitot/expo/write.hpp>
#include <pitot/lint/metrics/check.hpp>
#include <pitot/lint/report_json.hpp>
#include <pitot/lint/report_text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <unistd.h>  // isatty
#include <vector>

namespace pitot::tools::promcheck {
namespace {

constexpr flag metrics_flags[] = {
    {"format", 0, "text|json", "how to report", false, "text"},
    {"convert", 0, "text|openmetrics|protobuf|json", "write the families instead of checking them"},
    {"input-format", 0, "auto|text|openmetrics|protobuf", "what the sources are written in", false, "auto"},
    {"parse-only", 0, "", "check the syntax, not the names"},
    {"disable", 0, "RULE", "leave a rule out", true},
    {"fail-on", 0, "error|warning|info", "exit with 1 from this severity on", false, "warning"},
    {"strict", 0, "", "the same as --fail-on info: show hints and let them fail"},
    {"http-config", 0, "FILE", "credentials, TLS, headers, proxy and timeout for URLs, as Prometheus writes them"},
    {"max-bytes", 0, "N", "refuse an exposition that is larger, after decompression", false, "104857600"},
};

}  // namespace

const command metrics_command{
    "promcheck metrics", "SOURCE…", "Checks an exposition: its syntax, its names, its histograms.", metrics_flags,
    "A SOURCE is a file, - for standard input, or a URL (http, https, unix:PATH[:/URL-PATH]).\n"
    "promcheck metrics rules lists the rules, promcheck metrics explain RULE says why one is there.\n\n"
    "Exit codes: 0 clean; 1 findings; 2 wrong arguments, an unreadable file or configuration; 3 a URL that does not "
    "answer.\n\n"
    "Examples:\n"
    "  promcheck metrics http://127.0.0.1:9598/metrics\n"
    "  app --once | promcheck metrics -\n"
    "  promcheck metrics --convert openmetrics metrics.prom"};

namespace {

/// The flags, understood.
struct metrics_settings {
    enum class target { none, text, openmetrics, protobuf, json };
    catalog::source_options reading;
    target convert = target::none;
    bool json = false;
    bool parse_only = false;
    lint::severity fail_on = lint::severity::warning;
    std::vector<std::string> disabled;
};

result<metrics_settings> understand_metrics(const arguments& given)
{
    const auto bad = [](std::string text) { return unexpected(errc::invalid_value, std::move(text)); };
    metrics_settings out;
    const std::string format = given.get("format");
    if (format != "text" && format != "json") return bad(fmt::format("--format {}: text and json are known", format));
    out.json = format == "json";
    auto input = catalog::format_from(given.get("input-format"));
    if (!input) return bad(fmt::format("--input-format: {}", input.error().message));
    out.reading.format = *input;
    out.parse_only = given.has("parse-only");
    if (given.has("convert")) {
        constexpr std::pair<std::string_view, metrics_settings::target> known[] = {
            {"text", metrics_settings::target::text},
            {"openmetrics", metrics_settings::target::openmetrics},
            {"protobuf", metrics_settings::target::protobuf},
            {"json", metrics_settings::target::json}};
        for (const auto& [name, to] : known)
            if (given.get("convert") == name) out.convert = to;
        if (out.convert == metrics_settings::target::none)
            return bad(
                fmt::format("--convert {}: text, openmetrics, protobuf and json are known", given.get("convert")));
        if (out.parse_only) return bad("--convert and --parse-only exclude each other");
    }
    const auto level = lint::severity_from(given.get("fail-on"));
    if (!level) return bad(fmt::format("--fail-on {}: error, warning and info are known", given.get("fail-on")));
    out.fail_on = given.has("strict") ? lint::severity::info : *level;
    for (const std::string& id : given.all("disable")) {
        std::vector<std::string_view> ids;
        for (const lint::metrics::metrics_rule& r : lint::metrics::rules) ids.push_back(r.about.id);
        if (std::find(ids.begin(), ids.end(), id) == ids.end()) {
            const std::string_view near = nearest(id, ids);
            return bad(fmt::format("--disable {}: no such rule{}", id,
                                   near.empty() ? "" : fmt::format("; did you mean {}?", near)));
        }
        if (id == lint::metrics::syntax.about.id)
            return bad(fmt::format("--disable {}: what cannot be read cannot be checked", id));
        out.disabled.push_back(id);
    }
    const std::string limit = given.get("max-bytes");
    const auto [end, code] = std::from_chars(limit.data(), limit.data() + limit.size(), out.reading.max_bytes);
    if (code != std::errc() || end != limit.data() + limit.size())
        return bad(fmt::format("--max-bytes {}: a number of bytes is expected", limit));
    auto http = http_options_of(given);
    if (!http) return unexpected(std::move(http.error()));
    out.reading.http = std::move(*http);
    if (out.convert == metrics_settings::target::protobuf && !out.reading.format)
        out.reading.prefer = expo::format::protobuf;
    if (out.convert == metrics_settings::target::openmetrics && !out.reading.format)
        out.reading.prefer = expo::format::openmetrics;
    return out;
}

bool is_terminal() { return isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr; }

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

/// The report on one or more expositions, and whether it fails.
exit_code report_on(const std::vector<catalog::exposition>& all, const metrics_settings& how)
{
    lint::report report;
    std::size_t families = 0;
    std::size_t series = 0;
    for (const catalog::exposition& in : all) {
        families += in.families.size();
        series += in.families.point_count();
        // A binary message has neither lines nor columns worth showing.
        const bool binary = in.format == expo::format::protobuf;
        const lint::source text(in.name, binary ? std::string() : std::string(in.text()));
        const bool rules = !how.parse_only && how.convert == metrics_settings::target::none;
        auto found = rules ? lint::metrics::check(in, text, how.disabled) : lint::metrics::syntax_findings(in, text);
        std::move(found.begin(), found.end(), std::back_inserter(report.findings));
    }
    const auto worst = lint::worst(report.findings);
    const exit_code code = worst && *worst >= how.fail_on ? exit_code::findings : exit_code::clean;
    if (how.convert != metrics_settings::target::none) {
        std::string text;
        for (const lint::finding& f : report.findings) lint::append_text(text, f);
        fmt::print(stderr, "{}", text);
        return code;
    }
    if (how.json) {
        report.summary = {{"sources", all.size()}, {"families", families}, {"series", series}};
        for (const lint::severity level : {lint::severity::error, lint::severity::warning, lint::severity::info})
            report.summary.push_back({level == lint::severity::error     ? "errors"
                                      : level == lint::severity::warning ? "warnings"
                                                                         : "infos",
                                      lint::count(report.findings, level)});
        print(lint::to_json(report));
        return code;
    }
    std::string text;
    const lint::text_style style{is_terminal(), 160};
    const bool show_info = how.fail_on == lint::severity::info;  // hints that fail nothing are counted only
    for (const lint::finding& f : report.findings)
        if (show_info || f.level != lint::severity::info) lint::append_text(text, f, style);
    const bool hidden = !show_info && lint::count(report.findings, lint::severity::info) > 0;
    text += fmt::format("{} {}, {} series: {}{}\n", families, families == 1 ? "family" : "families", series,
                        lint::counts_text(report.findings), hidden ? " (shown with --strict)" : "");
    print(text);
    return code;
}

exit_code convert(std::vector<catalog::exposition>& all, const metrics_settings& how, const notes& say)
{
    batch merged;
    collect::series_index known;
    std::size_t twice = 0;
    std::size_t left_out = 0;
    for (const catalog::exposition& in : all)
        left_out += merged.merge(in.families, false,
                                 [&](family_id here, const batch::family_row& theirs, labels_view labels) {
                                     if (merged.row(here).type != theirs.type) return false;
                                     if (!known.find(merged, here, labels)) return true;
                                     ++twice;
                                     return false;
                                 });
    merged.finish();
    if (left_out != twice)
        say.warn(fmt::format("promcheck metrics: left out {} series whose family has another type in an earlier source",
                             left_out - twice));
    if (twice != 0)
        say.warn(fmt::format("promcheck metrics: left out {} series that an earlier source has, too", twice));
    const auto write = [&](const char* data, std::size_t size) { std::fwrite(data, 1, size, stdout); };
    if (how.convert == metrics_settings::target::json) {
        print(catalog::to_json(merged));
    } else {
        expo::write_options options;
        options.created = true;
        options.form = how.convert == metrics_settings::target::text          ? expo::format::text
                       : how.convert == metrics_settings::target::openmetrics ? expo::format::openmetrics
                                                                              : expo::format::protobuf;
        expo::chunk_writer out(write);
        expo::write(merged, out, options);
        out.finish();
    }
    return left_out == 0 ? exit_code::clean : exit_code::findings;
}

}  // namespace

exit_code run_metrics(std::span<char* const> argv)
{
    if (argv.size() == 1 && std::string_view(argv[0]) == "rules") return list_rules(lint::metrics::rules);
    if (!argv.empty() && std::string_view(argv[0]) == "explain")
        return explain_rule(lint::metrics::rules, metrics_command, argv.subspan(1));
    auto given = parse(metrics_command, argv);
    if (!given) return refuse(metrics_command, given.error().message);
    if (const auto code = answer(whole_program(), metrics_command, *given)) return *code;
    std::vector<std::string> sources = given->positional;
    sources.insert(sources.end(), given->rest.begin(), given->rest.end());
    if (sources.empty()) return refuse(metrics_command, "a SOURCE is missing: a file, - or a URL");
    if (std::count(sources.begin(), sources.end(), "-") > 1) return refuse(metrics_command, "- may be given once");
    const auto say = notes::from_flags(*given);
    if (!say) return refuse(metrics_command, say.error().message);
    const auto how = understand_metrics(*given);
    if (!how) return refuse(metrics_command, how.error().message);

    std::vector<catalog::exposition> all;
    exit_code code = exit_code::clean;
    const auto raise = [&code](exit_code other) {
        if (to_int(other) > to_int(code)) code = other;
    };
    for (const std::string& source : sources) {
        auto in = catalog::load_source(source, how->reading);
        if (!in) {
            say->error(fmt::format("promcheck metrics: {}", in.error().message));
            raise(catalog::is_unreachable(source, in.error()) ? exit_code::unreachable : exit_code::usage);
            continue;
        }
        all.push_back(std::move(*in));
    }
    if (all.empty()) return code;
    raise(report_on(all, *how));
    if (how->convert != metrics_settings::target::none && code == exit_code::clean) raise(convert(all, *how, *say));
    return code;
}

}  // namespace pitot::tools::promcheck
