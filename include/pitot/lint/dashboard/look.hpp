#pragma once
// Questions that several rules ask of a query.

#include <pitot/base/text.hpp>
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/listed_values.hpp>

#include <algorithm>  // std::any_of, std::none_of
#include <cstddef>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::lint::dashboards {

namespace detail {

/// Is a selector one of series that rules record, of which a matcher's label surely has no value that it selects?
[[nodiscard]] inline bool is_recorded_without(const world& in, const asked& a, const asked_matcher& m)
{
    const recorded_series* const made = recorded_as(in, a);
    if (made == nullptr || m.templated) return false;
    const promql::presence is = made->of(m.written->name);
    const auto values = made->values.find(m.written->name);
    if (is == promql::presence::never || values == made->values.end()) return false;
    return !(is == promql::presence::maybe && m.test("")) &&
           std::none_of(values->second.begin(), values->second.end(), m.test);
}

/// May a selector of series that rules record select one?
[[nodiscard]] inline bool may_select_recorded(const world& in, const asked& a)
{
    return std::none_of(a.matchers.begin(), a.matchers.end(), [&](const asked_matcher& m) {
        const bool wants_some = !m.templated && m.test.is_positive() && !m.test("");
        return is_recorded_without(in, a, m) ||
               (wants_some && presence_of(in, a, m.written->name) == promql::presence::never);
    });
}

}  // namespace detail

/// Is it missing that is asked about?
[[nodiscard]] inline bool is_under_absent(const asked& a) noexcept
{
    for (const promql::node* up : a.above)
        if (const auto* const call = promql::as<promql::call_node>(up);
            call != nullptr && (call->name == "absent" || call->name == "absent_over_time"))
            return true;
    return false;
}

/// Does everything that a part of the query needs for a result exist, with its labels? Of `or` one side is enough, of
/// `unless` the first is.
[[nodiscard]] inline bool is_complete(const context& in, const promql::node* part)
{
    if (const auto* const v = promql::as<promql::vector_selector>(part)) {
        const asked* const a = in.find(*v);
        if (a != nullptr && recorded_as(in.sources, *a) != nullptr) return detail::may_select_recorded(in.sources, *a);
        return a == nullptr || (a->unknown.empty() && a->exists && a->dead_matcher() == nullptr);
    }
    if (const auto* const b = promql::as<promql::binary_node>(part)) {
        if (b->op == promql::token_kind::or_) return is_complete(in, b->left) || is_complete(in, b->right);
        if (b->op == promql::token_kind::unless) return is_complete(in, b->left);
    }
    if (const auto* const c = promql::as<promql::call_node>(part);
        c != nullptr && c->name.starts_with("absent") && c->arguments.size() == 1)
        return !is_complete(in, c->arguments[0]);
    bool all = true;
    promql::for_each_child(part, [&](const promql::node* child) { all = all && is_complete(in, child); });
    return all;
}

/// Is there an `or` around a selector whose other side gives a result?
/// of_series  the other side asks for series; a constant is no result then
[[nodiscard]] inline bool has_stand_in(const context& in, const asked& a, bool of_series = false)
{
    for (std::size_t i = 0; i < a.above.size(); ++i) {
        const auto* const b = promql::as<promql::binary_node>(a.above[i]);
        if (b == nullptr || b->op != promql::token_kind::or_) continue;
        const promql::node* const inside = i + 1 < a.above.size() ? a.above[i + 1] : a.selector;
        const promql::node* const other = inside == b->left ? b->right : b->left;
        if (is_complete(in, other) && (!of_series || promql::has_selector(other))) return true;
    }
    return false;
}

/// Is it no fault when the selector selects nothing: under absent(), or beside an `or` whose other side gives a result?
[[nodiscard]] inline bool may_be_missing(const context& in, const asked& a)
{
    return is_under_absent(a) || has_stand_in(in, a);
}

