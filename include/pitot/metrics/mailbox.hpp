#pragma once
// One writer at a time over a structure that has no atomic update, without making the others wait.

#include <pitot/metrics/classic_cell.hpp>
#include <pitot/metrics/thread_slot.hpp>

#include <cstddef>
#include <cstdint>

namespace pitot::detail {

/// Who turns `taken` from 0 to 1 owns the structure. Who finds it taken leaves its value in a slot and goes on; the
/// next owner, or the scrape, takes what lies there. Only when all slots are full (32 values behind an owner that was
/// stopped in the middle) does a writer wait.
/// Order: taking is an acquire exchange, giving back a release store, so owners see each other's plain writes. A slot
/// goes 0 → 1 (claimed) → 2 (filled, release); the owner reads the value after seeing 2 (acquire) and stores 0
/// (release).
class mailbox {
public:
    /// Runs apply(value) now or has it run later, by whoever owns the structure then.
    template <class F>
    [[gnu::always_inline]] void deliver(double value, F&& apply) noexcept
    {
        if (__builtin_expect(exchange<acquire>(taken_, 1U) == 0, 1) != 0) {
            apply(value);
            if (load(waiting_) != 0) take_all(apply);
            store<release>(taken_, 0U);
            return;
        }
        leave(value, apply);
    }

    /// Runs read() as the owner, after what lies in the slots. When the owner does not give back (see classic_cell),
    /// reads all the same.
    template <class F, class R>
    void own(F&& apply, R&& read) noexcept
    {
        const bool mine = wait_until([&] { return exchange<acquire>(taken_, 1U) == 0; });
        take_all(apply);
        read();
        if (mine) store<release>(taken_, 0U);
    }

private:
    static constexpr std::size_t slots = 32;

    template <class F>
    [[gnu::noinline]] void leave(double value, F& apply) noexcept
    {
        std::size_t at = std::size_t{thread_number()} * 7;
        for (unsigned turn = 0;; ++turn) {
            for (std::size_t i = 0; i < slots; ++i, ++at) {
                std::uint8_t empty = 0;
                std::uint8_t& state = states_[at % slots];
                if (load(state) != 0 || !compare_exchange<acquire>(state, empty, std::uint8_t{1})) continue;
                store(values_[at % slots], value);
                store<release>(state, std::uint8_t{2});
                fetch_add(waiting_, 1U);
                return;
            }
            if (exchange<acquire>(taken_, 1U) == 0) {
                apply(value);
                take_all(apply);
                store<release>(taken_, 0U);
                return;
            }
            wait_a_turn(turn);
        }
    }

    template <class F>
    [[gnu::noinline]] void take_all(F& apply) noexcept
    {
        for (std::size_t i = 0; i < slots; ++i) {
            if (load<acquire>(states_[i]) != 2) continue;
            const double value = load(values_[i]);
            store<release>(states_[i], std::uint8_t{0});
            fetch_add(waiting_, ~0U);
            apply(value);
        }
    }

    std::uint32_t taken_ = 0;
    std::uint32_t waiting_ = 0;
    std::uint8_t states_[slots] = {};
    double values_[slots] = {};
};

}  // namespace pitot::detail
