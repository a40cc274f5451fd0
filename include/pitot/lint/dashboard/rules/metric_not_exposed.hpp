#pragma once
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/look.hpp>

namespace pitot::lint::dashboards {

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
        if (in.sources.series == nullptr) return;
        for (const asked& a : in.asks) {
            if (!a.unknown.empty()) {
                out.unknown = a.unknown;
                continue;
            }
            if (a.exists) continue;
            std::string suggestion = suggest_name(in, a.name);
            const text_span where = a.selector->name_span.length > 0 ? a.selector->name_span : a.selector->span;
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