/// Where the names with a prefix went: "postgresql_pg_" for "pg_". None when there still are some, or none anywhere;
/// several for a common word, as "cpu_".
[[nodiscard]] inline const std::set<std::string, std::less<>>& successors_of(const context& in,
                                                                             const std::string& prefix)
{
    if (const auto known = in.sources.successors.find(prefix); known != in.sources.successors.end())
        return known->second;
    const auto& metrics = in.sources.series->metrics();
    const auto same = metrics.lower_bound(prefix);
    std::set<std::string, std::less<>> others;
    if (same == metrics.end() || !same->first.starts_with(prefix))
        for (const auto& [name, m] : metrics) {
            const std::size_t word = name.find('_');
            if (word != std::string::npos && std::string_view(name).substr(word + 1).starts_with(prefix))
                others.insert(name.substr(0, word + 1) + prefix);
        }
    return in.sources.successors.emplace(prefix, std::move(others)).first->second;
}

/// Every label and value of the series that a selector's metric has.
[[nodiscard]] inline std::set<std::string, std::less<>> labels_of(const context& in, const asked& a)
{
    std::set<std::string, std::less<>> all;
    detail::each_series(in.sources, a, [&](const catalog::existing_series& s, const catalog::label_list& t) {
        in.sources.series->each_label(s, t, [&all](std::string_view name, std::string_view) {
            if (!all.contains(name)) all.emplace(name);
        });
    });
    return all;
}
/// scope  a matcher that the series satisfy; null for all of them
[[nodiscard]] inline std::set<std::string, std::less<>> values_of(const context& in, const asked& a,
                                                                  std::string_view label,
                                                                  const asked_matcher* scope = nullptr)
{
    std::set<std::string, std::less<>> all;
    detail::each_series(in.sources, a, [&](const catalog::existing_series& s, const catalog::label_list& t) {
        if (scope != nullptr && !detail::fits(in.sources, s, t, *scope)) return;
        if (const std::string_view v = in.sources.series->value(s, t, label); !v.empty()) all.emplace(v);
    });
    return all;
}

/// Labels that a collector names otherwise than the exporter it stands for, whatever their values are.
/// source  postgres_exporter; Vector, postgresql_metrics
struct known_rename {
    std::string_view from;
    std::string_view to;
};
inline constexpr known_rename known_renames[] = {{"datname", "db"}};

/// What a label is called now on the selector's metric, by known_renames; empty when it is none of those.
[[nodiscard]] inline std::string_view known_name_of(const context& in, const asked& a, std::string_view label)
{
    for (const known_rename& r : known_renames)
        if (r.from == label && labels_of(in, a).contains(r.to)) return r.to;
    return {};
}

inline constexpr std::string_view not_given = "; a job that it names was not given";

/// Calls f(selector, matcher) for each matcher that no series satisfies, of metrics that exist.
template <class F>
void each_dead_matcher(const context& in, F&& f)
{
    for (const asked& a : in.asks)
        for (const asked_matcher& m : a.matchers)
            if (!m.alive) f(a, m);
}

/// Is there a job that the matcher selects, whatever it exposes? Relabelling may have given it another name.
[[nodiscard]] inline bool names_a_job(const world& in, const asked_matcher& m)
{
    for (const catalog::scrape_job& j : in.series->jobs())
        if (j.job_is_open || detail::any_name_of(j, m.test)) return true;
    return !in.series->knows_all_jobs();
}
/// Is a job among them whose exposition was given?
[[nodiscard]] inline bool knows_what_jobs_expose(const context& in, const asked_matcher& m)
{
    for (const catalog::scrape_job& j : in.sources.series->jobs())
        if (j.has_exposition && detail::any_name_of(j, m.test)) return true;
    return !in.sources.series->knows_all_jobs();
}

/// Does a selector that selects nothing ask for jobs or instances whose exposition was not given?
[[nodiscard]] inline bool asks_unread_job(const context& in, const asked& a)
{
    return std::any_of(a.matchers.begin(), a.matchers.end(), [&](const asked_matcher& m) {
        if (m.elsewhere) return true;
        return m.written->name == "job" && !m.templated && !m.alive && names_a_job(in.sources, m) &&
               !knows_what_jobs_expose(in, m);
    });
}

