#pragma once
// A slot for each thread: a small dense number for sharding, and the epoch that says what the thread may still read.
//
// Reclamation by epochs. A reader publishes the global epoch in its own slot (pin), follows pointers, and clears the
// slot. Memory that was unlinked in epoch r is given back when the global epoch is r + 2. The epoch moves from e to
// e + 1 only while no slot shows an epoch other than e, so a reader that could still see the memory, having published
// r or less, holds the epoch at r + 1 at most.
// Order: the reader publishes by a seq_cst exchange and reads the links by seq_cst loads; the writer unlinks by a
// seq_cst store and then reads the slots by seq_cst loads. In the single order of these operations either the writer
// sees the slot taken, or the reader's publication, and with it every later read of a link, comes after the unlinking.
// The release store that clears a slot, read by an acquire load, orders the reader's accesses before the reuse.

#include <pitot/metrics/atomic.hpp>

#include <cstdint>
#include <new>  // std::nothrow

#if !defined(_WIN32)
#include <unistd.h>  // getpid
#endif

namespace pitot::detail {

struct alignas(64) thread_slot {
    std::uint64_t epoch = 0;   ///< 0: not reading
    std::uint32_t depth = 0;   ///< nested pins; the owner's alone
    std::uint32_t number = 0;  ///< small and dense: threads that end pass theirs on
    std::uint32_t taken = 0;
    thread_slot* next = nullptr;  ///< slots are never freed
};

struct PITOT_SHARED epoch_domain {
    std::uint64_t epoch = 1;
    thread_slot* slots = nullptr;
    std::uint32_t count = 0;
    std::uint32_t stopped = 0;  ///< a thread reads without a slot of its own
    std::int64_t process = 0;

    [[nodiscard]] static std::int64_t current_process() noexcept
    {
#if defined(_WIN32)
        return 1;
#else
        return getpid();
#endif
    }

    /// Moves the epoch on when no reader holds it back; returns the epoch. After fork the child forgets the slots of
    /// the threads it does not have.
    std::uint64_t advance(const thread_slot* mine) noexcept
    {
        const std::int64_t now = current_process();
        std::int64_t before = load(process);
        if (before != now && compare_exchange<acq_rel>(process, before, now) && before != 0) {
            for (thread_slot* s = load<acquire>(slots); s != nullptr; s = s->next) {
                if (s == mine) continue;
                s->depth = 0;
                store<release>(s->epoch, std::uint64_t{0});
                store<release>(s->taken, 0U);
            }
        }
        std::uint64_t current = load<seq_cst>(epoch);
        if (load<seq_cst>(stopped) != 0) return current;
        for (const thread_slot* s = load<acquire>(slots); s != nullptr; s = s->next) {
            const std::uint64_t seen = load<seq_cst>(s->epoch);
            if (seen != 0 && seen != current) return current;
        }
        return compare_exchange<seq_cst>(epoch, current, current + 1) ? current + 1 : current;
    }
};

inline constinit PITOT_SHARED epoch_domain epochs{};
inline constinit PITOT_SHARED thread_local thread_slot* own_slot = nullptr;
/// Shared by threads for which there is no memory for a slot; its pins are never undone: nothing is reclaimed from then
/// on.
inline constinit PITOT_SHARED thread_slot last_resort{.depth = 1U << 30U};

struct slot_owner {
    thread_slot* slot = nullptr;
    ~slot_owner()
    {
        if (slot == nullptr) return;
        own_slot = nullptr;
        store<release>(slot->taken, 0U);
    }
};

[[gnu::noinline, gnu::cold]] inline thread_slot* take_slot() noexcept
{
    std::int64_t unset = 0;
    compare_exchange<acq_rel>(epochs.process, unset, epoch_domain::current_process());
    thread_slot* slot = load<acquire>(epochs.slots);
    for (; slot != nullptr; slot = slot->next) {
        std::uint32_t is_free = 0;
        if (load(slot->taken) == 0 && compare_exchange<acq_rel>(slot->taken, is_free, 1U)) break;
    }
    if (slot == nullptr) {
        slot = new (std::nothrow) thread_slot;
        if (slot == nullptr) {
            store<seq_cst>(epochs.stopped, 1U);
            return &last_resort;
        }
        slot->taken = 1;
        slot->number = fetch_add(epochs.count, 1U);
        thread_slot* first = load(epochs.slots);
        do slot->next = first;
        while (!compare_exchange<acq_rel>(epochs.slots, first, slot));
    }
    static thread_local slot_owner owner;  // gives the slot back when the thread ends
    owner.slot = slot;
    own_slot = slot;
    return slot;
}

[[nodiscard]] inline thread_slot& this_thread_slot() noexcept
{
    thread_slot* const slot = own_slot;
    return __builtin_expect(slot != nullptr ? 1 : 0, 1) != 0 ? *slot : *take_slot();
}

/// A small number for this thread; two threads alive at the same time have different ones.
[[nodiscard]] inline std::uint32_t thread_number() noexcept { return this_thread_slot().number; }

/// While it lives, what this thread can reach through seq_cst links stays. One thread's, for the length of a
/// statement: it holds back every reclamation in the process. Nests.
class pin {
public:
    pin() noexcept : slot_(this_thread_slot())
    {
        if (slot_.depth++ == 0) exchange<seq_cst>(slot_.epoch, load(epochs.epoch));
    }
    pin(const pin&) = delete;
    pin& operator=(const pin&) = delete;
    ~pin()
    {
        if (--slot_.depth == 0) store<release>(slot_.epoch, std::uint64_t{0});
    }

private:
    thread_slot& slot_;
};

}  // namespace pitot::detail
