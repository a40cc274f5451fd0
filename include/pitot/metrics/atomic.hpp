#pragma once
// Atomic operations on plain members by the compilers' builtins: <atomic> costs a quarter of a second in every unit.

#include <cstdint>

#if defined(_WIN32)
#include <sched.h>  // winpthreads
#else
#include <sched.h>  // sched_yield
#endif

/// One instance in the whole process, also when a shared object is built with -fvisibility=hidden.
#if defined(_WIN32)
#define PITOT_SHARED
#else
#define PITOT_SHARED __attribute__((visibility("default")))
#endif

namespace pitot::detail {

enum order : int {
    relaxed = __ATOMIC_RELAXED,
    acquire = __ATOMIC_ACQUIRE,
    release = __ATOMIC_RELEASE,
    acq_rel = __ATOMIC_ACQ_REL,
    seq_cst = __ATOMIC_SEQ_CST,
};

template <int Order = relaxed, class T>
[[gnu::always_inline]] inline T load(const T& from) noexcept
{
    T value;
    __atomic_load(&from, &value, Order);
    return value;
}

template <int Order = relaxed, class T>
[[gnu::always_inline]] inline void store(T& to, T value) noexcept
{
    __atomic_store(&to, &value, Order);
}

template <int Order, class T>
[[gnu::always_inline]] inline T exchange(T& at, T value) noexcept
{
    T before;
    __atomic_exchange(&at, &value, &before, Order);
    return before;
}

/// Compares bit for bit, so that a NaN is equal to itself; `expected` gets what was found on failure.
template <int Order = relaxed, class T>
[[gnu::always_inline]] inline bool compare_exchange(T& at, T& expected, T value) noexcept
{
    return __atomic_compare_exchange(&at, &expected, &value, false, Order,
                                     Order == release   ? relaxed
                                     : Order == acq_rel ? acquire
                                                        : Order);
}

/// Adds and returns what was there before. Integers by one instruction, floats by a compare-and-swap loop.
template <int Order = relaxed, class T>
[[gnu::always_inline]] inline T fetch_add(T& at, T n) noexcept
{
    if constexpr (static_cast<T>(1) / 2 == 0) {
        return __atomic_fetch_add(&at, n, Order);
    } else {
        T before = load(at);
        while (!compare_exchange<Order>(at, before, before + n)) {}
        return before;
    }
}

/// Waits a little for another thread; `turn` counts the calls.
inline void wait_a_turn(unsigned turn) noexcept
{
    if (turn > 64) {
        sched_yield();
        return;
    }
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

}  // namespace pitot::detail
