#pragma once
// What functions of templates take, and how two of them compare. source  Prometheus 3.14, template/template.go, and
// Go's text/template

#include <pitot/base/number.hpp>
#include <pitot/base/text.hpp>
#include <pitot/template/value.hpp>
#include <pitot/template/words.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>  // std::strtod
#include <limits>
#include <string>
#include <string_view>

namespace pitot::templates {

/// Ends an expansion.
/// argument  of the function whose fault it is; -1: none
/// wanted    the type that it takes, where it is of another
/// node      that was carried out, and where; empty when that is not known yet
struct expansion_error {
    std::string why;
    int argument = -1;
    std::string node = {};
    std::size_t offset = 0;
    std::string_view wanted = {};
};

namespace detail {

[[nodiscard]] inline double as_number(const value& v)
{
    if (const auto* const n = v.number()) return *n;
    if (const auto* const i = v.integer()) return static_cast<double>(*i);
    if (const auto* const d = v.duration()) return static_cast<double>(d->nanoseconds) / 1e9;
    if (const auto* const t = v.text()) {
        const bool hex = t->find_first_of("xX") != std::string::npos;
        char* stop = nullptr;  // parse_number reads no hexadecimal
        const auto read = hex ? result<double>(std::strtod(t->c_str(), &stop)) : parse_number(*t);
        if (!read || (hex && (*stop != '\0' || t->find_first_of("pP") == std::string::npos)))
            throw expansion_error{concat("strconv.ParseFloat: parsing \"", *t, "\": invalid syntax")};
        if (std::isinf(*read) && t->find_first_of("0123456789") != std::string::npos)
            throw expansion_error{concat("strconv.ParseFloat: parsing \"", *t, "\": value out of range")};
        return *read;
    }
    throw expansion_error{concat("can't convert ", v.is_nil() ? "<nil>" : type_of(v), " to float")};
}
/// An argument of the type that the function takes.
[[noreturn]] inline void wrong_argument(arguments a, std::size_t i, std::string_view type)
{
    throw expansion_error{
        concat("wrong type for value; expected ", type, "; got ", type_of(a[i])), static_cast<int>(i), {}, 0, type};
}
[[nodiscard]] inline const std::string& as_text(arguments a, std::size_t i)
{
    if (a[i].text() == nullptr) wrong_argument(a, i, "string");
    return *a[i].text();
}
[[nodiscard]] inline const value_list& as_samples(arguments a, std::size_t i)
{
    if (a[i].list() == nullptr) wrong_argument(a, i, "template.queryResult");
    return *a[i].list();
}
/// error  as Prometheus says of what has no nanoseconds since 1970
[[nodiscard]] inline moment as_moment(double seconds)
{
    if (std::isnan(seconds) || std::isinf(seconds)) throw expansion_error{"value is NaN or Inf"};
    const double nanoseconds = seconds * 1e9;
    if (std::fabs(nanoseconds) > 0x1p63)
        throw expansion_error{
            concat(go_float(seconds), " cannot be represented as a nanoseconds timestamp since it overflows int64")};
    return {static_cast<std::int64_t>(nanoseconds) / 1'000'000};
}
/// Go's conversion of a float: what is beyond int64 is its smallest value.
[[nodiscard]] inline std::int64_t cut_off(double v)
{
    return std::fabs(v) < 0x1p63 ? static_cast<std::int64_t>(v) : std::numeric_limits<std::int64_t>::min();
}

/// Go's kinds of what can be compared; 0: other.
[[nodiscard]] inline int kind_of(const value& v)
{
    if (v.boolean() != nullptr) return 1;
    if (v.integer() != nullptr) return 2;
    if (v.number() != nullptr) return 3;
    return v.text() != nullptr ? 4 : 0;
}
[[noreturn]] inline void incompatible(const value& a, const value& b)
{
    throw expansion_error{concat("incompatible types for comparison: ", type_of(a), " and ", type_of(b))};
}
[[nodiscard]] inline bool equal(const value& a, const value& b)
{
    const int kind = kind_of(a);
    if (kind != kind_of(b)) {
        if (!a.is_nil() && !b.is_nil()) incompatible(a, b);
        return false;
    }
    switch (kind) {
    case 1: return *a.boolean() == *b.boolean();
    case 2: return *a.integer() == *b.integer();
    case 3: return *a.number() == *b.number();
    case 4: return *a.text() == *b.text();
    default: break;
    }
    if (a.is_nil() || b.is_nil()) return a.is_nil() && b.is_nil();
    throw expansion_error{
        concat("non-comparable types ", to_text(a), ": ", type_of(a), ", ", type_of(b), ": ", to_text(b))};
}
[[nodiscard]] inline bool less(const value& a, const value& b)
{
    const int kind = kind_of(a);
    if (kind == 0) throw expansion_error{"invalid type for comparison"};
    if (kind_of(b) == 0) throw expansion_error{"invalid type for comparison"};
    if (kind != kind_of(b)) incompatible(a, b);
    switch (kind) {
    case 2: return *a.integer() < *b.integer();
    case 3: return *a.number() < *b.number();
    case 4: return *a.text() < *b.text();
    default: throw expansion_error{"invalid type for comparison"};
    }
}

}  // namespace detail

}  // namespace pitot::templates
