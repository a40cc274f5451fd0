#pragma once
// Numbers as expositions write them and as Go reads them, whatever the locale.

#if defined(__FAST_MATH__)
#error "pitot needs IEEE 754 arithmetic (NaN, Inf, no contraction): compile without -ffast-math"
#endif

#include <pitot/base/decimal.hpp>
#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>

#include <charconv>  // std::to_chars
#include <cmath>     // std::isfinite, std::isnan
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace pitot {

/// Room for any number written below, in bytes.
inline constexpr std::size_t number_size = 32;

/// Writes the shortest text that reads back as the same double; integers below 2^53 without point or exponent.
/// first   room for number_size bytes
/// returns the end of what was written; NaN, +Inf and -Inf are spelled so
inline char* write_number(char* first, double value) noexcept
{
    const auto literal = [first](std::string_view text) {
        char* out = first;
        for (const char c : text) *out++ = c;
        return out;
    };
    if (std::isnan(value)) return literal("NaN");
    if (!std::isfinite(value)) return literal(value > 0 ? "+Inf" : "-Inf");
    if (value >= -9007199254740992.0 && value <= 9007199254740992.0) {
        const auto whole = static_cast<std::int64_t>(value);
        if (static_cast<double>(whole) == value && !(whole == 0 && std::signbit(value)))
            return std::to_chars(first, first + number_size, whole).ptr;  // twice as fast as the double
    }
    return std::to_chars(first, first + number_size, value).ptr;
}

inline char* write_number(char* first, std::uint64_t value) noexcept
{
    return std::to_chars(first, first + number_size, value).ptr;
}

/// Writes a double as Go's strconv.FormatFloat(v, 'g', -1, 64) does: the form of `le` and `quantile` values in the
/// text format, where another spelling would be another series. Exponents from 1e-05 down and from 1e+21 up,
/// at least two digits in the exponent; 1e6 is 1e+06.
inline char* write_go_number(char* first, double value) noexcept
{
    if (!std::isfinite(value)) return write_number(first, value);
    return std::to_chars(first, first + number_size, value, std::chars_format::general).ptr;
}

/// The canonical float of OpenMetrics: Go's form with ".0" where there is neither point nor exponent.
inline char* write_canonical_number(char* first, double value) noexcept
{
    char* const end = write_go_number(first, value);
    if (!std::isfinite(value)) return end;
    for (const char* p = first; p != end; ++p)
        if (*p == '.' || *p == 'e') return end;
    end[0] = '.';
    end[1] = '0';
    return end + 2;
}

[[nodiscard]] inline std::string to_text(double value)
{
    char room[number_size];
    return {room, write_number(room, value)};
}

/// Reads a whole text as a double: decimal digits with optional sign, point and exponent, and NaN, Inf, +Inf, -Inf
/// in any case ("infinity" too). Neither hexadecimal nor underscores nor blanks.
/// A decimal beyond the largest double is ±Inf, one below the smallest is ±0, as strtod rounds them.
/// error   invalid_value, with a span over the whole text
[[nodiscard]] inline result<double> parse_number(std::string_view text)
{
    const auto bad = [&] {
        return unexpected(errc::invalid_value, concat("'", text, "' is not a number"), text_span{0, text.size()});
    };
    std::string_view rest = text;
    const bool negative = !rest.empty() && rest.front() == '-';
    if (!rest.empty() && (rest.front() == '-' || rest.front() == '+')) rest.remove_prefix(1);
    if (rest.empty() || rest.front() == '-' || rest.front() == '+') return bad();
    const bool digit_first = (rest.front() >= '0' && rest.front() <= '9') || rest.front() == '.';
    double value = 0;
    const auto [end, code] = detail::read_decimal(rest.data(), rest.data() + rest.size(), value);
    if (code == std::errc::invalid_argument || end != rest.data() + rest.size()) return bad();
    if (!digit_first && std::isnan(value) && text.size() != 3) return bad();  // "nan(…)", "-nan"
    if (code == std::errc::result_out_of_range) {
        bool small = false;  // the sign of the exponent says which way it left the range
        bool significant = false;
        for (std::size_t i = 0; i < rest.size(); ++i) {
            if (rest[i] == 'e' || rest[i] == 'E') {
                small = i + 1 < rest.size() && rest[i + 1] == '-';
                break;
            }
            if (rest[i] >= '1' && rest[i] <= '9') significant = true;
            if (rest[i] == '.' && !significant) small = true;
        }
        value = small ? 0.0 : std::numeric_limits<double>::infinity();
    }
    return negative ? -value : value;
}

}  // namespace pitot
