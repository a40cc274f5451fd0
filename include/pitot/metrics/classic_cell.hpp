#pragma once
// The memory of a histogram with classic buckets.
//
// Observing takes no lock and never waits. A lane is a set of buckets with a flag: whoever turns the flag from 0 to 1
// (one atomic exchange) has the lane for itself and adds with plain loads and stores. Who finds it taken goes to the
// overflow, where everybody adds with atomic instructions; nobody waits for the owner of the lane. So one thread pays
// for one atomic instruction, not three, and with lanes for several threads (the sharded policy) so does each of them.
//
// A scrape takes each lane in turn, for as long as copying it lasts (observers meanwhile go to the overflow), and so
// sees its sum and buckets together. The overflow has two halves. An observer first adds 1 to `started`, whose top bit
// names the half that is hot, then adds to that half's sum, last (release) to its bucket. The scrape flips the top
// bit, which also tells it how many observations the now cold half must hold, and waits until its buckets add up to
// that (acquire): sum and buckets agree. It moves the cold half's contents into the hot one, so that the next flip
// finds everything in one half. (Two halves and a hot bit are client_golang's idea; there the count is a third number.)
//
// The count is nowhere stored: it is the sum of the buckets, and so always equal to the +Inf bucket.
//
// A thread that is stopped in the middle of an observation (or was not taken along by fork) would hold up a scrape.
// The scrape yields up to 10,000 times and then reads the half-done observation as it is: count and buckets still
// agree, the sum may lack that one value.

#include <pitot/metrics/thread_slot.hpp>

#include <cstddef>
#include <cstdint>
#include <new>
#include <span>

namespace pitot::detail {

inline constexpr unsigned patience = 10'000;

/// Waits until done() holds; false when it gave up.
template <class F>
bool wait_until(F&& done) noexcept
{
    for (unsigned turn = 0; !done(); ++turn) {
        if (turn == patience) return false;
        wait_a_turn(turn);
    }
    return true;
}

/// First bound that is not below v: its bucket, the bound included. size() for values above all and for NaN.
[[nodiscard]] inline std::size_t find_bucket(std::span<const double> bounds, double v) noexcept
{
    const double* first = bounds.data();
    std::size_t n = bounds.size();
    while (n > 1) {  // compiles to conditional moves: random values would mispredict every branch
        const std::size_t half = n / 2;
        first += (first[half - 1] < v) ? half : 0;
        n -= half;
    }
    if (v != v) return bounds.size();
    return static_cast<std::size_t>(first - bounds.data()) + (n == 1 && *first < v ? 1U : 0U);
}

/// Bounds, lanes and overflow in one block. Lanes: a power of two.
template <unsigned Lanes>
class classic_cell {
public:
    struct settings {
        std::span<const double> bounds;
    };

    explicit classic_cell(std::span<const double> bounds) noexcept
    {
        const std::size_t bytes = sizeof(block) + 2 * half_size(bounds.size()) + Lanes * lane_size(bounds.size());
        void* const memory = ::operator new(bytes, std::align_val_t{64}, std::nothrow);
        if (memory == nullptr) return;
        __builtin_memset(memory, 0, bytes);
        block_ = new (memory) block{bounds, lane_size(bounds.size())};
    }
    classic_cell(const classic_cell&) = delete;
    classic_cell& operator=(const classic_cell&) = delete;
    ~classic_cell() { ::operator delete(block_, std::align_val_t{64}); }
    [[nodiscard]] bool usable() const noexcept { return block_ != nullptr; }

    void observe(double v) noexcept { add(find_bucket(block_->bounds, v), v); }
    [[nodiscard]] std::size_t bucket_of(double v) const noexcept { return find_bucket(block_->bounds, v); }

    void add(std::size_t bucket, double v) noexcept
    {
        lane& l = lane_at(Lanes == 1 ? 0 : thread_number() & (Lanes - 1));
        if (__builtin_expect(exchange<acquire>(l.taken, 1U) == 0, 1) != 0) {
            std::uint64_t& count = l.counts()[bucket];
            store(count, load(count) + 1);
            store(l.sum, load(l.sum) + v);
            store<release>(l.taken, 0U);
            return;
        }
        overflow(bucket, v);
    }

    [[nodiscard]] std::span<const double> bounds() const noexcept { return block_->bounds; }

