#pragma once
// Quantiles and fractions of histograms, classic and native. source  Prometheus, promql/quantile.go

#include <pitot/base/go_math.hpp>
#include <pitot/base/product.hpp>
#include <pitot/promql/engine/annotations.hpp>
#include <pitot/promql/engine/evaluation.hpp>
#include <pitot/store/kahan.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <vector>

namespace pitot::promql {

/// Of a classic histogram: cumulative.
struct classic_count {
    double upper = 0;
    double count = 0;
};

namespace detail {

/// |a - b| small beside |a| + |b|.
[[nodiscard]] inline bool almost_equal(double a, double b, double tolerance) noexcept
{
    if (std::isnan(a) && std::isnan(b)) return true;
    if (a == b) return true;
    const double sum = std::fabs(a) + std::fabs(b);
    const double difference = std::fabs(a - b);
    constexpr double smallest = std::numeric_limits<double>::min();
    if (a == 0 || b == 0 || sum < smallest) return difference < tolerance * smallest;
    return difference / std::fmin(sum, std::numeric_limits<double>::max()) < tolerance;
}

/// Equal limits become one bucket.
inline void coalesce(std::vector<classic_count>& b)
{
    std::size_t n = 0;
    for (std::size_t i = 1; i < b.size(); ++i) {
        if (b[i].upper == b[n].upper)
            b[n].count += b[i].count;
        else
            b[++n] = b[i];
    }
    b.resize(n + 1);
}

}  // namespace detail

/// buckets  by limit; they are brought in order where they decrease
/// fixed    how, if they were
[[nodiscard]] inline double classic_quantile(double q, std::vector<classic_count>& buckets,
                                             annotation::correction& fixed)
{
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (std::isnan(q)) return nan;
    if (q < 0) return -infinity;
    if (q > 1) return infinity;
    if (buckets.empty() || buckets.back().upper != infinity) return nan;
    detail::coalesce(buckets);
    double before = buckets[0].count;
    fixed = {infinity, -infinity, 0, 0, 0, 0};
    for (std::size_t i = 1; i < buckets.size(); ++i) {
        classic_count& b = buckets[i];
        if (b.count == before) continue;
        if (detail::almost_equal(before, b.count, 1e-12)) {
            b.count = before;
            continue;
        }
        if (b.count < before) {
            fixed.lowest_bucket = std::min(fixed.lowest_bucket, b.upper);
            fixed.highest_bucket = std::max(fixed.highest_bucket, b.upper);
            fixed.largest = std::max(fixed.largest, before - b.count);
            fixed.count = 1;
            b.count = before;
            continue;
        }
        before = b.count;
    }
    if (buckets.size() < 2) return nan;
    const double all = buckets.back().count;
    if (all == 0) return nan;
    double rank = product(q, all);
    const auto at = std::partition_point(buckets.begin(), buckets.end() - 1,
                                         [rank](const classic_count& b) { return !(b.count >= rank); });
    const auto i = static_cast<std::size_t>(at - buckets.begin());
    if (i == buckets.size() - 1) return buckets[buckets.size() - 2].upper;
    if (i == 0 && buckets[0].upper <= 0) return buckets[0].upper;
    double begin = 0;
    double count = buckets[i].count;
    if (i > 0) {
        begin = buckets[i - 1].upper;
        count -= buckets[i - 1].count;
        rank -= buckets[i - 1].count;
    }
    return begin + product(buckets[i].upper - begin, rank / count);
}

namespace detail {

/// What both kinds of fractions do: ranks of two values among buckets that grow.
struct rank_finder {
    double lower;
    double upper;
    double lower_rank = 0;
    double upper_rank = 0;
    bool lower_set = false;
    bool upper_set = false;

