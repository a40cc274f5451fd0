#pragma once
// A native histogram as the engine calculates with it: counts are doubles, buckets without spans.

#include <pitot/base/number.hpp>
#include <pitot/base/vectors.hpp>
#include <pitot/model/histogram.hpp>
#include <pitot/store/exponential_bounds.hpp>

#include <algorithm>  // std::reverse
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace pitot::store {

/// index  of an exponential schema: the bucket ends at base^index; of custom buckets: at bounds[index]
struct bucket {
    std::int32_t index = 0;
    double count = 0;
    friend bool operator==(const bucket&, const bucket&) = default;
};

/// A bucket with its limits.
struct bucket_view {
    double lower = 0;
    double upper = 0;
    bool lower_inclusive = false;
    bool upper_inclusive = false;
    double count = 0;
};

/// positive, negative  by index, each index once; may hold empty buckets until compact()
/// bounds              upper limits of custom buckets without +Inf; then there are positive buckets only
struct histogram {
    static constexpr int custom_schema = -53;

    int schema = 0;
    reset_hint hint = reset_hint::unknown;
    double zero_threshold = 0;
    double zero_count = 0;
    double count = 0;
    double sum = 0;
    std::vector<bucket> positive;
    std::vector<bucket> negative;
    std::vector<double> bounds;

    [[nodiscard]] bool is_custom() const noexcept { return schema == custom_schema; }

    /// Drops empty buckets.
    void compact()
    {
        const auto empty = [](const bucket& b) { return b.count == 0; };
        drop_if(positive, empty);
        drop_if(negative, empty);
    }

    void multiply(double factor) noexcept
    {
        zero_count *= factor;
        count *= factor;
        sum *= factor;
        for (bucket& b : positive) b.count *= factor;
        for (bucket& b : negative) b.count *= factor;
        if (factor < 0) hint = reset_hint::gauge_type;
    }
    /// By zero: what is left has no buckets.
    void divide(double by) noexcept
    {
        zero_count /= by;
        count /= by;
        sum /= by;
        if (by == 0) {
            positive.clear();
            negative.clear();
            return;
        }
        for (bucket& b : positive) b.count /= by;
        for (bucket& b : negative) b.count /= by;
        if (by < 0) hint = reset_hint::gauge_type;
    }

    /// Floats that it weighs in a limit of samples.
    [[nodiscard]] std::size_t weight() const noexcept
    {
        return (8 + 168 + 16 + 8 * (positive.size() + negative.size() + bounds.size())) / 16;
    }
};

/// The upper limit of a bucket of an exponential schema (-4 to 8). source  Prometheus, native histograms
[[nodiscard, gnu::noinline]] inline double exponential_bound(std::int32_t index, int schema) noexcept
{
    if (schema < 0) {
        const std::int64_t exponent = static_cast<std::int64_t>(index) << -schema;
        if (exponent == 1024) return std::numeric_limits<double>::max();
        return std::ldexp(1.0, static_cast<int>(std::clamp<std::int64_t>(exponent, -5000, 5000)));
    }
    const int per_power = 1 << schema;
    const int whole = index >> schema;
    const int part = index & (per_power - 1);
    if (part == 0 && whole == 1024) return std::numeric_limits<double>::max();
    return std::ldexp(exponential_bounds[std::ptrdiff_t{part} * (256 / per_power)], whole + 1);
}

[[nodiscard]] inline bucket_view view_of(const histogram& h, const bucket& b, bool positive)
{
    bucket_view v;
    v.count = b.count;
    if (h.is_custom()) {
        const auto i = static_cast<std::size_t>(b.index);
        v.lower = i == 0 || i > h.bounds.size() ? -std::numeric_limits<double>::infinity() : h.bounds[i - 1];
        v.upper = i < h.bounds.size() ? h.bounds[i] : std::numeric_limits<double>::infinity();
        v.lower_inclusive = i == 0;
        v.upper_inclusive = true;
        return v;
    }
    const double far = exponential_bound(b.index, h.schema);
    const double near = exponential_bound(b.index - 1, h.schema);
    v.lower = positive ? near : -far;
    v.upper = positive ? far : -near;
    v.lower_inclusive = v.lower < 0;
    v.upper_inclusive = v.upper > 0;
    return v;
}

/// All buckets that hold something from the lowest to the highest, none reaching into the zero bucket.
[[nodiscard]] inline std::vector<bucket_view> all_buckets(const histogram& h)
{
    std::vector<bucket_view> all;
    all.reserve(h.positive.size() + h.negative.size() + 1);
    const auto add = [&](bucket_view v) {
        if (!h.is_custom()) {
            if (v.upper < 0 && v.upper > -h.zero_threshold) v.upper = -h.zero_threshold;
            if (v.lower > 0 && v.lower < h.zero_threshold) v.lower = h.zero_threshold;
        }
        all.push_back(v);
    };
    for (std::size_t i = h.negative.size(); i-- > 0;)
        if (h.negative[i].count != 0) add(view_of(h, h.negative[i], false));
    if (h.zero_count > 0 && !h.is_custom())
        all.push_back({-h.zero_threshold, h.zero_threshold, true, true, h.zero_count});
    for (const bucket& b : h.positive)
        if (b.count != 0) add(view_of(h, b, true));
    return all;
}

namespace detail {

inline bool same_bits(double a, double b) noexcept
{
    return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

inline bool same_buckets(const std::vector<bucket>& a, const std::vector<bucket>& b) noexcept
{
    std::size_t i = 0;
    std::size_t j = 0;
    for (;;) {
        while (i < a.size() && a[i].count == 0) ++i;
        while (j < b.size() && b[j].count == 0) ++j;
        if (i == a.size() || j == b.size()) return i == a.size() && j == b.size();
        if (a[i].index != b[j].index || !same_bits(a[i].count, b[j].count)) return false;
        ++i;
        ++j;
    }
}

/// As Go's %g, which JSON's and the text format's numbers are not: an exponent from 1e+21 on.
inline void append_number(std::string& out, double value)
{
    char room[number_size];
    out.append(room, write_go_number(room, value));
}

}  // namespace detail

/// Bit by bit, empty buckets and reset hints apart.
[[nodiscard]] inline bool equal(const histogram& a, const histogram& b) noexcept
{
    return a.schema == b.schema && detail::same_bits(a.count, b.count) && detail::same_bits(a.sum, b.sum) &&
           a.bounds == b.bounds && a.zero_threshold == b.zero_threshold &&
           detail::same_bits(a.zero_count, b.zero_count) && detail::same_buckets(a.positive, b.positive) &&
           detail::same_buckets(a.negative, b.negative);
}

/// "{count:5, sum:2.5, [-0.001,0.001]:1, (0.5,1]:4}": how Prometheus shows it.
[[nodiscard]] inline std::string to_text(const histogram& h)
{
    std::string out = "{count:";
    detail::append_number(out, h.count);
    out += ", sum:";
    detail::append_number(out, h.sum);
    const auto add = [&out](const bucket_view& v) {
        out += v.lower_inclusive ? ", [" : ", (";
        detail::append_number(out, v.lower);
        out += ',';
        detail::append_number(out, v.upper);
        out += v.upper_inclusive ? "]:" : "):";
        detail::append_number(out, v.count);
    };
    for (std::size_t i = h.negative.size(); i-- > 0;)
        if (h.negative[i].count != 0) add(view_of(h, h.negative[i], false));
    if (h.zero_count != 0 && !h.is_custom()) add({-h.zero_threshold, h.zero_threshold, true, true, h.zero_count});
    for (const bucket& b : h.positive)
        if (b.count != 0) add(view_of(h, b, true));
    out += '}';
    return out;
}

}  // namespace pitot::store
