// Parses the expressions of a file, one a line as JSON strings, for a while; prints nanoseconds for each of them on
// average.
//   bench-promql-parse FILE

#include "allocations.hpp"

#include <pitot/json/reader.hpp>
#include <pitot/promql/parse.hpp>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

int main(int, char** argv)
{
    namespace promql = pitot::promql;
    std::vector<std::string> expressions;
    std::ifstream in(argv[1]);
    for (std::string line; std::getline(in, line);)
        if (const auto read = pitot::json::parse(line)) expressions.emplace_back(read->root().text());
    if (expressions.empty()) return 2;
    const promql::parse_options how = promql::parse_options::everything();
    promql::tree_arena memory;
    std::vector<promql::parse_error> errors;
    const auto all = [&] {
        std::size_t bad = 0;
        for (const std::string& e : expressions) {
            memory.clear();
            static_cast<void>(promql::parse_into(memory, e, how, errors));
            bad += errors.empty() ? 0U : 1U;
        }
        return bad;
    };
    const std::size_t bad = all();
    bench::allocations::reset();
    all();
    const auto allocated = bench::allocations::count();
    using clock = std::chrono::steady_clock;
    double best = 1e300;
    for (int round = 0; round < 30; ++round) {
        const auto start = clock::now();
        for (int i = 0; i < 5; ++i) all();
        const std::chrono::duration<double, std::nano> took = clock::now() - start;
        best = std::min(best, took.count() / 5);
    }
    const auto n = static_cast<double>(expressions.size());
    std::printf("{\"expressions\": %zu, \"refused\": %zu, \"ns\": %.1f, \"allocations\": %.2f}\n", expressions.size(),
                bad, best / n, static_cast<double>(allocated) / n);
}
