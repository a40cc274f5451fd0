#pragma once
// std::from_chars for double, also where the standard library lacks it (libc++ before 20).

#include <charconv>  // std::from_chars

#if defined(_LIBCPP_VERSION) && _LIBCPP_VERSION < 200000
#define PITOT_OWN_DECIMAL 1
#include <cerrno>
#include <clocale>  // std::localeconv
#include <cmath>    // HUGE_VAL
#include <cstdlib>  // std::strtod
#include <limits>
#include <string>
#include <string_view>
#endif

namespace pitot::detail {

#if defined(PITOT_OWN_DECIMAL)

/// The end of what a decimal without a sign takes up: digits, point, exponent, or inf, infinity, nan in any case.
/// returns  first when there is no number
inline const char* decimal_end(const char* first, const char* last) noexcept
{
    const auto word = [&](std::string_view lower) {
        const char* at = first;
        for (const char c : lower) {
            if (at == last || (*at | 0x20) != c) return false;
            ++at;
        }
        return true;
    };
    if (word("infinity")) return first + 8;
    if (word("inf") || word("nan")) return first + 3;
    const auto digits = [last](const char* at) {
        while (at != last && *at >= '0' && *at <= '9') ++at;
        return at;
    };
    const char* at = digits(first);
    bool any = at != first;
    if (at != last && *at == '.') {
        const char* const fraction = digits(at + 1);
        any = any || fraction != at + 1;
        at = fraction;
    }
    if (!any) return first;
    if (at != last && (*at | 0x20) == 'e') {
        const char* exponent = at + 1;
        if (exponent != last && (*exponent == '+' || *exponent == '-')) ++exponent;
        if (const char* const end = digits(exponent); end != exponent) at = end;
    }
    return at;
}

/// As std::from_chars, by strtod and with the point the locale wants. Allocates for texts longer than a small string.
/// Another thread must not call setlocale meanwhile.
inline std::from_chars_result read_decimal(const char* first, const char* last, double& value)
{
    const char* const end = decimal_end(first, last);
    if (end == first) return {first, std::errc::invalid_argument};
    std::string text(first, end);
    if (const auto point = text.find('.'); point != std::string::npos)
        text.replace(point, 1, std::localeconv()->decimal_point);
    const int before = errno;
    errno = 0;
    const double read = std::strtod(text.c_str(), nullptr);
    const bool out_of_range = errno == ERANGE && (read == 0 || read == HUGE_VAL);
    errno = before;
    if (out_of_range) return {end, std::errc::result_out_of_range};
    value = read;
    return {end, std::errc{}};
}

#else

inline std::from_chars_result read_decimal(const char* first, const char* last, double& value) noexcept
{
    return std::from_chars(first, last, value);
}

#endif

}  // namespace pitot::detail
