#pragma once
// sum_over_time and its like: functions of the samples of a range. source  Prometheus, promql/functions.go

#include <pitot/base/product.hpp>
#include <pitot/promql/engine/range_call.hpp>
#include <pitot/store/kahan.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace pitot::promql {

[[gnu::noinline]] inline void sort_nan_first(std::vector<double>& values)
{
    std::sort(values.begin(), values.end(), [](double a, double b) { return std::isnan(a) ? !std::isnan(b) : a < b; });
}

/// q of values, NaN first; they are sorted for it.
/// q  below 0: -Inf, above 1: +Inf
[[nodiscard]] inline double quantile_of(double q, std::vector<double>& values)
{
    if (values.empty() || std::isnan(q)) return std::numeric_limits<double>::quiet_NaN();
    if (q < 0) return -std::numeric_limits<double>::infinity();
    if (q > 1) return std::numeric_limits<double>::infinity();
    sort_nan_first(values);
    const auto n = static_cast<double>(values.size());
    const double rank = product(q, n - 1);
    const double lower = std::max(0.0, std::floor(rank));
    const double upper = std::min(n - 1, lower + 1);
    const double weight = rank - std::floor(rank);
    const double a = values[static_cast<std::size_t>(lower)];
    if (weight == 0) return a;
    return product(a, 1 - weight) + product(values[static_cast<std::size_t>(upper)], weight);
}

namespace detail {

/// A sum of histograms with what upstream says about their hints and bounds; null when they do not go together.
class hinted_sum {
public:
    void look(const histogram& h) noexcept
    {
        reset_ = reset_ || h.hint == reset_hint::reset;
        not_reset_ = not_reset_ || h.hint == reset_hint::not_reset;
    }
    void note(const store::combination& c) noexcept { reconciled_ = reconciled_ || c.reconciled; }
    void say(const range_call& call) const
    {
        if (reset_ && not_reset_)
            call.in.said.warn("conflicting counter resets during histogram aggregation", call.where);
        if (reconciled_) call.info_reconciled("aggregation", call.where);
    }

private:
    bool reset_ = false;
    bool not_reset_ = false;
    bool reconciled_ = false;
};

inline outcome sum_of_histograms(const range_call& call, const window& w, bool average)
{
    hinted_sum hints;
    store::histogram_sum sum(*w.histograms.front());
    hints.look(*w.histograms.front());
    double n = 1;
    bool incremental = false;
    for (std::size_t i = 1; i < w.histograms.size(); ++i) {
        const histogram& h = *w.histograms[i];
        hints.look(h);
        n = static_cast<double>(i + 1);
        store::combination said;
        if (!incremental) {
            said = average ? sum.add_unless_infinite(h, incremental) : sum.add(h);
            if (incremental) sum.divide(n - 1);
        }
        if (incremental) {
            histogram part = h;
            part.divide(n);
            sum.multiply((n - 1) / n);
            said = sum.add(part);
        }
        if (said.incompatible) {
            call.warn_incompatible(w, call.where);
            return {};
        }
        hints.note(said);
    }
    hints.say(call);
    if (average && !incremental) sum.divide(n);
    return call.in.keep(std::move(sum.result()));
}

}  // namespace detail

inline outcome sum_over_time(const range_call& call, const window& w)
{
    if (!w.floats.empty() && !w.histograms.empty()) {
        call.warn_mixed(w);
        return {};
    }
    if (w.floats.empty()) return detail::sum_of_histograms(call, w, false);
    double sum = 0;
    double rest = 0;
    for (const double v : w.floats) store::kahan_add(v, sum, rest);
    return std::isinf(sum) ? sum : sum + rest;
}

inline outcome avg_over_time(const range_call& call, const window& w)
{
    if (!w.floats.empty() && !w.histograms.empty()) {
        call.warn_mixed(w);
        return {};
    }
    if (w.floats.empty()) return detail::sum_of_histograms(call, w, true);
    double sum = w.floats.front();
    double mean = 0;
    double rest = 0;
    double n = 1;
    bool incremental = false;
    for (std::size_t i = 1; i < w.floats.size(); ++i) {
        n = static_cast<double>(i + 1);
        const double v = w.floats[i];
        if (!incremental) {
            double next = sum;
            double next_rest = rest;
            store::kahan_add(v, next, next_rest);
            if (!std::isinf(next)) {
                sum = next;
                rest = next_rest;
                continue;
            }
            incremental = true;
            mean = sum / (n - 1);
            rest /= n - 1;
        }
        const double q = (n - 1) / n;
        mean *= q;
        rest *= q;
        store::kahan_add(v / n, mean, rest);
    }
    return incremental ? mean + rest : sum / n + rest / n;
}

