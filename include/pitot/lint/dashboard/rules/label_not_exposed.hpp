#pragma once
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/look.hpp>
#include <pitot/lint/dashboard/suggest.hpp>

namespace pitot::lint::dashboards {

inline constexpr dashboard_rule label_not_exposed{
    {"label-not-exposed", severity::error, "a matcher asks for a label that no series of the metric has",
     "The selector selects nothing. Another exporter, or another version, names the label otherwise. Matchers that an "
     "absent label\n"
     "satisfies (=\"\", !=\"x\", =~\".*\") are no findings. It is info where the value is a variable that may be "
     "empty "
     "then, under absent(),\nand in one operand of `or` whose other operand selects something.",
     "pg_up{datname=\"app\"}", "pg_up{db=\"app\"}"},
    [](const context& in, const rule& about, remarks& out) {
        const auto say = [&](const asked& a, const asked_matcher& m, severity level, std::string_view besides) {
            out.findings.push_back(in.at(
                m.written->name_span, about, level,
                concat("no series of ", a.name, a.total ? "_total" : "", " has the label ", m.written->name, besides),
                suggest_label(in, a, m.written->name)));
        };
        each_dead_matcher(in, [&](const asked& a, const asked_matcher& m) {
            if (m.written->name == "job" || m.on_series || (!says_little(m) && !renamed_to(in, a, m).empty())) return;
            if (!known_name_of(in, a, m.written->name).empty()) return;  // label-renamed
            say(a, m, may_be_missing(in, a) ? severity::info : about.level, "");
        });
        for (const asked& a : in.asks)
            for (const asked_matcher& m : a.matchers)
                if (recorded_as(in.sources, a) != nullptr && !m.templated && m.test.is_positive() && !m.test("") &&
                    presence_of(in.sources, a, m.written->name) == promql::presence::never)
                    say(a, m, may_be_missing(in, a) ? severity::info : about.level,
                        ": no rule that records it makes it");
        for (const asked& a : in.asks)
            for (const asked_matcher& m : a.matchers)
                if (a.is_held && m.templated && !m.on_series && !in.readable.is_variable(m.written->name_span) &&
                    m.written_positive() && known_name_of(in, a, m.written->name).empty())  // label-renamed
                    asks_for_some_value(in, m)
                        ? say(a, m, may_be_missing(in, a) ? severity::info : about.level, "")
                        : say(a, m, severity::info, "; it selects something while the variable is empty");
    }};

}  // namespace pitot::lint::dashboards
