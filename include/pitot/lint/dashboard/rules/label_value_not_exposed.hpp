#pragma once
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/look.hpp>
#include <pitot/lint/dashboard/suggest.hpp>

#include <string>
#include <string_view>

namespace pitot::lint::dashboards {

/// Does a name begin with one, so that it takes "an"?
[[nodiscard]] constexpr bool begins_with_vowel(std::string_view name) noexcept
{
    return !name.empty() && std::string_view("aeio").find(name.front()) != std::string_view::npos;
}

inline constexpr dashboard_rule label_value_not_exposed{
    {"label-value-not-exposed", severity::error, "no series of the metric has a label value that a matcher selects",
     "The selector selects nothing: the value is misspelt, or another version of the exporter has other values. Under "
     "absent(), and in\n"
     "one operand of `or` whose other operand exists (or vector(0)), that is what the query expects: info.\n"
     "Series that the run's rules record are judged by the values that the rules give.\n"
     "A variable with values of its own (custom, constant, interval) is judged by all of them together;\n"
     "what a text box begins with is info.",
     "node_cpu_seconds_total{mode=\"idel\"}", "node_cpu_seconds_total{mode=\"idle\"}"},
    [](const context& in, const rule& about, remarks& out) {
        each_dead_matcher(in, [&](const asked& a, const asked_matcher& m) {
            if (!m.on_series || m.written->name == "instance" ||
                (m.written->name == "job" && !names_a_job(in.sources, m)))
                return;
            if (m.written->name == "job" && !knows_what_jobs_expose(in, m)) return;
            out.findings.push_back(
                in.at(m.written->value_span, about, m.elsewhere || may_be_missing(in, a) ? severity::info : about.level,
                      concat("no series of ", a.name, a.total ? "_total" : "",
                             begins_with_vowel(m.written->name) ? " has an " : " has a ", m.written->name,
                             m.test.is_regex()      ? " that this selects"
                             : m.test.is_positive() ? " of this value"
                                                    : " but this one",
                             m.elsewhere ? not_given : ""),
                      suggest_value(in, a, m)));
        });
        for (const asked& a : in.asks) {
            const recorded_series* const made = recorded_as(in.sources, a);
            if (made == nullptr) continue;
            for (const asked_matcher& m : a.matchers) {
                const std::string_view label = m.written->name;
                if (label == "instance" || !detail::is_recorded_without(in.sources, a, m) ||
                    (label == "job" && in.sources.series->knows_all_jobs() && !names_a_job(in.sources, m)))
                    continue;  // of jobs job-not-scraped says it
                const auto& values = made->values.find(label)->second;
                out.findings.push_back(
                    in.at(m.written->value_span, about, may_be_missing(in, a) ? severity::info : about.level,
                          concat("no rule that records ", a.name, " gives it ", begins_with_vowel(label) ? "an " : "a ",
                                 label,
                                 m.test.is_regex()      ? " that this selects"
                                 : m.test.is_positive() ? " of this value"
                                                        : " but this one"),
                          !m.test.is_positive() ? std::string()
                          : m.test.is_regex()   ? detail::list_of(values, "there are")
                                                : detail::near_or_list(values, m.written->value, "there are")));
            }
        }
    }};

}  // namespace pitot::lint::dashboards
