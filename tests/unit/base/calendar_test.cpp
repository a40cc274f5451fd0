#include <pitot/base/calendar.hpp>

#include <catch.hpp>

#include <chrono>

namespace {

/// As std::chrono has it.
bool same_as_chrono(int day)
{
    const std::chrono::year_month_day want{std::chrono::sys_days(std::chrono::days(day))};
    const pitot::civil_date got = pitot::date_of_days(day);
    const auto last = static_cast<unsigned>((want.year() / want.month() / std::chrono::last).day());
    return got.year == static_cast<int>(want.year()) && got.month == static_cast<unsigned>(want.month()) &&
           got.day == static_cast<unsigned>(want.day()) && pitot::days_of_date(got) == day &&
           pitot::days_in_month(got.year, got.month) == last &&
           pitot::weekday_of_days(day) == static_cast<int>(std::chrono::weekday(want).c_encoding());
}

}  // namespace

TEST_CASE("every day of 800 years, and some of 60,000, is the date that std::chrono says")
{
    int wrong = 0;
    for (int day = -146'097; day <= 146'097; ++day) wrong += same_as_chrono(day) ? 0 : 1;
    for (int day = -11'000'000; day <= 10'900'000; day += 101) wrong += same_as_chrono(day) ? 0 : 1;
    CHECK(wrong == 0);
}

TEST_CASE("a second before 1970 is of the day before")
{
    CHECK(pitot::day_time_of(-1).day == -1);
    CHECK(pitot::day_time_of(-1).second == 86'399);
    CHECK(pitot::day_time_of(-86'400).second == 0);
    CHECK(pitot::day_time_of(86'399).day == 0);
}
