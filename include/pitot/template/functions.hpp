#pragma once
// What templates of rules can call. source  Prometheus 3.14, template/template.go, and Go's text/template

#include <pitot/base/duration.hpp>
#include <pitot/base/number.hpp>
#include <pitot/base/percent.hpp>
#include <pitot/base/text.hpp>
#include <pitot/template/printf.hpp>
#include <pitot/template/value.hpp>
#include <pitot/template/words.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>  // std::strtod
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::templates {

/// What a template sees.
/// data     of the dot
/// name     of the template, for messages; before: characters that messages count in front of it
/// now      milliseconds since 1970
/// query    an instant query at `now`
/// match    is the pattern in the text?
/// replace  every place of the pattern
struct context {
    value data;
    std::string name = {};
    std::size_t before = 0;
    std::int64_t now = 0;
    std::string external_url;
    std::function<result<std::vector<sample>>(std::string_view)> query = {};
    std::function<result<bool>(std::string_view pattern, std::string_view text)> match = {};
    std::function<result<std::string>(std::string_view pattern, std::string_view with, std::string_view text)> replace =
        {};
};

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

[[nodiscard]] inline std::string escaped_html(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        switch (c) {
        case '&': out += "&amp;"; break;
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '"': out += "&#34;"; break;
        case '\'': out += "&#39;"; break;
        default: out += c;
        }
    }
    return out;
}

/// least, most  arguments; 100: any number
struct template_function {
    std::string_view name;
    std::size_t least;
    std::size_t most;
    value (*call)(const context& in, arguments a);
};

inline value index_of(arguments a)
{
    value at = a[0];
    for (std::size_t i = 1; i < a.size(); ++i) {
        if (const auto* const m = at.map()) {
            const auto found = m->find(as_text(a, i));
            const value missing = at.has_texts() ? value("") : value();
            at = found == m->end() ? missing : value(found->second);
        } else if (const auto* const l = at.list(); l != nullptr && a[i].integer() != nullptr) {
            if (*a[i].integer() < 0 || static_cast<std::size_t>(*a[i].integer()) >= l->size())
                throw expansion_error{concat("index out of range: ", to_text(a[i]))};
            at = value((*l)[static_cast<std::size_t>(*a[i].integer())]);
        } else if (const auto* const t = at.text(); t != nullptr && a[i].integer() != nullptr) {
            if (*a[i].integer() < 0 || static_cast<std::size_t>(*a[i].integer()) >= t->size())
                throw expansion_error{concat("index out of range: ", to_text(a[i]))};
            const char byte = (*t)[static_cast<std::size_t>(*a[i].integer())];
            at = value(static_cast<std::int64_t>(static_cast<unsigned char>(byte)));
        } else if (at.is_nil()) {
            throw expansion_error{"index of untyped nil"};
        } else if (at.list() != nullptr || at.text() != nullptr) {
            throw expansion_error{concat("cannot index slice/array with type ", type_of(a[i]))};
        } else {
            throw expansion_error{concat("can't index item of type ", type_of(at))};
        }
    }
    return at;
}
inline value query_value(const context& in, arguments a)
{
    if (!in.query) throw expansion_error{"there is nothing to ask"};
    auto got = in.query(as_text(a, 0));
    if (!got) throw expansion_error{got.error().message};
    value_list out;
    for (sample& s : *got) out.emplace_back(std::move(s));
    return out;
}
inline value sorted_by(arguments a)
{
    const std::string& label = as_text(a, 0);
    value_list out = as_samples(a, 1);
    const auto of = [&](const value& v) {
        const auto* const s = v.one_sample();
        const auto at = s == nullptr ? text_map::const_iterator() : s->labels.find(label);
        return s == nullptr || at == s->labels.end() ? std::string() : at->second;
    };
    std::stable_sort(out.begin(), out.end(), [&](const value& x, const value& y) { return of(x) < of(y); });
    return out;
}
inline const sample& as_sample(arguments a, std::size_t i)
{
    if (a[i].one_sample() == nullptr) wrong_argument(a, i, "*template.sample");
    return *a[i].one_sample();
}
/// Several values become one text as print makes it.
inline std::string joined(arguments a)
{
    std::string out;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (i > 0 && a[i].text() == nullptr && a[i - 1].text() == nullptr) out += ' ';
        out += argument_text(a[i]);
    }
    return out;
}
inline value slice_of(arguments a)
{
    const auto* const t = a[0].text();
    const auto* const l = a[0].list();
    if (a[0].is_nil()) throw expansion_error{"slice of untyped nil"};
    if (t == nullptr && l == nullptr) throw expansion_error{concat("can't slice item of type ", type_of(a[0]))};
    if (t != nullptr && a.size() == 4) throw expansion_error{"cannot 3-index slice a string"};
    const std::size_t size = t != nullptr ? t->size() : l->size();
    std::size_t at[] = {0, size, size};
    for (std::size_t i = 1; i < a.size(); ++i) {
        const auto* const n = a[i].integer();
        if (n == nullptr) throw expansion_error{concat("cannot index slice/array with type ", type_of(a[i]))};
        if (*n < 0 || static_cast<std::size_t>(*n) > size)
            throw expansion_error{concat("index out of range: ", to_text(a[i]))};
        at[i - 1] = static_cast<std::size_t>(*n);
    }
    for (std::size_t i = 0; i < 2; ++i)
        if (at[i] > at[i + 1])
            throw expansion_error{
                concat("invalid slice index: ", std::to_string(at[i]), " > ", std::to_string(at[i + 1]))};
    if (t != nullptr) return t->substr(at[0], at[1] - at[0]);
    return value_list(l->begin() + static_cast<std::ptrdiff_t>(at[0]), l->begin() + static_cast<std::ptrdiff_t>(at[1]));
}

