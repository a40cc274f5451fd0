#pragma once
// What a query variable offers, as far as the sources tell: label_values(selector, label) through the variable's regex.

#include <pitot/catalog/matcher.hpp>
#include <pitot/dashboard/interpolate.hpp>
#include <pitot/dashboard/template_query.hpp>
#include <pitot/dashboard/variable_choices.hpp>
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/selectors.hpp>
#include <pitot/lint/dashboard/variable_regex.hpp>
#include <pitot/promql/parse.hpp>

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::lint::dashboards {

namespace detail {

/// The values that a label has on the series of a selector; nothing when they are not all known.
[[nodiscard]] inline std::optional<std::set<std::string, std::less<>>> known_values(const world& in, const asked& a,
                                                                                    std::string_view label)
{
    std::set<std::string, std::less<>> all;
    bool known = a.is_held;
    each_selected(in, a, [&](const catalog::existing_series& s, const catalog::label_list& t) {
        known = known && !is_open(in, s, t, label);
        if (const std::string_view value = in.series->value(s, t, label); !value.empty()) all.emplace(value);
    });
    if (!known || all.empty()) return {};
    return all;
}

/// Those of a variable, or more: what its own variables hold is not looked at. Nothing when nobody can tell.
[[nodiscard]] inline std::optional<dashboard::variable_choices> find_listed_values(
    const world& in, const variables& declared, const dashboard::declared_variable& v)
{
    const dashboard::template_query query = dashboard::read_template_query(v.query.text());
    if (in.series == nullptr || query.kind != "label_values" || query.inside.empty()) return {};
    const dashboard::interpolated readable = dashboard::interpolate(query.inside, declared.told_values(in.values));
    const auto tree = promql::parse_selector(readable.text);
    if (!tree) return {};
    const std::vector<asked> asks = all_asked(in, readable, tree->root());
    if (asks.size() != 1 || !asks.front().unknown.empty()) return {};
    const auto values = known_values(in, asks.front(), query.label);
    if (!values || values->size() > variables::most_choices) return {};
    dashboard::variable_choices out;
    const std::string_view pattern = v.written["regex"].text();
    if (pattern.empty()) {
        out.values.assign(values->begin(), values->end());
    } else {
        const auto keeps = dashboard::has_reference(pattern) ? std::nullopt : variable_regex::read(pattern);
        if (!keeps) return {};
        for (const std::string& value : *values)
            for (std::string& kept : keeps->values_of(value)) out.values.push_back(std::move(kept));
    }
    if (v.written["includeAll"].as_bool().value_or(false))
        if (const std::string_view all = v.written["allValue"].text(); !all.empty()) out.all = all;
    if (out.values.empty() || (out.all && dashboard::has_reference(*out.all))) return {};
    return out;
}

}  // namespace detail

/// What a variable may hold: what its dashboard lists, else what its query gives, which is more than is offered while
/// other variables hold one value. Null when nobody can tell.
[[nodiscard]] inline const dashboard::variable_choices* may_hold(const context& in, const variable& v)
{
    if (v.choices) return &*v.choices;
    if (v.query == nullptr) return nullptr;
    if (!v.listed) v.listed = detail::find_listed_values(in.sources, in.declared, *v.query);
    return *v.listed ? &**v.listed : nullptr;
}

}  // namespace pitot::lint::dashboards
