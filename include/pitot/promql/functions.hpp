#pragma once
// PromQL's functions as one table: what they take, what they give, what they want to be asked about, and whether they
// keep the metric's name.

#include <pitot/base/word_table.hpp>

#include <string_view>

namespace pitot::promql {

enum class value_type : unsigned char { none, scalar, vector, matrix, string };

/// As documentation and error texts name it.
[[nodiscard]] constexpr std::string_view to_string(value_type type) noexcept
{
    constexpr std::string_view all[] = {"none", "scalar", "instant vector", "range vector", "string"};
    return all[static_cast<unsigned>(type)];
}

/// What kind of metric a function makes sense of.
enum class wants : unsigned char { anything, counter, gauge, histogram };

/// What becomes of the labels of a vector.
enum class label_effect : unsigned char {
    drops_name,
    keeps_all,
    none_left,  ///< a vector without labels, or of its own
    special,    ///< label_replace, label_join, absent, histogram functions: known by name
};

/// arguments  one letter each: v instant vector, m range vector, s scalar, t string
/// variadic   0: exactly these; n: the last may be missing or be given up to n times; -1: any number of times
struct function {
    std::string_view name;
    std::string_view arguments;
    signed char variadic;
    value_type returns;
    bool experimental;
    wants of;
    label_effect labels;

