#pragma once
// Numbers as people read them: 1.235k, 1.206Ki, 2h 46m 40s. source  Prometheus 3.14, template/template.go

#include <pitot/base/text.hpp>
#include <pitot/template/arguments.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>

namespace pitot::templates::detail {

[[nodiscard]] inline std::string printed(const char* form, double v)
{
    char room[400];
    const int n = std::snprintf(room, sizeof room, form, v);
    return {room, static_cast<std::size_t>(n)};
}
/// Go's %.4g; NaN, +Inf and -Inf are spelled so.
[[nodiscard]] inline std::string four_digits(double v)
{
    if (std::isnan(v)) return "NaN";
    if (std::isinf(v)) return v > 0 ? "+Inf" : "-Inf";
    return printed("%.4g", v);
}

[[nodiscard]] inline value humanize(arguments a)
{
    double v = as_number(a[0]);
    if (v == 0 || std::isnan(v) || std::isinf(v)) return four_digits(v);
    const char* prefix = "";
    if (std::fabs(v) >= 1) {
        for (const char* const p : {"k", "M", "G", "T", "P", "E", "Z", "Y"}) {
            if (std::fabs(v) < 1000) break;
            prefix = p;
            v /= 1000;
        }
    } else {
        for (const char* const p : {"m", "u", "n", "p", "f", "a", "z", "y"}) {
            if (std::fabs(v) >= 1) break;
            prefix = p;
            v *= 1000;
        }
    }
    return concat(four_digits(v), prefix);
}
[[nodiscard]] inline value humanize_1024(arguments a)
{
    double v = as_number(a[0]);
    if (std::fabs(v) <= 1 || std::isnan(v) || std::isinf(v)) return four_digits(v);
    const char* prefix = "";
    for (const char* const p : {"ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"}) {
        if (std::fabs(v) < 1024) break;
        prefix = p;
        v /= 1024;
    }
    return concat(four_digits(v), prefix);
}
[[nodiscard]] inline value humanize_duration(arguments a)
{
    double v = as_number(a[0]);
    if (std::isnan(v) || std::isinf(v)) return four_digits(v);
    if (v == 0) return concat(four_digits(v), "s");
    if (std::fabs(v) >= 1) {
        const char* const sign = v < 0 ? "-" : "";
        v = std::fabs(v);
        const std::int64_t duration = cut_off(v);
        const std::int64_t seconds = duration % 60;
        const std::int64_t minutes = duration / 60 % 60;
        const std::int64_t hours = duration / 3600 % 24;
        const std::int64_t days = duration / 86400;
        const auto text = [](std::int64_t n) { return std::to_string(n); };
        if (days != 0)
            return concat(sign, text(days), "d ", text(hours), "h ", text(minutes), "m ", text(seconds), "s");
        if (hours != 0) return concat(sign, text(hours), "h ", text(minutes), "m ", text(seconds), "s");
        if (minutes != 0) return concat(sign, text(minutes), "m ", text(seconds), "s");
        return concat(sign, four_digits(v), "s");
    }
    const char* prefix = "";
    for (const char* const p : {"m", "u", "n", "p", "f", "a", "z", "y"}) {
        if (std::fabs(v) >= 1) break;
        prefix = p;
        v *= 1000;
    }
    return concat(four_digits(v), prefix, "s");
}

}  // namespace pitot::templates::detail