namespace detail {

/// The float for which nothing else is better, and its time.
template <class Better>
outcome pick(const range_call& call, const window& w, Better&& better, bool its_time)
{
    if (w.floats.empty()) return {};
    if (!w.histograms.empty()) call.info_ignored(w);
    std::size_t best = 0;
    for (std::size_t i = 0; i < w.floats.size(); ++i)
        if (better(w.floats[i], w.floats[best]) || std::isnan(w.floats[best])) best = i;
    return its_time ? static_cast<double>(w.float_times[best]) / 1000 : w.floats[best];
}

inline outcome variance(const range_call& call, const window& w, bool root)
{
    if (w.floats.empty()) return {};
    if (!w.histograms.empty()) call.info_ignored(w);
    double n = 0;
    double mean = 0;
    double mean_rest = 0;
    double sum = 0;
    double rest = 0;
    for (const double v : w.floats) {
        ++n;
        const double delta = v - (mean + mean_rest);
        store::kahan_add(delta / n, mean, mean_rest);
        store::kahan_add(product(delta, v - (mean + mean_rest)), sum, rest);
    }
    const double out = (sum + rest) / n;
    return root ? std::sqrt(out) : out;
}

/// The earlier, or later, of a float and a histogram; true for the float.
inline bool takes_float(const window& w, bool first)
{
    if (w.histograms.empty()) return true;
    if (w.floats.empty()) return false;
    return first ? w.float_times.front() < w.histogram_times.front() : w.histogram_times.back() < w.float_times.back();
}

struct line {
    double slope;
    double intercept;
};

inline line regression(const window& w, std::int64_t origin)
{
    double n = 0;
    double x = 0;
    double y = 0;
    double xy = 0;
    double xx = 0;
    double cx = 0;  // what is lost of them
    double cy = 0;
    double cxy = 0;
    double cxx = 0;
    const double first = w.floats.front();
    bool constant = true;
    for (std::size_t i = 0; i < w.floats.size(); ++i) {
        const double v = w.floats[i];
        if (i > 0 && v != first) constant = false;
        ++n;
        const double t = static_cast<double>(w.float_times[i] - origin) / 1e3;
        store::kahan_add(t, x, cx);
        store::kahan_add(v, y, cy);
        store::kahan_add(product(t, v), xy, cxy);
        store::kahan_add(product(t, t), xx, cxx);
    }
    if (constant) {
        if (std::isinf(first)) return {NAN, NAN};
        return {0, first};
    }
    x += cx;
    y += cy;
    xy += cxy;
    xx += cxx;
    const double covariance = xy - x * y / n;
    const double variance = xx - x * x / n;
    const double slope = covariance / variance;
    return {slope, y / n - slope * x / n};
}

/// The line through the floats, or nothing.
inline bool has_line(const range_call& call, const window& w)
{
    if (w.floats.size() < 2) {
        if (w.floats.size() == 1 && !w.histograms.empty()) call.info_ignored(w);
        return false;
    }
    if (!w.histograms.empty()) call.info_ignored(w);
    return true;
}

/// Calls f(was_float, float, hist, now_float, …) for neighbours in time.
template <class F>
outcome count_pairs(const range_call& call, const window& w, F&& differs)
{
    std::size_t f = 0;
    std::size_t h = 0;
    if (call.range.anchored) {  // from the last sample at or before the begin
        const auto upto = [&w](std::span<const std::int64_t> times) {
            return static_cast<std::size_t>(std::upper_bound(times.begin(), times.end(), w.begin) - times.begin());
        };
        const std::size_t nf = upto(w.float_times);
        const std::size_t nh = upto(w.histogram_times);
        if (nf >= w.floats.size() && nh >= w.histograms.size()) return {};
        if (nf > 0 || nh > 0) {
            const bool float_later = nh == 0 || (nf > 0 && w.float_times[nf - 1] >= w.histogram_times[nh - 1]);
            f = float_later ? nf - 1 : nf;
            h = float_later ? nh : nh - 1;
        }
    }
    struct one {
        std::int64_t time;
        std::int64_t start;
        double value;
        const histogram* hist;
    };
    double n = 0;
    one before{};
    bool any = false;
    while (f < w.floats.size() || h < w.histograms.size()) {
        one now{};
        if (h >= w.histograms.size() || (f < w.floats.size() && w.float_times[f] < w.histogram_times[h])) {
            now = {w.float_times[f], start_of(w.float_starts, f), w.floats[f], nullptr};
            ++f;
        } else {
            now = {w.histogram_times[h], start_of(w.histogram_starts, h), 0, w.histograms[h]};
            ++h;
        }
        if (any) {
            const bool switched = (before.hist == nullptr) != (now.hist == nullptr);
            if (switched || differs(before, now)) ++n;
        }
        any = true;
        before = now;
    }
    return n;
}

}  // namespace detail

