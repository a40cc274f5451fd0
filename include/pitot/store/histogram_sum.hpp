#pragma once
// Sums of native histograms: buckets of different resolution, zero buckets of different width and custom bounds are
// brought together, counts are added with compensation.

#include <pitot/store/summed_buckets.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
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

/// Numbers below it do not become infinite, however many are added.
inline constexpr double far_from_infinite = 1e290;

[[nodiscard]] inline bool any_beyond(const histogram& h, double limit) noexcept
{
    const auto beyond = [limit](double v) { return std::fabs(v) > limit; };
    const auto count_beyond = [&](const bucket& b) { return beyond(b.count); };
    return beyond(h.count) || beyond(h.sum) || beyond(h.zero_count) ||
           std::any_of(h.positive.begin(), h.positive.end(), count_beyond) ||
           std::any_of(h.negative.begin(), h.negative.end(), count_beyond);
}

}  // namespace detail

/// A running sum. A sum of one histogram takes no more memory than that: rests begin with the second.
class histogram_sum {
public:
    explicit histogram_sum(histogram first) : sum_(std::move(first)) {}

    /// sign  -1: takes it away
    combination add(const histogram& other, double sign = 1)
    {
        combination out;
        out.incompatible = sum_.is_custom() != other.is_custom();
        if (out.incompatible) return out;
        out.collision = adjust_hint(other.hint);
        if (rests_.empty()) rests_.resize(first_bucket + sum_.positive.size() + sum_.negative.size());
        kahan_add(sign * other.count, sum_.count, rests_[0]);
        kahan_add(sign * other.sum, sum_.sum, rests_[1]);
        if (!add_alike(other, sign)) out.reconciled = add_otherwise(other, sign);
        return out;
    }

    /// As add(), but nothing is done, and `infinite` is true, where a number would be infinite then.
    combination add_unless_infinite(const histogram& other, bool& infinite)
    {
        infinite = false;
        if (!detail::any_beyond(sum_, detail::far_from_infinite) &&
            !detail::any_beyond(other, detail::far_from_infinite))
            return add(other);
        histogram_sum next = *this;
        const combination said = next.add(other);
        infinite = !said.incompatible && detail::any_beyond(next.sum_, std::numeric_limits<double>::max());
        if (!said.incompatible && !infinite) *this = std::move(next);
        return said;
    }

    void multiply(double factor) noexcept
    {
        each([factor](double& sum, double& rest) {
            sum *= factor;
            rest *= factor;
        });
    }
    void divide(double by) noexcept
    {
        each([by](double& sum, double& rest) {
            sum /= by;
            rest /= by;
        });
    }

    /// The sum with its rests, to be taken away or copied. What is added later begins without rests.
    [[nodiscard]] histogram& result() noexcept
    {
        each([](double& sum, double& rest) {
            if (rest != 0) sum += rest;
        });
        rests_ = {};
        return sum_;
    }

private:
    static constexpr std::size_t first_bucket = 3;  ///< of rests_: count, sum and zero count come before

    /// Most histograms of a metric are laid out alike: no bucket moves then. False, and nothing done, when one would.
    bool add_alike(const histogram& other, double sign)
    {
        if (other.schema != sum_.schema) return false;
        std::size_t positive = 0;
        std::size_t negative = 0;
        if (sum_.is_custom()) {
            if (sum_.bounds != other.bounds) return false;
        } else {
            if (other.zero_threshold != sum_.zero_threshold) return false;
            positive = detail::inside_zero(other.positive, sum_.schema, sum_.zero_threshold);
            negative = detail::inside_zero(other.negative, sum_.schema, sum_.zero_threshold);
        }
        const bool same_positive = detail::have_same_indices(sum_.positive, other.positive);
        if (!same_positive && !detail::has_all(sum_.positive, other.positive, positive)) return false;
        double* const rests = rests_.data() + first_bucket;
        if (!sum_.is_custom()) {
            const bool same_negative = detail::have_same_indices(sum_.negative, other.negative);
            if (!same_negative && !detail::has_all(sum_.negative, other.negative, negative)) return false;
            kahan_add(sign * other.zero_count, sum_.zero_count, rests_[2]);
            detail::add_in_place(sum_.negative, rests + sum_.positive.size(), other.negative, negative, same_negative,
                                 sign);
        }
        detail::add_in_place(sum_.positive, rests, other.positive, positive, same_positive, sign);
        return true;
    }

    /// Buckets move. True when custom bounds differed.
    bool add_otherwise(const histogram& other, double sign)
    {
        detail::summed_buckets own = sums(sum_.positive, first_bucket);
        detail::summed_buckets positive = detail::to_sums(other.positive, sign);
        if (sum_.is_custom()) {
            const bool differ = sum_.bounds != other.bounds;
            if (differ) {
                std::vector<double> common = detail::common_bounds(sum_.bounds, other.bounds);
                own = detail::rebound(own, sum_.bounds, common);
                positive = detail::rebound(positive, other.bounds, common);
                sum_.bounds = std::move(common);
            }
            detail::merge(own, positive, 0, 0, false);
            lay_out(own, sums(sum_.negative, rests_.size() - sum_.negative.size()));
            return differ;
        }
        detail::summed_buckets own_negative = sums(sum_.negative, rests_.size() - sum_.negative.size());
        detail::summed_buckets negative = detail::to_sums(other.negative, sign);
        detail::summed zero{sign * other.zero_count, 0};
        detail::summed own_zero{sum_.zero_count, rests_[2]};
        reconcile_zero(other, positive, negative, zero, own, own_negative, own_zero);
        own_zero.add(zero);
        sum_.zero_count = own_zero.sum;
        rests_[2] = own_zero.rest;
        if (other.schema < sum_.schema) {
            detail::reduce(own, sum_.schema, other.schema);
            detail::reduce(own_negative, sum_.schema, other.schema);
            sum_.schema = other.schema;
        } else {
            detail::reduce(positive, other.schema, sum_.schema);
            detail::reduce(negative, other.schema, sum_.schema);
        }
        detail::merge(own, positive, sum_.schema, sum_.zero_threshold, true);
        detail::merge(own_negative, negative, sum_.schema, sum_.zero_threshold, true);
        lay_out(own, own_negative);
        return false;
    }

