#pragma once
// The Gregorian calendar, as std::chrono has it: that header is half a second of whoever compiles the engine.

#include <cstdint>

namespace pitot {

/// Proleptic: before 1582 too, with a year 0.
/// month  1 to 12
/// day    1 to 31
struct civil_date {
    std::int64_t year = 1970;
    unsigned month = 1;
    unsigned day = 1;
};

[[nodiscard]] constexpr bool is_leap_year(std::int64_t year) noexcept
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}
[[nodiscard]] constexpr unsigned days_in_month(std::int64_t year, unsigned month) noexcept
{
    if (month == 2) return is_leap_year(year) ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

namespace detail {

// Years that begin in March have their leap day at their end, and 400 of them are always as long.
inline constexpr std::int64_t days_of_400_years = 146'097;
inline constexpr std::int64_t march_of_year_0 = -719'468;  ///< in days since 1970-01-01

/// Days from March 1st to the first of a month, counted from March: 31, 30, 31, 30, 31, then again.
[[nodiscard]] constexpr std::int64_t days_before_month(std::int64_t month) noexcept { return (153 * month + 2) / 5; }
[[nodiscard]] constexpr std::int64_t rounded_down(std::int64_t n, std::int64_t by) noexcept
{
    return n / by - (n % by < 0 ? 1 : 0);
}

}  // namespace detail

/// day     since 1970-01-01
/// second  of the day
struct day_time {
    std::int64_t day = 0;
    int second = 0;
};
[[nodiscard]] constexpr day_time day_time_of(std::int64_t seconds) noexcept
{
    const std::int64_t day = detail::rounded_down(seconds, 86'400);
    return {day, static_cast<int>(seconds - day * 86'400)};
}

/// days  since 1970-01-01
[[nodiscard]] constexpr civil_date date_of_days(std::int64_t days) noexcept
{
    const std::int64_t since = days - detail::march_of_year_0;
    const std::int64_t cycle = detail::rounded_down(since, detail::days_of_400_years);
    const std::int64_t day = since - cycle * detail::days_of_400_years;
    const std::int64_t year = (day - day / 1460 + day / 36'524 - day / 146'096) / 365;
    const std::int64_t of_year = day - (365 * year + year / 4 - year / 100);
    const std::int64_t month = (5 * of_year + 2) / 153;
    return {400 * cycle + year + (month >= 10 ? 1 : 0), static_cast<unsigned>(month < 10 ? month + 3 : month - 9),
            static_cast<unsigned>(of_year - detail::days_before_month(month) + 1)};
}

/// Days since 1970-01-01 of a date that exists.
[[nodiscard]] constexpr std::int64_t days_of_date(const civil_date& date) noexcept
{
    const std::int64_t years = date.year - (date.month < 3 ? 1 : 0);
    const std::int64_t cycle = detail::rounded_down(years, 400);
    const std::int64_t year = years - 400 * cycle;
    const std::int64_t month = date.month < 3 ? date.month + 9 : date.month - 3;
    return cycle * detail::days_of_400_years + 365 * year + year / 4 - year / 100 + detail::days_before_month(month) +
           date.day - 1 + detail::march_of_year_0;
}

/// 0: Sunday.
/// days  since 1970-01-01, a Thursday
[[nodiscard]] constexpr int weekday_of_days(std::int64_t days) noexcept
{
    return static_cast<int>(days - 7 * detail::rounded_down(days + 4, 7)) + 4;
}

}  // namespace pitot
