#pragma once
#include <pitot/lint/dashboard/context.hpp>

namespace pitot::lint::dashboards {

inline constexpr dashboard_rule multi_variable_equality{
    {"multi-variable-equality", severity::warning, "a variable with several values stands behind =",
     "As soon as two values, or All, are chosen, Grafana writes (a|b): = and != take that for one value, and nothing "
     "is selected.",
     "up{instance=\"$instance\"}", "up{instance=~\"$instance\"}"},
    [](const context& in, const rule& about, remarks& out) {
        for (const asked& a : in.asks)
            for (const asked_matcher& m : a.matchers) {
                if (!m.templated || m.test.is_regex()) continue;
                const std::string_view text = m.written->value;
                const std::size_t at = text.find_first_of("$[");
                if (at == std::string_view::npos) continue;
                const dashboard::reference ref = dashboard::reference_at(text, at);
                const variable* const v = ref ? in.declared.find(ref.name) : nullptr;
                if (v == nullptr || !v->many) continue;
                out.findings.push_back(in.at(m.written->value_span, about, about.level,
                                             concat("$", v->name, " may hold several values, which = takes for one"),
                                             m.test.is_positive() ? "write =~" : "write !~"));
            }
    }};

}  // namespace pitot::lint::dashboards
