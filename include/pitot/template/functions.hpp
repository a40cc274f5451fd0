#pragma once
// What templates of rules can call. source  Prometheus 3.14, template/template.go, and Go's text/template

#include <pitot/base/duration.hpp>
#include <pitot/base/number.hpp>
#include <pitot/base/percent.hpp>
#include <pitot/base/text.hpp>
#include <pitot/base/time_text.hpp>
#include <pitot/template/printf.hpp>
#include <pitot/template/value.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::templates {

/// What a template sees.
/// data     of the dot
/// now      milliseconds since 1970
/// query    an instant query at `now`
/// match    is the pattern in the text?
/// replace  every place of the pattern
struct context {
    value data;
    std::int64_t now = 0;
    std::string external_url;
    std::function<result<std::vector<sample>>(std::string_view)> query = {};
    std::function<result<bool>(std::string_view pattern, std::string_view text)> match = {};
    std::function<result<std::string>(std::string_view pattern, std::string_view with, std::string_view text)> replace =
        {};
};

/// Ends an expansion.
struct expansion_error {
    std::string why;
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
    if (const auto* const t = v.text()) {
        if (const auto read = parse_number(*t)) return *read;
        throw expansion_error{concat("strconv.ParseFloat: parsing \"", *t, "\": invalid syntax")};
    }
    throw expansion_error{concat("can't convert ", to_text(v), " to float")};
}
[[nodiscard]] inline const std::string& as_text(const value& v)
{
    if (v.text() == nullptr) throw expansion_error{concat("wrong type for value; expected string, got ", to_text(v))};
    return *v.text();
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
        const auto duration = static_cast<std::int64_t>(v);
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

/// Go's time.Time in UTC: "2001-02-03 04:05:06.5 +0000 UTC".
[[nodiscard]] inline std::string time_text(double seconds)
{
    const auto milliseconds = static_cast<std::int64_t>(std::floor(seconds * 1000));
    std::string out = date_time_text(milliseconds, ' ');
    if (const std::int64_t rest = (milliseconds % 1000 + 1000) % 1000; rest != 0) {
        out += printed(".%03.0f", static_cast<double>(rest));
        while (out.back() == '0') out.pop_back();
    }
    return out + " +0000 UTC";
}

/// host and port; false when the text has no port.
[[nodiscard]] inline bool split_port(std::string_view text, std::string_view& host, std::string_view& port)
{
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return false;
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
    if (host.starts_with('[') && host.ends_with(']'))
        host = host.substr(1, host.size() - 2);
    else if (host.find(':') != std::string_view::npos)
        return false;
    return true;
}
[[nodiscard]] inline bool is_address(std::string_view text)
{
    if (text.find(':') != std::string_view::npos) return true;
    int dots = 0;
    for (const char c : text) {
        if (c == '.')
            ++dots;
        else if (c < '0' || c > '9')
            return false;
    }
    return dots == 3;
}

/// -1, 0, 1; nothing when they cannot be compared.
[[nodiscard]] inline std::optional<int> compare(const value& a, const value& b)
{
    const auto of = [](const auto& x, const auto& y) { return x < y ? -1 : y < x ? 1 : 0; };
    if (a.text() != nullptr && b.text() != nullptr) return of(*a.text(), *b.text());
    if (a.boolean() != nullptr && b.boolean() != nullptr) return of(*a.boolean(), *b.boolean());
    if (a.integer() != nullptr && b.integer() != nullptr) return of(*a.integer(), *b.integer());
    if (a.number() != nullptr && b.number() != nullptr) {
        if (std::isnan(*a.number()) || std::isnan(*b.number())) return 2;
        return of(*a.number(), *b.number());
    }
    if (a.is_nil() && b.is_nil()) return 0;
    return std::nullopt;
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

/// least, most  arguments
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
            const auto found = m->find(as_text(a[i]));
            at = found == m->end() ? value("") : value(found->second);
        } else if (const auto* const l = at.list(); l != nullptr && a[i].integer() != nullptr) {
            if (*a[i].integer() < 0 || static_cast<std::size_t>(*a[i].integer()) >= l->size())
                throw expansion_error{concat("error calling index: index out of range: ", to_text(a[i]))};
            at = value((*l)[static_cast<std::size_t>(*a[i].integer())]);
        } else {
            throw expansion_error{concat("error calling index: can't index item ", to_text(at))};
        }
    }
    return at;
}
inline value query_value(const context& in, arguments a)
{
    if (!in.query) throw expansion_error{"error calling query: there is nothing to ask"};
    auto got = in.query(as_text(a[0]));
    if (!got) throw expansion_error{concat("error calling query: ", got.error().message)};
    value_list out;
    for (sample& s : *got) out.emplace_back(std::move(s));
    return out;
}
inline value sorted_by(arguments a)
{
    const std::string& label = as_text(a[0]);
    if (a[1].list() == nullptr) throw expansion_error{"sortByLabel takes the result of a query"};
    value_list out = *a[1].list();
    const auto of = [&](const value& v) {
        const auto* const s = v.one_sample();
        const auto at = s == nullptr ? text_map::const_iterator() : s->labels.find(label);
        return s == nullptr || at == s->labels.end() ? std::string() : at->second;
    };
    std::stable_sort(out.begin(), out.end(), [&](const value& x, const value& y) { return of(x) < of(y); });
    return out;
}
inline const sample& as_sample(const value& v)
{
    if (v.one_sample() == nullptr) throw expansion_error{"wrong type for value; expected a sample"};
    return *v.one_sample();
}
inline value compared(arguments a, bool (*holds)(int))
{
    const auto c = compare(a[0], a[1]);
    if (!c) throw expansion_error{"error calling comparison: incompatible types for comparison"};
    return holds(*c);
}

