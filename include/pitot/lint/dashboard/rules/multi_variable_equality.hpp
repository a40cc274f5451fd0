#pragma once
#include <pitot/lint/dashboard/context.hpp>

#include <algorithm>  // std::find
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace pitot::lint::dashboards {

/// The first variable in a text that may hold several values; null when there is none. One that the panel is repeated
/// for holds one.
[[nodiscard]] inline const variable* several(const variables& declared, std::span<const std::string_view> repeats,
                                             std::string_view text)
{
    const variable* found = nullptr;
    static_cast<void>(dashboard::any_reference(text, [&](const dashboard::reference& r, std::size_t) {
        const variable* const v = declared.find(r.name);
        if (v == nullptr || !v->many || std::find(repeats.begin(), repeats.end(), v->name) != repeats.end())
            return false;
        found = v;
        return true;
    }));
    return found;
}

/// What is said of such a variable, and the advice.
/// positive  the matcher is =, else !=
[[nodiscard]] inline std::string several_message(const variable& v, bool positive)
{
    return concat("$", v.name, " may hold several values, which ", positive ? "=" : "!=", " takes for one");
}
[[nodiscard]] inline std::string several_advice(bool positive) { return positive ? "write =~" : "write !~"; }

inline constexpr dashboard_rule multi_variable_equality{
    {"multi-variable-equality", severity::warning, "a variable with several values stands behind =",
     "As soon as two values, or All, are chosen, Grafana writes (a|b): = and != take that for one value, and nothing "
     "is selected.\n"
     "Not so in a panel, row or tab that is repeated for the variable: each has one value.",
     "up{instance=\"$instance\"}", "up{instance=~\"$instance\"}"},
    [](const context& in, const rule& about, remarks& out) {
        for (const asked& a : in.asks)
            for (const asked_matcher& m : a.matchers) {
                if (!m.templated || m.test.is_regex()) continue;
                const variable* const v = several(in.declared, in.repeats, m.written->value);
                if (v == nullptr) continue;
                out.findings.push_back(in.at(m.written->value_span, about, about.level,
                                             several_message(*v, m.test.is_positive()),
                                             several_advice(m.test.is_positive())));
            }
    }};

}  // namespace pitot::lint::dashboards