    [[nodiscard]] constexpr value_type argument(std::size_t i) const noexcept
    {
        switch (arguments[i < arguments.size() ? i : arguments.size() - 1]) {
        case 'v': return value_type::vector;
        case 'm': return value_type::matrix;
        case 's': return value_type::scalar;
        default: return value_type::string;
        }
    }
};

// clang-format off: one row, one line
/// By name. source  Prometheus 3.14, promql/parser/functions.go
inline constexpr function functions[] = {
    {"abs", "v", 0, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"absent", "v", 0, value_type::vector, false, wants::anything, label_effect::special},
    {"absent_over_time", "m", 0, value_type::vector, false, wants::anything, label_effect::special},
    {"acos", "v", 0, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"acosh", "v", 0, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"asin", "v", 0, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"asinh", "v", 0, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"atan", "v", 0, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"atanh", "v", 0, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"avg_over_time", "m", 0, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"ceil", "v", 0, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"changes", "m", 0, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"clamp", "vss", 0, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"clamp_max", "vs", 0, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"clamp_min", "vs", 0, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"cos", "v", 0, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"cosh", "v", 0, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"count_over_time", "m", 0, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"day_of_month", "v", 1, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"day_of_week", "v", 1, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"day_of_year", "v", 1, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"days_in_month", "v", 1, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"deg", "v", 0, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"delta", "m", 0, value_type::vector, false, wants::gauge, label_effect::drops_name},
    {"deriv", "m", 0, value_type::vector, false, wants::gauge, label_effect::drops_name},
    {"double_exponential_smoothing", "mss", 0, value_type::vector, true, wants::gauge, label_effect::drops_name},
    {"end", "", 0, value_type::scalar, true, wants::anything, label_effect::drops_name},
    {"exp", "v", 0, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"first_over_time", "m", 0, value_type::vector, false, wants::anything, label_effect::keeps_all},
    {"floor", "v", 0, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"histogram_avg", "v", 0, value_type::vector, false, wants::histogram, label_effect::drops_name},
    {"histogram_count", "v", 0, value_type::vector, false, wants::histogram, label_effect::drops_name},
    {"histogram_fraction", "ssv", 0, value_type::vector, false, wants::histogram, label_effect::special},
    {"histogram_quantile", "sv", 0, value_type::vector, false, wants::histogram, label_effect::special},
    {"histogram_quantiles", "vtss", 9, value_type::vector, true, wants::histogram, label_effect::special},
    {"histogram_stddev", "v", 0, value_type::vector, false, wants::histogram, label_effect::drops_name},
    {"histogram_stdvar", "v", 0, value_type::vector, false, wants::histogram, label_effect::drops_name},
    {"histogram_sum", "v", 0, value_type::vector, false, wants::histogram, label_effect::drops_name},
    {"hour", "v", 1, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"idelta", "m", 0, value_type::vector, false, wants::gauge, label_effect::drops_name},
    {"increase", "m", 0, value_type::vector, false, wants::counter, label_effect::drops_name},
    {"info", "vv", 1, value_type::vector, true, wants::anything, label_effect::special},
    {"irate", "m", 0, value_type::vector, false, wants::counter, label_effect::drops_name},
    {"label_join", "vttt", -1, value_type::vector, false, wants::anything, label_effect::special},
    {"label_replace", "vtttt", 0, value_type::vector, false, wants::anything, label_effect::special},
    {"last_over_time", "m", 0, value_type::vector, false, wants::anything, label_effect::keeps_all},
    {"ln", "v", 0, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"log10", "v", 0, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"log2", "v", 0, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"mad_over_time", "m", 0, value_type::vector, true, wants::anything, label_effect::drops_name},
    {"max_of", "ss", 0, value_type::scalar, true, wants::anything, label_effect::drops_name},
    {"max_over_time", "m", 0, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"min_of", "ss", 0, value_type::scalar, true, wants::anything, label_effect::drops_name},
    {"min_over_time", "m", 0, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"minute", "v", 1, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"month", "v", 1, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"pi", "", 0, value_type::scalar, false, wants::anything, label_effect::drops_name},
    {"predict_linear", "ms", 0, value_type::vector, false, wants::gauge, label_effect::drops_name},
    {"present_over_time", "m", 0, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"quantile_over_time", "sm", 0, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"rad", "v", 0, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"range", "", 0, value_type::scalar, true, wants::anything, label_effect::drops_name},
    {"rate", "m", 0, value_type::vector, false, wants::counter, label_effect::drops_name},
    {"resets", "m", 0, value_type::vector, false, wants::counter, label_effect::drops_name},
    {"round", "vs", 1, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"scalar", "v", 0, value_type::scalar, false, wants::anything, label_effect::drops_name},
    {"sgn", "v", 0, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"sin", "v", 0, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"sinh", "v", 0, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"sort", "v", 0, value_type::vector, false, wants::anything, label_effect::keeps_all},
    {"sort_by_label", "vt", -1, value_type::vector, true, wants::anything, label_effect::keeps_all},
    {"sort_by_label_desc", "vt", -1, value_type::vector, true, wants::anything, label_effect::keeps_all},
    {"sort_desc", "v", 0, value_type::vector, false, wants::anything, label_effect::keeps_all},
    {"sqrt", "v", 0, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"start", "", 0, value_type::scalar, true, wants::anything, label_effect::drops_name},
    {"start_timestamp", "v", 0, value_type::vector, true, wants::anything, label_effect::drops_name},
    {"stddev_over_time", "m", 0, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"stdvar_over_time", "m", 0, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"step", "", 0, value_type::scalar, true, wants::anything, label_effect::drops_name},
    {"sum_over_time", "m", 0, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"tan", "v", 0, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"tanh", "v", 0, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"time", "", 0, value_type::scalar, false, wants::anything, label_effect::drops_name},
    {"timestamp", "v", 0, value_type::vector, false, wants::anything, label_effect::drops_name},
    {"ts_of_first_over_time", "m", 0, value_type::vector, true, wants::anything, label_effect::drops_name},
    {"ts_of_last_over_time", "m", 0, value_type::vector, true, wants::anything, label_effect::drops_name},
    {"ts_of_max_over_time", "m", 0, value_type::vector, true, wants::anything, label_effect::drops_name},
    {"ts_of_min_over_time", "m", 0, value_type::vector, true, wants::anything, label_effect::drops_name},
    {"vector", "s", 0, value_type::vector, false, wants::anything, label_effect::none_left},
    {"year", "v", 1, value_type::vector, false, wants::anything, label_effect::drops_name},
};
// clang-format on

namespace detail {
inline constexpr word_places function_places(functions, [](const function& f) { return f.name; });
}

/// Null when there is none of the name; names are in lower case.
[[nodiscard]] constexpr const function* find_function(std::string_view name) noexcept
{
    if (!detail::function_places.may_have(name)) return nullptr;
    const unsigned char row = detail::function_places.find(name, [name](unsigned char i) {
        const std::string_view known = functions[i].name;
        return known.size() == name.size() && same_word(known.data(), name.data(), name.size(), 0);
    });
    return row == word_places::none ? nullptr : &functions[row];
}

}  // namespace pitot::promql
