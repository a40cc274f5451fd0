#pragma once
// The selectors of a query, with their variables, held against what exists.

#include <pitot/lint/dashboard/context.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace pitot::lint::dashboards::detail {

/// Why a selector's name cannot be held against the sources; "" when it can. The name goes to `name`.
[[nodiscard]] inline std::string_view why_unknown(const world& in, const dashboard::interpolated& readable,
                                                  const promql::vector_selector& v, std::string& name)
{
    name = v.name;
    text_span where = v.name_span;
    bool by_pattern = false;
    if (name.empty())
        for (const promql::label_matcher& m : v.matchers) {
            if (m.name != "__name__") continue;
            by_pattern = by_pattern || m.op != promql::match_op::equal;
            if (m.op != promql::match_op::equal) continue;
            name = m.value;
            where = m.value_span;
        }
    if ((where.length > 0 && readable.is_variable(where)) || dashboard::has_reference(name)) return variable_name;
    if (name.empty()) return by_pattern ? name_by_pattern : no_name;
    const bool by_rule = in.recorded != nullptr && in.recorded->contains(name);
    if (by_rule && catalog::is_made_by_prometheus(name)) return name_of_both;
    const bool is_recorded = name.find(':') != std::string::npos || by_rule;
    if (is_recorded && (in.series == nullptr || in.series->find(name) == nullptr)) return name_of_rule;
    return {};
}

/// The selectors of a tree, held against the sources.
[[nodiscard]] inline std::vector<asked> all_asked(const world& in, const dashboard::interpolated& readable,
                                                  const promql::node* root)
{
    std::vector<asked> all;
    promql::walk(root, [&](const promql::node* n, const std::vector<const promql::node*>& above) {
        const auto* const v = promql::as<promql::vector_selector>(n);
        if (v == nullptr || v->for_info) return;
        asked a;
        a.selector = v;
        a.above = above;
        a.unknown = why_unknown(in, readable, *v, a.name);
        for (const promql::label_matcher& m : v->matchers) {
            if (m.name == "__name__") continue;
            const bool positive = m.op == promql::match_op::equal || m.op == promql::match_op::regex;
            const bool is_regex = m.op == promql::match_op::regex || m.op == promql::match_op::not_regex;
            const bool templated = dashboard::has_reference(m.value) || readable.is_variable(m.value_span) ||
                                   readable.is_variable(m.name_span);
            a.matchers.push_back({&m,
                                  catalog::matcher(templated ? std::string_view(".*") : m.value, positive,
                                                   is_regex && !templated, catalog::holds_numbers(m.name)),
                                  templated});
            if (templated && is_regex) a.matchers.back().test = catalog::matcher(".*", true, true);
        }
        hold_against(in, a);
        judge_by_rule(in, a);
        all.push_back(std::move(a));
    });
    return all;
}

}  // namespace pitot::lint::dashboards::detail
