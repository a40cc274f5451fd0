#pragma once
// What std::vector does with more code than it takes: its insert and std::erase_if are four to six functions for each
// T.

#include <cstddef>
#include <utility>
#include <vector>

namespace pitot {

/// Takes out the items of which drops(item) is true. Those that stay keep their order.
template <class T, class F>
void drop_if(std::vector<T>& all, F&& drops)
{
    std::size_t n = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (drops(all[i])) continue;
        if (n != i) all[n] = std::move(all[i]);
        ++n;
    }
    while (all.size() > n) all.pop_back();
}

/// at  up to size(), which is behind the last
template <class T>
void insert_at(std::vector<T>& all, std::size_t at, T item)
{
    all.push_back(std::move(item));
    for (std::size_t i = all.size() - 1; i > at; --i) std::swap(all[i], all[i - 1]);
}

}  // namespace pitot
