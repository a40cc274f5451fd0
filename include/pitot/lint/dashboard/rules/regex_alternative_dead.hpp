#pragma once
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/look.hpp>

#include <algorithm>  // std::min
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::lint::dashboards {

/// Does an alternative of a matcher select a series of those that the selector's job and instance leave?
[[nodiscard]] inline bool selects_within(const context& in, const asked& a, const asked_matcher& of,
                                         const catalog::matcher& alone)
{
    const std::string_view label = of.written->name;
    bool any = false;
    detail::each_series(in.sources, a, [&](const catalog::existing_series& s, const catalog::label_list& t) {
        if (any) return;
        for (const asked_matcher& m : a.matchers)
            if (&m != &of && m.alive && is_of_target(m) && !detail::fits(in.sources, s, t, m)) return;
        any = detail::is_open(in.sources, s, t, label) || alone(in.sources.series->value(s, t, label));
    });
    return any;
}

/// Calls f(message) for the alternatives of a regular expression that do not live, the first ones; of what stands in a
/// dead one nothing is told.
/// lives  asks of a matcher of one alone
template <class Lives, class F>
void each_dead_branch(const catalog::matcher& of, Lives&& lives, F&& f)
{
    constexpr std::size_t most = 20;
    std::set<std::string_view> dead;
    std::vector<std::string_view> all;
    for (const catalog::regex_branch& one : of.branches()) {
        if (one.text.empty() || dead.contains(one.inside)) continue;
        if (lives(catalog::matcher(one.whole, true, true, of.has_numbers()))) continue;
        if (one.text == one.inside) dead.insert(one.text);
        all.push_back(one.text);
    }
    for (std::size_t i = 0; i < std::min(all.size(), most); ++i)
        if (i + 1 == most && all.size() > most)
            f(concat("'", all[i], "' and ", std::to_string(all.size() - most), " more select nothing"));
        else
            f(concat("'", all[i], "' selects nothing"));
}

/// Does it name a job or an instance whose exposition was not given?
[[nodiscard]] inline bool may_be_unread(const context& in, const asked& a, const asked_matcher& of,
                                        const catalog::matcher& alone)
{
    if (a.own || !is_of_target(of)) return false;
    return detail::any_unread_target(in.sources, [&](std::string_view job, std::string_view instance) {
        return alone(of.written->name == "job" ? job : instance);
    });
}

inline constexpr dashboard_rule regex_alternative_dead{
    {"regex-alternative-dead", severity::info, "an alternative of a regular expression selects nothing",
     "The matcher works by its other alternatives; this one is a leftover, or misspelt. The values in a variable's own "
     "list are\nalternatives too, behind = as well.",
     "up{job=~\"node|nodde\"}", "up{job=~\"node\"}"},
    [](const context& in, const rule& about, remarks& out) {
        if (in.sources.series == nullptr) return;
        for (const asked& a : in.asks)
            for (const asked_matcher& m : a.matchers) {
                if (m.templated || !m.test.is_regex() || !m.test.is_positive()) continue;
                if (!m.alive && a.name != "up") continue;
                if (a.metric == nullptr && !a.own) continue;
                each_dead_branch(
                    m.test,
                    [&](const catalog::matcher& alone) {
                        return selects_within(in, a, m, alone) || may_be_unread(in, a, m, alone);
                    },
                    [&](const std::string& message) {
                        out.findings.push_back(in.at(m.written->value_span, about, about.level, message));
                    });
            }
    }};

}  // namespace pitot::lint::dashboards
