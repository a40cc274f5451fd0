// What the machine can do at most: the cases' lower bounds.

#include "cases.hpp"

#include <atomic>
#include <charconv>
#include <cstring>
#include <memory>

using namespace bench;

namespace {

struct alignas(64) line {
    std::atomic<std::uint64_t> value{0};
};

/// 100,000 rendered labels and as many numbers: a memcpy and a to_chars for each line, in chunks of 64 KiB.
void render(benchmark::State& state)
{
    constexpr std::uint32_t series = 100'000;
    std::string texts;
    std::vector<std::uint32_t> ends;
    for (std::uint32_t i = 0; i < series; ++i) {
        texts += "bench_requests_total{method=\"" + method_of(i) + "\",path=\"" + route_of(i) + "\",host=\"" +
                 host_of(i) + "\"} ";
        ends.push_back(static_cast<std::uint32_t>(texts.size()));
    }
    std::vector<std::uint64_t> numbers(series);
    for (std::uint32_t i = 0; i < series; ++i) numbers[i] = 100'000'000 + i * 7919ULL;
    std::vector<char> chunk(65536 + 512);
    time_scrapes(state, [&] {
        std::size_t bytes = 0;
        char* at = chunk.data();
        std::uint32_t begin = 0;
        for (std::uint32_t i = 0; i < series; ++i) {
            std::memcpy(at, texts.data() + begin, ends[i] - begin);
            at = std::to_chars(at + (ends[i] - begin), at + 512, numbers[i]).ptr;
            *at++ = '\n';
            begin = ends[i];
            if (at - chunk.data() > 65536) {
                bytes += static_cast<std::size_t>(at - chunk.data());
                benchmark::ClobberMemory();
                at = chunk.data();
            }
        }
        return bytes + static_cast<std::size_t>(at - chunk.data());
    });
}

}  // namespace

int main(int argc, char** argv)
{
    for (const unsigned threads : {1U, 2U}) {
        operation("increment", threads, [] {
            return [c = std::make_shared<line>()](unsigned, std::size_t) {
                c->value.fetch_add(1, std::memory_order_relaxed);
            };
        });
        operation("increment_sharded", threads, [] {
            return [c = std::shared_ptr<line[]>(new line[8])](unsigned thread, std::size_t) {
                c[thread].value.fetch_add(1, std::memory_order_relaxed);
            };
        });
    }
    operation("dense", 1, [] {
        return [c = std::shared_ptr<line[]>(new line[32]), pick = picks(32)](unsigned, std::size_t i) {
            c[pick[i % 1024]].value.fetch_add(1, std::memory_order_relaxed);
        };
    });
    once("exposition", render);
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
}
