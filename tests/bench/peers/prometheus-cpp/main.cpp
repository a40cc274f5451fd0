// The same cases with prometheus-cpp.

#include "../../cases.hpp"

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

using namespace bench;
using namespace prometheus;

namespace {

Histogram::BucketBoundaries bounds()
{
    Histogram::BucketBoundaries b;
    for (int i = 0; i < 12; ++i) b.push_back(0.005 * static_cast<double>(1 << i));
    return b;
}

auto increment()
{
    auto metrics = std::make_shared<Registry>();
    auto& c = BuildCounter().Name("bench_total").Register(*metrics).Add({});
    return [metrics, &c](unsigned, std::size_t) { c.Increment(); };
}

auto lookup()
{
    auto metrics = std::make_shared<Registry>();
    auto& c = BuildCounter().Name("bench_total").Register(*metrics);
    auto names = std::make_shared<std::vector<std::pair<std::string, std::string>>>();
    for (const std::uint32_t p : picks(1000)) names->emplace_back(method_of(p), path_of(p));
    for (std::uint32_t i = 0; i < 1000; ++i) c.Add({{"method", method_of(i)}, {"path", path_of(i)}}).Increment();
    return [metrics, &c, names, all = names->data()](unsigned, std::size_t i) {
        const auto& [m, p] = all[i % 1024];
        c.Add({{"method", m}, {"path", p}}).Increment();
    };
}

auto observe()
{
    auto metrics = std::make_shared<Registry>();
    auto& h = BuildHistogram().Name("bench_seconds").Register(*metrics).Add({}, bounds());
    return [metrics, &h, v = values()](unsigned, std::size_t i) { h.Observe(v[i % 1024]); };
}

void exposition(benchmark::State& state)
{
    Registry metrics;
    auto& c = BuildCounter().Name("bench_requests_total").Help("Requests.").Register(metrics);
    for (std::uint32_t i = 0; i < 100'000; ++i)
        c.Add({{"method", method_of(i)}, {"path", route_of(i)}, {"host", host_of(i)}})
            .Increment(static_cast<double>(100'000'000 + i * 7919ULL));
    auto& h = BuildHistogram().Name("bench_seconds").Help("Time.").Register(metrics);
    const auto v = values();
    for (std::uint32_t i = 0; i < 1000; ++i) {
        auto& one = h.Add({{"method", method_of(i)}, {"path", route_of(i)}, {"host", host_of(i)}}, bounds());
        for (std::uint32_t n = 0; n < 100; ++n) one.Observe(v[(i * 7 + n) % 1024]);
    }
    const TextSerializer text;
    time_scrapes(state, [&] { return text.Serialize(metrics.Collect()).size(); });
}

void memory(benchmark::State& state)
{
    Registry metrics;
    auto& c = BuildCounter().Name("bench_requests_total").Help("Requests.").Register(metrics);
    fill(state, [&](std::uint32_t i) {
        c.Add({{"method", method_of(i)}, {"path", route_of(i)}, {"host", host_of(i)}}).Increment();
    });
}

}  // namespace

int main(int argc, char** argv)
{
    for (const unsigned threads : {1U, 2U}) {
        operation("increment", threads, [] { return increment(); });
        operation("lookup", threads, [] { return lookup(); });
        operation("observe", threads, [] { return observe(); });
    }
    once("exposition", exposition);
    once("memory", memory);
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
}
