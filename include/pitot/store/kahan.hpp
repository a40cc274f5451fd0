#pragma once
// Sums that keep what rounding loses. source  Neumaier, 1974

#include <cmath>

namespace pitot::store {

/// sum + compensation is the result; the compensation is forgotten once the sum is infinite.
inline void kahan_add(double value, double& sum, double& compensation) noexcept
{
    const double total = sum + value;
    if (std::isinf(total))
        compensation = 0;
    else if (std::fabs(sum) >= std::fabs(value))
        compensation += (sum - total) + value;
    else
        compensation += (value - total) + sum;
    sum = total;
}

}  // namespace pitot::store
