#pragma once
// Durations as Prometheus writes them: "1h30m", "15s", "500ms".

#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>

#include <compare>
#include <cstdint>
#include <iterator>  // std::size
#include <string>
#include <string_view>

namespace pitot {

/// Milliseconds; never negative.
struct duration_ms {
    std::int64_t count = 0;
    friend constexpr auto operator<=>(const duration_ms&, const duration_ms&) = default;
};

namespace detail {
struct duration_unit {
    std::string_view text;
    std::int64_t milliseconds;
};
inline constexpr duration_unit duration_units[] = {
    {"y", 365LL * 24 * 3600 * 1000},
    {"w", 7LL * 24 * 3600 * 1000},
    {"d", 24LL * 3600 * 1000},
    {"h", 3600LL * 1000},
    {"m", 60LL * 1000},
    {"s", 1000},
    {"ms", 1},
};
}  // namespace detail

/// Reads a whole text as a duration: numbers with the units y w d h m s ms, each at most once, largest first; or "0".
/// error   invalid_value when the form is another; out_of_range beyond int64 nanoseconds (about 292 years), as upstream
/// source  Prometheus, common/model, ParseDuration
[[nodiscard]] inline result<duration_ms> parse_duration(std::string_view text)
{
    const auto bad = [&](errc code, std::string_view why) {
        return unexpected(code, concat("'", text, "' is not a duration: ", why), text_span{0, text.size()});
    };
    if (text == "0") return duration_ms{0};
    if (text.empty()) return bad(errc::invalid_value, "it is empty");
    constexpr std::int64_t limit = INT64_MAX / 1'000'000;
    std::int64_t sum = 0;
    std::size_t next_unit = 0;
    for (std::size_t at = 0; at < text.size();) {
        std::int64_t number = 0;
        const std::size_t first = at;
        for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
            if (number > limit / 10) return bad(errc::out_of_range, "it is longer than 292 years");
            number = number * 10 + (text[at] - '0');
        }
        if (at == first) return bad(errc::invalid_value, "a number with one of the units y w d h m s ms is expected");
        const std::size_t unit_first = at;
        while (at < text.size() && !(text[at] >= '0' && text[at] <= '9')) ++at;
        const std::string_view unit = text.substr(unit_first, at - unit_first);
        while (next_unit < std::size(detail::duration_units) && detail::duration_units[next_unit].text != unit)
            ++next_unit;
        if (next_unit == std::size(detail::duration_units))
            return bad(errc::invalid_value, "units are y w d h m s ms, each at most once, the largest first");
        const std::int64_t scale = detail::duration_units[next_unit++].milliseconds;
        if (number > (limit - sum) / scale) return bad(errc::out_of_range, "it is longer than 292 years");
        sum += number * scale;
    }
    return duration_ms{sum};
}

/// Writes a duration the way Prometheus does: weeks, days and years only when nothing smaller is left over.
[[nodiscard]] inline std::string to_text(duration_ms duration)
{
    if (duration.count == 0) return "0s";
    std::string text;
    std::int64_t left = duration.count;
    for (const detail::duration_unit& unit : detail::duration_units) {
        const bool whole_only = unit.text == "y" || unit.text == "w" || unit.text == "d";
        if (whole_only && unit.text != "d" && left % unit.milliseconds != 0) continue;
        const std::int64_t n = left / unit.milliseconds;
        if (n == 0) continue;
        text += std::to_string(n);
        text += unit.text;
        left -= n * unit.milliseconds;
    }
    return text;
}

}  // namespace pitot
