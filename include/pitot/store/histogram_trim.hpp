#pragma once
// The part of a native histogram below or above a value. source  Prometheus, FloatHistogram.TrimBuckets

#include <pitot/base/go_math.hpp>
#include <pitot/base/product.hpp>
#include <pitot/store/histogram.hpp>

#include <cmath>
#include <utility>

namespace pitot::store {

namespace detail {

/// Where the observations of a part of a bucket are taken to be.
inline double middle_of(double lower, double upper, bool positive, bool linear) noexcept
{
    if (std::isinf(lower)) {
        if (std::isinf(upper)) return 0;
        return upper > 0 ? upper / 2 : upper;
    }
    if (std::isinf(upper)) return lower;
    if (linear) return (lower + upper) / 2;
    const double mean = std::sqrt(std::fabs(lower * upper));
    return positive ? mean : -mean;
}

/// What stays of a bucket, and where it is taken to be.
inline std::pair<double, double> trimmed_infinite(const bucket_view& b, double at, bool keep_lower) noexcept
{
    const auto finite = [](double v) { return std::isinf(v) ? 0.0 : v; };
    if (std::isinf(b.lower) && b.lower < 0) {
        if (keep_lower) {
            if (at >= b.upper) return {b.count, 0};
            if (at > 0 && b.upper > 0 && !std::isinf(b.upper)) return {b.count * at / b.upper, at / 2};
            if (b.upper <= 0) return {b.count, at};
            return {0, finite(b.upper)};
        }
        if (at <= b.lower) return {b.count, 0};
        if (at >= 0 && b.upper > at && !std::isinf(b.upper))
            return {product(b.count, 1 - at / b.upper), (at + b.upper) / 2};
        return {0, finite(b.upper)};
    }
    if (keep_lower) return {0, finite(b.lower)};
    if (at >= b.lower) return {b.count, at};
    return {0, finite(b.lower)};
}

inline std::pair<double, double> trimmed(const bucket_view& b, double at, bool keep_lower, bool positive, bool linear)
{
    if (keep_lower ? b.upper <= at : b.lower >= at) return {b.count, middle_of(b.lower, b.upper, positive, linear)};
    if (!(keep_lower ? b.lower < at : b.upper > at)) return {0, 0};
    if (std::isinf(b.lower) || std::isinf(b.upper)) return trimmed_infinite(b, at, keep_lower);
    double below = 0;
    if (at > b.lower) {
        if (at >= b.upper) {
            below = b.count;
        } else if (linear) {
            below = product(b.count, (at - b.lower) / (b.upper - b.lower));
        } else {
            const double lower = go::log2(std::fabs(b.lower));
            const double upper = go::log2(std::fabs(b.upper));
            const double here = go::log2(std::fabs(at));
            below = product(b.count, at > 0 ? (here - lower) / (upper - lower) : 1 - (here - upper) / (lower - upper));
        }
    }
    if (keep_lower) return {below, middle_of(b.lower, at, positive, linear)};
    return {b.count - below, middle_of(at, b.upper, positive, linear)};
}

inline std::pair<double, double> trimmed_zero(const histogram& h, double at, bool keep_lower, bool has_negative,
                                              bool has_positive) noexcept
{
    const double lower = has_positive && !has_negative ? 0 : -h.zero_threshold;
    const double upper = has_negative && !has_positive ? 0 : h.zero_threshold;
    const std::pair<double, double> all{h.zero_count, (lower + upper) / 2};
    if (keep_lower) {
        if (at <= lower) return {0, 0};
        if (at >= upper) return all;
        return {product(h.zero_count, (at - lower) / (upper - lower)), (lower + at) / 2};
    }
    if (at <= lower) return all;
    if (at >= upper) return {0, 0};
    return {product(h.zero_count, (upper - at) / (upper - lower)), (at + upper) / 2};
}

}  // namespace detail

/// keep_lower  what lies below `at` stays, else what lies above
inline void trim(histogram& h, double at, bool keep_lower)
{
    double count = 0;
    double sum = 0;
    bool changed = false;
    bool some[2] = {};
    for (const bool positive : {true, false}) {
        for (bucket& b : positive ? h.positive : h.negative) {
            if (b.count == 0) continue;
            some[positive ? 1 : 0] = true;
            const auto [kept, middle] = detail::trimmed(view_of(h, b, positive), at, keep_lower, positive,
                                                        h.is_custom());
            count += kept;
            sum += product(middle, kept);
            changed = changed || b.count != kept;
            b.count = kept;
        }
    }
    if (h.zero_count > 0) {
        const auto [kept, middle] = detail::trimmed_zero(h, at, keep_lower, some[0], some[1]);
        changed = changed || h.zero_count != kept;
        h.zero_count = kept;
        count += kept;
        sum += product(middle, kept);
    }
    if (!changed) return;
    h.count = count;
    h.sum = sum;
    h.compact();
}

}  // namespace pitot::store
