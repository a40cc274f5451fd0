#pragma once
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/look.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace pitot::lint::dashboards {

namespace detail {

/// What a label is called now on all that a part of the query asks for; empty when nobody knows another name.
[[nodiscard]] inline std::string_view known_name_below(const context& in, const promql::node* part,
                                                       std::string_view label)
{
    std::string_view found;
    bool all = true;
    promql::walk(part, [&](const promql::node* n, const std::vector<const promql::node*>&) {
        const auto* const v = promql::as<promql::vector_selector>(n);
        const asked* const a = v == nullptr ? nullptr : in.find(*v);
        if (a == nullptr) return;
        found = known_name_of(in, *a, label);
        all = all && a->is_held && !found.empty();
    });
    return all ? found : std::string_view();
}

}  // namespace detail

inline constexpr dashboard_rule label_renamed{
    {"label-renamed", severity::warning, "a matcher or an aggregation names a label that is called otherwise",
     "The value is right and the label is not: an exporter was replaced, and its successor names the label otherwise. "
     "So it is with\n"
     "datname, which Vector calls db, whatever the value, also in by (…). Where the matcher selects something all the "
     "same,\n"
     "or the value is a letter or digit, it is info.",
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
        promql::walk(in.root, [&](const promql::node* n, const std::vector<const promql::node*>&) {
            const auto* const by = promql::as<promql::aggregation>(n);
            if (by == nullptr || by->without) return;
            for (const promql::label_name& l : by->grouping) {
                if (in.presence(by->of, l.text) != promql::presence::never) continue;
                const std::string_view other = detail::known_name_below(in, by->of, l.text);
                if (!other.empty() && !promql::contains(by->grouping, other))
                    out.findings.push_back(in.at(l.span, about, about.level,
                                                 concat("no series has the label ", l.text, "; it is called ", other),
                                                 concat("write ", other)));
            }
        });
    }};

}  // namespace pitot::lint::dashboards
