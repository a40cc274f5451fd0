#pragma once
// rate, increase and delta of `anchored` and `smoothed` ranges: values at the range's ends instead of extrapolation.
// source  Prometheus, feature promql-extended-range-selectors

#include <pitot/promql/engine/range_call.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace pitot::promql {

namespace detail {

struct point {
    std::int64_t time;
    double value;
};

[[nodiscard]] inline double between(point a, point b, std::int64_t t, bool is_counter) noexcept
{
    if (is_counter && b.value < a.value) a.value = 0;
    return a.value + (b.value - a.value) * static_cast<double>(t - a.time) / static_cast<double>(b.time - a.time);
}

/// Samples around a range, with where it lies.
struct range_ends {
    std::span<const std::int64_t> times;
    std::span<const double> values;
    std::span<const std::int64_t> starts;
    std::int64_t begin;
    std::int64_t end;
    std::int64_t lookback;  ///< where the samples before it begin
    bool smoothed;
    bool is_counter;

    [[nodiscard]] point at(std::size_t i) const noexcept { return {times[i], values[i]}; }

    /// The value at the begin, and the start timestamp that holds there.
    [[nodiscard]] std::pair<double, std::int64_t> left(std::size_t first) const noexcept
    {
        point a = at(first);
        const std::int64_t start = start_of(starts, first);
        std::int64_t told = start > begin ? 0 : start;
        if (a.time == begin) return {a.value, start};
        if (a.time > begin) {
            if (!is_counter || !restarted_after(lookback, start, a.time)) return {a.value, told};
            if (restarted_after(begin, start, a.time)) return {0, told};
            return {smoothed ? between({start, 0}, a, begin, is_counter) : 0, told};
        }
        point b = at(first + 1);
        const std::int64_t next = start_of(starts, first + 1);
        if (is_counter) {
            if (restarted_after(begin, next, b.time)) {
                b = {next, 0};
            } else if (restarted(start, a.time, next, b.time)) {
                a = {next, 0};
                told = next;
            }
        }
        return {smoothed ? between(a, b, begin, is_counter) : a.value, told};
    }
    [[nodiscard]] std::pair<double, std::int64_t> right(std::size_t last) const noexcept
    {
        point b = at(last);
        const std::int64_t start = start_of(starts, last);
        std::int64_t told = start > end ? 0 : start;
        if (b.time <= end) return {b.value, told};
        if (last == 0) {
            if (!is_counter || !restarted_after(lookback, start, b.time)) return {b.value, told};
            if (restarted_after(end, start, b.time)) return {0, told};
            return {smoothed ? between({start, 0}, b, end, is_counter) : 0, told};
        }
        point a = at(last - 1);
        const std::int64_t before = start_of(starts, last - 1);
        if (is_counter) {
            if (restarted_after(end, start, b.time)) {
                b = {start, 0};
                told = before;
            } else if (restarted(before, a.time, start, b.time)) {
                a = {start, 0};
            }
        }
        return {smoothed ? between(a, b, end, is_counter) : a.value, told};
    }
};

/// The first sample to look at: the last at or before the begin; the last one: the first at or after the end, if the
/// range is smoothed.
inline std::pair<std::size_t, std::size_t> range_samples(std::span<const std::int64_t> times, std::int64_t begin,
                                                         std::int64_t end, bool smoothed)
{
    const std::size_t n = times.size() - 1;
    const auto upper = std::upper_bound(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(n), begin);
    const auto i = static_cast<std::size_t>(upper - times.begin());
    std::size_t last = n;
    if (smoothed)
        last = static_cast<std::size_t>(
            std::lower_bound(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(n), end) - times.begin());
    return {i == 0 ? 0 : i - 1, last};
}

/// Null, and a warning, when the two do not go together.
inline const histogram* between(const range_call& call, const window& w, const histogram& a, std::int64_t ta,
                                const histogram& b, std::int64_t tb, std::int64_t t, bool is_counter)
{
    if (t == ta) return call.in.keep(histogram(a));
    if (t == tb) return call.in.keep(histogram(b));
    const double fraction = static_cast<double>(t - ta) / static_cast<double>(tb - ta);
    histogram out = b;
    if (is_counter && store::was_reset(b, a)) {
        out.multiply(fraction);
        return call.in.keep(std::move(out));
    }
    if (!call.add(out, a, -1, w, call.where)) return nullptr;
    out.multiply(fraction);
    if (!call.add(out, a, 1, w, call.where)) return nullptr;
    return call.in.keep(std::move(out));
}

inline outcome extended_of_histograms(const range_call& call, const window& w, bool is_counter, bool is_rate)
{
    const auto h = w.histograms;
    const auto times = w.histogram_times;
    const bool smoothed = call.range.smoothed;
    const auto [first, last] = range_samples(times, w.begin, w.end, smoothed);
    if (times[last] <= w.begin || (smoothed && times[first] > w.end)) return {};
    for (std::size_t i = first; i <= last; ++i) {
        if (h[i]->is_custom() != h[first]->is_custom()) {
            call.warn_incompatible(w, call.where);
            return {};
        }
        if (is_counter && h[i]->hint == reset_hint::gauge_type) call.warn_no_counter(w, call.where);
    }
    const histogram* left = h[first];
    if (smoothed && times[first] < w.begin)
        left = between(call, w, *h[first], times[first], *h[first + 1], times[first + 1], w.begin, is_counter);
    const histogram* right = h[last];
    if (smoothed && last > 0 && times[last] > w.end)
        right = between(call, w, *h[last - 1], times[last - 1], *h[last], times[last], w.end, is_counter);
    if (left == nullptr || right == nullptr) return {};
    if (!is_counter && (left->hint != reset_hint::gauge_type || right->hint != reset_hint::gauge_type))
        call.warn_no_gauge(w, call.where);
    histogram out = *right;
    if (!call.add(out, *left, -1, w, call.where)) return {};
    if (is_counter) {
        std::size_t i = first + 1;
        const histogram* before = left;
        if (smoothed && times[first] < w.begin && first + 1 < h.size() && store::was_reset(*h[first + 1], *h[first])) {
            before = h[first + 1];
            ++i;
        }
        if (i <= last) {
            for (; i < last; ++i) {
                if (store::was_reset(*h[i], *before) && !call.add(out, *before, 1, w, call.where)) return {};
                before = h[i];
            }
            if (store::was_reset(*right, *before) && !call.add(out, *before, 1, w, call.where)) return {};
        }
    }
    if (is_rate) out.divide(call.seconds());
    out.hint = reset_hint::gauge_type;
    out.compact();
    return call.in.keep(std::move(out));
}

}  // namespace detail

