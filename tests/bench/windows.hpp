#pragma once
// Time of one operation on a machine that others use too.
//
// Each thread runs short windows and notes wall and CPU time of each. A window counts only when the thread was on a
// processor for 97 % of it and, with several threads, when the others' good windows cover 85 % of it: then what was
// measured is the operation, and with two threads they really ran at the same time.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include <sched.h>
#include <time.h>

namespace bench {

inline std::int64_t clock_ns(clockid_t clock) noexcept
{
    timespec t{};
    clock_gettime(clock, &t);
    return static_cast<std::int64_t>(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}

/// On a busy machine the scheduler may keep two threads on one processor: each gets its own.
inline void stay_on(unsigned thread) noexcept
{
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
    for (unsigned cpu = 0, n = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (!CPU_ISSET(cpu, &allowed) || n++ != thread) continue;
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        sched_setaffinity(0, sizeof one, &one);
        return;
    }
}

/// ns         an operation as one thread sees it, median of the windows that count; NaN without enough of them
/// windows    how many counted
struct timing {
    double ns;
    std::size_t windows;
};

/// op(thread, i) is one operation; i counts up.
template <class Op>
timing measure(unsigned threads, Op op, double seconds = 0)
{
    struct window {
        std::int64_t begin;
        std::int64_t end;
        bool good;
    };
    if (seconds == 0) seconds = threads == 1 ? 0.2 : 0.6;
    constexpr std::size_t enough = 15;
    std::int64_t i = 0;
    std::size_t batch = 64;
    for (;;) {  // as many operations as take 0.15 ms
        const std::int64_t begin = clock_ns(CLOCK_THREAD_CPUTIME_ID);
        for (std::size_t n = 0; n < batch; ++n) op(0U, static_cast<std::size_t>(i++));
        if (clock_ns(CLOCK_THREAD_CPUTIME_ID) - begin > 150'000) break;
        batch *= 2;
    }
    std::vector<std::vector<window>> seen(threads);
    std::atomic<unsigned> waiting{threads};
    const auto run = [&](unsigned thread) {
        auto& mine = seen[thread];
        mine.reserve(100'000);
        std::size_t at = thread * 517;
        waiting.fetch_sub(1);
        while (waiting.load() != 0) {}
        if (threads > 1) stay_on(thread);
        const std::int64_t stop = clock_ns(CLOCK_MONOTONIC) + static_cast<std::int64_t>(seconds * 1e9);
        for (;;) {
            const std::int64_t cpu = clock_ns(CLOCK_THREAD_CPUTIME_ID);
            const std::int64_t begin = clock_ns(CLOCK_MONOTONIC);
            for (std::size_t n = 0; n < batch; ++n) op(thread, at++);
            const std::int64_t end = clock_ns(CLOCK_MONOTONIC);
            const std::int64_t used = clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu;
            mine.push_back({begin, end, static_cast<double>(used) > 0.97 * static_cast<double>(end - begin)});
            if (end > stop) return;
        }
    };
    std::vector<std::thread> running;
    for (unsigned t = 0; t < threads; ++t) running.emplace_back(run, t);
    for (auto& t : running) t.join();

    std::vector<double> kept;
    for (unsigned t = 0; t < threads; ++t) {
        for (const window& w : seen[t]) {
            if (!w.good) continue;
            bool together = true;
            for (unsigned o = 0; o < threads; ++o) {
                if (o == t) continue;
                std::int64_t covered = 0;
                auto from = std::lower_bound(seen[o].begin(), seen[o].end(), w.begin,
                                             [](const window& x, std::int64_t begin) { return x.end <= begin; });
                for (; from != seen[o].end() && from->begin < w.end; ++from)
                    if (from->good) covered += std::min(w.end, from->end) - std::max(w.begin, from->begin);
                together = together && static_cast<double>(covered) > 0.85 * static_cast<double>(w.end - w.begin);
            }
            if (together) kept.push_back(static_cast<double>(w.end - w.begin) / static_cast<double>(batch));
        }
    }
    if (kept.size() < enough) return {__builtin_nan(""), kept.size()};
    std::nth_element(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(kept.size() / 2), kept.end());
    return {kept[kept.size() / 2], kept.size()};
}

}  // namespace bench
