#pragma once
// What recording rules make: the labels of the series under each name, by the rules' own expressions.

#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/look.hpp>
#include <pitot/lint/dashboard/rule_file.hpp>
#include <pitot/lint/dashboard/selectors.hpp>

#include <cstddef>
#include <functional>  // std::less<>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::lint::dashboards {

namespace detail {

/// The labels that a result may have: those of the series that are asked for, and those that the query names.
[[nodiscard]] inline std::set<std::string, std::less<>> possible_labels(const world& in, const std::vector<asked>& asks,
                                                                        const promql::node* root)
{
    std::set<std::string, std::less<>> all;
    for (const asked& a : asks) {
        each_series(in, a, [&](const catalog::existing_series& s, const catalog::label_list& t) {
            in.series->each_label(s, t, [&all](std::string_view name, std::string_view) {
                if (!all.contains(name)) all.emplace(name);
            });
        });
        if (const recorded_series* const made = recorded_as(in, a))
            for (const auto& [name, is] : made->labels) all.insert(name);
    }
    const auto add = [&all](std::span<const promql::label_name> names) {
        for (const promql::label_name& l : names) all.emplace(l.text);
    };
    promql::walk(root, [&](const promql::node* n, const std::vector<const promql::node*>&) {
        if (const auto* const s = promql::as<promql::string_node>(n)) all.emplace(s->value);
        if (const auto* const g = promql::as<promql::aggregation>(n)) add(g->grouping);
        if (const auto* const v = promql::as<promql::vector_selector>(n))
            for (const promql::label_matcher& m : v->matchers) all.emplace(m.name);
        if (const auto* const b = promql::as<promql::binary_node>(n); b != nullptr && b->matching != nullptr) {
            add(b->matching->labels);
            add(b->matching->include);
        }
    });
    for (const std::string_view own : {"job", "instance"}) all.emplace(own);
    return all;
}

/// What one rule records; nothing is known where its expression cannot be read.
[[nodiscard]] inline recorded_series recorded_by(const world& in, const source& file, const read_rule& rule)
{
    constexpr std::size_t most = 500;
    constexpr std::string_view no_such_label = "\x01";
    recorded_series out;
    dashboard::interpolated readable;
    readable.text = rule.expr.text;
    const auto tree = promql::parse(readable.text, promql::parse_options::everything());
    if (tree) {
        const std::vector<asked> asks = all_asked(in, readable, tree->root());
        const auto labels = possible_labels(in, asks, tree->root());
        if (labels.size() <= most) {
            const variables none;
            const located expr = located_in(file, rule.expr);
            const context around{file, expr, readable, tree->root(), asks, in, none, {}};
            out.is_closed = around.presence(tree->root(), no_such_label) == promql::presence::never;
            for (const std::string& l : labels) {
                out.labels.emplace(l, around.presence(tree->root(), l));
                if (auto values = result_values(around, tree->root(), l, most))
                    out.values.emplace(l, std::move(*values));
            }
        }
    }
    for (const auto& [name, value] : rule.labels) {
        out.labels.insert_or_assign(name, value.empty() ? promql::presence::never : promql::presence::always);
        out.values.insert_or_assign(name, std::set<std::string, std::less<>>{value});
    }
    return out;
}

/// A second rule that records under the same name.
inline void add(recorded_series& to, const recorded_series& more)
{
    for (const auto& [name, is] : to.labels)
        if (!more.values.contains(name) && more.of(name) != promql::presence::never) to.values.erase(name);
    for (const auto& [name, values] : more.values) {
        const auto own = to.values.find(name);
        if (own != to.values.end())
            own->second.insert(values.begin(), values.end());
        else if (to.of(name) == promql::presence::never)
            to.values.emplace(name, values);
    }
    for (const auto& [name, is] : more.labels) to.labels.try_emplace(name, to.of(name));
    for (auto& [name, is] : to.labels) is = promql::either(is, more.of(name));
    to.is_closed = to.is_closed && more.is_closed;
}

}  // namespace detail

/// What the rules of all files record. A rule that asks for what another one records knows of it if the other stands
/// before. Without sources only the names are known: what writes the series elsewhere may add labels.
/// in  without what is recorded
[[nodiscard]] inline recorded_names all_recorded(const std::vector<const rule_file*>& files, world in)
{
    recorded_names all;
    for (const rule_file* const file : files)
        for (const std::string& name : file->recorded) all.try_emplace(name);
    if (in.series == nullptr) return all;
    in.recorded = &all;
    // What several rules record is known once the last of them is read.
    struct part {
        std::size_t left = 0;
        std::optional<recorded_series> made = {};
    };
    std::map<std::string_view, part> parts;
    const auto each_rule = [&files](auto&& f) {
        for (const rule_file* const file : files)
            for (const detail::read_rule& rule : file->rules)
                if (!rule.record.empty() && !rule.is_foreign) f(file->file, rule);
    };
    each_rule([&](const source&, const detail::read_rule& rule) { ++parts[rule.record].left; });
    each_rule([&](const source& file, const detail::read_rule& rule) {
        part& of = parts[rule.record];
        recorded_series made = detail::recorded_by(in, file, rule);
        if (of.made)
            detail::add(*of.made, made);
        else
            of.made = std::move(made);
        if (--of.left == 0) all[rule.record] = std::move(*of.made);
    });
    return all;
}

}  // namespace pitot::lint::dashboards
