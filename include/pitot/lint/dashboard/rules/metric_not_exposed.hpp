#pragma once
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/look.hpp>
#include <pitot/lint/dashboard/suggest.hpp>

#include <algorithm>  // std::all_of
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::lint::dashboards {

namespace detail {

/// A text with its variables, as a regular expression: a variable may be anything.
/// literal  what is no variable stands for itself
[[nodiscard]] inline std::string pattern_of(std::string_view text, bool literal)
{
    std::string out;
    std::size_t done = 0;
    const auto add = [&](std::size_t end) {
        for (const char c : text.substr(done, end - done)) {
            if (literal && !dashboard::detail::is_word(c)) out += '\\';
            out += c;
        }
    };
    dashboard::each_reference(text, [&](const dashboard::reference& r, std::size_t at) {
        add(at);
        out += ".*";
        done = at + r.length;
    });
    add(text.size());
    return out;
}

/// Is it unknown because its name has a variable, or is a pattern?
[[nodiscard]] inline bool is_open_name(const asked& a) noexcept
{
    return a.unknown == variable_name || a.unknown == name_by_pattern;
}

/// A pattern that the name of a metric must fit, or must not.
struct name_pattern {
    std::string text;
    bool positive;
};

/// Is there no name that is exposed, recorded or Prometheus's own, and fits all?
[[nodiscard]] inline bool fits_no_name(const world& sources, const std::vector<name_pattern>& wanted)
{
    std::vector<catalog::matcher> all;
    all.reserve(wanted.size());
    for (const name_pattern& p : wanted) all.emplace_back(p.text, p.positive, true);
    const auto fits = [&all](std::string_view name) {
        return std::all_of(all.begin(), all.end(), [name](const catalog::matcher& m) { return m(name); });
    };
    if (fits("up") || fits("scrape_duration_seconds") || fits("ALERTS")) return false;
    if (sources.recorded != nullptr)
        for (const auto& [name, series] : *sources.recorded)
            if (fits(name)) return false;
    for (const auto& [name, m] : sources.series->metrics())
        if (fits(name)) return false;
    if (sources.names != nullptr)
        for (const std::string& name : sources.names->names())
            if (fits(name)) return false;
    return true;
}

/// Is there no metric whose name a selector's pattern, or its name with a variable, selects? What rules record is not
/// among those that are known: a pattern with ':' may select it.
[[nodiscard]] inline bool selects_no_name(const context& in, const asked& a)
{
    const promql::vector_selector& v = *a.selector;
    std::vector<name_pattern> all;
    std::string key;
    const auto add = [&](std::string_view text, promql::match_op op) {
        const bool positive = op == promql::match_op::equal || op == promql::match_op::regex;
        const bool is_regex = op == promql::match_op::regex || op == promql::match_op::not_regex;
        if (!positive && dashboard::has_reference(text)) return true;  // anything
        if (text.find(':') != std::string_view::npos) return false;
        all.push_back({pattern_of(text, !is_regex), positive});
        key += concat(positive ? "=" : "!", all.back().text, "\n");
        return true;
    };
    if (v.name_span.length > 0) {
        const text_span written = in.readable.original_span(v.name_span);
        if (!add(in.expr.text.substr(written.offset, written.length), promql::match_op::equal)) return false;
    }
    for (const promql::label_matcher& m : v.matchers)
        if (m.name == "__name__" && (in.readable.is_variable(m.value_span) || !add(m.value, m.op))) return false;
    if (all.empty() || asks_unknown_jobs(in.sources, a)) return false;
    auto known = in.sources.fits_none.find(key);
    if (known == in.sources.fits_none.end())
        known = in.sources.fits_none.emplace(std::move(key), fits_no_name(in.sources, all)).first;
    return known->second;
}

}  // namespace detail

inline constexpr dashboard_rule metric_not_exposed{
    {"metric-not-exposed", severity::error, "no source exposes the metric that a query asks for",
     "The panel stays empty, or its alert never fires, and nobody is told. Usually the exporter was replaced or "
     "updated and renamed\n"
     "the metric, or its name is misspelt. Under absent() and absent_over_time(), and in one operand of `or` whose "
     "other operand\n"
     "exists, a missing metric is what the query expects: that is info. Of names with a variable or by regular "
     "expression only\n"
     "those are found that can select nothing; names with ':' (recording rules) are held against the "
     "rules of the run,\n"
     "and not verified where none records them.",
     "rate(http_request_total[5m])", "rate(http_requests_total[5m])"},
    [](const context& in, const rule& about, remarks& out) {
        if (in.sources.series == nullptr) return;
        for (const asked& a : in.asks) {
            const text_span where = a.selector->name_span.length > 0 ? a.selector->name_span : a.selector->span;
            if (!a.unknown.empty()) {
                out.unknown = a.unknown;
                if (detail::is_open_name(a) && detail::selects_no_name(in, a))
                    out.findings.push_back(in.at(where, about, may_be_missing(in, a) ? severity::info : about.level,
                                                 "no source exposes a metric with such a name"));
                continue;
            }
            if (a.exists) continue;
            std::string suggestion = in.sources.series->was_dropped(a.name) ? "metric_relabel_configs drop or rename it"
                                                                            : suggest_name(in, a.name);
            if (is_under_absent(a))
                out.findings.push_back(in.at(where, about, severity::info,
                                             "no source exposes this metric, and absent() says so",
                                             std::move(suggestion)));
            else if (has_stand_in(in, a))
                out.findings.push_back(in.at(where, about, severity::info,
                                             "no source exposes this metric; the other side of 'or' stands in",
                                             std::move(suggestion)));
            else
                out.findings.push_back(
                    in.at(where, about, about.level, "no source exposes this metric", std::move(suggestion)));
        }
    }};

}  // namespace pitot::lint::dashboards
