// Pitot's side of the table.

#include "cases.hpp"

#include <pitot/expo/parse.hpp>
#include <pitot/expo/serialize.hpp>
#include <pitot/pitot.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace bench;

namespace {

enum class method { get, head, post, put, remove, patch, options, trace };
enum class code { ok, moved, refused, failed };

using pitot::label;
using pitot::registry;
using pitot::sharded;

const pitot::buckets bounds = pitot::buckets::exponential(0.005, 2, 12);

template <class... Shards>
auto increment()
{
    auto metrics = std::make_shared<registry>();
    auto& c = metrics->counter<"bench_total", Shards...>("Operations.");
    return [metrics, &c](unsigned, std::size_t) { c.inc(); };
}

auto dense()
{
    auto metrics = std::make_shared<registry>();
    auto& c = metrics->counter<"bench_total", label<"method", method>, label<"code", code>>("Operations.");
    return [metrics, &c, pick = picks(32)](unsigned, std::size_t i) {
        const std::uint32_t p = pick[i % 1024];
        c.with(static_cast<method>(p / 4), static_cast<code>(p % 4)).inc();
    };
}

auto lookup()
{
    auto metrics = std::make_shared<registry>();
    auto& c = metrics->counter<"bench_total", label<"method">, label<"path">>("Operations.");
    auto names = std::make_shared<std::vector<std::pair<std::string, std::string>>>();
    for (const std::uint32_t p : picks(1000)) names->emplace_back(method_of(p), path_of(p));
    for (std::uint32_t i = 0; i < 1000; ++i) c.with(method_of(i), path_of(i)).inc();
    return [metrics, &c, names, all = names->data()](unsigned, std::size_t i) {
        const auto& [m, p] = all[i % 1024];
        c.with(m, p).inc();
    };
}

template <class... Shards>
auto observe()
{
    auto metrics = std::make_shared<registry>();
    auto& h = metrics->histogram<"bench_seconds", Shards...>("Time.", bounds);
    return [metrics, &h, v = values()](unsigned, std::size_t i) { h.observe(v[i % 1024]); };
}

void exposition(benchmark::State& state)
{
    registry metrics;
    auto& c = metrics.counter<"bench_requests_total", label<"method">, label<"path">, label<"host">>("Requests.");
    for (std::uint32_t i = 0; i < 100'000; ++i)
        c.with(method_of(i), route_of(i), host_of(i)).inc(100'000'000 + i * 7919ULL);
    auto& h = metrics.histogram<"bench_seconds", label<"method">, label<"path">, label<"host">>("Time.", bounds);
    const auto v = values();
    for (std::uint32_t i = 0; i < 1000; ++i)
        for (std::uint32_t n = 0; n < 100; ++n)
            h.with(method_of(i), route_of(i), host_of(i)).observe(v[(i * 7 + n) % 1024]);
    time_scrapes(state, [&] {
        std::size_t bytes = 0;
        pitot::expo::write_exposition(metrics, [&](const char*, std::size_t size) { bytes += size; });
        return bytes;
    });
}

void memory(benchmark::State& state)
{
    registry metrics;
    auto& c = metrics.counter<"bench_requests_total", label<"method">, label<"path">, label<"host">>(
        "Requests.", {.max_series = 2'000'000});
    fill(state, [&](std::uint32_t i) { c.with(method_of(i), route_of(i), host_of(i)).inc(); });
    if (c.size() != 1'000'000) state.SkipWithError("not a million series");
}

void parse(benchmark::State& state)
{
    std::string text = "# HELP bench_requests_total Requests.\n# TYPE bench_requests_total counter\n";
    for (std::uint32_t i = 0; i < 100'000; ++i)
        text += "bench_requests_total{method=\"" + method_of(i) + "\",path=\"" + route_of(i) + "\",host=\"" +
                host_of(i) + "\"} " + std::to_string(100'000'000 + i * 7919ULL) + "\n";
    pitot::batch out;
    time_scrapes(state, [&] {
        out.clear();
        if (!pitot::expo::parse(text, out, pitot::expo::format::text)) state.SkipWithError("parse");
        return text.size();
    });
    if (out.point_count() != 100'000) state.SkipWithError("not 100,000 series");
}

}  // namespace

int main(int argc, char** argv)
{
    for (const unsigned threads : {1U, 2U}) {
        operation("increment", threads, [] { return increment(); });
        operation("increment_sharded", threads, [] { return increment<sharded<4>>(); });
        operation("lookup", threads, [] { return lookup(); });
        operation("observe", threads, [] { return observe(); });
        operation("observe_sharded", threads, [] { return observe<sharded<4>>(); });
    }
    operation("dense", 1, [] { return dense(); });
    once("exposition", exposition);
    once("memory", memory);
    once("parse", parse);
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
}