    /// Adds the buckets (bounds().size() + 1 counts, not cumulative) to `counts` and returns the sum of the values.
    double read(std::span<std::uint64_t> counts) noexcept
    {
        double sum = 0;
        for (unsigned i = 0; i < Lanes; ++i) {
            lane& l = lane_at(i);
            const bool mine = wait_until([&] { return exchange<acquire>(l.taken, 1U) == 0; });
            for (std::size_t b = 0; b < counts.size(); ++b) counts[b] += load(l.counts()[b]);
            sum += load(l.sum);
            if (i == 0) sum += read_overflow(counts, mine);  // the first lane also keeps scrapes apart
            if (mine) store<release>(l.taken, 0U);
        }
        return sum;
    }

private:
    struct alignas(64) block {
        std::span<const double> bounds;
        std::size_t lane_bytes;
        std::uint64_t started = 0;  ///< observations begun in the overflow; the top bit is the hot half
    };
    struct half {
        double sum;
        [[nodiscard]] std::uint64_t* counts() noexcept { return reinterpret_cast<std::uint64_t*>(this + 1); }
    };
    struct lane {
        std::uint32_t taken;
        std::uint32_t unused;
        double sum;
        [[nodiscard]] std::uint64_t* counts() noexcept { return reinterpret_cast<std::uint64_t*>(this + 1); }
    };
    static constexpr std::uint64_t hot_bit = std::uint64_t{1} << 63U;

    static constexpr std::size_t lines(std::size_t bytes) noexcept { return (bytes + 63) & ~std::size_t{63}; }
    static constexpr std::size_t lane_size(std::size_t n) noexcept { return lines(sizeof(lane) + (n + 1) * 8); }
    static constexpr std::size_t half_size(std::size_t n) noexcept { return lines(sizeof(half) + (n + 1) * 8); }

    [[nodiscard]] lane& lane_at(std::size_t i) noexcept
    {
        return *reinterpret_cast<lane*>(reinterpret_cast<unsigned char*>(block_ + 1) + i * block_->lane_bytes);
    }
    [[nodiscard]] half& half_at(std::size_t i) noexcept
    {
        const std::size_t n = block_->bounds.size();
        return *reinterpret_cast<half*>(reinterpret_cast<unsigned char*>(block_ + 1) + Lanes * block_->lane_bytes +
                                        i * half_size(n));
    }

    [[gnu::noinline]] void overflow(std::size_t bucket, double v) noexcept
    {
        const std::uint64_t ticket = fetch_add<acquire>(block_->started, std::uint64_t{1});
        half& h = half_at(ticket >> 63U);
        fetch_add(h.sum, v);
        fetch_add<release>(h.counts()[bucket], std::uint64_t{1});
    }

    double read_overflow(std::span<std::uint64_t> counts, bool alone) noexcept
    {
        if ((load<acquire>(block_->started) & ~hot_bit) == 0) return 0;
        if (!alone) {  // another scrape may be flipping: read as it is
            for (std::size_t h = 0; h < 2; ++h)
                for (std::size_t b = 0; b < counts.size(); ++b) counts[b] += load(half_at(h).counts()[b]);
            return load(half_at(0).sum) + load(half_at(1).sum);
        }
        const std::uint64_t ticket = fetch_add<acq_rel>(block_->started, hot_bit);
        half& cold = half_at(ticket >> 63U);
        half& hot = half_at(1 - (ticket >> 63U));
        const std::uint64_t expected = ticket & ~hot_bit;
        std::uint64_t there = 0;
        wait_until([&] {
            there = 0;
            for (std::size_t b = 0; b < counts.size(); ++b) there += load<acquire>(cold.counts()[b]);
            return there == expected;
        });
        if (there != expected) fetch_add(block_->started, there - expected);  // those threads are gone
        const double sum = load(cold.sum);
        fetch_add(hot.sum, sum);
        store(cold.sum, 0.0);
        for (std::size_t b = 0; b < counts.size(); ++b) {
            const std::uint64_t n = load(cold.counts()[b]);
            counts[b] += n;
            if (n == 0) continue;
            fetch_add(hot.counts()[b], n);
            store(cold.counts()[b], std::uint64_t{0});
        }
        return sum;
    }

    block* block_ = nullptr;
};

}  // namespace pitot::detail
