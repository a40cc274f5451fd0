#pragma once
// Sums of native histograms: buckets of different resolution, zero buckets of different width and custom bounds are
// brought together, counts are added with compensation.

#include <pitot/store/histogram.hpp>
#include <pitot/store/kahan.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace pitot::store {

/// What became of an addition.
/// incompatible  one has custom buckets, the other has not: nothing was done
/// collision     one says "reset", the other "no reset"
/// reconciled    custom bounds differed: those in common are left
struct combination {
    bool incompatible = false;
    bool collision = false;
    bool reconciled = false;
};

namespace detail {

struct summed {
    double sum = 0;
    double rest = 0;
    void add(double value) noexcept { kahan_add(value, sum, rest); }
    void add(const summed& value) noexcept
    {
        add(value.sum);
        if (value.rest != 0) add(value.rest);
    }
};

struct summed_bucket {
    std::int32_t index = 0;
    summed count;
};

using summed_buckets = std::vector<summed_bucket>;

inline std::int32_t index_in(std::int32_t index, int from, int to) noexcept { return ((index - 1) >> (from - to)) + 1; }

/// To a coarser schema.
inline void reduce(summed_buckets& buckets, int from, int to)
{
    if (from <= to) return;
    std::size_t n = 0;
    for (const summed_bucket& b : buckets) {
        const std::int32_t index = index_in(b.index, from, to);
        if (n > 0 && buckets[n - 1].index == index)
            buckets[n - 1].count.add(b.count);
        else
            buckets[n++] = {index, b.count};
    }
    buckets.resize(n);
}

inline summed_buckets to_sums(const std::vector<bucket>& from, double sign = 1)
{
    summed_buckets out;
    out.reserve(from.size());
    for (const bucket& b : from) out.push_back({b.index, {sign * b.count, 0}});
    return out;
}

/// How many of the buckets lie in the zero bucket. They are sorted: the first one above it ends the search.
template <class Buckets>
[[nodiscard]] std::size_t inside_zero(const Buckets& buckets, int schema, double threshold)
{
    std::size_t n = 0;
    while (n < buckets.size() && exponential_bound(buckets[n].index, schema) <= threshold) ++n;
    return n;
}

/// Are all buckets from a place on among those of a sum?
[[nodiscard]] inline bool has_all(const summed_buckets& sum, const std::vector<bucket>& of, std::size_t begin) noexcept
{
    std::size_t at = 0;
    for (std::size_t i = begin; i < of.size(); ++i, ++at) {
        while (at < sum.size() && sum[at].index < of[i].index) ++at;
        if (at == sum.size() || sum[at].index != of[i].index) return false;
    }
    return true;
}

/// Adds buckets that the sum has.
inline void add_in_place(summed_buckets& to, const std::vector<bucket>& from, std::size_t begin, double sign) noexcept
{
    std::size_t at = 0;
    for (std::size_t i = begin; i < from.size(); ++i, ++at) {
        while (to[at].index != from[i].index) ++at;
        to[at].count.add(sign * from[i].count);
    }
}

/// Adds buckets that lie above the zero bucket.
inline void merge(summed_buckets& to, const summed_buckets& from, int schema, double threshold, bool exponential)
{
    summed_buckets out;
    out.reserve(to.size() + from.size());
    std::size_t i = 0;
    for (std::size_t k = exponential ? inside_zero(from, schema, threshold) : 0; k < from.size(); ++k) {
        const summed_bucket& b = from[k];
        while (i < to.size() && to[i].index < b.index) out.push_back(to[i++]);
        if (i < to.size() && to[i].index == b.index) {
            out.push_back(to[i++]);
            out.back().count.add(b.count);
        } else {
            out.push_back(b);
        }
    }
    out.insert(out.end(), to.begin() + static_cast<std::ptrdiff_t>(i), to.end());
    to.swap(out);
}

/// The zero bucket widened to a threshold, or further to where a bucket that holds something ends.
inline void widen_zero(int schema, const summed_buckets& positive, const summed_buckets& negative,
                       const summed& zero_count, double& threshold, summed& widened)
{
    for (bool again = true; again;) {
        again = false;
        widened = zero_count;
        for (const auto* const side : {&positive, &negative}) {
            for (const summed_bucket& b : *side) {
                if (exponential_bound(b.index - 1, schema) >= threshold) break;
                widened.add(b.count);
                const double end = exponential_bound(b.index, schema);
                if (end > threshold) {
                    if (b.count.sum != 0) {
                        threshold = end;
                        again = side == &negative;
                    }
                    break;
                }
            }
            if (again) break;
        }
    }
}

inline std::vector<double> common_bounds(const std::vector<double>& a, const std::vector<double>& b)
{
    std::vector<double> out;
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
    return out;
}

/// Custom buckets in the layout of fewer bounds.
inline summed_buckets rebound(const summed_buckets& from, const std::vector<double>& bounds,
                              const std::vector<double>& to)
{
    summed_buckets out;
    for (const summed_bucket& b : from) {
        const auto i = static_cast<std::size_t>(b.index);
        std::size_t target = to.size();
        if (i < bounds.size())
            target = static_cast<std::size_t>(std::lower_bound(to.begin(), to.end(), bounds[i]) - to.begin());
        if (!out.empty() && out.back().index == static_cast<std::int32_t>(target))
            out.back().count.add(b.count);
        else
            out.push_back({static_cast<std::int32_t>(target), b.count});
    }
    return out;
}

}  // namespace detail