inline outcome extended(const range_call& call, const window& w, bool is_counter, bool is_rate)
{
    if (!w.floats.empty() && !w.histograms.empty()) {
        call.warn_mixed(w);
        return {};
    }
    if (!w.histograms.empty()) return detail::extended_of_histograms(call, w, is_counter, is_rate);
    const bool smoothed = call.range.smoothed;
    const detail::range_ends ends{
        w.float_times, w.floats, w.float_starts, w.begin, w.end, w.begin - call.in.how.lookback, smoothed, is_counter};
    auto [first, last] = detail::range_samples(w.float_times, w.begin, w.end, smoothed);
    if (w.float_times[last] <= w.begin) return {};
    if (const std::int64_t t = w.float_times[first]; smoothed && t > w.end) {
        const std::int64_t start = start_of(w.float_starts, first);
        if (!is_counter || !restarted_after(ends.lookback, start, t) || restarted_after(w.end, start, t)) return {};
    }
    const auto [left, left_start] = ends.left(first);
    const auto [right, right_start] = ends.right(last);
    double value = right - left;
    if (is_counter) {
        std::size_t begin = first + (w.float_times[first] <= w.begin ? 1U : 0U);
        const std::size_t end = last + (w.float_times[last] >= w.end ? 0U : 1U);
        double lost = 0;
        double before = left;
        std::int64_t before_time = w.begin;
        std::int64_t before_start = left_start;
        const auto step = [&](double now, std::int64_t time, std::int64_t start) {
            if (now < before || restarted(before_start, before_time, start, time)) lost += before;
            before = now;
            before_time = time;
            before_start = start;
        };
        for (; begin < end; ++begin) step(w.floats[begin], w.float_times[begin], start_of(w.float_starts, begin));
        step(right, w.end, right_start);
        value += lost;
    }
    return is_rate ? value / call.seconds() : value;
}

}  // namespace pitot::promql
