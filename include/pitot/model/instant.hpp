#pragma once
// A point in time, exact for every exposition format.

#include <compare>
#include <cstdint>

namespace pitot {

/// Seconds and nanoseconds since 1970-01-01T00:00:00Z, as in google.protobuf.Timestamp: the text format's
/// milliseconds, OpenMetrics' decimal seconds and the protobuf timestamps all fit without rounding.
/// seconds  may be negative
/// nanos    0 to 999,999,999, counted forward from seconds
struct instant {
    std::int64_t seconds = 0;
    std::int32_t nanos = 0;

    friend constexpr auto operator<=>(const instant&, const instant&) = default;

    [[nodiscard]] static constexpr instant from_milliseconds(std::int64_t ms) noexcept
    {
        std::int64_t s = ms / 1000;
        std::int64_t rest = ms % 1000;
        if (rest < 0) {
            rest += 1000;
            --s;
        }
        return {s, static_cast<std::int32_t>(rest * 1'000'000)};
    }

    /// Milliseconds, rounded down; saturates at the ends of int64.
    [[nodiscard]] constexpr std::int64_t milliseconds() const noexcept
    {
        constexpr std::int64_t last = INT64_MAX / 1000;
        if (seconds > last || (seconds == last && nanos / 1'000'000 > INT64_MAX % 1000)) return INT64_MAX;
        if (seconds < -last - 1) return INT64_MIN;
        if (seconds == -last - 1) {  // multiply only what is left above the lowest second
            const std::int64_t above = nanos / 1'000'000 - 1000;
            return above < INT64_MIN + last * 1000 ? INT64_MIN : -last * 1000 + above;
        }
        return seconds * 1000 + nanos / 1'000'000;
    }

    /// Seconds as a double: exact to about a quarter of a microsecond today.
    [[nodiscard]] constexpr double as_double() const noexcept
    {
        return static_cast<double>(seconds) + static_cast<double>(nanos) / 1e9;
    }
};

}  // namespace pitot
