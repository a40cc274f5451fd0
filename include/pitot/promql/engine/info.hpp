#pragma once
// info(v, {…}): labels of info metrics, joined by instance and job. source  Prometheus, promql/info.go

#include <pitot/promql/check.hpp>
#include <pitot/promql/durations.hpp>
#include <pitot/promql/engine/labels_text.hpp>
#include <pitot/promql/engine/selectors.hpp>
#include <pitot/promql/walk.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace pitot::promql {

namespace detail {

/// When the selectors of an expression look, if they all look at the same time.
class uniform_look_back {
public:
    uniform_look_back(const evaluation& in, const node* of) : in_(in) { uniform_ = inspect(of, {}) && uniform_; }
    [[nodiscard]] look_back value() const { return found_ && uniform_ && !free_ ? first_ : look_back{}; }

private:
    bool inspect(const node* n, std::vector<const subquery*> above)
    {
        n = without_parens(n);
        if (const auto* const v = as<vector_selector>(n)) {
            look_back own = look_back_of(in_, v->shift);
            for (std::size_t i = above.size(); !own.is_fixed && i-- > 0;) {
                const look_back outer = look_back_of(in_, above[i]->shift);
                own.offset += outer.offset;
                own.fixed = outer.fixed;
                own.is_fixed = outer.is_fixed;
            }
            if (!found_)
                first_ = own;
            else
                uniform_ = uniform_ && own.is_fixed == first_.is_fixed &&
                           (own.is_fixed ? own.at(0) == first_.at(0) : own.offset == first_.offset);
            found_ = true;
            return true;
        }
        const value_type type = type_of(n);
        if (type != value_type::vector && type != value_type::matrix) return false;
        if (const auto* const s = as<subquery>(n)) above.push_back(s);
        if (const auto* const c = as<call_node>(n); c != nullptr && c->name == "info")
            return inspect(c->arguments[0], std::move(above));
        bool some = false;
        for_each_child(n, [&](const node* child) { some = inspect(child, above) || some; });
        free_ = free_ || !some;
        return some;
    }

    const evaluation& in_;
    look_back first_;
    bool found_ = false;
    bool uniform_ = true;
    bool free_ = false;
};

}  // namespace detail