/// The other label that has the matcher's value, job and instance last; empty when there is none, or when the matcher
/// selects anything.
/// scope  a matcher that the series satisfy; null for all of them
[[nodiscard]] inline std::string renamed_to(const context& in, const asked& a, const asked_matcher& m,
                                            const asked_matcher* scope = nullptr)
{
    if (m.templated || !m.test.is_positive() || m.test("") || m.test("some other text")) return {};
    std::string found;
    std::string of_target;
    detail::each_series(in.sources, a, [&](const catalog::existing_series& s, const catalog::label_list& t) {
        if (!found.empty() || (scope != nullptr && !detail::fits(in.sources, s, t, *scope))) return;
        in.sources.series->each_label(s, t, [&](std::string_view name, std::string_view value) {
            if (catalog::holds_numbers(name) || !m.test(value) || a.matcher(name) != nullptr) return;
            std::string& to = name == "job" || name == "instance" ? of_target : found;
            if (to.empty()) to = name;
        });
    });
    return found.empty() ? of_target : found;
}

/// Is it on what tells targets apart?
[[nodiscard]] inline bool is_of_target(const asked_matcher& m) noexcept
{
    return m.written->name == "job" || m.written->name == "instance";
}

/// Is the matcher's value so short that another label may have it by chance?
[[nodiscard]] inline bool says_little(const asked_matcher& m) noexcept { return m.test.value().size() < 2; }

/// Is the matcher's value made of a variable that is never empty, so that no series without the label satisfies it? (Of
/// a label that no series has, the list is empty, unless another one is listed.)
[[nodiscard]] inline bool asks_for_some_value(const context& in, const asked_matcher& m)
{
    const bool may_tell = m.templated && m.written_positive();
    if (!may_tell || in.readable.is_variable(m.written->name_span)) return false;
    const std::string_view text = m.written->value;
    if (m.written->op == promql::match_op::regex && text.find_first_of("|?*") != std::string_view::npos) return false;
    return dashboard::any_reference(text, [&](const dashboard::reference& r, std::size_t) {
        const variable* const v = in.declared.find(r.name);
        return v != nullptr && !v->is_empty && (m.on_series || may_hold(in, *v) != nullptr);
    });
}

/// Does a matcher alone select a series of the selector's metric?
[[nodiscard]] inline bool selects(const context& in, const asked& a, std::string_view label, const catalog::matcher& m)
{
    bool any = false;
    detail::each_series(in.sources, a, [&](const catalog::existing_series& s, const catalog::label_list& t) {
        any = any || detail::is_open(in.sources, s, t, label) || m(in.sources.series->value(s, t, label));
    });
    return any;
}

/// Do the targets of the selector's metric that satisfy one matcher all fail the other? Each alone selects some.
[[nodiscard]] inline bool exclude_each_other(const context& in, const asked& a, const asked_matcher& one,
                                             const asked_matcher& other)
{
    if (one.templated || other.templated || !one.alive || !other.alive) return false;
    bool any = false;
    detail::each_series(in.sources, a, [&](const catalog::existing_series& s, const catalog::label_list& t) {
        bool both = true;
        for (const asked_matcher* const m : {&one, &other})
            both = both && (detail::is_open(in.sources, s, t, m->written->name) ||
                            m->test(in.sources.series->value(s, t, m->written->name)));
        any = any || both;
    });
    return !any;
}

/// Does a function of a range give what it was asked of again: of a gauge a gauge?
[[nodiscard]] inline bool gives_same_kind(const promql::call_node& c) noexcept
{
    for (const std::string_view same : {"avg_over_time", "first_over_time", "last_over_time", "max_over_time",
                                        "min_over_time", "quantile_over_time", "sum_over_time"})
        if (c.name == same) return true;
    return false;
}

