#include <common/count_flag.hpp>
#include <common/http_flag.hpp>
#include <common/malformed.hpp>
#include <common/notes.hpp>
#include <promcheck/commands.hpp>
#include <promcheck/features.hpp>
#include <promcheck/query_output.hpp>

#include <pitot/base/duration.hpp>
#include <pitot/base/percent.hpp>
#include <pitot/base/time_text.hpp>
#include <pitot/catalog/api_client.hpp>
#include <pitot/catalog/labelled_source.hpp>
#include <pitot/catalog/source.hpp>
#include <pitot/connect/regex.hpp>
#include <pitot/lint/report_text.hpp>
#include <pitot/promql/engine/query.hpp>
#include <pitot/store/scrape.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <sys/ioctl.h>  // the terminal's width
#include <thread>
#include <unistd.h>  // isatty
#include <utility>
#include <vector>

namespace pitot::tools::promcheck {
namespace {

constexpr flag query_flags[] = {
    {"data", 'd', "SOURCE", "an exposition: a file, - or a URL, with ,job=NAME and other labels behind it", true},
    {"prometheus", 0, "URL", "ask a live server instead"},
    {"time", 't', "TIME", "of an instant query: Unix seconds or 2026-01-02T03:04:05Z (default: now)"},
    {"start", 0, "TIME", "of a range query"},
    {"end", 0, "TIME", "of a range query (default: now)"},
    {"step", 0, "DURATION", "of a range query (default: a 60th of it, a second at least)"},
    {"scrapes", 0, "N", "scrape each URL N times", false, "1"},
    {"interval", 0, "DURATION", "between two scrapes; files with the same labels are scrapes of one target", false,
     "15s"},
    {"format", 0, "table|json|csv|plot", "how to print (a range on a terminal: plot)"},
    {"enable-feature", 0, "NAME[,NAME]…", feature_names, true},
    {"max-samples", 0, "N", "that may be held at a time", false, "50000000"},
    {"max-stored-samples", 0, "N", "that all sources may have together", false, "50000000"},
    {"timeout", 0, "DURATION", "of the query", false, "2m"},
    {"http-config", 0, "FILE", "credentials, TLS, headers, proxy and timeout for URLs, as Prometheus writes them"},
};

}  // namespace

const command query_command{
    "promcheck query", "EXPR", "Answers a PromQL query without a server: from expositions, saved or scraped now.",
    query_flags,
    "Files with the same labels are scrapes of one target, --interval apart; the last is at the query's time.\n\n"
    "Exit codes: 0 answered, if only with nothing; 1 the query is wrong; 2 wrong arguments or an unreadable file; 3 a "
    "URL that does not answer.\n\n"
    "Examples:\n"
    "  promcheck query 'sum by (mode) (node_cpu_seconds_total)' --data node.prom,job=node\n"
    "  promcheck query 'rate(http_requests_total[1m])' --data http://127.0.0.1:9598/metrics --scrapes 3 --interval 5s\n"
    "  promcheck query up --prometheus http://127.0.0.1:9090 --format json"};

namespace {

std::int64_t now()
{
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()).time_since_epoch().count();
}

/// What a server's API answered.
shown_result read_answer(const catalog::api_answer& answer)
{
    const std::string_view text = answer.text();
    const json::value data = answer.data();
    shown_result out;
    out.type = data["resultType"].text();
    const auto sample = [text](json::value pair, bool hist) {
        shown_sample s;
        std::size_t i = 0;
        for (const json::value v : pair) {
            if (i == 0) s.time = static_cast<std::int64_t>(std::llround(v.as_double().value_or(0) * 1000));
            if (i == 1 && hist) {
                s.hist = text.substr(v.span().offset, v.span().length);
                s.text = s.hist;
            } else if (i == 1) {
                s.value = s.text = v.text();
            }
            ++i;
        }
        return s;
    };
    if (out.type == "scalar" || out.type == "string") {
        out.series.push_back({{}, {sample(data["result"], false)}});
    } else {
        for (const json::value one : data["result"]) {
            shown_series s;
            for (const json::value l : one["metric"]) s.labels.emplace_back(l.key().text(), l.text());
            if (one["value"]) s.samples.push_back(sample(one["value"], false));
            if (one["histogram"]) s.samples.push_back(sample(one["histogram"], true));
            for (const json::value v : one["values"]) s.samples.push_back(sample(v, false));
            for (const json::value v : one["histograms"]) s.samples.push_back(sample(v, true));
            out.series.push_back(std::move(s));
        }
    }
    for (const json::value w : answer.root()["warnings"]) out.warnings.emplace_back(w.text());
    for (const json::value w : answer.root()["infos"]) out.infos.emplace_back(w.text());
    return out;
}

struct query_settings {
    promql::query_times when;
    promql::engine_options engine;
    promql::parse_options parsing;
    http::options http;
    /// The last moment that is asked about: a range need not end at a step.
    [[nodiscard]] std::int64_t last() const noexcept
    {
        return when.step == 0 ? when.end : when.end - (when.end - when.start) % when.step;
    }

