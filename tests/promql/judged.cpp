// Pitot's engine, asked as tests/promql/judge is asked: `judged answer FILE` and `judged bench EXPR STEPS [DATA]`; and
// `judged api FILE`, whose answers are written as promcheck query --format json writes them.
#include <promcheck/query_output.hpp>

#include <pitot/connect/regex.hpp>
#include <pitot/json/reader.hpp>
#include <pitot/json/write.hpp>
#include <pitot/promql/engine/query.hpp>
#include <pitot/promql/testing/script.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <malloc.h>  // malloc_trim
#include <sstream>
#include <string>
#include <string_view>

namespace {

using namespace pitot;

std::string number(double v) { return promql::go_number(v); }

std::string buckets(const std::vector<store::bucket>& all)
{
    std::string out = "[";
    for (const store::bucket& b : all) {
        if (b.count == 0) continue;
        if (out.size() > 1) out += ',';
        out += concat("[", std::to_string(b.index), ",\"", number(b.count), "\"]");
    }
    return out + "]";
}

std::string value(const promql::query_sample& s)
{
    if (s.hist == nullptr) return concat("\"", number(s.value), "\"");
    const store::histogram& h = *s.hist;
    std::string bounds;
    for (const double b : h.bounds) bounds += concat(bounds.empty() ? "\"" : ",\"", number(b), "\"");
    return concat("{\"schema\":", std::to_string(h.schema), ",\"count\":\"", number(h.count), "\",\"sum\":\"",
                  number(h.sum), "\",\"zero\":\"", number(h.zero_count), "\",\"width\":\"", number(h.zero_threshold),
                  "\",\"bounds\":[", bounds, "],\"positive\":", buckets(h.positive),
                  ",\"negative\":", buckets(h.negative), "}");
}

std::string texts(std::vector<std::string> all)
{
    std::sort(all.begin(), all.end());
    std::string out = "[";
    for (const std::string& text : all) {
        if (out.size() > 1) out += ',';
        json::append_string(out, text);
    }
    return out + "]";
}

void show(const result<promql::query_result>& got)
{
    std::string out;
    if (!got) {
        out = "{\"error\":";
        json::append_string(out, got.error().message);
    } else {
        out = "{\"series\":[";
        bool first = true;
        for (const promql::query_series& s : got->series) {
            out += first ? "{\"labels\":{" : ",{\"labels\":{";
            first = false;
            bool first_label = true;
            for (const store::label& l : s.labels) {
                if (!first_label) out += ',';
                first_label = false;
                json::append_string(out, l.name);
                out += ':';
                json::append_string(out, l.value);
            }
            out += "},\"samples\":[";
            bool first_sample = true;
            for (const promql::query_sample sample : s.samples) {
                if (!first_sample) out += ',';
                first_sample = false;
                out += concat("[", std::to_string(sample.time), ",", value(sample), "]");
            }
            out += "]}";
        }
        out += concat("],\"said\":{\"warnings\":", texts(got->warnings), ",\"infos\":", texts(got->infos), "}");
    }
    std::printf("%s}\n", out.c_str());
}

int answer(const char* path, bool api)
{
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    const std::string all = text.str();
    const auto document = json::parse(all);
    if (!document) return 2;
    promql::script script(document->root()["script"].text(), promql::script_options::usual());
    if (const auto done = script.run(); !done) {
        std::fprintf(stderr, "%s\n", done.error().message.c_str());
        return 2;
    }
    promql::engine_options how;
    how.regex = promql::regexes_of<regex>();
    how.use_start_timestamps = !api;  // servers get their data by remote write, which has none
    how.delayed_name_removal = document->root()["delayed"].as_bool().value_or(false);
    for (const json::value q : document->root()["queries"]) {
        const promql::query_times when{q["start"].as_int().value_or(0), q["end"].as_int().value_or(0),
                                       q["step"].as_int().value_or(0)};
        const auto got = promql::query(q["expr"].text(), script.data(), when, how, promql::parse_options::everything());
        if (api && got)
            std::fputs(tools::promcheck::to_json(tools::promcheck::shown(*got, when.end)).c_str(), stdout);
        else
            show(got);
    }
    return 0;
}

long resident(const char* what)
{
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(what)) return std::atol(line.c_str() + std::strlen(what));
    return 0;
}

