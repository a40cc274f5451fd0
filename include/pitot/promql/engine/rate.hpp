#pragma once
// rate, increase, delta, irate, idelta. source  Prometheus, promql/functions.go, extrapolatedRate

#include <pitot/base/product.hpp>
#include <pitot/promql/engine/range_call.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace pitot::promql {

namespace detail {

/// last - first of histograms in which no bucket moves for it. Null when one would.
inline histogram* plain_histogram_increase(const range_call& call, const window& w)
{
    histogram* const out = call.in.place();
    if (store::subtract_alike(*w.histograms.back(), *w.histograms.front(), *out)) {
        out->hint = reset_hint::gauge_type;
        return out;
    }
    call.in.give_back(call.in.placed() - 1);
    return nullptr;
}

/// last - first of histograms, with what was lost at resets of counters. Null when they do not go together. What lies
/// between the breaks of a window is not looked at.
inline histogram* histogram_increase(const range_call& call, const window& w, bool is_counter)
{
    const auto h = w.histograms;
    const histogram* before = h.front();
    const histogram* const last = h.back();
    bool custom = before->is_custom();
    const std::span<const std::uint32_t> breaks = is_counter ? w.own_breaks() : std::span<const std::uint32_t>();
    if (is_counter && (before->hint == reset_hint::gauge_type || last->hint == reset_hint::gauge_type))
        call.warn_no_counter(w, call.where);
    const auto say_if_no_gauge = [&] {
        if (!is_counter && (h.front()->hint != reset_hint::gauge_type || last->hint != reset_hint::gauge_type))
            call.warn_no_gauge(w, call.where);
    };
    if (breaks.empty()) {
        if (histogram* const plain = plain_histogram_increase(call, w)) {
            say_if_no_gauge();
            return plain;
        }
    }
    const auto was_restarted = [&](std::size_t i) {
        return i < w.histogram_starts.size() && restarted(w.histogram_starts[i - 1], w.histogram_times[i - 1],
                                                          w.histogram_starts[i], w.histogram_times[i]);
    };
    histogram nothing;
    if (is_counter && (was_restarted(1) || store::was_reset(*h[1], *before))) {
        nothing.schema = h[1]->schema;
        nothing.bounds = h[1]->bounds;
        before = &nothing;
        custom = h[1]->is_custom();
    }
    if (last->is_custom() != custom) {
        call.warn_incompatible(w, call.where);
        return nullptr;
    }
    int schema = std::min(last->schema, before->schema);
    for (const std::uint32_t at : breaks) {
        const std::size_t i = at - w.first_histogram;
        if (i + 1 == h.size()) break;
        if (h[i]->hint == reset_hint::gauge_type) call.warn_no_counter(w, call.where);
        schema = std::min(schema, h[i]->schema);
        if (h[i]->is_custom() != custom) {
            call.warn_incompatible(w, call.where);
            return nullptr;
        }
    }
    histogram start = *last;
    store::reduce_resolution(start, schema);
    store::histogram_sum sum(std::move(start));
    const auto add = [&](const histogram& other, double sign) {
        const store::combination said = sum.add(other, sign);
        if (said.incompatible) call.warn_incompatible(w, call.where);
        if (said.reconciled) call.info_reconciled(sign < 0 ? "subtraction" : "addition", call.where);
        return !said.incompatible;
    };
    if (!add(*before, -1)) return nullptr;
    say_if_no_gauge();
    bool overlap = false;
    for (const std::uint32_t at : breaks) {
        const std::size_t i = at - w.first_histogram;
        if (!overlap && i < w.histogram_starts.size()) {
            const std::int64_t now = w.histogram_starts[i];
            overlap = now != 0 && now < w.histogram_times[i - 1] && now != w.histogram_starts[i - 1];
            if (overlap) call.in.said.starts_overlap(w.labels->metric_name(), call.where);
        }
        const histogram& ended = i == 1 ? *before : *h[i - 1];
        if ((was_restarted(i) || store::was_reset(*h[i], ended)) && !add(ended, 1)) return nullptr;
    }
    histogram out = std::move(sum.result());
    out.hint = reset_hint::gauge_type;
    out.compact();
    return call.in.keep(std::move(out));
}

/// last - first of floats, with what was lost at resets.
inline double float_increase(const range_call& call, const window& w, bool is_counter)
{
    double sum = w.floats.back() - w.floats.front();
    if (!is_counter) return sum;
    if (w.float_starts.empty()) {
        const auto begin = std::upper_bound(w.resets.begin(), w.resets.end(), w.first_float);
        for (auto at = begin; at != w.resets.end() && *at < w.first_float + w.floats.size(); ++at)
            sum += w.floats[*at - w.first_float - 1];
        return sum;
    }
    bool overlap = false;
    for (std::size_t i = 1; i < w.floats.size(); ++i) {
        const std::int64_t start = w.float_starts[i];
        if (!overlap && start != 0 && start < w.float_times[i - 1] && start != w.float_starts[i - 1]) {
            call.in.said.starts_overlap(w.labels->metric_name(), call.where);
            overlap = true;
        }
        if (w.floats[i] < w.floats[i - 1] ||
            restarted(w.float_starts[i - 1], w.float_times[i - 1], start, w.float_times[i]))
            sum += w.floats[i - 1];
    }
    return sum;
}

}  // namespace detail