    std::int64_t interval = 15'000;
    unsigned scrapes = 1;
    std::size_t max_stored = 0;
    bool type_and_unit_labels = false;
    std::string format;
};

result<query_settings> understand_query(const arguments& given)
{
    const auto bad = [](std::string text) { return unexpected(errc::invalid_value, std::move(text)); };
    query_settings out;
    out.parsing.regex_error = regex_error;
    const auto time = [&](const char* name, std::int64_t otherwise) -> result<std::int64_t> {
        if (!given.has(name)) return otherwise;
        auto t = parse_time(given.get(name));
        if (!t) return bad(fmt::format("--{}: {}", name, t.error().message));
        return t;
    };
    const auto duration = [&](const char* name) -> result<std::int64_t> {
        if (const auto seconds = parse_number(given.get(name)); seconds && *seconds > 0 && *seconds < 1e12) {
            const std::int64_t milliseconds = std::llround(*seconds * 1000);
            if (milliseconds == 0) return bad(fmt::format("--{} must be a millisecond at least", name));
            return milliseconds;
        }
        auto d = parse_duration(given.get(name));
        if (!d) return bad(fmt::format("--{}: {}", name, d.error().message));
        if (d->count <= 0) return bad(fmt::format("--{} must be greater than 0", name));
        return d->count;
    };
    const bool range = given.has("start") || given.has("end") || given.has("step");
    if (range && given.has("time")) return bad("--time is of an instant query, --start, --end and --step of a range");
    if (range && !given.has("start")) return bad("a range query needs --start");
    auto end = time(range ? "end" : "time", now());
    if (!end) return unexpected(end.error());
    out.when = promql::query_times::at(*end);
    if (range) {
        auto start = time("start", 0);
        if (!start) return unexpected(start.error());
        if (*start > *end) return bad("--end lies before --start");
        out.when.start = *start;
        out.when.step = std::max<std::int64_t>(1000, (*end - *start) / 60);
        if (given.has("step")) {
            auto step = duration("step");
            if (!step) return unexpected(step.error());
            out.when.step = *step;
        }
    }
    auto interval = duration("interval");
    if (!interval) return unexpected(interval.error());
    out.interval = *interval;
    auto timeout = duration("timeout");
    if (!timeout) return unexpected(timeout.error());
    out.engine.deadline = *timeout;
    const auto scrapes = count_flag(given, "scrapes", 1000);
    if (!scrapes) return unexpected(scrapes.error());
    out.scrapes = static_cast<unsigned>(*scrapes);
    const auto samples = count_flag(given, "max-samples");
    if (!samples) return unexpected(samples.error());
    out.engine.max_samples = *samples;
    const auto stored = count_flag(given, "max-stored-samples");
    if (!stored) return unexpected(stored.error());
    out.max_stored = *stored;
    if (auto on = switch_on(given.all("enable-feature"), out.parsing, out.engine, out.type_and_unit_labels); !on)
        return unexpected(std::move(on.error()));
    out.format = given.get("format");
    if (out.format.empty()) out.format = range && isatty(STDOUT_FILENO) == 1 ? "plot" : "table";
    if (out.format != "table" && out.format != "json" && out.format != "csv" && out.format != "plot")
        return bad(fmt::format("--format {}: table, json, csv and plot are known", out.format));
    if (given.has("prometheus") && given.has("data")) return bad("--data and --prometheus exclude each other");
    if (given.has("prometheus") && !http::is_url(given.get("prometheus")))
        return bad(fmt::format("--prometheus {}: a URL is expected", given.get("prometheus")));
    auto http = http_options_of(given);
    if (!http) return unexpected(std::move(http.error()));
    out.http = std::move(*http);
    if (given.has("timeout") || (given.has("prometheus") && !given.has("http-config")))
        out.http.timeout = duration_ms{*timeout};
    return out;
}

/// Reads all sources into the store. A URL is scraped at its own times, a file at the query's.
exit_code load(const arguments& given, query_settings& how, store::series_store& data)
{
    struct planned {
        std::string source;
        store::scrape_target target;
        std::int64_t back = 0;  ///< scrapes before the last
    };
    std::vector<planned> all;
    std::map<std::vector<std::pair<std::string, std::string>>, std::int64_t> count;
    bool live = false;
    const std::vector<std::string> sources = given.all("data");
    if (std::count_if(sources.begin(), sources.end(), catalog::is_standard_input) > 1)
        return refuse(query_command, "--data -: standard input can be read only once");
    for (const std::string& text : sources) {
        auto split = catalog::split_source(text);
        if (!split) return refuse(query_command, fmt::format("--data {}: {}", text, split.error().message));
        planned p;
        p.source = std::move(split->source);
        p.target.labels = std::move(split->labels);
        p.target.type_and_unit_labels = how.type_and_unit_labels;
        bool instance = false;
        for (const auto& [name, value] : p.target.labels) instance = instance || name == "instance";
        if (http::is_url(p.source)) {
            live = true;
            if (!instance) p.target.labels.emplace_back("instance", catalog::instance_of(p.source));
        } else {
            p.back = ++count[p.target.labels];
        }
        all.push_back(std::move(p));
    }
    std::map<std::vector<std::pair<std::string, std::string>>, store::scraped_series> before;
    catalog::source_options reading;
    reading.http = how.http;
    const auto read = [&](const planned& p, std::int64_t time) {
        const auto in = catalog::load_source(p.source, reading);
        if (!in) {
            refuse(query_command, in.error().message);
            return catalog::is_unreachable(p.source, in.error()) ? exit_code::unreachable : exit_code::usage;
        }
        for (const std::string& line : malformed_lines(*in)) fmt::print(stderr, "{}\n", line);
        if (in->families.size() == 0 && !in->errors.empty()) {
            refuse(query_command, fmt::format("{}: this is no exposition", in->name));
            return http::is_url(p.source) ? exit_code::unreachable : exit_code::usage;
        }
        store::scrape_target target = p.target;
        target.created_series = in->format == expo::format::openmetrics;
        if (const auto put = store::put_scrape(data, in->families, target, time, &before[p.target.labels]); !put) {
            refuse(query_command, fmt::format("{}: {}", in->name, put.error().message));
            return exit_code::usage;
        }
        return exit_code::clean;
    };
    for (unsigned n = 0; live && n < how.scrapes; ++n) {
        if (n > 0) {
            if (isatty(STDERR_FILENO) == 1)
                fmt::print(stderr, "scrape {} of {} in {} s\n", n + 1, how.scrapes, seconds_text(how.interval));
            std::this_thread::sleep_for(std::chrono::milliseconds(how.interval));
        }
        for (const planned& p : all)
            if (http::is_url(p.source))
                if (const exit_code code = read(p, now()); code != exit_code::clean) return code;
    }
    if (live && !given.has("time") && how.when.step == 0) how.when = promql::query_times::at(now());
    for (const planned& p : all) {
        if (http::is_url(p.source)) continue;
        const std::int64_t later = count[p.target.labels] - p.back;
        if (const exit_code code = read(p, how.last() - later * how.interval); code != exit_code::clean) return code;
    }
    return exit_code::clean;
}

exit_code ask_server(const arguments& given, const query_settings& how, std::string_view expr, shown_result& out)
{
    catalog::api_client server(given.get("prometheus"), how.http);
    const std::string query = concat("&timeout=", seconds_text(how.engine.deadline), "s&query=", percent_encoded(expr));
    const auto answer = how.when.step == 0
                            ? server.ask("/api/v1/query", fmt::format("time={}{}", seconds_text(how.when.end), query))
                            : server.ask("/api/v1/query_range",
                                         fmt::format("start={}&end={}&step={}{}", seconds_text(how.when.start),
                                                     seconds_text(how.when.end), seconds_text(how.when.step), query));
    if (!answer) {
        refuse(query_command, answer.error().message);
        return exit_code::unreachable;
    }
    if (!answer->success()) {
        refuse(query_command, answer->refusal());
        return answer->is_asked_wrongly() ? exit_code::findings : exit_code::unreachable;
    }
    out = read_answer(*answer);
    if (out.type.empty()) {
        refuse(query_command, fmt::format("{}: the answer has no result", given.get("prometheus")));
        return exit_code::unreachable;
    }
    return exit_code::clean;
}

}  // namespace

