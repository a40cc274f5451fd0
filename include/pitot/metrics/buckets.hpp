#pragma once
// Bounds of classic histograms.

#include <pitot/base/result.hpp>

#include <cstddef>
#include <initializer_list>
#include <span>
#include <vector>

namespace pitot {

/// Upper bounds of buckets, ascending, in the metric's unit; +Inf is not listed, it is always there.
/// What is wrong (NaN, not ascending, none, more than 1000) is refused when the family is registered.
class buckets {
public:
    static constexpr std::size_t most = 1000;

    buckets(std::initializer_list<double> bounds) : bounds_(bounds) { drop_infinity(); }
    explicit buckets(std::span<const double> bounds) : bounds_(bounds.begin(), bounds.end()) { drop_infinity(); }

    /// The defaults of the other client libraries: 0.005 to 10, for seconds of a network service.
    [[nodiscard]] static buckets standard() { return {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}; }
    /// first, first + width, …: count bounds.
    [[nodiscard]] static buckets linear(double first, double width, std::size_t count)
    {
        buckets b;
        for (std::size_t i = 0; i < count && i <= most; ++i)
            b.bounds_.push_back(first + width * static_cast<double>(i));
        return b;
    }
    /// first, first × factor, …: count bounds. first > 0, factor > 1.
    [[nodiscard]] static buckets exponential(double first, double factor, std::size_t count)
    {
        buckets b;
        for (std::size_t i = 0; i < count && i <= most; ++i, first *= factor) b.bounds_.push_back(first);
        return b;
    }
    /// count bounds from first to last, both included, each the same factor above the one before. 0 < first < last.
    [[nodiscard]] static buckets exponential_range(double first, double last, std::size_t count)
    {
        buckets b;
        const double steps = count > 1 ? static_cast<double>(count - 1) : 1;
        for (std::size_t i = 0; i < count && i <= most; ++i)
            b.bounds_.push_back(i + 1 == count ? last
                                               : first * __builtin_pow(last / first, static_cast<double>(i) / steps));
        return b;
    }

    [[nodiscard]] const std::vector<double>& bounds() const noexcept { return bounds_; }

    /// error  invalid_value: NaN, -Inf or not ascending; too_many; out_of_range when there is none
    [[nodiscard]] result<void> check() const
    {
        if (bounds_.empty()) return unexpected(errc::out_of_range, "a histogram needs at least one bucket bound");
        if (bounds_.size() > most) return unexpected(errc::too_many, "a histogram has at most 1000 bucket bounds");
        for (std::size_t i = 0; i < bounds_.size(); ++i) {
            const double b = bounds_[i];
            if (b - b != 0) return unexpected(errc::invalid_value, "a bucket bound is not a finite number");
            if (i > 0 && !(bounds_[i - 1] < b))
                return unexpected(errc::invalid_value, "bucket bounds ascend: each is larger than the one before");
        }
        return {};
    }
    friend bool operator==(const buckets&, const buckets&) = default;

private:
    buckets() = default;
    void drop_infinity()
    {
        if (!bounds_.empty() && bounds_.back() > 0 && bounds_.back() - bounds_.back() != 0) bounds_.pop_back();
    }

    std::vector<double> bounds_;
};

}  // namespace pitot
