#pragma once
// Names of metrics and labels, checked while compiling. What is wrong stands in the name of the function that the
// compiler reports as not being a constant.

#include <pitot/model/name.hpp>

#include <cstddef>
#include <string_view>

namespace pitot {

namespace detail::bad_name {
inline void a_metric_name_has_only_letters_digits_underscores_and_colons_and_starts_with_no_digit() {}
inline void a_counter_name_ends_in_total() {}
inline void only_a_counter_name_ends_in_total() {}
inline void an_info_name_ends_in_info() {}
inline void a_histogram_or_summary_name_does_not_end_in_bucket_count_or_sum() {}
}  // namespace detail::bad_name

namespace detail {

constexpr bool ends_with_unit(std::string_view name, std::string_view unit) noexcept
{
    if (name.ends_with("_total")) name.remove_suffix(6);
    return name.size() > unit.size() + 1 && name.ends_with(unit) && name[name.size() - unit.size() - 1] == '_';
}

consteval void check_metric_name(std::string_view name)
{
    if (!is_legacy_metric_name(name))
        bad_name::a_metric_name_has_only_letters_digits_underscores_and_colons_and_starts_with_no_digit();
}

}  // namespace detail

/// The name of a counter: a literal that ends in _total.
struct counter_name {
    std::string_view text;
    template <std::size_t N>
    consteval counter_name(const char (&name)[N]) : text(name, N - 1)
    {
        detail::check_metric_name(text);
        if (!text.ends_with("_total") || text.size() == 6) detail::bad_name::a_counter_name_ends_in_total();
    }
};

/// The name of a gauge: a literal that does not end in _total.
struct gauge_name {
    std::string_view text;
    template <std::size_t N>
    consteval gauge_name(const char (&name)[N]) : text(name, N - 1)
    {
        detail::check_metric_name(text);
        if (text.ends_with("_total")) detail::bad_name::only_a_counter_name_ends_in_total();
    }
};

}  // namespace pitot