/// The increase in a range as it would be from its first to its last moment.
inline outcome extrapolated(const range_call& call, const window& w, bool is_counter, bool is_rate)
{
    if (!w.floats.empty() && !w.histograms.empty()) {
        call.warn_mixed(w);
        return {};
    }
    const bool is_float = !w.floats.empty();
    const auto times = is_float ? w.float_times : w.histogram_times;
    const auto starts = is_float ? w.float_starts : w.histogram_starts;
    const std::size_t gaps = times.size() - 1;
    const std::int64_t first = times.front();
    const std::int64_t last = times.back();
    double value = 0;
    histogram* hist = nullptr;
    if (is_float) {
        value = detail::float_increase(call, w, is_counter);
    } else if (gaps > 0) {
        hist = detail::histogram_increase(call, w, is_counter);
        if (hist == nullptr) return {};
    }
    double to_start = static_cast<double>(first - w.begin) / 1000;
    double to_end = static_cast<double>(w.end - last) / 1000;
    double sampled = static_cast<double>(last - first) / 1000;
    const double average = gaps > 0 ? sampled / static_cast<double>(gaps) : 0;
    const double threshold = average * 1.1;
    if (is_counter && !starts.empty() && starts[0] != 0 && starts[0] > w.begin && starts[0] < first) {
        to_start = 0;
        sampled = static_cast<double>(last - starts[0]) / 1000;
        if (is_float) {
            value += w.floats.front();
        } else {
            histogram sum = hist != nullptr ? *hist : *w.histograms.front();
            if (hist != nullptr && !call.add(sum, *w.histograms.front(), 1, w, call.where)) return {};
            hist = call.in.keep(std::move(sum));
        }
    } else if (gaps == 0) {
        return {};
    } else {
        if (to_start >= threshold) to_start = average / 2;
        if (is_counter) {
            double to_zero = to_start;
            if (is_float && value > 0 && w.floats.front() >= 0)
                to_zero = product(sampled, w.floats.front() / value);
            else if (hist != nullptr && hist->count > 0 && w.histograms.front()->count >= 0)
                to_zero = product(sampled, w.histograms.front()->count / hist->count);
            if (to_zero < to_start) to_start = to_zero;
        }
    }
    if (to_end >= threshold) to_end = average / 2;
    double factor = 1;
    if (sampled != 0) factor = (sampled + to_start + to_end) / sampled;
    if (is_rate) factor /= call.seconds();
    if (hist == nullptr) return value * factor;
    hist->multiply(factor);
    return hist;
}

/// From the last two samples.
inline outcome instant_change(const range_call& call, const window& w, bool is_rate)
{
    struct one {
        std::int64_t time;
        std::int64_t start;
        double value;
        const histogram* hist;
    };
    if (w.floats.size() + w.histograms.size() < 2) return {};
    one both[2] = {};
    std::size_t f = w.floats.size();
    std::size_t h = w.histograms.size();
    for (std::size_t i = 2; i-- > 0;) {
        const bool take_float = h == 0 || (f > 0 && w.float_times[f - 1] > w.histogram_times[h - 1]);
        if (take_float) {
            --f;
            both[i] = {w.float_times[f], start_of(w.float_starts, f), w.floats[f], nullptr};
        } else {
            --h;
            both[i] = {w.histogram_times[h], start_of(w.histogram_starts, h), 0, w.histograms[h]};
        }
    }
    const one& a = both[0];
    const one& b = both[1];
    if (a.time == b.time) return {};
    const double seconds = static_cast<double>(b.time - a.time) / 1000;
    const bool anew = restarted(a.start, a.time, b.start, b.time);
    if (a.hist == nullptr && b.hist == nullptr) {
        double value = b.value;
        if (!is_rate || !(b.value < a.value || anew)) value -= a.value;
        return is_rate ? value / seconds : value;
    }
    if (a.hist == nullptr || b.hist == nullptr) {
        call.in.said.warn(
            concat("encountered a mix of histograms and floats for metric name ", range_call::quoted_name(w)),
            call.where);
        return {};
    }
    const bool gauges = a.hist->hint == reset_hint::gauge_type && b.hist->hint == reset_hint::gauge_type;
    const bool some_gauge = a.hist->hint == reset_hint::gauge_type || b.hist->hint == reset_hint::gauge_type;
    if (is_rate && some_gauge) call.warn_no_counter(w, call.where);
    if (!is_rate && !gauges) call.warn_no_gauge(w, call.where);
    histogram out = *b.hist;
    if (!is_rate || (!anew && !store::was_reset(*b.hist, *a.hist)))
        if (!call.add(out, *a.hist, -1, w, call.where)) return {};
    out.hint = reset_hint::gauge_type;
    out.compact();
    if (is_rate) out.divide(seconds);
    return call.in.keep(std::move(out));
}

}  // namespace pitot::promql
