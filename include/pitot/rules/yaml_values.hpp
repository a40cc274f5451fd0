#pragma once
// Numbers and truths in YAML as Go's yaml reads them: 010 is eight, .inf is infinite, yes is true; "8" in quotes is a
// text and no number.

#include <pitot/base/go_integer.hpp>
#include <pitot/base/number.hpp>
#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>
#include <pitot/connect/yaml.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::rules {

namespace detail {

[[nodiscard]] inline std::optional<double> number_of(std::string text)
{
    const bool minus = text.starts_with('-');
    const std::string_view bare = std::string_view(text).substr(minus || text.starts_with('+') ? 1 : 0);
    for (const std::string_view inf : {".inf", ".Inf", ".INF"})
        if (bare == inf) return (minus ? -1 : 1) * std::numeric_limits<double>::infinity();
    for (const std::string_view nan : {".nan", ".NaN", ".NAN"})
        if (text == nan) return std::numeric_limits<double>::quiet_NaN();
    std::erase(text, '_');
    constexpr std::uint64_t least = std::uint64_t{1} << 63U;
    if (const auto whole = parse_go_integer(text); whole && !(whole->minus && whole->magnitude > least))
        return (whole->minus ? -1 : 1) * static_cast<double>(whole->magnitude);
    if (text.find_first_not_of("+-0123456789.eE") != std::string::npos) return std::nullopt;
    const auto number = parse_number(text);
    if (!number || std::isinf(*number)) return std::nullopt;
    return *number;
}

/// Does YAML look at the text for a type?
[[nodiscard]] inline bool is_typed(const yaml::node& in)
{
    return in.kind() == yaml::kind::scalar && in.tag() != "!" && in.tag() != "tag:yaml.org,2002:str";
}

}  // namespace detail

/// error  invalid_value
[[nodiscard]] inline result<double> yaml_number(const yaml::node& in)
{
    if (in.is_null()) return 0.0;
    const auto text = in.as<std::string>();
    if (!text) return unexpected(text.error());
    const auto value = detail::is_typed(in) ? detail::number_of(*text) : std::nullopt;
    if (!value) return in.refuse(errc::invalid_value, concat("'", *text, "' is not a number"));
    return *value;
}
/// The fraction is cut off. error  invalid_value
[[nodiscard]] inline result<std::int64_t> yaml_integer(const yaml::node& in)
{
    const auto value = yaml_number(in);
    if (!value) return unexpected(value.error());
    if (!(std::fabs(*value) < 0x1p63)) return in.refuse(errc::invalid_value, "this is no whole number");
    return static_cast<std::int64_t>(*value);
}
/// error  invalid_value
[[nodiscard]] inline result<bool> yaml_truth(const yaml::node& in)
{
    if (in.is_null()) return false;
    if (detail::is_typed(in)) {
        const std::string text = *in.as<std::string>();
        for (const std::string_view yes : {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"})
            if (text == yes) return true;
        for (const std::string_view no : {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"})
            if (text == no) return false;
    }
    return in.refuse(errc::invalid_value, "true or false is expected here");
}

/// The items of a list of structures in a rule file: Go drops those that are null there (not so in tests).
[[nodiscard]] inline result<std::vector<yaml::node>> items_of(const yaml::node& list)
{
    auto all = list.items();
    if (all) std::erase_if(*all, [](const yaml::node& one) { return one.is_null(); });
    return all;
}

}  // namespace pitot::rules