/// rate() and its like when they are asked of the selector itself, or in a subquery of what it is added up to,
/// multiplied by or smoothed to; else null.
[[nodiscard]] inline const promql::call_node* counter_call(const asked& a) noexcept
{
    const auto keeps_kind = [](const promql::node* n) {
        if (const auto* const g = promql::as<promql::aggregation>(n))
            return g->op != promql::aggregator::count && g->op != promql::aggregator::group &&
                   g->op != promql::aggregator::count_values;
        const auto* const b = promql::as<promql::binary_node>(n);
        return b != nullptr && b->matching == nullptr && !b->return_bool;  // with a number
    };
    bool range = false;
    for (std::size_t i = a.above.size(); i-- > 0;) {
        const promql::node* const up = a.above[i];
        if (up->kind == promql::node_kind::matrix_selector || up->kind == promql::node_kind::subquery) {
            if (range) return nullptr;
            range = true;
            continue;
        }
        if (up->kind == promql::node_kind::paren || (!range && keeps_kind(up))) continue;
        const auto* const call = promql::as<promql::call_node>(up);
        if (range && call != nullptr && gives_same_kind(*call)) {
            range = false;
            continue;
        }
        return range && call != nullptr && call->of != nullptr && call->of->of == promql::wants::counter ? call
                                                                                                         : nullptr;
    }
    return nullptr;
}

/// Is the selector's value shown or compared as it is?
[[nodiscard]] inline bool is_raw(const context& in, const asked& a)
{
    const promql::node* below = a.selector;
    for (std::size_t i = a.above.size(); i-- > 0; below = a.above[i]) {
        const promql::node* const up = a.above[i];
        switch (up->kind) {
        case promql::node_kind::matrix_selector:
        case promql::node_kind::subquery: {
            const auto* const c = i > 0 ? promql::as<promql::call_node>(a.above[i - 1]) : nullptr;
            if (c == nullptr || c->name != "last_over_time") return false;
            break;
        }
        case promql::node_kind::aggregation: {
            const auto& g = *static_cast<const promql::aggregation*>(up);
            if (g.op == promql::aggregator::count || g.op == promql::aggregator::group ||
                g.op == promql::aggregator::count_values)
                return false;
            break;
        }
        case promql::node_kind::call: {
            const auto& c = *static_cast<const promql::call_node*>(up);
            if (c.of == nullptr || c.of->of == promql::wants::histogram) return false;
            for (const std::string_view asks_other : {"absent", "timestamp", "start_timestamp", "info"})
                if (c.name == asks_other) return false;
            break;
        }
        case promql::node_kind::binary: {
            const auto& b = *static_cast<const promql::binary_node*>(up);
            if ((b.op == promql::token_kind::and_ || b.op == promql::token_kind::unless) && below == b.right)
                return false;
            if (b.op == promql::token_kind::subtract) {  // how many there are: made without those that are gone
                for (const asked& other : in.asks) {
                    const bool is_alike = other.name == a.name ||
                                          (type_of(other) == metric_type::counter && counter_call(other) == nullptr);
                    if (&other == &a || !is_alike) continue;
                    const promql::node* const side = below == b.left ? b.right : b.left;
                    bool inside = static_cast<const promql::node*>(other.selector) == side;
                    for (const promql::node* n : other.above) inside = inside || n == side;
                    if (inside) return false;
                }
            }
            break;
        }
        default: break;
        }
    }
    return true;
}

/// Is the counter divided by counters or divides one, or set against itself by `unless`?
[[nodiscard]] inline bool is_beside_its_like(const context& in, const asked& a)
{
    for (std::size_t i = 0; i < a.above.size(); ++i) {
        const auto* const b = promql::as<promql::binary_node>(a.above[i]);
        if (b == nullptr || (b->op != promql::token_kind::divide && b->op != promql::token_kind::unless)) continue;
        const promql::node* const inside = i + 1 < a.above.size() ? a.above[i + 1] : a.selector;
        const promql::node* const side = inside == b->left ? b->right : b->left;
        for (const asked& other : in.asks) {
            bool there = static_cast<const promql::node*>(other.selector) == side;
            for (const promql::node* n : other.above) there = there || n == side;
            if (!there) continue;
            if (b->op == promql::token_kind::unless ? other.name == a.name : type_of(other) == metric_type::counter)
                return true;
        }
    }
    return false;
}

