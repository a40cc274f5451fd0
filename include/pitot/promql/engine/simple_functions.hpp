#pragma once
// Functions of instant vectors that look at one sample at a time: mathematics, dates, clamps.

#include <pitot/base/calendar.hpp>
#include <pitot/base/function_ref.hpp>
#include <pitot/base/go_math.hpp>
#include <pitot/promql/engine/evaluation.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <string_view>

namespace pitot::promql {

namespace detail {

struct float_function {
    std::string_view name;
    double (*of)(double);
};

/// Seconds since 1970; NaN is 1970, and so far away that no date fits is the last that does.
[[nodiscard]] inline day_time day_of(double seconds) noexcept
{
    const double limit = 60.0 * 60 * 24 * 365 * 30'000;
    return day_time_of(std::isnan(seconds) ? 0
                                           : static_cast<std::int64_t>(std::fmax(-limit, std::fmin(limit, seconds))));
}
[[nodiscard]] inline civil_date date_of(double seconds) noexcept { return date_of_days(day_of(seconds).day); }

inline double days_in_month_of(double t)
{
    const civil_date date = date_of(t);
    return days_in_month(date.year, date.month);
}
inline double day_of_year(double t)
{
    const std::int64_t day = day_of(t).day;
    return static_cast<double>(day - days_of_date({date_of_days(day).year, 1, 1}) + 1);
}

// clang-format off: one row, one line
inline constexpr float_function float_functions[] = {
    {"abs", [](double v) { return std::fabs(v); }},
    {"ceil", [](double v) { return std::ceil(v); }},
    {"floor", [](double v) { return std::floor(v); }},
    {"exp", [](double v) { return std::exp(v); }},
    {"sqrt", [](double v) { return std::sqrt(v); }},
    {"ln", [](double v) { return go::log(v); }},
    {"log2", [](double v) { return go::log2(v); }},
    {"log10", [](double v) { return go::log10(v); }},
    {"sin", [](double v) { return std::sin(v); }},
    {"cos", [](double v) { return std::cos(v); }},
    {"tan", [](double v) { return std::tan(v); }},
    {"asin", [](double v) { return std::asin(v); }},
    {"acos", [](double v) { return std::acos(v); }},
    {"atan", [](double v) { return std::atan(v); }},
    {"sinh", [](double v) { return std::sinh(v); }},
    {"cosh", [](double v) { return std::cosh(v); }},
    {"tanh", [](double v) { return std::tanh(v); }},
    {"asinh", [](double v) { return std::asinh(v); }},
    {"acosh", [](double v) { return std::acosh(v); }},
    {"atanh", [](double v) { return std::atanh(v); }},
    {"rad", [](double v) { return v * (std::numbers::pi / 180); }},
    {"deg", [](double v) { return v * (180 / std::numbers::pi); }},
    {"sgn", [](double v) { return v < 0   ? -1.0
                                  : v > 0 ? 1.0
                                          : v; }},
    // Dates. Without an argument they are of the time.
    {"days_in_month", days_in_month_of},
    {"day_of_month", [](double t) { return static_cast<double>(date_of(t).day); }},
    {"day_of_week", [](double t) { return static_cast<double>(weekday_of_days(day_of(t).day)); }},
    {"day_of_year", day_of_year},
    {"hour", [](double t) { return static_cast<double>(day_of(t).second / 3600 % 24); }},
    {"minute", [](double t) { return static_cast<double>(day_of(t).second / 60 % 60); }},
    {"month", [](double t) { return static_cast<double>(date_of(t).month); }},
    {"year", [](double t) { return static_cast<double>(date_of(t).year); }},
};
// clang-format on

[[nodiscard]] inline const float_function* float_function_of(std::string_view name) noexcept
{
    for (const float_function& f : float_functions)
        if (f.name == name) return &f;
    return nullptr;
}

/// Calls f(value, step) for every float; histograms go, and so does the name.
template <class F>
matrix map_floats(evaluation& in, matrix m, F&& f)
{
    m.histograms.clear();
    for (std::size_t i = 0; i < m.size(); ++i) {
        m.rows[i] = in.without_name(m.rows[i]);
        double* const v = m.floats(i);
        for (std::size_t s = 0; s < m.steps; ++s)
            if (is_sample(v[s])) v[s] = f(v[s], s);
    }
    in.finish(m);
    return m;
}

}  // namespace detail

/// One number for each step.
[[nodiscard]] inline matrix scalar_row(const evaluation& in, const time_grid& grid,
                                       function_ref<double(std::size_t)> of)
{
    matrix m(grid.count);
    m.add({in.no_labels(), false});
    for (std::size_t s = 0; s < grid.count; ++s) m.values[s] = of(s);
    return m;
}
/// The same number at every step.
[[nodiscard]] inline matrix constant_row(const evaluation& in, const time_grid& grid, double value)
{
    return scalar_row(in, grid, [value](std::size_t) { return value; });
}

}  // namespace pitot::promql