    /// One side with its rests.
    [[nodiscard]] detail::summed_buckets sums(const std::vector<bucket>& side, std::size_t rest) const
    {
        detail::summed_buckets out;
        out.reserve(side.size());
        for (const bucket& b : side) out.push_back({b.index, {b.count, rests_[rest++]}});
        return out;
    }
    void lay_out(const detail::summed_buckets& positive, const detail::summed_buckets& negative)
    {
        rests_.resize(first_bucket);
        const auto put = [this](std::vector<bucket>& side, const detail::summed_buckets& from) {
            side.clear();
            for (const detail::summed_bucket& b : from) {
                side.push_back({b.index, b.count.sum});
                rests_.push_back(b.count.rest);
            }
        };
        put(sum_.positive, positive);
        put(sum_.negative, negative);
    }

    /// Calls f(sum, rest) for every number.
    template <class F>
    void each(F&& f)
    {
        double none = 0;
        std::size_t i = 0;
        const auto next = [&](double& sum) { f(sum, rests_.empty() ? none : rests_[i++]); };
        next(sum_.count);
        next(sum_.sum);
        next(sum_.zero_count);
        for (bucket& b : sum_.positive) next(b.count);
        for (bucket& b : sum_.negative) next(b.count);
    }

    /// True when one says reset and the other no reset.
    bool adjust_hint(reset_hint other) noexcept
    {
        if (other == sum_.hint || sum_.hint == reset_hint::gauge_type) return false;
        if (other == reset_hint::gauge_type) {
            sum_.hint = reset_hint::gauge_type;
            return false;
        }
        const bool collision = sum_.hint != reset_hint::unknown && other != reset_hint::unknown;
        sum_.hint = reset_hint::unknown;
        return collision;
    }

    void reconcile_zero(const histogram& other, const detail::summed_buckets& positive,
                        const detail::summed_buckets& negative, detail::summed& zero,
                        detail::summed_buckets& own_positive, detail::summed_buckets& own_negative,
                        detail::summed& own_zero)
    {
        const detail::summed first = zero;
        double threshold = other.zero_threshold;
        while (threshold != sum_.zero_threshold) {
            if (sum_.zero_threshold > threshold) {
                threshold = sum_.zero_threshold;
                detail::widen_zero(other.schema, positive, negative, first, threshold, zero);
            }
            if (threshold > sum_.zero_threshold) {
                sum_.zero_threshold = threshold;
                detail::summed widened;
                detail::widen_zero(sum_.schema, own_positive, own_negative, own_zero, sum_.zero_threshold, widened);
                own_zero = widened;
                const auto inside = [this](const detail::summed_bucket& b) {
                    return exponential_bound(b.index - 1, sum_.schema) < sum_.zero_threshold;
                };
                drop_if(own_positive, inside);
                drop_if(own_negative, inside);
            }
        }
    }

    histogram sum_;
    std::vector<double> rests_;  ///< what rounding loses: of count, sum, zero count, then of the buckets of both sides
};

/// to += sign * other. Untouched when they are incompatible.
inline combination add(histogram& to, const histogram& other, double sign = 1)
{
    if (to.is_custom() != other.is_custom()) return {.incompatible = true};
    histogram_sum both(std::move(to));
    const combination said = both.add(other, sign);
    to = std::move(both.result());
    return said;
}

namespace detail {

/// later - earlier from a place on, without what is zero. False when one of `earlier` is not among those of `later`.
inline bool subtract(const std::vector<bucket>& later, const std::vector<bucket>& earlier, std::size_t begin,
                     std::vector<bucket>& out)
{
    out.clear();
    out.reserve(later.size());
    std::size_t e = begin;
    for (const bucket& b : later) {
        double left = b.count;
        if (e < earlier.size() && earlier[e].index == b.index) left -= earlier[e++].count;
        if (left != 0) out.push_back({b.index, left});
    }
    return e == earlier.size();
}

}  // namespace detail

/// out = later - earlier, compact, of histograms in which no bucket has to move for it: of two numbers rounding loses
/// nothing that a histogram_sum would keep. False, and anything in `out`, when one would.
inline bool subtract_alike(const histogram& later, const histogram& earlier, histogram& out)
{
    if (later.schema != earlier.schema || later.zero_threshold != earlier.zero_threshold ||
        later.bounds != earlier.bounds || (later.is_custom() && !earlier.negative.empty()))
        return false;
    const auto begin = [&](const std::vector<bucket>& side) {
        return later.is_custom() ? 0 : detail::inside_zero(side, later.schema, later.zero_threshold);
    };
    if (!detail::subtract(later.positive, earlier.positive, begin(earlier.positive), out.positive) ||
        !detail::subtract(later.negative, earlier.negative, begin(earlier.negative), out.negative))
        return false;
    out.schema = later.schema;
    out.hint = later.hint;
    out.zero_threshold = later.zero_threshold;
    out.zero_count = later.zero_count - (later.is_custom() ? 0 : earlier.zero_count);
    out.count = later.count - earlier.count;
    out.sum = later.sum - earlier.sum;
    out.bounds = later.bounds;
    return true;
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

}  // namespace pitot::store
