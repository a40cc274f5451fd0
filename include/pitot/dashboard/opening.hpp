#pragma once
// What a dashboard's variables need to get their values when it is opened.

#include <pitot/dashboard/variable_choices.hpp>
#include <pitot/dashboard/variable_graph.hpp>
#include <pitot/dashboard/variables.hpp>
#include <pitot/json/document.hpp>

#include <algorithm>  // std::all_of, std::find
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::dashboard {

/// In which order what was asked for is offered.
/// source  Grafana, VariableSort
enum class option_order { as_given, text, text_down, number, number_down, any_case, any_case_down };

/// A variable as the file has it; nothing of it looks into the file.
/// is_asked  its options come from a query, not from the file
/// takes_any its value need not be among the options
/// is_all    "All" was chosen
/// all       what "All" writes instead of the options; nothing when it writes them
/// chosen    the values that the file was saved with
struct saved_variable {
    std::string name;
    bool many = false;
    bool is_asked = false;
    bool takes_any = false;
    bool is_all = false;
    std::optional<std::string> all;
    std::vector<std::string> chosen;
    std::vector<std::string> options;
    std::string query;
    std::string regex;
    option_order order = option_order::as_given;
};

namespace detail {

/// source  Grafana: numbers in dashboards of version 1, words in those of version 2
[[nodiscard]] inline option_order order_of(json::value sort)
{
    constexpr std::string_view words[] = {"disabled",
                                          "alphabeticalAsc",
                                          "alphabeticalDesc",
                                          "numericalAsc",
                                          "numericalDesc",
                                          "alphabeticalCaseInsensitiveAsc",
                                          "alphabeticalCaseInsensitiveDesc"};
    auto at = static_cast<std::size_t>(sort.as_int().value_or(0));
    for (std::size_t i = 0; i < std::size(words); ++i)
        if (sort.text() == words[i]) at = i;
    return at < std::size(words) ? static_cast<option_order>(at) : option_order::as_given;
}

[[nodiscard]] inline bool is_one_of_types(const declared_variable& v, std::initializer_list<std::string_view> types)
{
    return std::find(types.begin(), types.end(), v.type) != types.end();
}

/// asks_prometheus  the datasource of a variable that asks one is a Prometheus
[[nodiscard]] inline saved_variable saved_variable_of(const declared_variable& v, bool asks_prometheus)
{
    saved_variable out;
    out.name = v.name;
    out.many = v.many;
    out.regex = v.written["regex"].text();
    out.order = order_of(v.written["sort"]);
    if (v.written["includeAll"].as_bool().value_or(false))
        if (const std::string_view all = v.written["allValue"].text(); !all.empty()) out.all = all;
    const json::value current = v.written["current"];
    const json::value saved = current.is_string() ? current : current["value"];
    out.is_all = saved.text() == "$__all" || saved[std::size_t{0}].text() == "$__all";
    if (!out.is_all) out.chosen = saved_values(current, {});
    if (current.is_string() && !out.is_all) out.chosen = {std::string(current.text())};
    for (const json::value option : v.written["options"])
        if (option["value"].text() != "$__all") out.options.emplace_back(option["value"].text());
    if (is_one_of_types(v, {"query", "QueryVariable"})) {
        const json::value refresh = v.written["refresh"];
        const bool is_kept = refresh.text() == "never" || (refresh && refresh.as_int().value_or(1) == 0);
        out.is_asked = asks_prometheus && !(is_kept && !out.options.empty());
        out.takes_any = !asks_prometheus;
        out.query = v.query.text();
    } else if (is_one_of_types(v, {"textbox", "TextVariable", "constant", "ConstantVariable"})) {
        out.takes_any = true;
        out.options = {std::string(v.written["query"].text())};
        if (!is_one_of_types(v, {"textbox", "TextVariable"})) out.chosen.clear();
    } else if (is_one_of_types(v, {"interval", "IntervalVariable"})) {
        out.options = interval_values(v.written["query"].text());
        if (out.options.empty() || (!out.chosen.empty() && out.chosen.front().starts_with("$__auto"))) {
            out.takes_any = true;
            out.chosen = {"$__interval"};
        }
    } else if (v.type == "input") {
        out.options = {std::string(v.written["value"].text())};
    } else if (const auto listed = choices_of(v)) {
        out.options = listed->values;
    } else {
        out.takes_any = true;
    }
    return out;
}

}  // namespace detail

/// All variables, each behind those that its query waits for; those that wait for each other in the file's order.
/// asks_prometheus  of a variable: is a Prometheus asked for its values?
template <class F>
[[nodiscard]] std::vector<saved_variable> saved_variables(const std::vector<declared_variable>& all,
                                                          F&& asks_prometheus)
{
    std::vector<std::vector<std::size_t>> waits(all.size());
    for (const variable_use& use : uses_of_variables(all))
        if (use.to != variable_use::none && use.to != use.by) waits[use.by].push_back(use.to);
    std::vector<saved_variable> out;
    std::vector<bool> done(all.size(), false);
    const auto add = [&](std::size_t i) {
        out.push_back(detail::saved_variable_of(all[i], asks_prometheus(all[i])));
        done[i] = true;
    };
    for (bool again = true; again;) {
        again = false;
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (done[i] || !std::all_of(waits[i].begin(), waits[i].end(), [&](std::size_t of) { return done[of]; }))
                continue;
            add(i);
            again = true;
        }
    }
    for (std::size_t i = 0; i < all.size(); ++i)
        if (!done[i]) add(i);
    return out;
}

}  // namespace pitot::dashboard
