#pragma once
// What a program does with a histogram or a summary.

#include <pitot/metrics/buckets.hpp>
#include <pitot/metrics/timer.hpp>

#include <cstdint>

namespace pitot {

/// Self says where the numbers are. All of it is noexcept and allocates nothing.
template <class Self>
class observe_ops {
public:
    /// Adds a value, in the metric's unit. NaN counts in the +Inf bucket and makes the sum NaN for good, as in every
    /// other client library: test where it can occur.
    void observe(double value) const noexcept { self().cell().observe(value); }

    /// Observes the seconds from now until the timer goes out of scope.
    [[nodiscard]] auto time() const { return timer(self().keep()); }

private:
    [[nodiscard]] const Self& self() const noexcept { return static_cast<const Self&>(*this); }
};

}  // namespace pitot