/// A running sum.
class histogram_sum {
public:
    explicit histogram_sum(const histogram& first)
        : count_{first.count, 0}, sum_{first.sum, 0}, zero_{first.zero_count, 0},
          positive_(detail::to_sums(first.positive)), negative_(detail::to_sums(first.negative))
    {
        head_.schema = first.schema;
        head_.hint = first.hint;
        head_.zero_threshold = first.zero_threshold;
        head_.bounds = first.bounds;
    }

    /// sign  -1: takes it away
    combination add(const histogram& other, double sign = 1)
    {
        combination out;
        out.incompatible = head_.is_custom() != other.is_custom();
        if (out.incompatible) return out;
        out.collision = adjust_hint(other.hint);
        count_.add(sign * other.count);
        sum_.add(sign * other.sum);
        if (add_alike(other, sign)) return out;
        detail::summed_buckets positive = detail::to_sums(other.positive, sign);
        if (head_.is_custom()) {
            if (head_.bounds != other.bounds) {
                out.reconciled = true;
                std::vector<double> common = detail::common_bounds(head_.bounds, other.bounds);
                positive_ = detail::rebound(positive_, head_.bounds, common);
                positive = detail::rebound(positive, other.bounds, common);
                head_.bounds = std::move(common);
            }
            detail::merge(positive_, positive, 0, 0, false);
            return out;
        }
        detail::summed_buckets negative = detail::to_sums(other.negative, sign);
        detail::summed zero{sign * other.zero_count, 0};
        reconcile_zero(other, positive, negative, zero);
        zero_.add(zero);
        if (other.schema < head_.schema) {
            detail::reduce(positive_, head_.schema, other.schema);
            detail::reduce(negative_, head_.schema, other.schema);
            head_.schema = other.schema;
        } else {
            detail::reduce(positive, other.schema, head_.schema);
            detail::reduce(negative, other.schema, head_.schema);
        }
        detail::merge(positive_, positive, head_.schema, head_.zero_threshold, true);
        detail::merge(negative_, negative, head_.schema, head_.zero_threshold, true);
        return out;
    }

    void multiply(double factor) noexcept
    {
        each([factor](detail::summed& s) {
            s.sum *= factor;
            s.rest *= factor;
        });
    }
    void divide(double by) noexcept
    {
        each([by](detail::summed& s) {
            s.sum /= by;
            s.rest /= by;
        });
    }

    [[nodiscard]] bool overflows() const noexcept
    {
        bool found = false;
        const_cast<histogram_sum*>(this)->each(
            [&found](const detail::summed& s) { found = found || std::isinf(s.sum); });
        return found;
    }

    [[nodiscard]] histogram result() const
    {
        histogram out = head_;
        const auto value = [](const detail::summed& s) { return s.rest == 0 ? s.sum : s.sum + s.rest; };
        out.count = value(count_);
        out.sum = value(sum_);
        out.zero_count = value(zero_);
        out.positive.reserve(positive_.size());
        out.negative.reserve(negative_.size());
        for (const detail::summed_bucket& b : positive_) out.positive.push_back({b.index, value(b.count)});
        for (const detail::summed_bucket& b : negative_) out.negative.push_back({b.index, value(b.count)});
        return out;
    }

private:
    /// Most histograms of a metric are laid out alike: no bucket moves then. False, and nothing done, when one would.
    bool add_alike(const histogram& other, double sign)
    {
        if (other.schema != head_.schema) return false;
        std::size_t positive = 0;
        std::size_t negative = 0;
        if (head_.is_custom()) {
            if (head_.bounds != other.bounds) return false;
        } else {
            if (other.zero_threshold != head_.zero_threshold) return false;
            positive = detail::inside_zero(other.positive, head_.schema, head_.zero_threshold);
            negative = detail::inside_zero(other.negative, head_.schema, head_.zero_threshold);
        }
        if (!detail::has_all(positive_, other.positive, positive)) return false;
        if (!head_.is_custom()) {
            if (!detail::has_all(negative_, other.negative, negative)) return false;
            zero_.add(sign * other.zero_count);
            detail::add_in_place(negative_, other.negative, negative, sign);
        }
        detail::add_in_place(positive_, other.positive, positive, sign);
        return true;
    }

