#pragma once
// What templates of rules can call. source  Prometheus 3.14, template/template.go, and Go's text/template

#include <pitot/base/duration.hpp>
#include <pitot/base/number.hpp>
#include <pitot/base/percent.hpp>
#include <pitot/base/text.hpp>
#include <pitot/template/arguments.hpp>
#include <pitot/template/humanize.hpp>
#include <pitot/template/printf.hpp>
#include <pitot/template/value.hpp>
#include <pitot/template/words.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
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

namespace detail {

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
