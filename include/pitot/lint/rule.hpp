#pragma once
// What a rule says about itself: from this come the reports, the tools' `rules` and `explain`, and the reference page.

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace pitot::lint {

enum class severity : unsigned char { info, warning, error };

[[nodiscard]] constexpr std::string_view to_string(severity level) noexcept
{
    switch (level) {
    case severity::info: return "info";
    case severity::warning: return "warning";
    case severity::error: return "error";
    }
    return "error";
}

/// "error", "warning" or "info".
[[nodiscard]] constexpr std::optional<severity> severity_from(std::string_view name) noexcept
{
    for (const severity level : {severity::info, severity::warning, severity::error})
        if (to_string(level) == name) return level;
    return std::nullopt;
}

/// One rule, a row of a table.
/// id       as findings carry it and as people type it: "metric-not-exposed"
/// level    the severity of its findings, unless a finding says otherwise
/// summary  one sentence without a full stop: what it catches
/// why      a paragraph: what goes wrong for whom, and when it does not apply
/// example  what it reports
/// fix      what to write instead
struct rule {
    std::string_view id;
    severity level = severity::error;
    std::string_view summary;
    std::string_view why;
    std::string_view example;
    std::string_view fix;
};

[[nodiscard]] constexpr const rule* find_rule(std::span<const rule> rules, std::string_view id) noexcept
{
    for (const rule& r : rules)
        if (r.id == id) return &r;
    return nullptr;
}

}  // namespace pitot::lint
