#pragma once
// The memory of one number: plain, or one cache line for each of N threads.

#include <pitot/metrics/thread_slot.hpp>

#include <cstdint>
#include <new>  // std::nothrow

namespace pitot::detail {

/// One number in eight bytes. Counters of whole numbers add by one instruction, doubles by compare-and-swap.
/// Order: every access is relaxed. A number says nothing about other memory, and each thread sees its own in order.
template <class T>
class plain_cell {
public:
    using value_type = T;
    void add(T n) noexcept { fetch_add(value_, n); }
    void set(T value) noexcept { store(value_, value); }
    [[nodiscard]] T value() const noexcept { return load(value_); }

private:
    T value_ = 0;
};

/// N numbers a cache line apart, each thread adds to its own: adding scales with the cores, reading costs N loads and
/// the memory is N × 64 bytes. Threads beyond N share. N is a power of two.
template <class T, unsigned N>
class sharded_cell {
    static_assert(N >= 2 && (N & (N - 1)) == 0 && N <= 1024, "the number of shards is a power of two from 2 to 1024");

public:
    using value_type = T;
    sharded_cell() noexcept : lines_(new(std::nothrow) line[N]) {}
    sharded_cell(const sharded_cell&) = delete;
    sharded_cell& operator=(const sharded_cell&) = delete;
    ~sharded_cell() { delete[] lines_; }

    void add(T n) noexcept
    {
        if (lines_ != nullptr) fetch_add(lines_[thread_number() & (N - 1)].value, n);
    }
    [[nodiscard]] T value() const noexcept
    {
        T sum = 0;
        for (unsigned i = 0; lines_ != nullptr && i < N; ++i) sum += load(lines_[i].value);
        return sum;
    }
    /// False when there was no memory for the lines.
    [[nodiscard]] bool usable() const noexcept { return lines_ != nullptr; }

private:
    struct alignas(64) line {
        T value = 0;
    };
    line* lines_;
};

}  // namespace pitot::detail