inline outcome resets(const range_call& call, const window& w)
{
    return detail::count_pairs(call, w, [](const auto& a, const auto& b) {
        if (restarted(a.start, a.time, b.start, b.time)) return true;
        return b.hist == nullptr ? b.value < a.value : store::was_reset(*b.hist, *a.hist);
    });
}
inline outcome changes(const range_call& call, const window& w)
{
    return detail::count_pairs(call, w, [](const auto& a, const auto& b) {
        if (b.hist != nullptr) return !store::equal(*b.hist, *a.hist);
        return b.value != a.value && !(std::isnan(b.value) && std::isnan(a.value));
    });
}

inline outcome mad_over_time(const range_call& call, const window& w)
{
    if (w.floats.empty()) return {};
    if (!w.histograms.empty()) call.info_ignored(w);
    std::vector<double> values(w.floats.begin(), w.floats.end());
    for (const double v : values)
        if (std::isnan(v)) return std::numeric_limits<double>::quiet_NaN();
    const double median = quantile_of(0.5, values);
    for (double& v : values) v = std::fabs(v - median);
    return quantile_of(0.5, values);
}

inline outcome quantile_over_time(const range_call& call, const window& w)
{
    if (w.floats.empty()) return {};
    const double q = call.parameters[0];
    if (std::isnan(q) || q < 0 || q > 1)
        call.in.said.warn(concat("quantile value should be between 0 and 1, got ", go_number(q)), call.where);
    if (!w.histograms.empty()) call.info_ignored(w);
    std::vector<double> values(w.floats.begin(), w.floats.end());
    return quantile_of(q, values);
}

namespace detail {

/// Holt's linear method over some windows at once: each waits for its own sample before, so that they run side by side.
/// parameters  the factors of each window, one pair after the other
template <std::size_t N>
void smooth(const window* windows, const double* parameters, outcome* out)
{
    double before[N];
    double smoothed[N];
    double trend[N];
    std::size_t shared = windows[0].floats.size();
    for (std::size_t k = 0; k < N; ++k) {
        const std::span<const double> v = windows[k].floats;
        before[k] = 0;
        smoothed[k] = v[0];
        trend[k] = v[1] - v[0];
        shared = std::min(shared, v.size());
    }
    const auto advance = [&](std::size_t k, std::size_t i) {
        const double s = parameters[2 * k];
        const double t = parameters[2 * k + 1];
        const double x = product(s, windows[k].floats[i]);
        if (i > 1) trend[k] = product(t, smoothed[k] - before[k]) + product(1 - t, trend[k]);
        const double y = product(1 - s, smoothed[k] + trend[k]);
        before[k] = smoothed[k];
        smoothed[k] = x + y;
    };
    for (std::size_t i = 1; i < shared; ++i)
        for (std::size_t k = 0; k < N; ++k) advance(k, i);
    for (std::size_t k = 0; k < N; ++k) {
        for (std::size_t i = shared; i < windows[k].floats.size(); ++i) advance(k, i);
        out[k] = smoothed[k];
    }
}

}  // namespace detail

/// The windows of some steps.  parameters  two for each
inline void double_exponential_smoothing(const range_call& call, std::span<const window> windows,
                                         std::span<const double> parameters, outcome* out)
{
    const auto refuse = [&](const char* what, const char* name, double got) {
        char room[400];
        const int n = std::snprintf(room, sizeof room, "invalid %s factor. Expected: 0 < %s < 1, got: %f", what, name,
                                    got);
        call.in.fail(std::string(room, static_cast<std::size_t>(n)), call.whole);
    };
    bool line[windows_together];
    for (std::size_t k = 0; k < windows.size(); ++k) {
        const double smoothing = parameters[2 * k];
        const double trend = parameters[2 * k + 1];
        if (smoothing <= 0 || smoothing >= 1) refuse("smoothing", "sf", smoothing);
        if (trend <= 0 || trend >= 1) refuse("trend", "tf", trend);
        out[k] = {};
        line[k] = detail::has_line(call, windows[k]);
    }
    if (windows.size() == windows_together && std::all_of(line, line + windows_together, [](bool l) { return l; }))
        return detail::smooth<windows_together>(windows.data(), parameters.data(), out);
    for (std::size_t k = 0; k < windows.size(); ++k)
        if (line[k]) detail::smooth<1>(&windows[k], &parameters[2 * k], &out[k]);
}

}  // namespace pitot::promql
