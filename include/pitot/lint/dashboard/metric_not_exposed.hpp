#pragma once
#include <pitot/lint/dashboard/context.hpp>

namespace pitot::lint::dashboards {

namespace detail {

/// Why a selector's name cannot be held against the sources; "" when it can.
[[nodiscard]] inline std::string_view why_unknown(const context& in, const promql::selector& asked)
{
    if (in.readable.is_variable(asked.name_span) || dashboard::has_reference(asked.name)) return "variable metric name";
    if (!asked.name.empty()) {
        if (asked.name.find(':') != std::string::npos && !in.exposed->exposes(asked.name))
            return "name recorded by a rule";
        return {};
    }
    for (const promql::matcher& m : asked.matchers)
        if (in.readable.text.substr(m.label.offset, m.label.length) == "__name__")
            return "metric name by regular expression";
    return "selector without a metric name";
}

/// For each stretch between `or`s: does a source expose everything that is asked for in it? One that asks for nothing,
/// like vector(0), always gives a result.
[[nodiscard]] inline std::vector<bool> complete_operands(const context& in)
{
    std::vector<bool> complete(in.asks.operands.size(), true);
    for (const promql::selector& s : in.asks.selectors) {
        if (why_unknown(in, s).empty() && in.exposed->exposes(s.name)) continue;
        for (std::uint32_t at = s.operand;; at = in.asks.operands[at].parent) {
            complete[at] = false;
            if (in.asks.operands[at].parent == at) break;
        }
    }
    return complete;
}

/// "did you mean NAME (job a, b)?", with the jobs that expose it if they were told; empty when no name is near.
[[nodiscard]] inline std::string suggest(const catalog::listing& exposed, std::string_view name)
{
    const std::string near = exposed.nearest_name(name);
    if (near.empty()) return {};
    std::string jobs;
    if (const auto found = exposed.find(near))
        for (const std::string& job : found->of->jobs) jobs += concat(jobs.empty() ? " (job " : ", ", job);
    return concat("did you mean ", near, jobs, jobs.empty() ? "?" : ")?");
}

/// Is there an `or` around a selector whose other side gives a result?
[[nodiscard]] inline bool has_stand_in(const context& in, const promql::selector& asked,
                                       const std::vector<bool>& complete)
{
    const auto& operands = in.asks.operands;
    for (std::uint32_t at = asked.operand;; at = operands[at].parent) {
        for (std::size_t other = 0; other < operands.size(); ++other)
            if (other != at && operands[other].level == operands[at].level && complete[other]) return true;
        if (operands[at].parent == at) return false;
    }
}

}  // namespace detail

inline constexpr dashboard_rule metric_not_exposed{
    {"metric-not-exposed", severity::error, "no source exposes the metric that a query asks for",
     "The panel stays empty, or its alert never fires, and nobody is told. Usually the exporter was replaced or "
     "updated and renamed\n"
     "the metric, or its name is misspelt. Under absent() and absent_over_time(), and in one operand of `or` whose "
     "other operand\n"
     "exists, a missing metric is what the query expects: that is info. Names with a variable, by regular expression "
     "or with ':'\n"
     "(recording rules) are not verified.",
     "rate(http_request_total[5m])", "rate(http_requests_total[5m])"},
    [](const context& in, const rule& about, remarks& out) {
        if (in.exposed == nullptr) return;
        std::vector<bool> complete;
        for (const promql::selector& s : in.asks.selectors) {
            if (const std::string_view why = detail::why_unknown(in, s); !why.empty()) {
                out.unknown = why;
                continue;
            }
            if (in.exposed->exposes(s.name)) continue;
            if (complete.empty()) complete = detail::complete_operands(in);
            std::string suggestion = detail::suggest(*in.exposed, s.name);
            if (s.under_absent)
                out.findings.push_back(in.at(s.name_span, about, severity::info,
                                             "no source exposes this metric, and absent() says so",
                                             std::move(suggestion)));
            else if (detail::has_stand_in(in, s, complete))
                out.findings.push_back(in.at(s.name_span, about, severity::info,
                                             "no source exposes this metric; the other side of 'or' stands in",
                                             std::move(suggestion)));
            else
                out.findings.push_back(
                    in.at(s.name_span, about, about.level, "no source exposes this metric", std::move(suggestion)));
        }
    }};

}  // namespace pitot::lint::dashboards
