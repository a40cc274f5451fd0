#pragma once
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/look.hpp>

#include <string>

namespace pitot::lint::dashboards {

inline constexpr dashboard_rule label_renamed{
    {"label-renamed", severity::warning, "a matcher asks for a label whose value another label has",
     "The value is right and the label is not: an exporter was replaced, and its successor names the label otherwise. "
     "So it is with\n"
     "datname, which Vector calls db, whatever the value. Where the matcher selects something all the same, or the "
     "value is a letter or digit, it is "
     "info.",
     "postgresql_up{datname=\"app\"}", "postgresql_up{db=\"app\"}"},
    [](const context& in, const rule& about, remarks& out) {
        for (const asked& a : in.asks)
            for (const asked_matcher& m : a.matchers) {
                if (m.written->name == "job" || m.on_series || !a.is_held) continue;
                const std::string by_value = m.alive ? std::string() : renamed_to(in, a, m);
                const std::string other(by_value.empty() ? known_name_of(in, a, m.written->name) : by_value);
                if (other.empty()) continue;
                out.findings.push_back(
                    in.at(m.written->name_span, about,
                          (m.alive && !asks_for_some_value(in, m)) || (!by_value.empty() && says_little(m)) ||
                                  may_be_missing(in, a)
                              ? severity::info
                              : about.level,
                          concat("no series has the label ", m.written->name, "; ",
                                 by_value.empty() ? concat("it is called ", other) : concat(other, " has this value")),
                          concat("write ", other)));
            }
    }};

}  // namespace pitot::lint::dashboards
