#pragma once
// Values of numbers and durations as PromQL reads and prints them, with Go's words for what is wrong.

#include <pitot/base/duration.hpp>
#include <pitot/base/number.hpp>
#include <pitot/base/text.hpp>
#include <pitot/promql/literal.hpp>
#include <pitot/promql/quote.hpp>
#include <pitot/promql/token.hpp>

#include <charconv>  // std::to_chars
#include <cmath>     // std::isinf
#include <cstdint>
#include <string>
#include <string_view>

namespace pitot::promql {

/// What most durations are: one to five digits and a unit from seconds to days. False for others.
[[nodiscard]] constexpr bool read_short_duration(std::string_view text, double& seconds) noexcept
{
    if (text.size() < 2 || text.size() > 6) return false;
    int sum = 0;
    for (const char c : text.substr(0, text.size() - 1)) {
        if (c < '0' || c > '9') return false;
        sum = sum * 10 + (c - '0');
    }
    const char unit = text.back();
    const int scale = unit == 's' ? 1 : unit == 'm' ? 60 : unit == 'h' ? 3'600 : unit == 'd' ? 86'400 : 0;
    seconds = static_cast<double>(sum) * scale;
    return scale != 0;
}

/// What most numbers are: up to nine digits, decimal. False for others.
[[nodiscard]] constexpr bool read_short_number(std::string_view text, double& value) noexcept
{
    if (text.empty() || text.size() > 9 || (text[0] == '0' && text.size() > 1)) return false;
    int sum = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return false;
        sum = sum * 10 + (c - '0');
    }
    value = sum;
    return true;
}

/// Why a text is no duration; empty when it is one, and `seconds` is set.
/// source  Prometheus, common/model, ParseDuration
[[nodiscard]] inline std::string read_duration_seconds(std::string_view text, double& seconds)
{
    const auto no_duration = [&] { return concat("not a valid duration string: ", detail::quote(text)); };
    if (text.empty()) return "empty duration string";
    if (text == "0") return {};
    constexpr std::uint64_t limit = std::uint64_t{1} << 63U;
    std::uint64_t sum = 0;  // nanoseconds
    std::size_t next_unit = 0;
    for (std::size_t at = 0; at < text.size();) {
        std::uint64_t number = 0;
        const std::size_t first = at;
        for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
            if (number > (UINT64_MAX - 9) / 10) return no_duration();
            number = number * 10 + static_cast<std::uint64_t>(text[at] - '0');
        }
        if (at == first) return no_duration();
        const std::size_t unit_first = at;
        while (at < text.size() && !(text[at] >= '0' && text[at] <= '9')) ++at;
        const std::string_view unit = text.substr(unit_first, at - unit_first);
        if (unit.empty()) return no_duration();
        std::size_t i = 0;
        while (i < std::size(pitot::detail::duration_units) && pitot::detail::duration_units[i].text != unit) ++i;
        if (i == std::size(pitot::detail::duration_units))
            return concat("unknown unit ", detail::quote(unit), " in duration ", detail::quote(text));
        if (i < next_unit) return no_duration();
        next_unit = i + 1;
        const auto scale = static_cast<std::uint64_t>(pitot::detail::duration_units[i].milliseconds) * 1'000'000U;
        if (number > limit / scale) return "duration out of range";
        sum += number * scale;
        if (sum > limit - 1) return "duration out of range";
    }
    const std::uint64_t whole = sum / 1'000'000'000U;
    seconds = static_cast<double>(whole) + static_cast<double>(sum % 1'000'000'000U) / 1e9;
    return {};
}

/// Why a text is no number; empty when it is one, and `value` is set.
[[nodiscard]] inline std::string read_number(std::string_view text, double& value)
{
    const auto why = [&](std::string_view reason) {
        return concat("error parsing number: strconv.ParseFloat: parsing ", detail::quote(text), ": ", reason);
    };
    const auto read = number_value(text);
    if (read && (!std::isinf(*read) || to_lower(text[0]) == 'i')) {
        value = *read;
        return {};
    }
    if (read) return why("value out of range");
    const char* const last = text.data() + text.size();
    const auto [end, code] = pitot::detail::read_decimal(text.data(), last, value);
    return why(end == last && code == std::errc::result_out_of_range ? "value out of range" : "invalid syntax");
}

/// How Prometheus writes a range or an offset: 1h30m, 500ms, 0s; less than a millisecond is left out.
/// nanoseconds  not negative
[[nodiscard]] inline std::string duration_text(std::int64_t nanoseconds)
{
    return to_text(duration_ms{nanoseconds / 1'000'000});
}

/// The shortest decimal that reads back as the same, without an exponent: what a printed number is.
/// source  Go, strconv.FormatFloat(v, 'f', -1, 64)
[[nodiscard]] inline std::string plain_number(double value)
{
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
    char text[400];
    if (std::abs(value) < 0x1p53)
        return {text, std::to_chars(text, text + sizeof text, value, std::chars_format::fixed).ptr};
    // There to_chars gives every digit of the integer; the shortest that reads back the same ends with zeros.
    const std::string_view all(
        text, static_cast<std::size_t>(
                  std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr - text));
    const std::size_t e = all.find('e');
    std::string out;
    for (const char c : all.substr(0, e))
        if (c != '.') out += c;
    std::size_t exponent = 0;
    std::from_chars(all.data() + e + 2, all.data() + all.size(), exponent);
    out.resize(exponent + 1 + (value < 0 ? 1 : 0), '0');
    return out;
}

}  // namespace pitot::promql
