#pragma once
// The values that a variable can have, where the dashboard itself says them: a custom variable's list, a constant, an
// interval's list, the text that a text box begins with.

#include <pitot/base/text.hpp>
#include <pitot/dashboard/reference.hpp>
#include <pitot/dashboard/variables.hpp>
#include <pitot/json/document.hpp>

#include <algorithm>  // std::any_of, std::find
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::dashboard {

/// values  each that may be chosen
/// saved   those that the file was saved with, and are none of them
/// all     what "All" writes instead of the values, as it stands; nothing when it writes them, or there is no "All"
/// open    others may be typed in
struct variable_choices {
    std::vector<std::string> values;
    std::vector<std::string> saved = {};
    std::optional<std::string> all = {};
    bool open = false;
};

namespace detail {

/// The value of "text : value", else the whole.
/// source  Grafana scenes, CustomVariable: /^\s*(.+)\s:\s(.+)$/
[[nodiscard]] inline std::string_view value_of_option(std::string_view option) noexcept
{
    const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
    for (std::size_t at = option.rfind(':'); at != std::string_view::npos && at > 0; at = option.rfind(':', at - 1)) {
        if (at < 2 || at + 2 >= option.size() || !is_blank(option[at - 1]) || !is_blank(option[at + 1])) continue;
        return trimmed(option.substr(at + 1));
    }
    return trimmed(option);
}

/// "a, b\,c, text : value"
[[nodiscard]] inline std::vector<std::string> custom_values(std::string_view list)
{
    std::vector<std::string> out;
    std::string option;
    const auto add = [&] {
        if (const std::string_view value = value_of_option(option); !value.empty()) out.emplace_back(value);
        option.clear();
    };
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (list[i] == '\\' && i + 1 < list.size() && list[i + 1] == ',')
            option += list[++i];
        else if (list[i] == ',')
            add();
        else
            option += list[i];
    }
    add();
    return out;
}

/// 1m,10m,"1h"
/// source  Grafana scenes, IntervalVariable: /(["'])(.*?)\1|\w+/g
[[nodiscard]] inline std::vector<std::string> interval_values(std::string_view list)
{
    std::vector<std::string> out;
    for (std::size_t i = 0; i < list.size();) {
        const bool quoted = list[i] == '"' || list[i] == '\'';
        const std::size_t close = quoted ? list.find(list[i], i + 1) : std::string_view::npos;
        const std::size_t n = word_length(list, i);
        if (close != std::string_view::npos) {
            out.emplace_back(list.substr(i + 1, close - i - 1));
            i = close + 1;
        } else if (n > 0) {
            out.emplace_back(list.substr(i, n));
            i += n;
        } else {
            ++i;
        }
    }
    return out;
}

/// A saved value: a text, a number, or true and false.
[[nodiscard]] inline std::string_view saved_text(json::value one) noexcept
{
    return one.is_string() ? one.text() : one.is_array() || one.is_object() || one.is_null() ? "" : one.raw();
}

/// Of {"value": …} or {"value": […]}, without "All".
[[nodiscard]] inline std::vector<std::string> saved_values(json::value current, const std::vector<std::string>& known)
{
    std::vector<std::string> out;
    const auto add = [&](json::value one) {
        const std::string_view text = saved_text(one);
        if (!text.empty() && text != "$__all" && std::find(known.begin(), known.end(), text) == known.end())
            out.emplace_back(text);
    };
    const json::value saved = current["value"];
    if (!saved.is_array()) add(saved);
    for (const json::value one : saved) add(one);
    return out;
}

[[nodiscard]] inline bool is_made_of_variables(const variable_choices& choices)
{
    const auto refers = [](const std::string& text) { return has_reference(text); };
    return std::any_of(choices.values.begin(), choices.values.end(), refers) ||
           std::any_of(choices.saved.begin(), choices.saved.end(), refers) || (choices.all && refers(*choices.all));
}

}  // namespace detail

/// What a variable holds first: what the dashboard was saved with, else the first of its options, else of its list.
/// Nothing where the file says none.
[[nodiscard]] inline std::optional<std::string> first_value(const declared_variable& v)
{
    const auto is_one = [](json::value text) { return text.is_string() && text.text() != "$__all"; };
    json::value saved = v.written["current"]["value"];
    if (saved.is_array()) saved = saved[std::size_t{0}];
    if (is_one(saved)) return std::string(saved.text());
    for (const json::value option : v.written["options"])
        if (is_one(option["value"])) return std::string(option["value"].text());
    if (v.type == "textbox" || v.type == "TextVariable" || v.type == "constant" || v.type == "ConstantVariable")
        return std::string(v.written["query"].text());
    if (v.type != "custom" && v.type != "CustomVariable") return {};
    const std::vector<std::string> listed = detail::custom_values(v.written["query"].text());
    return listed.empty() ? std::nullopt : std::optional(listed.front());
}

/// What a variable may hold. Nothing where Grafana asks for it, where it is made of other variables, and where the
/// dashboard says no value.
[[nodiscard]] inline std::optional<variable_choices> choices_of(const declared_variable& v)
{
    const auto is = [&v](std::string_view classic, std::string_view version_2) {
        return v.type == classic || v.type == version_2;
    };
    const std::string_view written = v.written["query"].text();
    variable_choices out;
    if (is("custom", "CustomVariable")) {
        if (const std::string_view format = v.written["valuesFormat"].text(); !format.empty() && format != "csv")
            return {};
        out.values = detail::custom_values(written);
    } else if (is("constant", "ConstantVariable")) {
        if (!written.empty()) out.values.emplace_back(written);
    } else if (is("textbox", "TextVariable")) {
        out.open = true;
        if (!written.empty()) out.values.emplace_back(written);
    } else if (is("interval", "IntervalVariable")) {
        if (v.written["auto"].as_bool().value_or(false)) return {};
        out.values = detail::interval_values(written);
    }
    if (out.values.empty()) return {};
    out.saved = detail::saved_values(v.written["current"], out.values);
    if (v.written["includeAll"].as_bool().value_or(false))
        if (const std::string_view all = v.written["allValue"].text(); !all.empty()) out.all = all;
    if (detail::is_made_of_variables(out)) return {};
    return out;
}

}  // namespace pitot::dashboard
