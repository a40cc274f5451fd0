#pragma once
// What a query asks for, held against what exists: each selector with the metric it means and the series it selects.

#include <pitot/catalog/inventory.hpp>
#include <pitot/catalog/listing.hpp>
#include <pitot/catalog/log_labels.hpp>
#include <pitot/catalog/matcher.hpp>
#include <pitot/catalog/similar_names.hpp>
#include <pitot/dashboard/datasources.hpp>
#include <pitot/dashboard/interpolate.hpp>
#include <pitot/promql/infer.hpp>
#include <pitot/promql/walk.hpp>

#include <algorithm>  // std::all_of, std::any_of, std::binary_search
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::lint::dashboards {

/// The labels of the series that rules record under a name.
/// values     that a label has at most, where they are known
/// is_closed  they have no others
struct recorded_series {
    std::map<std::string, promql::presence, std::less<>> labels;
    std::map<std::string, std::set<std::string, std::less<>>, std::less<>> values;
    bool is_closed = false;

    [[nodiscard]] promql::presence of(std::string_view label) const
    {
        const auto at = labels.find(label);
        if (at != labels.end()) return at->second;
        return is_closed ? promql::presence::never : promql::presence::maybe;
    }
};
using recorded_names = std::map<std::string, recorded_series, std::less<>>;

/// What the user told of the world.
/// listing       names, for suggestions
/// series        null when no source was given
/// jobs          of a prometheus.yml that was given without sources; else null
/// collected_by  collecting job -> services it stands for
/// values        of variables; null when none was told
/// logs          labels of log streams; null when nobody told
/// datasources   of the Grafana that the dashboards are for; null when nobody told
/// recorded      what recording rules of the run's own files make; null when there are none
/// unread        why series is null although a source was given; empty otherwise
/// keeps_variables  of each dashboard, for who asks its queries
struct world {
    const catalog::listing* names = nullptr;
    const catalog::inventory* series = nullptr;
    const catalog::inventory* jobs = nullptr;
    std::map<std::string, std::vector<std::string>, std::less<>> collected_by;
    const dashboard::variable_values* values = nullptr;
    const catalog::log_labels* logs = nullptr;
    const dashboard::datasources* datasources = nullptr;
    const recorded_names* recorded = nullptr;
    std::string_view unread;
    bool keeps_variables = false;
    // What was found out before: a copy of the world for each thread.
    mutable std::optional<catalog::similar_names> similar;
    mutable std::map<std::string, std::string, std::less<>> near;  ///< suggestions for names
    mutable std::map<std::string, std::set<std::string, std::less<>>, std::less<>> successors;  ///< of prefixes
    mutable std::map<std::string, bool, std::less<>> fits_none;  ///< patterns of names: is there no name for them?
};

/// Why the name of a selector's metric cannot be told.
inline constexpr std::string_view variable_name = "variable metric name";
inline constexpr std::string_view name_by_pattern = "metric name by regular expression";
inline constexpr std::string_view no_name = "selector without a metric name";
inline constexpr std::string_view name_of_rule = "name recorded by a rule";
inline constexpr std::string_view name_of_both = "name of Prometheus's own that a rule records too";

/// A series on one of its targets.
struct found_series {
    const catalog::existing_series* series;
    const catalog::label_list* target;
};

/// One matcher and how it stands.
/// templated  its value has a variable: nobody knows it
/// alive      a series of the metric satisfies it, or may; also where nobody can tell, or there is no metric
/// on_series  some series of the metric has the label
/// elsewhere  none satisfies it, but a target does whose exposition was not given
struct asked_matcher {
    const promql::label_matcher* written;
    catalog::matcher test;
    bool templated = false;
    bool alive = true;
    bool on_series = false;
    bool elsewhere = false;

    /// Of a templated one, too: = or =~.
    [[nodiscard]] bool written_positive() const noexcept
    {
        return written->op == promql::match_op::equal || written->op == promql::match_op::regex;
    }
};

/// One selector.
/// above     the nodes around it, the root first
/// name      of the metric; empty when nobody can tell
/// unknown   why it cannot be judged; empty when it can
/// exists    a source exposes the name
/// total     name + "_total" is what exists; it is judged in its place
/// is_held   its matchers were held against series
/// metric    what is judged; null when there is nothing; what Prometheus makes itself (up, scrape_*) is not among it
/// selected  the series that all matchers may select
struct asked {
    const promql::vector_selector* selector = nullptr;
    std::vector<const promql::node*> above;
    std::string name;
    std::string_view unknown;
    bool exists = false;
    bool total = false;
    bool own = false;  ///< made by Prometheus: one series a target, beside those of metric
    bool is_held = false;
    const catalog::existing_metric* metric = nullptr;
    std::vector<asked_matcher> matchers;
    std::vector<found_series> selected;
    bool open_targets = false;  ///< labels of targets are not known

    [[nodiscard]] const asked_matcher* matcher(std::string_view label) const noexcept
    {
        for (const asked_matcher& m : matchers)
            if (m.written->name == label) return &m;
        return nullptr;
    }
    /// The first matcher that no series satisfies; null when there is none.
    [[nodiscard]] const asked_matcher* dead_matcher() const noexcept
    {
        for (const asked_matcher& m : matchers)
            if (!m.alive) return &m;
        return nullptr;
    }
};

namespace detail {

/// Calls f(series, target) for every series of a name on every target that exposes it; for none without sources.
template <class F>
void each_series(const world& in, const asked& a, F&& f)
{
    if (in.series == nullptr) return;
    const auto& jobs = in.series->jobs();
    if (a.own) {
        static const catalog::existing_series nothing;
        for (std::size_t j = 0; j < jobs.size(); ++j) {
            static thread_local std::vector<catalog::existing_series> made;
            if (made.size() <= j) made.resize(j + 1);
            made[j].job = static_cast<std::uint32_t>(j);
            for (const catalog::label_list& t : jobs[j].targets) f(made[j], t);
        }
    }
    if (a.metric == nullptr) return;
    for (const catalog::existing_series& s : a.metric->series)
        for (const catalog::label_list& t : in.series->targets_of(s)) f(s, t);
}

/// Is it open what value the label has?
inline bool is_open(const world& in, const catalog::existing_series& s, std::string_view label)
{
    if (s.suppresses(label)) return false;
    const catalog::scrape_job& job = in.series->jobs()[s.job];
    for (const std::string& open : s.open)
        if (open == label) return true;
    if (label == "job") return job.name.empty() || job.job_is_open;
    const bool open = label == "instance" ? !job.targets_known : job.discovered;
    return open && catalog::value_of(s.labels, label).empty();
}

/// The same on a target, whose instance may have been told.
inline bool is_open(const world& in, const catalog::existing_series& s, const catalog::label_list& t,
                    std::string_view label)
{
    return is_open(in, s, label) && !(label == "instance" && !catalog::value_of(t, label).empty());
}

/// Does a series on a target satisfy a matcher, or may it?
[[nodiscard]] inline bool fits(const world& in, const catalog::existing_series& s, const catalog::label_list& t,
                               const asked_matcher& m)
{
    if (m.templated) return true;
    const std::string_view value = in.series->value(s, t, m.written->name);
    return (value.empty() && is_open(in, s, m.written->name)) || m.test(value);
}

/// The same for the series that all matchers select, or may.
template <class F>
void each_selected(const world& in, const asked& a, F&& f)
{
    each_series(in, a, [&](const catalog::existing_series& s, const catalog::label_list& t) {
        for (const asked_matcher& m : a.matchers)
            if (!fits(in, s, t, m)) return;
        f(s, t);
    });
}

/// Do the matchers on job select a job? Nothing when there are none that a variable leaves known.
[[nodiscard]] inline bool asks_job(const asked& a, std::string_view job)
{
    bool any = false;
    for (const asked_matcher& m : a.matchers) {
        if (m.written->name != "job") continue;
        if (m.templated || !m.test(job)) return false;
        any = true;
    }
    return any;
}

/// Is f(name) true of the label job that a target of a job has? Relabelling may have given it another one.
template <class F>
[[nodiscard]] bool any_name_of(const catalog::scrape_job& job, F&& f)
{
    if (job.targets.empty()) return f(std::string_view(job.name));
    return std::any_of(job.targets.begin(), job.targets.end(), [&](const catalog::label_list& t) {
        const std::string_view given = catalog::value_of(t, "job");
        return f(given.empty() ? std::string_view(job.name) : given);
    });
}
[[nodiscard]] inline bool asks_job(const asked& a, const catalog::scrape_job& job)
{
    return any_name_of(job, [&a](std::string_view name) { return asks_job(a, name); });
}

/// Do the matchers on job select, beside others, a job whose exposition was not given?
[[nodiscard]] inline bool asks_some_unknown_job(const world& in, const asked& a)
{
    if (a.own) return false;
    for (const catalog::scrape_job& j : in.series->jobs())
        if (!j.has_exposition && asks_job(a, j)) return true;
    return false;
}

/// Does a target of a job whose exposition was not given have a value of job or instance that is asked for?
template <class F>
[[nodiscard]] bool any_unread_target(const world& in, F&& has)
{
    if (!in.series->knows_all_jobs()) return false;
    return std::any_of(in.series->jobs().begin(), in.series->jobs().end(), [&has](const catalog::scrape_job& j) {
        const auto fits = [&](const catalog::label_list& t) {
            const std::string_view job = catalog::value_of(t, "job");
            return has(job.empty() ? std::string_view(j.name) : job, catalog::value_of(t, "instance"));
        };
        if (!j.has_exposition) return std::any_of(j.targets.begin(), j.targets.end(), fits);
        return std::any_of(j.unread.begin(), j.unread.end(), [&](std::size_t i) { return fits(j.targets[i]); });
    });
}

/// Does such a target satisfy the matcher, which names a job or an instance, and the others that do?
[[nodiscard]] inline bool is_elsewhere(const world& in, const asked& a, const asked_matcher& m)
{
    const auto names = [](const asked_matcher& one, std::string_view label) {
        return one.written->name == label && !one.templated;
    };
    if ((!names(m, "job") && !names(m, "instance")) || !m.test.is_positive() || a.own) return false;
    return any_unread_target(in, [&](std::string_view job, std::string_view instance) {
        for (const asked_matcher& one : a.matchers)
            if ((names(one, "job") && !one.test(job)) || (names(one, "instance") && !one.test(instance))) return false;
        return true;
    });
}

/// Do the matchers on job name one, which relabelling may have given to a job's targets?
[[nodiscard]] inline bool may_ask_renamed_job(const asked& a, const catalog::scrape_job& job)
{
    const asked_matcher* const m = job.job_is_open ? a.matcher("job") : nullptr;
    return m != nullptr && !m->templated && m->test.is_positive();
}

/// Do the matchers on job select only jobs whose exposition was not given?
[[nodiscard]] inline bool asks_unknown_jobs(const world& in, const asked& a)
{
    if (!in.series->knows_all_jobs()) return false;
    bool any = false;
    for (const catalog::scrape_job& j : in.series->jobs()) {
        if (!asks_job(a, j) && !may_ask_renamed_job(a, j)) continue;
        if (j.has_exposition) return false;
        any = true;
    }
    return any;
}

/// Do the matchers on labels of targets select only such whose exposition was not given, of jobs of which another's
/// was?
[[nodiscard]] inline bool asks_unread_targets(const world& in, const asked& a)
{
    const auto& jobs = in.series->jobs();
    std::vector<const asked_matcher*> all;
    for (const asked_matcher& m : a.matchers) {
        if (!m.templated && std::any_of(jobs.begin(), jobs.end(), [&m](const catalog::scrape_job& j) {
                return std::any_of(j.unread.begin(), j.unread.end(), [&](std::size_t i) {
                    return !catalog::value_of(j.targets[i], m.written->name).empty();
                });
            }))
            all.push_back(&m);
    }
    bool any = false;
    for (const catalog::scrape_job& j : jobs) {
        if (all.empty() || !j.has_exposition) continue;
        for (std::size_t i = 0; i < j.targets.size(); ++i) {
            const catalog::label_list& t = j.targets[i];
            if (!std::all_of(all.begin(), all.end(),
                             [&t](const asked_matcher* m) { return m->test(catalog::value_of(t, m->written->name)); }))
                continue;
            if (!std::binary_search(j.unread.begin(), j.unread.end(), i)) return false;
            any = true;
        }
    }
    if (any) each_selected(in, a, [&any](const catalog::existing_series&, const catalog::label_list&) { any = false; });
    return any;
}

/// Is no more known of a metric than its name?
[[nodiscard]] inline bool is_only_named(const world& in, const catalog::existing_metric& metric)
{
    return std::all_of(metric.series.begin(), metric.series.end(), [&in](const catalog::existing_series& s) {
        const catalog::scrape_job& job = in.series->jobs()[s.job];
        return job.name.empty() && job.discovered && s.labels.empty();
    });
}

}  // namespace detail

/// Fills in what exists for a selector whose name, unknown and matchers are set.
inline void hold_against(const world& in, asked& a)
{
    if (in.series == nullptr || !a.unknown.empty()) return;
    if (catalog::is_made_by_prometheus(a.name)) {
        a.metric = in.series->find(a.name);  // of an exposition that has the name, too, or of a server
        a.own = a.metric == nullptr || std::any_of(in.series->jobs().begin(), in.series->jobs().end(),
                                                   [](const auto& j) { return !j.targets.empty(); });
    }
    if (a.own) {
        a.exists = true;
        if (a.name.starts_with("ALERTS") || !in.series->knows_all_jobs()) return;
    } else if (detail::asks_unknown_jobs(in, a)) {
        a.unknown = "job whose exposition was not given";
        return;
    } else {
        a.metric = in.series->find(a.name);
        a.exists = a.metric != nullptr ||
                   (in.names != nullptr && in.names->find(a.name).has_value() && !in.series->was_dropped(a.name));
        if (!a.exists) {
            a.metric = in.series->find(a.name + "_total");
            a.total = a.metric != nullptr;
        }
        if (detail::asks_unread_targets(in, a)) {
            a.unknown = "target whose exposition was not given";
            a.metric = nullptr;
            a.exists = a.total = false;
            return;
        }
        if (a.metric == nullptr) return;
        if (detail::is_only_named(in, *a.metric)) {
            a.unknown = "metric whose series the server was not asked for";
            return;
        }
    }
    a.is_held = true;
    for (asked_matcher& m : a.matchers) m.alive = false;
    detail::each_series(in, a, [&](const catalog::existing_series& s, const catalog::label_list& t) {
        bool all = true;
        for (asked_matcher& m : a.matchers) {
            const std::string_view value = in.series->value(s, t, m.written->name);
            const bool open = value.empty() && detail::is_open(in, s, m.written->name);
            if (open) a.open_targets = true;
            m.on_series = m.on_series || !value.empty() || open;
            // A variable may hold anything, nothing too: where no series has the label its list is empty, and so is its
            // value.
            const bool fits = open || m.templated || m.test(value);
            m.alive = m.alive || fits;
            all = all && fits;
        }
        if (all) a.selected.push_back({&s, &t});
    });
    for (asked_matcher& m : a.matchers) m.elsewhere = !m.alive && detail::is_elsewhere(in, a, m);
    if (a.own) {  // the series live in a scratch place
        for (found_series& f : a.selected) f.series = nullptr;
    }
}

/// The type of what a selector selects; unknown where jobs that expose it declare different ones.
[[nodiscard]] inline metric_type type_of(const asked& a) noexcept
{
    if (a.own) return metric_type::gauge;
    if (a.metric == nullptr) return metric_type::unknown;
    if (a.selected.empty()) return a.metric->type;
    const metric_type first = a.selected.front().series->type;
    for (const found_series& f : a.selected)
        if (f.series->type != first) return metric_type::unknown;
    return first;
}

/// What rules of the run record under a name; null when none does.
[[nodiscard]] inline const recorded_series* recorded_as(const world& in, std::string_view name)
{
    if (in.recorded == nullptr) return nullptr;
    const auto at = in.recorded->find(name);
    return at == in.recorded->end() ? nullptr : &at->second;
}
/// The same for a selector which is not held against the sources.
[[nodiscard]] inline const recorded_series* recorded_as(const world& in, const asked& a)
{
    return a.unknown == name_of_rule ? recorded_as(in, a.name) : nullptr;
}

/// A metric that the sources have and a rule of the run records: it may have been recorded by an earlier form of the
/// rule. What that does not have the rule may make: it is judged by the rule alone.
inline void judge_by_rule(const world& in, asked& a)
{
    const recorded_series* const made = a.own ? nullptr : recorded_as(in, a.name);
    if (made == nullptr || !a.unknown.empty() || !a.is_held) return;
    if (a.selected.empty()) {
        a.unknown = name_of_rule;
        a.exists = a.is_held = false;
        a.metric = nullptr;
        for (asked_matcher& m : a.matchers) {
            m.alive = true;
            m.elsewhere = m.on_series = false;
        }
    }
    for (asked_matcher& m : a.matchers)
        m.on_series = m.on_series || (a.is_held && made->of(m.written->name) != promql::presence::never);
}

/// Of a label on the series that a selector selects.
[[nodiscard]] inline promql::presence presence_of(const world& in, const asked& a, std::string_view label)
{
    using promql::presence;
    if (const recorded_series* const made = recorded_as(in, a)) return made->of(label);
    if (in.series == nullptr || !a.unknown.empty() || (a.metric == nullptr && !a.own)) return presence::maybe;
    if (a.own && !a.is_held) return presence::maybe;  // ALERTS has what alerts are given
    bool some = false;
    bool all = true;
    bool any = false;
    const auto look = [&](const catalog::existing_series& s, const catalog::label_list& t) {
        any = true;
        const bool open = detail::is_open(in, s, label);
        const bool has = !in.series->value(s, t, label).empty();
        some = some || has || open;
        all = all && has;
    };
    if (a.own)  // its series are not kept
        a.selected.empty() ? detail::each_series(in, a, look) : detail::each_selected(in, a, look);
    else if (a.selected.empty())
        detail::each_series(in, a, look);
    else
        for (const found_series& f : a.selected) look(*f.series, *f.target);
    if (!any) return presence::maybe;
    const presence exposed = !some ? presence::never : all ? presence::always : presence::maybe;
    const recorded_series* const made = a.own ? nullptr : recorded_as(in, a.name);
    return made == nullptr ? exposed : promql::either(exposed, made->of(label));
}

}  // namespace pitot::lint::dashboards
