#pragma once
// Moments as people write them.

#include <pitot/base/calendar.hpp>
#include <pitot/base/number.hpp>
#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>

#include <algorithm>  // std::clamp
#include <cmath>
#include <cstdint>
#include <cstdio>  // std::snprintf
#include <string>
#include <string_view>

namespace pitot {

/// Unix seconds ("1700000000", "1e9", "0.5") or RFC 3339 ("2026-01-02T03:04:05.678Z", "…+01:00"), in milliseconds.
/// error  invalid_value
[[nodiscard]] inline result<std::int64_t> parse_time(std::string_view text)
{
    if (const auto seconds = parse_number(text); seconds && std::fabs(*seconds) < 1e15)
        return static_cast<std::int64_t>(std::llround(*seconds * 1000));
    const auto bad = [text] {
        return unexpected(errc::invalid_value,
                          concat("'", text, "' is no time: Unix seconds or 2026-01-02T03:04:05Z are"),
                          text_span{0, text.size()});
    };
    std::size_t at = 0;
    bool wrong = false;
    const auto number = [&](std::size_t digits, char behind) {
        int n = 0;
        for (std::size_t i = 0; i < digits; ++i, ++at) {
            if (at >= text.size() || text[at] < '0' || text[at] > '9')
                wrong = true;
            else
                n = n * 10 + (text[at] - '0');
        }
        if (behind != '\0') {
            const char c = at < text.size() ? text[at] : '\0';
            wrong = wrong || (c != behind && !(behind == 'T' && (c == 't' || c == ' ')));
            ++at;
        }
        return n;
    };
    const int year = number(4, '-');
    const int month = number(2, '-');
    const int day = number(2, 'T');
    const int hour = number(2, ':');
    const int minute = number(2, ':');
    const int second = number(2, '\0');
    if (wrong) return bad();
    std::int64_t milliseconds = 0;
    if (at < text.size() && text[at] == '.') {
        std::int64_t scale = 100;
        const std::size_t first = ++at;
        for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10)
            milliseconds += (text[at] - '0') * scale;
        if (at == first) return bad();
    }
    std::int64_t offset = 0;
    const std::string_view zone = text.substr(std::min(at, text.size()));
    if (zone.size() == 6 && (zone[0] == '+' || zone[0] == '-')) {
        ++at;
        offset = std::int64_t{60} * number(2, ':');
        offset += number(2, '\0');
        if (zone[0] == '-') offset = -offset;
    } else if (zone != "Z" && zone != "z") {
        return bad();
    }
    const civil_date date{year, static_cast<unsigned>(month), static_cast<unsigned>(day)};
    if (wrong || month < 1 || month > 12 || day < 1 || date.day > days_in_month(year, date.month) || hour > 23 ||
        minute > 59 || second > 60)
        return bad();
    const std::int64_t days = days_of_date(date);
    return ((days * 24 + hour) * 60 + minute - offset) * 60'000 + std::int64_t{1000} * second + milliseconds;
}

/// "2001-02-03T04:05:06", in UTC and rounded down to seconds.
/// between  date and time; years beyond 30,000 are not told apart
[[nodiscard]] inline std::string date_time_text(std::int64_t milliseconds, char between)
{
    constexpr std::int64_t limit = std::int64_t{28'000} * 365 * 86'400'000;
    const day_time at = day_time_of(detail::rounded_down(std::clamp(milliseconds, -limit, limit), 1000));
    const civil_date date = date_of_days(at.day);
    char room[80];
    const int n = std::snprintf(room, sizeof room, "%04d-%02u-%02u%c%02d:%02d:%02d", static_cast<int>(date.year),
                                date.month, date.day, between, at.second / 3600, at.second / 60 % 60, at.second % 60);
    return {room, static_cast<std::size_t>(n)};
}

}  // namespace pitot
