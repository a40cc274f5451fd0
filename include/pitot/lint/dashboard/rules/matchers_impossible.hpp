#pragma once
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/look.hpp>
#include <pitot/lint/dashboard/rules/label_not_exposed.hpp>
#include <pitot/lint/dashboard/rules/label_renamed.hpp>
#include <pitot/lint/dashboard/rules/label_value_not_exposed.hpp>
#include <pitot/lint/dashboard/suggest.hpp>

#include <algorithm>  // std::none_of
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::lint::dashboards {

namespace detail {

/// The matchers of a selector that leave each other nothing, although each alone selects something: two of them, or
/// all; none when that is not so, or when nobody can tell.
[[nodiscard]] inline std::vector<const asked_matcher*> excluding_each_other(const context& in, const asked& a)
{
    constexpr std::size_t most = 64;
    if (!a.is_held || !a.selected.empty() || asks_some_unknown_job(in.sources, a)) return {};
    std::vector<const asked_matcher*> all;
    for (const asked_matcher& m : a.matchers) {
        if (!m.alive) return {};  // that says enough
        if (!m.templated) all.push_back(&m);
    }
    if (all.size() < 2 || all.size() > most) return {};
    bool apart = false;
    std::set<std::uint64_t> satisfied;  // by some series: a bit for each matcher
    each_series(in.sources, a, [&](const catalog::existing_series& s, const catalog::label_list& t) {
        apart = apart || s.is_part;
        std::uint64_t bits = 0;
        for (std::size_t i = 0; i < all.size(); ++i)
            if (fits(in.sources, s, t, *all[i])) bits |= std::uint64_t{1} << i;
        satisfied.insert(bits);
    });
    if (apart) return {};
    for (std::size_t i = 0; i < all.size(); ++i)
        for (std::size_t j = i + 1; j < all.size(); ++j) {
            const std::uint64_t both = std::uint64_t{1} << i | std::uint64_t{1} << j;
            if (std::none_of(satisfied.begin(), satisfied.end(),
                             [both](std::uint64_t s) { return (s & both) == both; }))
                return {all[i], all[j]};
        }
    return all;
}

/// The values of a matcher's label on the series that all other matchers of the selector select, or else one of them.
[[nodiscard]] inline std::set<std::string, std::less<>> values_beside(const context& in, const asked& a,
                                                                      const asked_matcher& m,
                                                                      const asked_matcher& other)
{
    std::set<std::string, std::less<>> near;
    std::set<std::string, std::less<>> beside_one;
    each_series(in.sources, a, [&](const catalog::existing_series& s, const catalog::label_list& t) {
        const std::string_view value = in.sources.series->value(s, t, m.written->name);
        if (value.empty() || !fits(in.sources, s, t, other)) return;
        beside_one.emplace(value);
        bool all = true;
        for (const asked_matcher& one : a.matchers) all = all && (&one == &m || fits(in.sources, s, t, one));
        if (all) near.emplace(value);
    });
    return near.empty() ? beside_one : near;
}

/// A matcher as it stands in the query.
[[nodiscard]] inline std::string_view written_text(const context& in, const asked_matcher& m)
{
    const std::size_t first = m.written->name_span.offset;
    return std::string_view(in.readable.text).substr(first, m.written->value_span.end() - first);
}

/// "with THAT, LABEL is a, b", the nearest to what was asked for first.
[[nodiscard]] inline std::string values_text(const context& in, const asked& a, const asked_matcher& m,
                                             const asked_matcher& other)
{
    auto values = values_beside(in, a, m, other);
    const std::string start = concat("with ", written_text(in, other));
    if (values.empty()) return concat(start, " there is no ", m.written->name);
    const std::vector<std::string_view> views(values.begin(), values.end());
    const std::string near(m.test.is_regex() ? std::string_view() : nearest(m.test.value(), views));
    if (near.empty()) return list_of(values, concat(start, ", ", m.written->name, " is"));
    values.erase(near);
    const std::string nearest_first = concat(start, ", ", m.written->name, " is ", near);
    return values.empty() ? nearest_first : list_of(values, nearest_first + ",");
}

/// One matcher is on job or instance: the other's label or value is none of the metric as those targets have it.
[[nodiscard]] inline finding missing_within(const context& in, const asked& a, const asked_matcher& scope,
                                            const asked_matcher& m)
{
    const std::string_view label = m.written->name;
    bool has = false;
    each_series(in.sources, a, [&](const catalog::existing_series& s, const catalog::label_list& t) {
        has = has || (fits(in.sources, s, t, scope) && !in.sources.series->value(s, t, label).empty());
    });
    const std::string renamed = has ? std::string() : renamed_to(in, a, m, &scope);
    const rule& about = has               ? label_value_not_exposed.about
                        : renamed.empty() ? label_not_exposed.about
                                          : label_renamed.about;
    const std::string start = concat("with ", written_text(in, scope), " no series of ", a.name,
                                     a.total ? "_total" : "");
    return in.at(
        has ? m.written->value_span : m.written->name_span, about, may_be_missing(in, a) ? severity::info : about.level,
        has                              ? concat(start, " satisfies this matcher")
        : &about == &label_renamed.about ? concat(start, " has the label ", label, "; ", renamed, " has this value")
                                         : concat(start, " has the label ", label),
        &about == &label_renamed.about ? concat("write ", renamed)
                                       : concat(values_text(in, a, m, scope), "; ", values_text(in, a, scope, m)));
}

}  // namespace detail

inline constexpr dashboard_rule matchers_impossible{
    {"matchers-impossible", severity::warning, "the matchers of a selector exclude each other",
     "Each alone selects series of the metric, and no series satisfies them together: the selector selects nothing. "
     "One value is\nanother series'. A job and an instance that do not go together are instance-filter; what a job "
     "or an instance has not is\nlabel-renamed, label-not-exposed or label-value-not-exposed.",
     "node_filesystem_size_bytes{mountpoint=\"/\",fstype=\"tmpfs\"}",
     "node_filesystem_size_bytes{mountpoint=\"/\",fstype=\"ext4\"}"},
    [](const context& in, const rule& about, remarks& out) {
        if (in.sources.series == nullptr) return;
        for (const asked& a : in.asks) {
            const auto found = detail::excluding_each_other(in, a);
            if (found.empty()) continue;
            const asked_matcher* const job = a.matcher("job");
            const asked_matcher* const instance = a.matcher("instance");
            if (job != nullptr && instance != nullptr && exclude_each_other(in, a, *instance, *job)) continue;
            const std::string name = concat("no series of ", a.name, a.total ? "_total" : "");
            const severity level = may_be_missing(in, a) ? severity::info : about.level;
            if (found.size() > 2) {
                out.findings.push_back(
                    in.at(a.selector->span, about, level,
                          concat(name, " satisfies all of these matchers; each two of them, some do")));
                continue;
            }
            const asked_matcher& one = *found.front();
            const asked_matcher& other = *found.back();
            if (is_of_target(one) != is_of_target(other)) {
                out.findings.push_back(is_of_target(one) ? detail::missing_within(in, a, one, other)
                                                         : detail::missing_within(in, a, other, one));
                continue;
            }
            std::string advice;
            if (one.written->name != other.written->name)
                advice = concat(detail::values_text(in, a, other, one), "; ", detail::values_text(in, a, one, other));
            out.findings.push_back(in.at(a.selector->span, about, level,
                                         concat(name, " satisfies both ", detail::written_text(in, one), " and ",
                                                detail::written_text(in, other)),
                                         std::move(advice)));
        }
    }};

}  // namespace pitot::lint::dashboards