exit_code run_query(std::span<char* const> argv)
{
    const auto given = parse(query_command, argv);
    if (!given) return refuse(query_command, given.error().message);
    if (const auto code = answer(whole_program(), query_command, *given)) return *code;
    std::vector<std::string> words = given->positional;
    words.insert(words.end(), given->rest.begin(), given->rest.end());
    if (words.size() != 1) return refuse(query_command, "one expression is expected; quote it");
    const std::string& expr = words.front();
    auto how = understand_query(*given);
    if (!how) return refuse(query_command, how.error().message);
    shown_result out;
    if (given->has("prometheus")) {
        if (const exit_code code = ask_server(*given, *how, expr, out); code != exit_code::clean) return code;
    } else {
        const auto tree = promql::parse(expr, how->parsing);
        const auto wrong = [&](const error& e) {
            const text_position at = position_of(expr, e.where.offset);
            const lint::source whole("EXPR", expr);
            std::string shown;
            lint::append_excerpt(shown, lint::finding_at(whole, e.where, {}, lint::severity::error, e.message), {});
            fmt::print(stderr, "promcheck query: {}:{}: {}\n{}", at.line, at.column, e.message, shown);
            return exit_code::findings;
        };
        if (!tree) return wrong(tree.error());
        if (!given->has("data") && promql::has_selector(tree->root()))
            return refuse(query_command, "the query asks for series: --data SOURCE has them, or --prometheus URL");
        store::series_store data(how->max_stored);
        if (const exit_code code = load(*given, *how, data); code != exit_code::clean) return code;
        how->engine.regex = promql::regexes_of<regex>();
        const auto answer = promql::query(tree->root(), expr, data, how->when, how->engine);
        if (!answer) return wrong(answer.error());
        out = shown(*answer, how->when.end);
    }
    if (how->format != "json") {
        for (const std::string& w : out.warnings) fmt::print(stderr, "{}\n", w);
        for (const std::string& i : out.infos) fmt::print(stderr, "{}\n", i);
    }
    ::winsize size{};
    const bool known = isatty(STDOUT_FILENO) == 1 && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
    fmt::print("{}", how->format == "json"  ? to_json(out)
                     : how->format == "csv" ? to_csv(out)
                     : how->format == "plot" && out.type == "matrix"
                         ? to_plot(out, known && size.ws_col > 0 ? size.ws_col : 100)
                         : to_table(out));
    if (out.series.empty() && how->format == "table") fmt::print(stderr, "nothing\n");
    return exit_code::clean;
}

}  // namespace pitot::tools::promcheck
