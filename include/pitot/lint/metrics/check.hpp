#pragma once
// The rules on expositions, in one table, and the run of all of them.

#include <pitot/lint/metrics/base_unit.hpp>
#include <pitot/lint/metrics/camel_case.hpp>
#include <pitot/lint/metrics/counter_total.hpp>
#include <pitot/lint/metrics/duplicate_series.hpp>
#include <pitot/lint/metrics/histogram_buckets.hpp>
#include <pitot/lint/metrics/inconsistent_labels.hpp>
#include <pitot/lint/metrics/missing_help.hpp>
#include <pitot/lint/metrics/missing_type.hpp>
#include <pitot/lint/metrics/name_collision.hpp>
#include <pitot/lint/metrics/reserved_character.hpp>
#include <pitot/lint/metrics/reserved_label.hpp>
#include <pitot/lint/metrics/reserved_suffix.hpp>
#include <pitot/lint/metrics/type_in_name.hpp>
#include <pitot/lint/metrics/unit_abbreviation.hpp>

#include <vector>

namespace pitot::lint::metrics {

/// Malformed text: the readers report it, not a check of a family.
inline constexpr metrics_rule syntax{{"exposition-syntax", severity::error, "the exposition is malformed",
                                      "Prometheus drops the whole scrape at the first line that it cannot read, so one "
                                      "bad label loses every series of the target.",
                                      "jobs{queue=a} 1", "jobs{queue=\"a\"} 1"},
                                     nullptr};

inline constexpr metrics_rule rules[] = {
    syntax,
    duplicate_series,
    histogram_buckets,
    name_collision,
    missing_help,
    base_unit,
    counter_total,
    reserved_suffix,
    reserved_label,
    type_in_name,
    reserved_character,
    camel_case,
    unit_abbreviation,
    missing_type,
    inconsistent_labels,
};

/// What the reader of an exposition said, as findings. A message that quotes a very long text is cut.
[[nodiscard]] inline std::vector<finding> syntax_findings(const catalog::exposition& in, const source& text)
{
    std::vector<finding> findings;
    for (const error& e : in.errors) {
        finding f = finding_of(text, e, syntax.about.id);
        if (in.format == expo::format::protobuf) without_lines(f);
        constexpr std::size_t half = 120;
        if (f.message.size() > 3 * half) {
            std::size_t cut = half;
            while (cut > 0 && (static_cast<unsigned char>(f.message[cut]) & 0xC0U) == 0x80U) --cut;
            std::size_t rest = f.message.size() - half;
            while (rest < f.message.size() && (static_cast<unsigned char>(f.message[rest]) & 0xC0U) == 0x80U) ++rest;
            f.message = concat(std::string_view(f.message).substr(0, cut), "…",
                               std::string_view(f.message).substr(rest));
        }
        findings.push_back(std::move(f));
    }
    return findings;
}

/// Everything that the rules say of an exposition, the reader's errors included, by place.
/// in         what was read; families that a malformed part cost are not judged
/// disabled   ids of rules to leave out
[[nodiscard]] inline std::vector<finding> check(const catalog::exposition& in, const source& text,
                                                const std::vector<std::string>& disabled = {})
{
    const auto is_off = [&](std::string_view id) {
        return std::find(disabled.begin(), disabled.end(), id) != disabled.end();
    };
    std::vector<finding> findings = syntax_findings(in, text);
    const context where(in);
    remarks found;
    for (std::size_t i = 0; i < in.families.size(); ++i) {
        const family_view family = in.families[i];
        for (const metrics_rule& r : rules)
            if (r.check != nullptr && !is_off(r.about.id)) r.check(where, family, r.about, found);
    }
    for (remark& r : found) {
        findings.push_back(finding_at(text, r.where, r.rule, r.level, std::move(r.message), std::move(r.suggestion)));
        if (where.is_binary()) without_lines(findings.back());
    }
    put_in_order(findings);
    return findings;
}

}  // namespace pitot::lint::metrics
