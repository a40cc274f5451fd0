#pragma once
// A variable's value as Grafana writes it into a query: ${name:format}.

#include <pitot/base/calendar.hpp>
#include <pitot/base/markup.hpp>
#include <pitot/base/percent.hpp>
#include <pitot/base/text.hpp>
#include <pitot/base/time_text.hpp>
#include <pitot/json/write.hpp>

#include <algorithm>  // std::find_if, std::min
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <functional>  // std::less<>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <system_error>  // std::errc
#include <vector>

namespace pitot::dashboard {

/// What a variable holds.
/// values  each as it is, without escapes
/// many    it may hold several: multi, or with an "All". Grafana writes one value of it otherwise than the value of
///         another variable
/// is_raw  what stands for "All": written as it is, whatever the format
struct chosen_value {
    std::vector<std::string> values;
    bool many = false;
    bool is_raw = false;
};

/// By the variables' names.
using variable_values = std::map<std::string, chosen_value, std::less<>>;

namespace detail {

/// Each value made anew by `change`, with a text between them.
template <class F>
[[nodiscard]] std::string joined_values(const std::vector<std::string>& values, std::string_view between, F&& change)
{
    std::string out;
    for (const std::string& value : values) {
        if (&value != &values.front()) out += between;
        out += change(value);
    }
    return out;
}
[[nodiscard]] inline std::string joined_values(const std::vector<std::string>& values, std::string_view between)
{
    return joined_values(values, between, [](const std::string& value) -> const std::string& { return value; });
}

/// With something before each of some bytes.
[[nodiscard]] inline std::string with_before(std::string_view text, std::string_view bytes, std::string_view before)
{
    std::string out;
    for (const char c : text) {
        if (bytes.find(c) != std::string_view::npos) out += before;
        out += c;
    }
    return out;
}

inline constexpr std::string_view regex_bytes = "$^*{}[]+?.()|";

/// Without a format, for Prometheus: what goes into a string of PromQL.
/// source  Grafana, the Prometheus datasource: prometheusRegularEscape, prometheusSpecialRegexEscape
[[nodiscard]] inline std::string prometheus_text(const chosen_value& of)
{
    if (!of.many && of.values.size() <= 1) {
        std::string out;
        for (const char c : joined_values(of.values, {})) {
            if (c == '\\') out += '\\';
            if (c == '\'') out += "\\\\";
            out += c;
        }
        return out;
    }
    const std::string all = joined_values(of.values, "|", [](const std::string& value) {
        std::string out;
        for (const char c : value) {
            if (c == '\\')
                out += "\\\\\\\\";
            else if (regex_bytes.find(c) != std::string_view::npos)
                out += concat("\\\\", std::string_view(&c, 1));
            else
                out += c;
        }
        return out;
    });
    return of.values.size() == 1 ? all : concat("(", all, ")");
}

[[nodiscard]] inline std::string regex_text(const chosen_value& of)
{
    const std::string all = joined_values(
        of.values, "|", [](const std::string& value) { return with_before(value, concat(regex_bytes, "\\"), "\\"); });
    return of.values.size() == 1 ? all : concat("(", all, ")");
}

[[nodiscard]] inline std::string glob_text(const chosen_value& of)
{
    return of.values.size() > 1 ? concat("{", joined_values(of.values, ","), "}") : joined_values(of.values, ",");
}

[[nodiscard]] inline std::string json_text(const chosen_value& of)
{
    if (!of.many && of.values.size() == 1) return of.values.front();
    return concat("[",
                  joined_values(of.values, ",",
                                [](const std::string& value) {
                                    std::string out;
                                    json::append_string(out, value);
                                    return out;
                                }),
                  "]");
}

[[nodiscard]] inline std::string lucene_text(const chosen_value& of)
{
    const auto escaped = [](const std::string& value) { return with_before(value, "+-=&|><!(){}[]^\"~*?:\\/", "\\"); };
    if (!of.many && of.values.size() == 1) return escaped(of.values.front());
    if (of.values.empty()) return "__empty__";
    return concat(
        "(",
        joined_values(of.values, " OR ", [&](const std::string& value) { return concat("\"", escaped(value), "\""); }),
        ")");
}

/// quote   around each value
/// escape  before such a quote inside
[[nodiscard]] inline std::string quoted_text(const chosen_value& of, std::string_view quote, std::string_view escape)
{
    return joined_values(of.values, ",", [&](const std::string& value) {
        return concat(quote, with_before(value, quote, escape), quote);
    });
}

/// A time in milliseconds as moment.js writes it, in UTC. A text that is none stays, and so do words of a pattern that
/// are none of those below.
/// pattern  iso (or nothing), seconds, ms, or one of YYYY YY MM DD HH mm ss SSS X x
[[nodiscard]] inline std::string date_text(std::string_view value, std::string_view pattern)
{
    std::int64_t time = 0;
    const auto [end, wrong] = std::from_chars(value.data(), value.data() + value.size(), time);
    if (wrong != std::errc{} || end != value.data() + value.size()) return std::string(value);
    const std::int64_t seconds = pitot::detail::rounded_down(time, 1000);
    if (pattern == "seconds") return std::to_string(seconds);
    if (pattern == "ms") return std::string(value);
    const std::string text = date_time_text(time, 'T');  // 2001-02-03T04:05:06
    const std::string milliseconds = std::to_string(1000 + (time % 1000 + 1000) % 1000).substr(1);
    if (pattern.empty() || pattern == "iso") return concat(text, ".", milliseconds, "Z");
    const struct {
        std::string_view token;
        std::string text;
    } parts[] = {{"YYYY", text.substr(0, 4)}, {"YY", text.substr(2, 2)},  {"MM", text.substr(5, 2)},
                 {"DD", text.substr(8, 2)},   {"HH", text.substr(11, 2)}, {"mm", text.substr(14, 2)},
                 {"ss", text.substr(17, 2)},  {"SSS", milliseconds},      {"X", std::to_string(seconds)},
                 {"x", std::string(value)}};
    std::string out;
    while (!pattern.empty()) {
        // A run of one letter is one token.
        const std::string_view run = pattern.substr(0, pattern.find_first_not_of(pattern[0]));
        const auto* const part = std::find_if(std::begin(parts), std::end(parts),
                                              [run](const auto& p) { return p.token == run; });
        out += part != std::end(parts) ? std::string_view(part->text) : run;
        pattern.remove_prefix(run.size());
    }
    return out;
}

/// One format, and what it makes of a value.
/// name      the variable's
/// argument  what stands behind a colon after the format's name
struct value_format {
    std::string_view format;
    std::string (*write)(const chosen_value& of, std::string_view name, std::string_view argument);
};

/// source  Grafana scenes, formatRegistry
inline constexpr value_format value_formats[] = {
    {"regex", [](const chosen_value& of, auto, auto) { return regex_text(of); }},
    {"raw", [](const chosen_value& of, auto, auto) { return joined_values(of.values, ","); }},
    {"csv", [](const chosen_value& of, auto, auto) { return joined_values(of.values, ","); }},
    {"pipe", [](const chosen_value& of, auto, auto) { return joined_values(of.values, "|"); }},
    {"text", [](const chosen_value& of, auto, auto) { return joined_values(of.values, " + "); }},
    {"json", [](const chosen_value& of, auto, auto) { return json_text(of); }},
    {"lucene", [](const chosen_value& of, auto, auto) { return lucene_text(of); }},
    {"html", [](const chosen_value& of, auto, auto) { return markup_text(joined_values(of.values, ", ")); }},
    {"doublequote", [](const chosen_value& of, auto, auto) { return quoted_text(of, "\"", "\\"); }},
    {"singlequote", [](const chosen_value& of, auto, auto) { return quoted_text(of, "'", "\\"); }},
    {"sqlstring", [](const chosen_value& of, auto, auto) { return quoted_text(of, "'", "'"); }},
    {"percentencode", [](const chosen_value& of, auto, auto) { return percent_encoded(glob_text(of)); }},
    {"uriencode",
     [](const chosen_value& of, auto, auto) { return percent_encoded(glob_text(of), {}, ";,/?:@&=+$#!*'()"); }},
    {"distributed", [](const chosen_value& of, std::string_view name,
                       auto) { return joined_values(of.values, concat(",", name, "=")); }},
    {"queryparam",
     [](const chosen_value& of, std::string_view name, auto) {
         return joined_values(of.values, "&", [name](const std::string& value) {
             return concat("var-", name, "=", percent_encoded(value));
         });
     }},
    {"customqueryparam",
     [](const chosen_value& of, std::string_view name, std::string_view argument) {
         const std::size_t colon = std::min(argument.find(':'), argument.size());
         const std::string_view key = colon == 0 ? name : argument.substr(0, colon);
         const std::string_view before = argument.substr(std::min(colon + 1, argument.size()));
         return joined_values(of.values, "&", [key, before](const std::string& value) {
             return concat(percent_encoded(key), "=", percent_encoded(concat(before, value)));
         });
     }},
    {"join", [](const chosen_value& of, auto,
                std::string_view between) { return joined_values(of.values, between.empty() ? "," : between); }},
    {"date",
     [](const chosen_value& of, auto, std::string_view pattern) {
         return joined_values(of.values, ",", [pattern](const std::string& v) { return date_text(v, pattern); });
     }},
};

}  // namespace detail

/// A variable's value as it stands in a query for Prometheus.
/// format  NAME or NAME:ARGUMENT, as in ${v:join:;}; empty: Prometheus's own. One that Grafana does not know is glob;
///         text writes values, since the texts that are shown for them are not known
[[nodiscard]] inline std::string formatted(std::string_view name, const chosen_value& of, std::string_view format = {})
{
    if (of.is_raw && format != "percentencode" && format != "queryparam" && format != "text")
        return detail::joined_values(of.values, ",");
    if (format.empty()) return detail::prometheus_text(of);
    const std::size_t colon = format.find(':');
    const std::string_view argument = colon == std::string_view::npos ? std::string_view{} : format.substr(colon + 1);
    for (const detail::value_format& one : detail::value_formats)
        if (one.format == format.substr(0, colon)) return one.write(of, name, argument);
    return detail::glob_text(of);
}

}  // namespace pitot::dashboard
