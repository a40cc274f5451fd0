#pragma once
// Logarithms, powers, the larger and the smaller to the last bit as Go calculates them: results of queries are compared
// exactly in tests, whatever the processor can fuse. source  Go, math/log.go, log10.go and exp.go, after FreeBSD's
// msun; pow.go, dim.go

#include <pitot/base/product.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>

namespace pitot::go {

namespace detail {
inline constexpr double ln2_high = 6.93147180369123816490e-01;
inline constexpr double ln2_low = 1.90821492927058770002e-10;

/// a + x * (b + x * (c + …)), each product rounded.
template <class... More>
[[nodiscard]] double polynomial(double x, double first, More... more) noexcept
{
    if constexpr (sizeof...(more) == 0)
        return first;
    else
        return first + product(x, polynomial(x, more...));
}
}  // namespace detail

[[nodiscard]] inline double log(double x) noexcept
{
    if (std::isnan(x) || x == std::numeric_limits<double>::infinity()) return x;
    if (x < 0) return std::numeric_limits<double>::quiet_NaN();
    if (x == 0) return -std::numeric_limits<double>::infinity();
    int exponent = 0;
    double fraction = std::frexp(x, &exponent);
    if (fraction < std::numbers::sqrt2 / 2) {
        fraction *= 2;
        --exponent;
    }
    const double f = fraction - 1;
    const double k = exponent;
    const double s = f / (2 + f);
    const double s2 = s * s;
    const double s4 = s2 * s2;
    const double t1 = product(s2, detail::polynomial(s4, 6.666666666666735130e-01, 2.857142874366239149e-01,
                                                     1.818357216161805012e-01, 1.479819860511658591e-01));
    const double t2 = product(
        s4, detail::polynomial(s4, 3.999999999940941908e-01, 2.222219843214978396e-01, 1.531383769920937332e-01));
    const double half_square = product(0.5 * f, f);
    const double sum = product(s, half_square + (t1 + t2)) + product(k, detail::ln2_low);
    return product(k, detail::ln2_high) - ((half_square - sum) - f);
}

/// Exact for powers of two.
[[nodiscard]] inline double log2(double x) noexcept
{
    if (std::isnan(x) || std::isinf(x) || x == 0) return log(x);
    int exponent = 0;
    const double fraction = std::frexp(x, &exponent);
    if (fraction == 0.5) return exponent - 1;
    return product(log(fraction), std::numbers::log2e) + exponent;
}

[[nodiscard]] inline double log10(double x) noexcept { return log(x) * std::numbers::log10e; }

[[nodiscard]] inline double exp2(double x) noexcept
{
    if (std::isnan(x)) return x;
    if (x > 1.0239999999999999e+03) return std::numeric_limits<double>::infinity();
    if (x < -1.0740e+03) return 0;
    const double nearest = x > 0 ? x + 0.5 : x < 0 ? x - 0.5 : 0;  // as Go has it
    const int k = static_cast<int>(nearest);
    const double t = x - k;
    const double high = product(t, detail::ln2_high);
    const double low = product(-t, detail::ln2_low);
    const double r = high - low;
    const double r2 = product(r, r);
    const double c = r - product(r2, detail::polynomial(r2, 1.66666666666666657415e-01, -2.77777777770155933842e-03,
                                                        6.61375632143793436117e-05, -1.65339022054652515390e-06,
                                                        4.13813679705723846039e-08));
    return std::ldexp(1 - ((low - product(r, c) / (2 - c)) - high), k);
}

/// To the last bit for whole exponents, which it takes by squaring, and for square roots.
/// source  Go, math/pow.go
[[nodiscard]] inline double pow(double x, double y) noexcept
{
    if (!std::isfinite(x) || !std::isfinite(y) || x == 0 || x == 1 || y == 0 || std::fabs(y) >= 0x1p63)
        return std::pow(x, y);
    if (y == 1) return x;
    if (y == 0.5) return std::sqrt(x);
    if (y == -0.5) return 1 / std::sqrt(x);
    double whole = 0;
    double part = std::modf(std::fabs(y), &whole);
    if (part != 0 && x < 0) return std::numeric_limits<double>::quiet_NaN();
    double result = 1;  // times two to the power of `exponent`
    int exponent = 0;
    if (part != 0) {
        if (part > 0.5) {
            --part;
            ++whole;
        }
        result = std::exp(product(part, log(x)));
    }
    int scale = 0;
    double base = std::frexp(x, &scale);
    for (auto n = static_cast<std::int64_t>(whole); n != 0; n >>= 1) {
        if (scale < -(1 << 12) || (1 << 12) < scale) {  // too large, or too small
            exponent += scale;
            break;
        }
        if ((n & 1) == 1) {
            result *= base;
            exponent += scale;
        }
        base *= base;
        scale *= 2;
        if (base < 0.5) {
            base += base;
            --scale;
        }
    }
    if (y < 0) {
        result = 1 / result;
        exponent = -exponent;
    }
    return std::ldexp(result, exponent);
}

/// NaN when one is, unless the other is infinite that way; +0 is above -0.
[[nodiscard]] inline double max(double a, double b) noexcept
{
    if (std::isinf(a) && a > 0) return a;
    if (std::isinf(b) && b > 0) return b;
    if (std::isnan(a) || std::isnan(b)) return std::numeric_limits<double>::quiet_NaN();
    if (a == 0 && a == b) return std::signbit(a) ? b : a;
    return a > b ? a : b;
}
[[nodiscard]] inline double min(double a, double b) noexcept
{
    if (std::isinf(a) && a < 0) return a;
    if (std::isinf(b) && b < 0) return b;
    if (std::isnan(a) || std::isnan(b)) return std::numeric_limits<double>::quiet_NaN();
    if (a == 0 && a == b) return std::signbit(a) ? a : b;
    return a < b ? a : b;
}

}  // namespace pitot::go