/// A value at each interval from 0 on: `first`, then `more` greater each time.
void fill(store::series& out, int n, std::int64_t interval, double first, double more = 1)
{
    out.floats.times.reserve(static_cast<std::size_t>(n));
    out.floats.values.reserve(static_cast<std::size_t>(n));
    for (int s = 0; s < n; ++s) {
        out.floats.times.push_back(s * interval);
        out.floats.values.push_back(first + more * s);
    }
}

void range_data(store::series_store& out)
{
    constexpr int intervals = 18640;
    constexpr std::int64_t interval = 10'000;
    std::vector<store::series*> all;
    const auto add = [&](const std::string& name, int l, const std::string& le) {
        std::vector<store::label> labels{{"__name__", name}};
        const std::string number_text = std::to_string(l);
        if (l >= 0) labels.push_back({"l", number_text});
        if (!le.empty()) labels.push_back({"le", le});
        all.push_back(&out.at(store::label_set(std::move(labels))));
    };
    for (const auto& [kind, n] : {std::pair{"one", 0}, std::pair{"ten", 10}, std::pair{"hundred", 100}})
        for (int l = 0; l < std::max(n, 1); ++l) {
            const int own = n > 0 ? l : -1;
            add(concat("a_", kind), own, "");
            add(concat("b_", kind), own, "");
            for (int le = 0; le < 10; ++le) add(concat("h_", kind), own, std::to_string(le));
            add(concat("h_", kind), own, "+Inf");
        }
    const auto n = static_cast<double>(all.size());
    for (std::size_t i = 0; i < all.size(); ++i) fill(*all[i], intervals, interval, static_cast<double>(i) / n);
    for (int s = 0; s < intervals; ++s) {
        const std::string l = std::to_string(s / 372);
        out.at(store::label_set{{"__name__", "sparse"}, {"l", l}}).floats.put(s * interval, s / n, 0);
    }
}

