#pragma once
// A product that is rounded before anything is added to it.

namespace pitot {

/// a * b, never fused with an addition: processors that can, among them every ARM64, would else give other last bits
/// than those that cannot.
[[nodiscard]] inline double product(double a, double b) noexcept
{
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
    return a * b;
#elif !defined(__FP_FAST_FMA)
    return a * b;
#else
    double rounded = a * b;  // GCC forgets __builtin_assoc_barrier() where it vectorizes
#if defined(__x86_64__)
    asm("" : "+x"(rounded));
#elif defined(__aarch64__)
    asm("" : "+w"(rounded));
#else
    rounded = __builtin_assoc_barrier(rounded);
#endif
    return rounded;
#endif
}

}  // namespace pitot