// clang-format off: one row, one line
inline constexpr template_function template_functions[] = {
    {"args", 0, 100,
     [](const context&, arguments a) {
         value_map m;
         for (std::size_t i = 0; i < a.size(); ++i) m.emplace(concat("arg", std::to_string(i)), a[i]);
         return value(std::move(m));
     }},
    {"eq", 2, 100,
     [](const context&, arguments a) {
         for (std::size_t i = 1; i < a.size(); ++i) {
             const auto c = compare(a[0], a[i]);
             if (!c) throw expansion_error{"error calling eq: incompatible types for comparison"};
             if (*c == 0) return value(true);
         }
         return value(false);
     }},
    {"externalURL", 0, 0, [](const context& in, arguments) { return value(in.external_url); }},
    {"first", 1, 1,
     [](const context&, arguments a) {
         if (a[0].list() == nullptr || a[0].list()->empty())
             throw expansion_error{"error calling first: first() called on vector with no elements"};
         return a[0].list()->front();
     }},
    {"ge", 2, 2, [](const context&, arguments a) { return compared(a, [](int c) { return c == 0 || c == 1; }); }},
    {"graphLink", 1, 1,
     [](const context&, arguments a) {
         return value(concat("/graph?g0.expr=", percent_encoded(as_text(a[0]), "+"), "&g0.tab=0"));
     }},
    {"gt", 2, 2, [](const context&, arguments a) { return compared(a, [](int c) { return c == 1; }); }},
    {"html", 1, 1, [](const context&, arguments a) { return value(escaped_html(to_text(a[0]))); }},
    {"humanize", 1, 1, [](const context&, arguments a) { return humanize(a); }},
    {"humanize1024", 1, 1, [](const context&, arguments a) { return humanize_1024(a); }},
    {"humanizeDuration", 1, 1, [](const context&, arguments a) { return humanize_duration(a); }},
    {"humanizePercentage", 1, 1,
     [](const context&, arguments a) { return value(concat(four_digits(as_number(a[0]) * 100), "%")); }},
    {"humanizeTimestamp", 1, 1,
     [](const context&, arguments a) {
         const double v = as_number(a[0]);
         return value(std::isnan(v) || std::isinf(v) ? four_digits(v) : time_text(v));
     }},
    {"index", 1, 100, [](const context&, arguments a) { return index_of(a); }},
    {"label", 2, 2,
     [](const context&, arguments a) {
         const auto& l = as_sample(a[1]).labels;
         const auto at = l.find(as_text(a[0]));
         return value(at == l.end() ? std::string() : at->second);
     }},
    {"le", 2, 2, [](const context&, arguments a) { return compared(a, [](int c) { return c == 0 || c == -1; }); }},
    {"len", 1, 1,
     [](const context&, arguments a) {
         return value(static_cast<std::int64_t>(
             a[0].text() != nullptr   ? a[0].text()->size()
             : a[0].map() != nullptr  ? a[0].map()->size()
             : a[0].list() != nullptr ? a[0].list()->size()
                                      : throw expansion_error{"error calling len: len of what has none"}));
     }},
    {"lt", 2, 2, [](const context&, arguments a) { return compared(a, [](int c) { return c == -1; }); }},
    {"match", 2, 2,
     [](const context& in, arguments a) {
         if (!in.match) throw expansion_error{"match is not available"};
         auto r = in.match(as_text(a[0]), as_text(a[1]));
         if (!r) throw expansion_error{concat("error calling match: ", r.error().message)};
         return value(*r);
     }},
    {"ne", 2, 2, [](const context&, arguments a) { return compared(a, [](int c) { return c != 0; }); }},
    {"not", 1, 1, [](const context&, arguments a) { return value(!a[0].is_true()); }},
    {"now", 0, 0, [](const context& in, arguments) { return value(static_cast<double>(in.now) / 1000); }},
    {"parseDuration", 1, 1,
     [](const context&, arguments a) {
         const std::string& t = as_text(a[0]);
         const bool minus = t.starts_with('-');
         const auto d = parse_duration(std::string_view(t).substr(minus ? 1 : 0));
         if (!d) throw expansion_error{concat("error calling parseDuration: ", d.error().message)};
         return value((minus ? -1.0 : 1.0) * static_cast<double>(d->count) / 1000);
     }},
    {"pathPrefix", 0, 0,
     [](const context& in, arguments) {
         const std::size_t host = in.external_url.find("://");
         const std::size_t path = in.external_url.find('/', host == std::string::npos ? 0 : host + 3);
         return value(path == std::string::npos ? std::string() : in.external_url.substr(path));
     }},
    {"print", 0, 100,
     [](const context&, arguments a) {
         std::string out;
         for (std::size_t i = 0; i < a.size(); ++i) {
             if (i > 0 && a[i].text() == nullptr && a[i - 1].text() == nullptr) out += ' ';
             out += to_text(a[i]);
         }
         return value(out);
     }},
    {"printf", 1, 100, [](const context&, arguments a) { return value(format(as_text(a[0]), a.subspan(1))); }},
    {"println", 0, 100,
     [](const context&, arguments a) {
         std::string out;
         for (std::size_t i = 0; i < a.size(); ++i) out += concat(i > 0 ? " " : "", to_text(a[i]));
         return value(out + "\n");
     }},
    {"query", 1, 1, [](const context& in, arguments a) { return query_value(in, a); }},
    {"reReplaceAll", 3, 3,
     [](const context& in, arguments a) {
         if (!in.replace) throw expansion_error{"reReplaceAll is not available"};
         auto r = in.replace(as_text(a[0]), as_text(a[1]), as_text(a[2]));
         if (!r) throw expansion_error{concat("error calling reReplaceAll: ", r.error().message)};
         return value(std::move(*r));
     }},
    {"safeHtml", 1, 1, [](const context&, arguments a) { return a[0]; }},
    {"sortByLabel", 2, 2, [](const context&, arguments a) { return sorted_by(a); }},
    {"stripDomain", 1, 1,
     [](const context&, arguments a) {
         const std::string& t = as_text(a[0]);
         std::string_view host;
         std::string_view port;
         if (!split_port(t, host, port)) host = t;
         if (is_address(host)) return value(t);
         host = host.substr(0, host.find('.'));
         return value(port.empty() ? std::string(host) : concat(host, ":", port));
     }},
    {"stripPort", 1, 1,
     [](const context&, arguments a) {
         std::string_view host;
         std::string_view port;
         return value(split_port(as_text(a[0]), host, port) ? std::string(host) : as_text(a[0]));
     }},
    {"strvalue", 1, 1,
     [](const context&, arguments a) {
         const auto& l = as_sample(a[0]).labels;
         const auto at = l.find("__value__");
         return value(at == l.end() ? std::string() : at->second);
     }},
    {"tableLink", 1, 1,
     [](const context&, arguments a) {
         return value(concat("/graph?g0.expr=", percent_encoded(as_text(a[0]), "+"), "&g0.tab=1"));
     }},
    {"title", 1, 1,
     [](const context&, arguments a) {
         std::string t = as_text(a[0]);
         bool start = true;
         for (char& c : t) {
             if (start && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
             start = !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '\'' ||
                       c == '_');
         }
         return value(t);
     }},
    {"toLower", 1, 1, [](const context&, arguments a) { return value(to_lower(as_text(a[0]))); }},
    {"toTime", 1, 1, [](const context&, arguments a) { return value(time_text(as_number(a[0]))); }},
    {"toUpper", 1, 1,
     [](const context&, arguments a) {
         std::string t = as_text(a[0]);
         for (char& c : t)
             if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
         return value(t);
     }},
    {"urlQueryEscape", 1, 1, [](const context&, arguments a) { return value(percent_encoded(as_text(a[0]), "+")); }},
    {"urlquery", 1, 1, [](const context&, arguments a) { return value(percent_encoded(to_text(a[0]), "+")); }},
    {"value", 1, 1,
     [](const context&, arguments a) {
         const sample& s = as_sample(a[0]);
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
