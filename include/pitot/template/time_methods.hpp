#pragma once
// What templates can ask of Go's time.Time (in UTC) and time.Duration.

#include <pitot/base/calendar.hpp>
#include <pitot/template/value.hpp>

#include <algorithm>  // std::min
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

namespace pitot::templates::detail {

inline constexpr std::string_view month_names[] = {"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};
inline constexpr std::string_view day_names[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                 "Thursday", "Friday", "Saturday"};

struct calendar {
    int year = 0;
    int month = 0;
    int day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
    int millisecond = 0;
    int weekday = 0;
    int day_of_year = 0;
};
[[nodiscard]] inline calendar calendar_of(moment at)
{
    const std::int64_t whole = pitot::detail::rounded_down(at.milliseconds, 1000);
    const auto [day, second] = day_time_of(whole);
    const civil_date date = date_of_days(day);
    return {static_cast<int>(date.year),
            static_cast<int>(date.month),
            static_cast<int>(date.day),
            second / 3600,
            second / 60 % 60,
            second % 60,
            static_cast<int>(at.milliseconds - whole * 1000),
            weekday_of_days(day),
            static_cast<int>(day - days_of_date({date.year, 1, 1})) + 1};
}

/// Go's Time.Format.
[[nodiscard]] inline std::string formatted(moment at, std::string_view layout)
{
    const calendar t = calendar_of(at);
    const auto number = [](int n, int digits) {
        char room[16];
        std::snprintf(room, sizeof room, "%0*d", digits, n);
        return std::string(room);
    };
    const int hour = t.hour % 12 == 0 ? 12 : t.hour % 12;
    const std::string_view month = month_names[t.month - 1];
    const std::string_view day = day_names[t.weekday];
    const struct {
        std::string_view pattern;
        std::string text;
    } parts[] = {{"January", std::string(month)},
                 {"Jan", std::string(month.substr(0, 3))},
                 {"Monday", std::string(day)},
                 {"Mon", std::string(day.substr(0, 3))},
                 {"MST", "UTC"},
                 {"2006", number(t.year, 4)},
                 {"-07:00:00", "+00:00:00"},
                 {"-07:00", "+00:00"},
                 {"-070000", "+000000"},
                 {"-0700", "+0000"},
                 {"-07", "+00"},
                 {"Z07:00:00", "Z"},
                 {"Z07:00", "Z"},
                 {"Z070000", "Z"},
                 {"Z0700", "Z"},
                 {"Z07", "Z"},
                 {"002", number(t.day_of_year, 3)},
                 {"01", number(t.month, 2)},
                 {"02", number(t.day, 2)},
                 {"03", number(hour, 2)},
                 {"04", number(t.minute, 2)},
                 {"05", number(t.second, 2)},
                 {"06", number(t.year % 100, 2)},
                 {"15", number(t.hour, 2)},
                 {"PM", t.hour < 12 ? "AM" : "PM"},
                 {"pm", t.hour < 12 ? "am" : "pm"},
                 {"__2", (t.day_of_year < 100 ? t.day_of_year < 10 ? "  " : " " : "") + std::to_string(t.day_of_year)},
                 {"_2006", "_" + number(t.year, 4)},
                 {"_2", (t.day < 10 ? " " : "") + std::to_string(t.day)},
                 {"1", std::to_string(t.month)},
                 {"2", std::to_string(t.day)},
                 {"3", std::to_string(hour)},
                 {"4", std::to_string(t.minute)},
                 {"5", std::to_string(t.second)}};
    std::string out;
    for (std::size_t i = 0; i < layout.size();) {
        const std::string_view rest = layout.substr(i);
        if ((rest[0] == '.' || rest[0] == ',') && rest.size() > 1 && (rest[1] == '0' || rest[1] == '9')) {
            const std::size_t end = std::min(rest.find_first_not_of(rest[1], 1), rest.size());
            const bool ends = end == rest.size() || rest[end] < '0' || rest[end] > '9';
            if (ends) {
                std::string digits = number(t.millisecond, 3) + "000000";
                digits.resize(std::min<std::size_t>(end - 1, 9));
                if (rest[1] == '9')
                    while (!digits.empty() && digits.back() == '0') digits.pop_back();
                if (!digits.empty()) out += std::string(1, rest[0]) + digits;
                i += end;
                continue;
            }
        }
        bool found = false;
        for (const auto& part : parts)
            if (!found && rest.starts_with(part.pattern)) {
                out += part.text;
                i += part.pattern.size();
                found = true;
            }
        if (!found) out += layout[i++];
    }
    return out;
}

/// Nothing when there is no such method (or it is none for templates).
/// argument  null: none
[[nodiscard]] inline std::optional<value> method(const value& of, std::string_view name, const value* argument)
{
    const auto whole = [](std::int64_t n) { return value(n); };
    if (const auto* const d = of.duration(); d != nullptr && argument == nullptr) {
        const auto ns = static_cast<double>(d->nanoseconds);
        if (name == "Hours") return value(ns / 3600e9);
        if (name == "Minutes") return value(ns / 60e9);
        if (name == "Seconds") return value(ns / 1e9);
        if (name == "Milliseconds") return whole(d->nanoseconds / 1'000'000);
        if (name == "Microseconds") return whole(d->nanoseconds / 1000);
        if (name == "Nanoseconds") return whole(d->nanoseconds);
        if (name == "String") return value(to_text(*d));
        if (name == "Abs") return value(span_of_time{d->nanoseconds < 0 ? -d->nanoseconds : d->nanoseconds});
        return std::nullopt;
    }
    const auto* const at = of.time();
    if (at == nullptr) return std::nullopt;
    if (name == "Format" && argument != nullptr && argument->text() != nullptr)
        return value(formatted(*at, *argument->text()));
    if (argument != nullptr) return std::nullopt;
    const calendar t = calendar_of(*at);
    if (name == "UTC") return of;
    if (name == "String") return value(to_text(*at));
    if (name == "Year") return whole(t.year);
    if (name == "Month") return value(month_names[t.month - 1]);
    if (name == "Day") return whole(t.day);
    if (name == "Hour") return whole(t.hour);
    if (name == "Minute") return whole(t.minute);
    if (name == "Second") return whole(t.second);
    if (name == "Nanosecond") return whole(std::int64_t{t.millisecond} * 1'000'000);
    if (name == "Weekday") return value(day_names[t.weekday]);
    if (name == "YearDay") return whole(t.day_of_year);
    if (name == "UnixMilli") return whole(at->milliseconds);
    if (name == "Unix") return whole(pitot::detail::rounded_down(at->milliseconds, 1000));
    return std::nullopt;
}

}  // namespace pitot::templates::detail