[[nodiscard]] inline matrix evaluate_info(evaluation& in, const call_node& call, const time_grid& grid)
{
    const look_back when = detail::uniform_look_back(in, call.arguments[0]).value();
    const matrix base = evaluate(in, without_parens(call.arguments[0]), grid);
    std::vector<series_matcher> names;
    std::vector<series_matcher> data;
    std::set<std::string_view> data_labels;
    if (call.arguments.size() > 1)
        for (series_matcher& m :
             matchers_of(in, *static_cast<const vector_selector*>(without_parens(call.arguments[1])))) {
            if (m.label() != store::name_label) data_labels.insert(m.label());
            (m.label() == store::name_label ? names : data).push_back(std::move(m));
        }
    const bool positive = std::any_of(names.begin(), names.end(), [](const series_matcher& m) {
        return m.op() == match_op::equal || m.op() == match_op::regex;
    });
    if (names.empty())
        names.emplace_back(in, store::name_label, match_op::equal, "target_info");
    else if (!positive)
        names.emplace_back(in, store::name_label, match_op::regex, ".+_info");

    // Those that are info metrics themselves pass unchanged.
    std::vector<char> passes(base.size(), 0);
    std::map<int, std::pair<std::set<std::string_view>, std::set<std::string_view>>> known;
    for (std::size_t i = 0; i < base.size(); ++i) {
        const label_set& labels = *base.rows[i].labels;
        passes[i] = std::all_of(names.begin(), names.end(),
                                [&](const series_matcher& m) { return m(labels.metric_name()); })
                        ? 1
                        : 0;
        const std::string_view instance = labels.get("instance");
        const std::string_view job = labels.get("job");
        const int presence = (job.empty() ? 0 : 1) + (instance.empty() ? 0 : 2);
        if (passes[i] != 0 || presence == 0) continue;
        known[presence].first.insert(instance);
        known[presence].second.insert(job);
    }
    std::vector<series_matcher> all = names;
    all.insert(all.end(), data.begin(), data.end());
    std::vector<const store::series*> sources;
    for (const store::series* const s : select(in, all)) {
        const std::string_view instance = s->labels.get("instance");
        const std::string_view job = s->labels.get("job");
        const auto at = known.find((job.empty() ? 0 : 1) + (instance.empty() ? 0 : 2));
        if (at != known.end() && at->second.first.contains(instance) && at->second.second.contains(job))
            sources.push_back(s);
    }
    const matrix infos = newest_samples(in, sources, when, grid);
    const matrix times = newest_samples(in, sources, when, grid, selected::time);
    if (std::any_of(infos.histograms.begin(), infos.histograms.end(), [](const histogram* h) { return h != nullptr; }))
        in.fail(concat("this should be an info metric, with float samples: ", to_text(*infos.rows[0].labels)),
                call.span);

    const auto key_of = [](std::string_view name, const label_set& labels) {
        std::string key;
        label_set::append_key(key, {name, labels.get("instance")});
        label_set::append_key(key, {"job", labels.get("job")});
        return key;
    };
    std::set<std::string_view> metric_names;
    std::map<std::string, std::vector<std::size_t>> by_key;
    for (std::size_t i = 0; i < infos.size(); ++i) {
        metric_names.insert(infos.rows[i].labels->metric_name());
        by_key[key_of(infos.rows[i].labels->metric_name(), *infos.rows[i].labels)].push_back(i);
    }
    const bool empty_fits = std::all_of(data.begin(), data.end(), [](const series_matcher& m) { return m(""); });

    matrix out(grid.count);
    std::unordered_map<std::string, std::size_t> rows;
    std::string text;
    for (std::size_t i = 0; i < base.size(); ++i) {
        const label_set& own = *base.rows[i].labels;
        for (std::size_t s = 0; s < grid.count; ++s) {
            if (!base.has(i, s)) continue;
            label_set labels = own;
            if (passes[i] == 0) {
                label_set more;
                bool seen = false;
                for (const std::string_view name : metric_names) {
                    const auto at = by_key.find(key_of(name, own));
                    if (at == by_key.end()) continue;
                    std::size_t newest = SIZE_MAX;
                    for (const std::size_t j : at->second) {
                        if (!infos.has(j, s)) continue;
                        if (newest != SIZE_MAX && times.floats(j)[s] == times.floats(newest)[s])
                            in.fail(concat("found duplicate series for info metric: existing ",
                                           to_text(*infos.rows[newest].labels), " @ ",
                                           plain_number(times.floats(j)[s] * 1000), ", new ",
                                           to_text(*infos.rows[j].labels), " @ ",
                                           plain_number(times.floats(j)[s] * 1000)),
                                    call.span);
                        if (newest == SIZE_MAX || times.floats(j)[s] > times.floats(newest)[s]) newest = j;
                    }
                    if (newest == SIZE_MAX) continue;
                    seen = true;
                    for (const store::label& l : *infos.rows[newest].labels) {
                        if (store::is_metadata_label(l.name)) continue;
                        if (!data_labels.empty() && !data_labels.contains(l.name)) continue;
                        const std::string_view there = more.get(l.name);
                        if (!there.empty() && there != l.value)
                            in.fail(concat("conflicting label: ", l.name), call.span);
                        if (own.get(l.name).empty()) more.set(l.name, l.value);
                    }
                }
                if (!seen && !empty_fits) continue;
                for (const store::label& l : more) labels.set(l.name, l.value);
            }
            text.clear();
            labels.append_key(text);
            auto at = rows.find(text);
            if (at == rows.end())
                at = rows.emplace(text, out.add({in.keep(std::move(labels)), base.rows[i].drop_name})).first;
            if (out.has(at->second, s)) in.fail("vector cannot contain metrics with the same labelset", call.span);
            out.copy_sample(base, i, at->second, s);
        }
    }
    return out;
}

}  // namespace pitot::promql