    /// rank  of what lies below the bucket; at(v) its rank inside
    template <class F>
    bool look(double begin, double end, double rank, F&& at)
    {
        if (!lower_set && begin >= lower) set(lower_rank, lower_set, rank);
        if (!upper_set && begin >= upper) set(upper_rank, upper_set, rank);
        if (lower_set && upper_set) return true;
        if (!lower_set && begin < lower && end > lower) set(lower_rank, lower_set, at(lower));
        if (!upper_set && begin < upper && end > upper) set(upper_rank, upper_set, at(upper));
        return lower_set && upper_set;
    }
    [[nodiscard]] double between(double count) const noexcept
    {
        const double a = !lower_set || lower_rank > count ? count : lower_rank;
        const double b = !upper_set || upper_rank > count ? count : upper_rank;
        return b - a;
    }

private:
    static void set(double& to, bool& done, double value) noexcept
    {
        to = value;
        done = true;
    }
};

}  // namespace detail

[[nodiscard]] inline double classic_fraction(double lower, double upper, std::vector<classic_count>& buckets)
{
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    if (buckets.empty() || buckets.back().upper != std::numeric_limits<double>::infinity()) return nan;
    detail::coalesce(buckets);
    const double all = buckets.back().count;
    if (all == 0 || std::isnan(lower) || std::isnan(upper)) return nan;
    if (lower >= upper) return 0;
    detail::rank_finder ranks{lower, upper};
    double rank = 0;
    double begin = buckets[0].upper <= 0 ? -std::numeric_limits<double>::infinity() : 0;
    for (std::size_t i = 0; i < buckets.size(); ++i) {
        if (i > 0) begin = buckets[i - 1].upper;
        const classic_count& b = buckets[i];
        const auto at = [&](double v) {
            if (std::isinf(begin)) return b.count;
            return rank + (b.count - rank) * (v - begin) / (b.upper - begin);
        };
        if (ranks.look(begin, b.upper, rank, at)) break;
        rank = b.count;
    }
    return ranks.between(all) / all;
}

namespace detail {

/// One-sided histograms have nothing on the other side of zero.
inline void clip_zero_bucket(const histogram& h, store::bucket_view& b) noexcept
{
    if (h.negative.empty() && !h.positive.empty())
        b.lower = 0;
    else if (h.positive.empty() && !h.negative.empty())
        b.upper = 0;
}

[[nodiscard]] inline double fraction_below(const store::bucket_view& b, double v, bool linear) noexcept
{
    if (linear) return (v - b.lower) / (b.upper - b.lower);
    const double lower = go::log2(std::fabs(b.lower));
    const double upper = go::log2(std::fabs(b.upper));
    const double at = go::log2(std::fabs(v));
    if (v > 0) return (at - lower) / (upper - lower);
    return 1 - (at - upper) / (lower - upper);
}

[[nodiscard]] inline std::string of_metric(std::string_view name)
{
    return name.empty() ? std::string() : concat(" for metric name ", quote(name));
}

}  // namespace detail

[[nodiscard]] inline double native_quantile(double q, const histogram& h, annotations& said, std::string_view name,
                                            text_span where)
{
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (q < 0) return -infinity;
    if (q > 1) return infinity;
    if (h.count == 0 || std::isnan(q)) return nan;
    std::vector<store::bucket_view> buckets = store::all_buckets(h);
    const bool upwards = std::isnan(h.sum) || q < 0.5;
    if (!upwards) std::reverse(buckets.begin(), buckets.end());
    double rank = product(upwards ? q : 1 - q, h.count);
    double count = 0;
    store::bucket_view bucket;
    std::size_t i = 0;
    while (i < buckets.size()) {
        bucket = buckets[i++];
        count += bucket.count;
        if (count >= rank) break;
    }
    if (h.is_custom()) {
        if (bucket.lower == -infinity) {
            if (bucket.upper <= 0) return bucket.upper;
            bucket.lower = 0;
        } else if (bucket.upper == infinity) {
            return bucket.lower;
        }
    } else if (bucket.lower < 0 && bucket.upper > 0) {
        detail::clip_zero_bucket(h, bucket);
    }
    count = std::min(count, h.count);
    if (count < rank) {
        if (!std::isnan(h.sum)) return bucket.upper;
        said.info(concat("input to histogram_quantile has NaN observations, result is NaN", detail::of_metric(name)),
                  where);
        return nan;
    }
    rank = upwards ? rank - (count - bucket.count) : count - rank;
    if (std::isnan(h.sum)) {
        for (; i < buckets.size(); ++i) count += buckets[i].count;
        if (count < h.count)
            said.info(concat("input to histogram_quantile has NaN observations, result is skewed higher",
                             detail::of_metric(name)),
                      where);
    }
    const double fraction = rank / bucket.count;
    if (h.is_custom() || (bucket.lower <= 0 && bucket.upper >= 0))
        return bucket.lower + product(bucket.upper - bucket.lower, fraction);
    const double lower = go::log2(std::fabs(bucket.lower));
    const double upper = go::log2(std::fabs(bucket.upper));
    if (bucket.lower > 0) return go::exp2(lower + product(upper - lower, fraction));
    return -go::exp2(upper + product(lower - upper, 1 - fraction));
}

[[nodiscard]] inline double native_fraction(double lower, double upper, const histogram& h, annotations& said,
                                            std::string_view name, text_span where)
{
    if (h.count == 0 || std::isnan(lower) || std::isnan(upper)) return std::numeric_limits<double>::quiet_NaN();
    if (lower >= upper) return 0;
    detail::rank_finder ranks{lower, upper};
    double count = 0;
    double rank = 0;
    const std::vector<store::bucket_view> buckets = store::all_buckets(h);
    std::size_t i = 0;
    while (i < buckets.size()) {
        store::bucket_view b = buckets[i++];
        count += b.count;
        bool linear = h.is_custom();
        if (h.is_custom()) {
            if (std::isinf(b.lower) && b.upper > 0) b.lower = 0;
        } else if (b.lower <= 0 && b.upper >= 0) {
            linear = true;
            detail::clip_zero_bucket(h, b);
        }
        const auto at = [&](double v) {
            if (linear && std::isinf(b.lower)) return b.count;
            return rank + product(b.count, detail::fraction_below(b, v, linear));
        };
        if (ranks.look(b.lower, b.upper, rank, at)) break;
        rank += b.count;
    }
    if (std::isnan(h.sum)) {
        for (; i < buckets.size(); ++i) count += buckets[i].count;
        if (count < h.count)
            said.info(concat("input to histogram_fraction has NaN observations, which are excluded from all fractions",
                             detail::of_metric(name)),
                      where);
    } else {
        count = h.count;
    }
    return ranks.between(count) / h.count;
}

[[nodiscard]] inline double native_variance(const histogram& h)
{
    const double mean = h.sum / h.count;
    double sum = 0;
    double rest = 0;
    for (const store::bucket_view& b : store::all_buckets(h)) {
        double middle = 0;
        if (h.is_custom()) {
            middle = (b.upper + b.lower) / 2;
        } else if (!(b.lower <= 0 && b.upper >= 0)) {
            middle = std::sqrt(b.upper * b.lower);
            if (b.upper < 0) middle = -middle;
        }
        const double delta = middle - mean;
        store::kahan_add(product(b.count * delta, delta), sum, rest);
    }
    return (sum + rest) / h.count;
}

}  // namespace pitot::promql