/// Of the thousand instances 63 begin with 0.
void join_data(store::series_store& out)
{
    for (unsigned i = 0; i < 1000; ++i) {
        char instance[40];
        std::snprintf(instance, sizeof instance, "%08x-0000-4000-8000-%012x", i * 2654435761U, i);
        double first = i / 1000.0;
        for (const char* name : {"rpc_request_success_total", "rpc_request_error_total"}) {
            fill(out.at(store::label_set{{"__name__", name},
                                         {"cluster", "test-kubernetes-cluster"},
                                         {"domain", "test-domain"},
                                         {"environment", "staging"},
                                         {"instance", instance},
                                         {"job", "worker"},
                                         {"namespace", "test-kubernetes-namespace"},
                                         {"rpc_method", "fetch-my-data-from-this-service"}}),
                 13640, 10'000, first);
            first += 1 / 2000.0;
        }
    }
}

/// As tsdbutil.GenerateTestHistograms makes them; the first has finer buckets.
store::histogram nth_histogram(int n)
{
    store::histogram h;
    if (n == 0) {
        h.schema = 3;
        h.count = 13;
        h.positive = {{-5, 1}, {-4, 3}, {-1, 1}, {0, 2}, {1, 1}, {4, 1}, {5, 4}};
        return h;
    }
    h.schema = 1;
    h.hint = reset_hint::not_reset;
    h.zero_threshold = 0.001;
    h.zero_count = 2.0 + n;
    h.count = 12 + 9.0 * n;
    h.sum = 18.4 * (n + 1);
    h.positive = {{0, n + 1.0}, {1, n + 2.0}, {3, n + 1.0}, {4, n + 1.0}};
    h.negative = h.positive;
    return h;
}

void native_data(store::series_store& out)
{
    for (int i = 0; i < 3000; ++i) {
        const std::string text = std::to_string(i);
        store::series& s = out.at(
            store::label_set{{"__name__", "native_histogram_series"}, {"foo", "bar"}, {"h", text}});
        for (int n = 0; n < 2000; ++n) s.histograms.put(n * 15'000, out.keep(nth_histogram(n)), 0);
    }
}

void info_data(store::series_store& out)
{
    for (int i = 0; i < 100; ++i) {
        const std::string n = std::to_string(i);
        fill(out.at(store::label_set{{"__name__", "target_info"},
                                     {"instance", concat("instance", n)},
                                     {"job", concat("job", n)},
                                     {"k8s_cluster_name", i < 50 ? "us-east" : "eu-south"}}),
             3600, 2000, 1, 0);
    }
    for (const char* code : {"200", "400", "500"})
        fill(out.at(store::label_set{{"__name__", "http_server_request_duration_seconds_count"},
                                     {"http_status_code", code},
                                     {"instance", "instance0"},
                                     {"job", "job0"}}),
             3600, 2000, 0);
}

/// A section of shared/promql/bench_cases.json: its series, and when its queries end and how far apart they ask.
struct bench_section {
    std::string_view name;
    void (*make)(store::series_store& out);
    std::int64_t end;
    std::int64_t step;
};
constexpr bench_section bench_sections[] = {
    {"range", range_data, 186'400'000, 10'000},
    {"join", join_data, 136'400'000, 10'000},
    {"native", native_data, 7'200'000, 30'000},
    {"info", info_data, 7'200'000, 30'000},
};

int bench(const char* expr, std::int64_t steps, std::string_view name)
{
    const auto* const section = std::ranges::find(bench_sections, name, &bench_section::name);
    if (section == std::end(bench_sections)) return 2;
    store::series_store data;
    section->make(data);
    promql::engine_options how;
    how.regex = promql::regexes_of<regex>();
    const promql::query_times when{section->end - steps * section->step, section->end, section->step};
    const auto ask = [&](const promql::query_times& times) {
        return promql::query(expr, data, times, how, promql::parse_options::everything());
    };
    (void)ask({section->end, section->end, section->step});  // as in judge/main.go
    ::malloc_trim(0);
    std::ofstream("/proc/self/clear_refs") << '5';
    const long before = resident("VmRSS:");
    const auto first = ask(when);
    if (!first) {
        std::fprintf(stderr, "%s\n", first.error().message.c_str());
        return 1;
    }
    std::size_t samples = 0;
    double sum = 0;
    for (const promql::query_series& s : first->series) {
        samples += s.samples.size();
        for (const promql::query_sample p : s.samples) {
            const double all = p.hist != nullptr ? p.hist->sum + p.hist->count : p.value;
            if (std::isfinite(all)) sum += all;
        }
    }
    const long peak = resident("VmHWM:") - before;
    double best = 1e300;
    using clock = std::chrono::steady_clock;
    for (const auto began = clock::now(); clock::now() - began < std::chrono::milliseconds(700);) {
        const auto start = clock::now();
        const auto got = ask(when);
        best = std::min(best, std::chrono::duration<double, std::nano>(clock::now() - start).count());
        if (!got) return 1;
    }
    std::printf("{\"ns\": %.0f, \"samples\": %zu, \"sum\": \"%s\", \"peak_kb\": %ld}\n", best, samples,
                number(sum).c_str(), peak);
    return 0;
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc == 3 && std::strcmp(argv[1], "answer") == 0) return answer(argv[2], false);
    if (argc == 3 && std::strcmp(argv[1], "api") == 0) return answer(argv[2], true);
    if ((argc == 4 || argc == 5) && std::strcmp(argv[1], "bench") == 0)
        return bench(argv[2], std::atol(argv[3]), argc == 5 ? argv[4] : "range");
    std::fputs("usage: judged answer FILE | api FILE | bench EXPR STEPS [range | join | native | info]\n", stderr);
    return 2;
}