// clang-format off: one row, one line
inline constexpr template_function template_functions[] = {
    {"args", 0, 100,
     [](const context&, arguments a) {
         value_map m;
         for (std::size_t i = 0; i < a.size(); ++i) m.emplace(concat("arg", std::to_string(i)), a[i]);
         return value(std::move(m));
     }},
    {"call", 1, 100,
     [](const context&, arguments a) -> value {
         throw expansion_error{a[0].is_nil() ? "call of nil"
                                             : concat("non-function ", to_text(a[0]), " of type ", type_of(a[0]))};
     }},
    {"eq", 1, 100,
     [](const context&, arguments a) {
         if (a.size() == 1) throw expansion_error{"missing argument for comparison"};
         for (std::size_t i = 1; i < a.size(); ++i)
             if (equal(a[0], a[i])) return value(true);
         return value(false);
     }},
    {"externalURL", 0, 0, [](const context& in, arguments) { return value(in.external_url); }},
    {"first", 1, 1,
     [](const context&, arguments a) {
         if (as_samples(a, 0).empty()) throw expansion_error{"first() called on vector with no elements"};
         return as_samples(a, 0).front();
     }},
    {"ge", 2, 2, [](const context&, arguments a) { return value(!less(a[0], a[1])); }},
    {"graphLink", 1, 1,
     [](const context&, arguments a) {
         return value(concat("/graph?g0.expr=", percent_encoded(as_text(a, 0), "+"), "&g0.tab=0"));
     }},
    {"gt", 2, 2, [](const context&, arguments a) { return value(!(less(a[0], a[1]) || equal(a[0], a[1]))); }},
    {"html", 0, 100, [](const context&, arguments a) { return value(escaped_html(joined(a))); }},
    {"humanize", 1, 1, [](const context&, arguments a) { return humanize(a); }},
    {"humanize1024", 1, 1, [](const context&, arguments a) { return humanize_1024(a); }},
    {"humanizeDuration", 1, 1, [](const context&, arguments a) { return humanize_duration(a); }},
    {"humanizePercentage", 1, 1,
     [](const context&, arguments a) { return value(concat(four_digits(as_number(a[0]) * 100), "%")); }},
    {"humanizeTimestamp", 1, 1,
     [](const context&, arguments a) {
         const double v = as_number(a[0]);
         return value(std::isnan(v) || std::isinf(v) ? four_digits(v) : to_text(as_moment(v)));
     }},
    {"index", 1, 100, [](const context&, arguments a) { return index_of(a); }},
    {"js", 0, 100, [](const context&, arguments a) { return value(escaped_js(joined(a))); }},
    {"label", 2, 2,
     [](const context&, arguments a) {
         const std::string& name = as_text(a, 0);
         const auto& l = as_sample(a, 1).labels;
         const auto at = l.find(name);
         return value(at == l.end() ? std::string() : at->second);
     }},
    {"le", 2, 2, [](const context&, arguments a) { return value(less(a[0], a[1]) || equal(a[0], a[1])); }},
    {"len", 1, 1,
     [](const context&, arguments a) {
         if (a[0].is_nil()) throw expansion_error{"len of nil pointer"};
         if (a[0].text() == nullptr && a[0].map() == nullptr && a[0].list() == nullptr)
             throw expansion_error{concat("len of type ", type_of(a[0]))};
         return value(static_cast<std::int64_t>(a[0].text() != nullptr  ? a[0].text()->size()
                                                : a[0].map() != nullptr ? a[0].map()->size()
                                                                        : a[0].list()->size()));
     }},
    {"lt", 2, 2, [](const context&, arguments a) { return value(less(a[0], a[1])); }},
    {"match", 2, 2,
     [](const context& in, arguments a) {
         if (!in.match) throw expansion_error{"match is not available"};
         auto r = in.match(as_text(a, 0), as_text(a, 1));
         if (!r) throw expansion_error{r.error().message};
         return value(*r);
     }},
    {"ne", 2, 2, [](const context&, arguments a) { return value(!equal(a[0], a[1])); }},
    {"not", 1, 1, [](const context&, arguments a) { return value(!a[0].is_true()); }},
    {"now", 0, 0, [](const context& in, arguments) { return value(static_cast<double>(in.now) / 1000); }},
    {"parseDuration", 1, 1,
     [](const context&, arguments a) {
         const std::string& t = as_text(a, 0);
         const bool minus = t.starts_with('-');
         const auto d = parse_duration(std::string_view(t).substr(minus ? 1 : 0));
         if (!d) throw expansion_error{d.error().message};
         return value((minus ? -1.0 : 1.0) * static_cast<double>(d->count) / 1000);
     }},
    {"pathPrefix", 0, 0,
     [](const context& in, arguments) {
         const std::size_t host = in.external_url.find("://");
         const std::size_t path = in.external_url.find('/', host == std::string::npos ? 0 : host + 3);
         return value(path == std::string::npos ? std::string() : in.external_url.substr(path));
     }},
    {"print", 0, 100, [](const context&, arguments a) { return value(joined(a)); }},
    {"printf", 1, 100, [](const context&, arguments a) { return value(format(as_text(a, 0), a.subspan(1))); }},
    {"println", 0, 100,
     [](const context&, arguments a) {
         std::string out;
         for (std::size_t i = 0; i < a.size(); ++i) out += concat(i > 0 ? " " : "", argument_text(a[i]));
         return value(out + "\n");
     }},
    {"query", 1, 1, [](const context& in, arguments a) { return query_value(in, a); }},
    {"reReplaceAll", 3, 3,
     [](const context& in, arguments a) {
         if (!in.replace) throw expansion_error{"reReplaceAll is not available"};
         auto r = in.replace(as_text(a, 0), as_text(a, 1), as_text(a, 2));
         if (!r) throw expansion_error{r.error().message};
         return value(std::move(*r));
     }},
    {"safeHtml", 1, 1, [](const context&, arguments a) { return value(as_text(a, 0)); }},
    {"slice", 1, 4, [](const context&, arguments a) { return slice_of(a); }},
    {"sortByLabel", 2, 2, [](const context&, arguments a) { return sorted_by(a); }},
    {"stripDomain", 1, 1,
     [](const context&, arguments a) {
         const std::string& t = as_text(a, 0);
         std::string_view host;
         std::string_view port;
         if (!split_port(t, host, port)) host = t;
         if (is_address(host)) return value(t);
         host = host.substr(0, host.find('.'));
         return value(port.empty()                               ? std::string(host)
                      : host.find(':') != std::string_view::npos ? concat("[", host, "]:", port)
                                                                 : concat(host, ":", port));
     }},
    {"stripPort", 1, 1,
     [](const context&, arguments a) {
         std::string_view host;
         std::string_view port;
         return value(split_port(as_text(a, 0), host, port) ? std::string(host) : as_text(a, 0));
     }},
    {"strvalue", 1, 1,
     [](const context&, arguments a) {
         const auto& l = as_sample(a, 0).labels;
         const auto at = l.find("__value__");
         return value(at == l.end() ? std::string() : at->second);
     }},
    {"tableLink", 1, 1,
     [](const context&, arguments a) {
         return value(concat("/graph?g0.expr=", percent_encoded(as_text(a, 0), "+"), "&g0.tab=1"));
     }},
    {"title", 1, 1, [](const context&, arguments a) { return value(titled(as_text(a, 0))); }},
    {"toDuration", 1, 1,
     [](const context&, arguments a) { return value(span_of_time{cut_off(as_number(a[0]) * 1e9)}); }},
    {"toLower", 1, 1, [](const context&, arguments a) { return value(lower(as_text(a, 0))); }},
    {"toTime", 1, 1, [](const context&, arguments a) { return value(as_moment(as_number(a[0]))); }},
    {"toUpper", 1, 1, [](const context&, arguments a) { return value(upper(as_text(a, 0))); }},
    {"urlQueryEscape", 1, 1, [](const context&, arguments a) { return value(percent_encoded(as_text(a, 0), "+")); }},
    {"urlquery", 0, 100, [](const context&, arguments a) { return value(percent_encoded(joined(a), "+")); }},
    {"value", 1, 1,
     [](const context&, arguments a) {
         const sample& s = as_sample(a, 0);
         return s.text.empty() ? value(s.number) : value(s.text);
     }},
};
// clang-format on

}  // namespace detail

[[nodiscard]] inline const detail::template_function* function_of(std::string_view name) noexcept
{
    for (const auto& f : detail::template_functions)
        if (f.name == name) return &f;
    return nullptr;
}
/// and and or look at their arguments one after the other.
[[nodiscard]] inline bool is_function(std::string_view name) noexcept
{
    return name == "and" || name == "or" || function_of(name) != nullptr;
}

}  // namespace pitot::templates
