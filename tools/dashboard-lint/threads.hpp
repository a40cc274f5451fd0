#pragma once
// Work that several threads share.

#include <algorithm>
#include <cstddef>
#include <functional>
#include <thread>
#include <vector>

namespace pitot::tools::dashboard_lint {

/// Calls work() on as many threads as there are processors, but no more than pay.
/// tasks  how many there are; a thread for a few of them costs more than it saves
inline void on_threads(std::size_t tasks, const std::function<void()>& work)
{
    const std::size_t useful = tasks / 8;
    std::vector<std::thread> others;
    for (std::size_t n = 1; n < std::min<std::size_t>({std::thread::hardware_concurrency(), useful, 16}); ++n)
        others.emplace_back(work);
    work();
    for (std::thread& t : others) t.join();
}

}  // namespace pitot::tools::dashboard_lint
