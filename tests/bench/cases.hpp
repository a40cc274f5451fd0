#pragma once
// The cases' inputs, the same in every language, and how a case becomes a google-benchmark.

#include "allocations.hpp"
#include "windows.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>  // std::getenv
#include <fstream>
#include <string>
#include <vector>

namespace bench {

/// xorshift64, so that the peers in other languages walk through the same series and values.
class random_numbers {
public:
    std::uint64_t next() noexcept
    {
        state_ ^= state_ << 13U;
        state_ ^= state_ >> 7U;
        state_ ^= state_ << 17U;
        return state_;
    }

private:
    std::uint64_t state_ = 88172645463325252U;
};

/// 1,024 picks among `n`.
inline std::array<std::uint32_t, 1024> picks(std::uint32_t n)
{
    random_numbers numbers;
    std::array<std::uint32_t, 1024> all{};
    for (auto& p : all) p = static_cast<std::uint32_t>(numbers.next() % n);
    return all;
}

/// lookup: 1,000 series of two labels, ten methods and a hundred paths.
inline std::string method_of(std::uint32_t i) { return "method-" + std::to_string(i % 10); }
inline std::string path_of(std::uint32_t i) { return "/api/v1/items/" + std::to_string(i / 10); }

/// exposition and memory: three labels.
inline std::string route_of(std::uint32_t i) { return "/api/v1/items/" + std::to_string(i / 10 % 1000); }
inline std::string host_of(std::uint32_t i) { return "host-" + std::to_string(i / 10000); }

/// observe: between the bounds 0.005 × 2^0…11 and a little beyond, each bucket as often as any other.
inline std::array<double, 1024> values()
{
    random_numbers numbers;
    std::array<double, 1024> all{};
    for (auto& v : all) {
        const std::uint64_t r = numbers.next();
        v = 0.0025 * static_cast<double>(std::uint64_t{1} << (r % 13)) *
            (1 + static_cast<double>(r >> 40U) / 16777216.0);
    }
    return all;
}

/// A line of /proc/self/status, in KiB.
inline double status_kib(const char* field)
{
    std::ifstream in("/proc/self/status");
    for (std::string word; in >> word;)
        if (word == field) {
            double kib = 0;
            in >> kib;
            return kib;
        }
    return 0;
}
inline void forget_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }

/// A case of one operation: make() gives op(thread, i).
template <class Make>
void operation(const std::string& name, unsigned threads, Make make)
{
    benchmark::RegisterBenchmark(
        (name + "/" + std::to_string(threads)).c_str(),
        [=](benchmark::State& state) {
            const auto op = make();
            for (auto _ : state) {
                if (const char* const count = std::getenv("BENCH_OPERATIONS")) {  // for callgrind: so many, not timed
                    for (std::size_t i = 0, n = std::strtoul(count, nullptr, 10); i < n; ++i) op(0U, i);
                    state.SetIterationTime(1);
                    continue;
                }
                const timing t = measure(threads, [&op](unsigned thread, std::size_t i) { op(thread, i); });
                state.counters["windows"] = static_cast<double>(t.windows);
                if (t.windows < 15)
                    state.SkipWithError("the threads never ran together undisturbed");
                else
                    state.SetIterationTime(t.ns * 1e-9);
            }
        })
        ->Iterations(1)
        ->UseManualTime();
}

/// A case that scrapes: scrape() returns the bytes. CPU time of the process, median of 15.
template <class Scrape>
void time_scrapes(benchmark::State& state, Scrape scrape)
{
    static_cast<void>(scrape());  // what a program keeps between scrapes is there
    const double before = status_kib("VmRSS:");
    forget_peak();
    allocations::reset();
    std::size_t bytes = scrape();
    const auto allocated = allocations::count();
    const double extra = status_kib("VmHWM:") - before;
    std::vector<double> ns;
    for (int i = 0; i < 15; ++i) {
        const std::int64_t begin = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
        bytes = scrape();
        ns.push_back(static_cast<double>(clock_ns(CLOCK_PROCESS_CPUTIME_ID) - begin));
    }
    std::nth_element(ns.begin(), ns.begin() + 7, ns.end());
    state.SetIterationTime(ns[7] * 1e-9);
    state.counters["bytes"] = static_cast<double>(bytes);
    state.counters["gb_per_s"] = static_cast<double>(bytes) / ns[7];
    state.counters["allocations"] = static_cast<double>(allocated);
    state.counters["extra_kib"] = extra;
}

/// The memory case: insert(i) adds series i of a million.
template <class Insert>
void fill(benchmark::State& state, Insert insert, std::uint32_t series = 1'000'000)
{
    const double before = status_kib("VmRSS:");
    const std::int64_t begin = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    for (std::uint32_t i = 0; i < series; ++i) insert(i);
    const std::int64_t used = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - begin;
    state.SetIterationTime(static_cast<double>(used) / series * 1e-9);
    state.counters["bytes_per_series"] = (status_kib("VmRSS:") - before) * 1024 / series;
}

inline void once(const char* name, void (*run)(benchmark::State&))
{
    benchmark::RegisterBenchmark(name,
                                 [run](benchmark::State& state) {
                                     for (auto _ : state) run(state);
                                 })
        ->Iterations(1)
        ->UseManualTime();
}

}  // namespace bench