/// The values that a label has on the result of a part of a query, or more; nothing when they are not known, or when
/// the part may give series without it.
/// most  as many, or they are not known
[[nodiscard]] inline std::optional<std::set<std::string, std::less<>>> result_values(
    const context& in, const promql::node* part, std::string_view label,
    std::size_t most = std::numeric_limits<std::size_t>::max())
{
    if (in.presence(part, label) != promql::presence::always) return {};
    bool known = true;
    std::set<std::string, std::less<>> all;
    promql::walk(part, [&](const promql::node* n, const std::vector<const promql::node*>&) {
        if (const auto* const call = promql::as<promql::call_node>(n))
            known = known && call->name != "label_replace" && call->name != "label_join" && call->name != "info" &&
                    !call->name.starts_with("absent");
        if (const auto* const made = promql::as<promql::aggregation>(n))
            known = known && made->op != promql::aggregator::count_values;
        const auto* const v = promql::as<promql::vector_selector>(n);
        if (v == nullptr) return;
        const asked* const a = in.find(*v);
        if (const recorded_series* const made = a == nullptr ? nullptr : recorded_as(in.sources, *a)) {
            const auto values = made->values.find(label);
            known = known && values != made->values.end();
            if (known) all.insert(values->second.begin(), values->second.end());
            return;
        }
        known = known && a != nullptr && a->unknown.empty() && a->is_held && (a->own || !a->selected.empty()) &&
                recorded_as(in.sources, a->name) == nullptr;  // or what the rule makes, too
        if (!known) return;
        const auto add = [&](const catalog::existing_series& s, const catalog::label_list& t) {
            if (!known) return;
            const std::string_view value = in.sources.series->value(s, t, label);
            if (!all.contains(value)) all.emplace(value);
            known = all.size() <= most && !detail::is_open(in.sources, s, t, label);
        };
        if (a->own)  // its series are not kept
            detail::each_selected(in.sources, *a, add);
        else
            for (const found_series& f : a->selected) add(*f.series, *f.target);
    });
    if (!known) return {};
    return all;
}

/// Has a label no value on both sides of an operator, although each side has it?
[[nodiscard]] inline bool have_nothing_in_common(const context& in, const promql::binary_node& b,
                                                 std::string_view label)
{
    const auto left = result_values(in, b.left, label);
    if (!left) return false;
    const auto right = result_values(in, b.right, label);
    if (!right) return false;
    return std::none_of(left->begin(), left->end(), [&](const std::string& v) { return right->contains(v); });
}

/// Those of all metrics that a query asks for.
[[nodiscard]] inline const std::set<std::string, std::less<>>& labels_of_all(const context& in)
{
    if (in.seen.labels) return *in.seen.labels;
    auto& all = in.seen.labels.emplace();
    std::set<std::pair<const catalog::existing_metric*, bool>> looked_at;
    for (const asked& a : in.asks) {
        if (looked_at.emplace(a.metric, a.own).second) all.merge(labels_of(in, a));
        if (const recorded_series* const made = recorded_as(in.sources, a))
            for (const auto& [l, is] : made->labels)
                if (is != promql::presence::never) all.insert(l);
    }
    return all;
}

/// The labels by which a binary operation pairs its sides.
[[nodiscard]] inline std::vector<std::string> compared_labels(const context& in, const promql::binary_node& b)
{
    std::set<std::string, std::less<>> all;
    if (b.matching->on) {
        for (const promql::label_name& l : b.matching->labels) all.emplace(l.text);
    } else {
        for (const std::string& l : labels_of_all(in))
            if (l != "__name__" && !promql::contains(b.matching->labels, l)) all.insert(l);
    }
    return {all.begin(), all.end()};
}

}  // namespace pitot::lint::dashboards
