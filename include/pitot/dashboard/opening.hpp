#pragma once
// What a dashboard's variables need to get their values when it is opened.

#include <pitot/dashboard/reference.hpp>
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
enum class option_order : unsigned char {
    as_given,
    text,
    text_down,
    number,
    number_down,
    any_case,
    any_case_down,
    natural,
    natural_down
};

/// A variable as the file has it; nothing of it looks into the file.
/// is_asked     its options come from a query, not from the file
/// takes_any    its value need not be among the options
/// include_all  "All" may be chosen, and is where nothing else is
/// is_all       it was
/// all          what "All" writes instead of the options; nothing when it writes them
/// filters      a filter for every query of its datasource, and one was saved
/// chosen       the values that the file was saved with
struct saved_variable {
    std::string name;
    bool many = false;
    bool is_asked = false;
    bool takes_any = false;
    bool include_all = false;
    bool is_all = false;
    bool filters = false;
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
                                          "alphabeticalCaseInsensitiveDesc",
                                          "naturalAsc",
                                          "naturalDesc"};
    auto at = static_cast<std::size_t>(sort.as_int().value_or(0));
    for (std::size_t i = 0; i < std::size(words); ++i)
        if (sort.text() == words[i]) at = i;
    return at < std::size(words) ? static_cast<option_order>(at) : option_order::as_given;
}

[[nodiscard]] inline bool is_one_of_types(const declared_variable& v, std::initializer_list<std::string_view> types)
{
    return std::find(types.begin(), types.end(), v.type) != types.end();
}

/// What it was saved with. A list is none for a variable that takes one value, nor a bare text but for a switch.
inline void read_current(const declared_variable& v, saved_variable& out)
{
    const json::value current = v.written["current"];
    if (is_one_of_types(v, {"switch", "SwitchVariable"})) {
        out.chosen = {std::string(saved_text(current.is_object() ? current["value"] : current))};
        return;
    }
    const json::value saved = current["value"];
    out.include_all = v.written["includeAll"].as_bool().value_or(false);
    out.is_all = out.include_all && (saved.text() == "$__all" || saved[std::size_t{0}].text() == "$__all");
    if (out.include_all)
        if (const std::string_view all = v.written["allValue"].text(); !all.empty()) out.all = all;
    if (!out.is_all && (!saved.is_array() || v.written["multi"].as_bool().value_or(false)))
        out.chosen = saved_values(current, {});
}

/// asks_prometheus  the datasource of a variable that asks one is a Prometheus
[[nodiscard]] inline saved_variable saved_variable_of(const declared_variable& v, bool asks_prometheus)
{
    saved_variable out;
    out.name = v.name;
    out.many = v.many;
    out.regex = v.written["regex"].text();
    out.order = order_of(v.written["sort"]);
    read_current(v, out);
    const std::string_view query = v.written["query"].text();
    if (is_one_of_types(v, {"query", "QueryVariable"})) {
        out.is_asked = asks_prometheus;
        out.takes_any = !asks_prometheus;
        out.query = v.query.text();
    } else if (is_one_of_types(v, {"textbox", "TextVariable"})) {
        out.takes_any = true;
        out.options = {std::string(query)};
    } else if (is_one_of_types(v, {"constant", "ConstantVariable"})) {
        out.options = {std::string(query)};
        out.chosen.clear();
    } else if (is_one_of_types(v, {"interval", "IntervalVariable"})) {
        out.options = interval_values(query);
        if (!out.chosen.empty() && out.chosen.front().starts_with("$__auto")) {
            out.options = {"$__interval"};
            out.chosen.clear();
        }
    } else if (v.type == "input") {
        out.options = {std::string(v.written["value"].text())};
    } else if (is_one_of_types(v, {"custom", "CustomVariable"}) && v.written["valuesFormat"].text() != "json") {
        out.options = custom_values(query);
    } else {
        out.takes_any = true;
        out.filters = is_one_of_types(v, {"adhoc", "AdhocVariable"}) && v.written["filters"].size() > 0;
    }
    return out;
}

}  // namespace detail

/// All variables, each behind those that it waits for: that its query or list, or what "All" writes, names. Those that
/// wait for each other are in the file's order.
/// asks_prometheus  of a variable: is a Prometheus asked for its values?
template <class F>
[[nodiscard]] std::vector<saved_variable> saved_variables(const std::vector<declared_variable>& all,
                                                          F&& asks_prometheus)
{
    std::vector<std::vector<std::size_t>> waits(all.size());
    for (const variable_use& use : uses_of_variables(all))
        if (use.to != variable_use::none && use.to != use.by) waits[use.by].push_back(use.to);
    const detail::declarations names(all);
    for (std::size_t i = 0; i < all.size(); ++i)
        each_reference(all[i].written["allValue"].text(), [&](const reference& r, std::size_t) {
            const std::size_t to = names.find(all[i].section, r.name);
            if (to != variable_use::none && to != i) waits[i].push_back(to);
        });
    std::vector<saved_variable> out;
    std::vector<bool> done(all.size(), false);
    const auto add = [&](std::size_t i) {
        out.push_back(detail::saved_variable_of(all[i], asks_prometheus(all[i])));
        done[i] = true;
    };
    for (std::size_t i = 0; i < all.size(); ++i)
        if (all[i].type == "input") add(i);  // what an import asks for is replaced before there are variables
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
