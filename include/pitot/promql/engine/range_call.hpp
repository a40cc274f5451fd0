#pragma once
// What functions of ranges have before them, and what they say.

#include <pitot/promql/engine/window.hpp>
#include <pitot/promql/quote.hpp>
#include <pitot/store/histogram_reset.hpp>
#include <pitot/store/histogram_sum.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace pitot::promql {

/// A sample, or nothing.
struct outcome {
    bool has = false;
    double value = 0;
    const histogram* hist = nullptr;

    outcome() = default;
    outcome(double v) : has(true), value(v) {}           // NOLINT: a function's result
    outcome(const histogram* h) : has(true), hist(h) {}  // NOLINT
};

/// Windows that go to a function at once.
inline constexpr std::size_t windows_together = 8;

/// where       of the range argument
/// whole       of the call
/// parameters  the scalar arguments at this step
struct range_call {
    evaluation& in;
    const range_argument& range;
    text_span where;
    text_span whole;
    std::span<const double> parameters = {};

    [[nodiscard]] double seconds() const noexcept { return static_cast<double>(range.range) / 1000; }

    [[nodiscard, gnu::cold]] static std::string quoted_name(const window& w)
    {
        return detail::quote(w.labels->metric_name());
    }
    [[gnu::cold, gnu::noinline]] void warn_mixed(const window& w) const
    {
        in.said.warn(concat("encountered a mix of histograms and floats for metric name ", quoted_name(w)), where);
    }
    [[gnu::cold, gnu::noinline]] void warn_no_counter(const window& w, text_span at) const
    {
        in.said.warn(concat("this native histogram metric is not a counter: ", quoted_name(w)), at);
    }
    [[gnu::cold, gnu::noinline]] void warn_no_gauge(const window& w, text_span at) const
    {
        in.said.warn(concat("this native histogram metric is not a gauge: ", quoted_name(w)), at);
    }
    [[gnu::cold, gnu::noinline]] void warn_incompatible(const window& w, text_span at) const
    {
        in.said.warn(concat("vector contains a mix of histograms with exponential and custom buckets schemas for "
                            "metric name ",
                            quoted_name(w)),
                     at);
    }
    [[gnu::cold, gnu::noinline]] void info_ignored(const window& w) const
    {
        in.said.info(concat("ignored histograms in a range containing both floats and histograms for metric name ",
                            quoted_name(w)),
                     where);
    }
    [[gnu::cold, gnu::noinline]] void info_reconciled(std::string_view operation, text_span at) const
    {
        in.said.info(concat("mismatched custom buckets were reconciled during ", operation), at);
    }

    /// to += sign * other; false and a warning when they are incompatible.
    bool add(histogram& to, const histogram& other, double sign, const window& w, text_span at) const
    {
        const store::combination said = store::add(to, other, sign);
        if (said.incompatible) warn_incompatible(w, at);
        if (said.reconciled) info_reconciled(sign < 0 ? "subtraction" : "addition", at);
        return !said.incompatible;
    }
};

/// Did the counter start anew between two samples, as their start timestamps tell?
[[nodiscard]] constexpr bool restarted(std::int64_t before_start, std::int64_t before, std::int64_t start,
                                       std::int64_t time) noexcept
{
    if (start == 0 || start >= time || start < before) return false;
    if (start > before) return true;
    return before_start <= before && before_start != 0 && before_start != before;
}
/// Did it start anew after a time?
[[nodiscard]] constexpr bool restarted_after(std::int64_t t, std::int64_t start, std::int64_t time) noexcept
{
    return start > t && time > t && restarted(t, t, start, time);
}

[[nodiscard]] inline std::int64_t start_of(std::span<const std::int64_t> starts, std::size_t i) noexcept
{
    return i < starts.size() ? starts[i] : 0;
}

}  // namespace pitot::promql