    template <class F>
    void each(F&& f)
    {
        f(count_);
        f(sum_);
        f(zero_);
        for (detail::summed_bucket& b : positive_) f(b.count);
        for (detail::summed_bucket& b : negative_) f(b.count);
    }

    /// True when one says reset and the other no reset.
    bool adjust_hint(reset_hint other) noexcept
    {
        if (other == head_.hint || head_.hint == reset_hint::gauge) return false;
        if (other == reset_hint::gauge) {
            head_.hint = reset_hint::gauge;
            return false;
        }
        const bool collision = head_.hint != reset_hint::unknown && other != reset_hint::unknown;
        head_.hint = reset_hint::unknown;
        return collision;
    }

    void reconcile_zero(const histogram& other, const detail::summed_buckets& positive,
                        const detail::summed_buckets& negative, detail::summed& zero)
    {
        const detail::summed first = zero;
        double threshold = other.zero_threshold;
        while (threshold != head_.zero_threshold) {
            if (head_.zero_threshold > threshold) {
                threshold = head_.zero_threshold;
                detail::widen_zero(other.schema, positive, negative, first, threshold, zero);
            }
            if (threshold > head_.zero_threshold) {
                head_.zero_threshold = threshold;
                detail::summed widened;
                detail::widen_zero(head_.schema, positive_, negative_, zero_, head_.zero_threshold, widened);
                zero_ = widened;
                const auto inside = [this](const detail::summed_bucket& b) {
                    return exponential_bound(b.index - 1, head_.schema) < head_.zero_threshold;
                };
                drop_if(positive_, inside);
                drop_if(negative_, inside);
            }
        }
    }

    histogram head_;
    detail::summed count_;
    detail::summed sum_;
    detail::summed zero_;
    detail::summed_buckets positive_;
    detail::summed_buckets negative_;
};

/// to += sign * other. Untouched when they are incompatible.
inline combination add(histogram& to, const histogram& other, double sign = 1)
{
    histogram_sum both(to);
    const combination said = both.add(other, sign);
    if (!said.incompatible) to = both.result();
    return said;
}

/// To a coarser schema.
inline void reduce_resolution(histogram& h, int schema)
{
    if (h.is_custom() || schema >= h.schema) return;
    for (std::vector<bucket>* const side : {&h.positive, &h.negative}) {
        detail::summed_buckets sums = detail::to_sums(*side);
        detail::reduce(sums, h.schema, schema);
        side->clear();
        for (const detail::summed_bucket& b : sums) side->push_back({b.index, b.count.sum + b.count.rest});
    }
    h.schema = schema;
}

namespace detail {

/// Did any bucket above the zero bucket lose something?
inline bool lost_some(const std::vector<bucket>& now, summed_buckets before, int from, int schema, double threshold,
                      bool exponential)
{
    reduce(before, from, schema);
    std::size_t i = 0;
    for (const summed_bucket& b : before) {
        if (exponential && exponential_bound(b.index, schema) <= threshold) continue;
        while (i < now.size() && now[i].index < b.index) ++i;
        const bool there = i < now.size() && now[i].index == b.index;
        if (there ? now[i].count < b.count.sum : b.count.sum != 0) return true;
    }
    return false;
}

}  // namespace detail

/// Was the counter set back between two histograms? Hints come first.
/// source  Prometheus, FloatHistogram.DetectReset
[[nodiscard]] inline bool was_reset(const histogram& now, const histogram& before)
{
    if (now.hint == reset_hint::reset) return true;
    if (now.hint == reset_hint::not_reset) return false;
    if (now.count < before.count) return true;
    if (now.is_custom()) {
        if (!before.is_custom()) return true;
        if (now.bounds == before.bounds)
            return detail::lost_some(now.positive, detail::to_sums(before.positive), 0, 0, 0, false);
        const std::vector<double> common = detail::common_bounds(now.bounds, before.bounds);
        std::vector<bucket> mine;
        for (const auto& b : detail::rebound(detail::to_sums(now.positive), now.bounds, common))
            mine.push_back({b.index, b.count.sum});
        return detail::lost_some(mine, detail::rebound(detail::to_sums(before.positive), before.bounds, common), 0, 0,
                                 0, false);
    }
    if (before.is_custom() || now.schema > before.schema || now.zero_threshold < before.zero_threshold) return true;
    const detail::summed_buckets positive = detail::to_sums(before.positive);
    const detail::summed_buckets negative = detail::to_sums(before.negative);
    double threshold = now.zero_threshold;
    detail::summed zero{before.zero_count, 0};
    if (threshold != before.zero_threshold)
        detail::widen_zero(before.schema, positive, negative, {before.zero_count, 0}, threshold, zero);
    if (threshold != now.zero_threshold || now.zero_count < zero.sum) return true;
    return detail::lost_some(now.positive, positive, before.schema, now.schema, threshold, true) ||
           detail::lost_some(now.negative, negative, before.schema, now.schema, threshold, true);
}

}  // namespace pitot::store
