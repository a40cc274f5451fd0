#pragma once
#include <pitot/lint/dashboard/context.hpp>

#include <string_view>

namespace pitot::lint::dashboards {

/// Is everything that a part of a query asks for classic buckets or what surely is no native histogram? A part without
/// a selector is not.
[[nodiscard]] inline bool has_no_native_histogram(const context& in, const promql::node* part)
{
    bool some = false;
    bool all = true;
    promql::walk(part, [&](const promql::node* n, const std::vector<const promql::node*>&) {
        const auto* const v = promql::as<promql::vector_selector>(n);
        if (v == nullptr) return;
        some = true;
        const asked* const a = in.find(*v);
        const bool is_part = v->name.ends_with("_sum") || v->name.ends_with("_count");
        if (v->name.ends_with("_bucket") || (is_part && a != nullptr && a->metric != nullptr)) return;
        const metric_type type = a != nullptr ? type_of(*a) : metric_type::unknown;
        all = all && (type == metric_type::counter || type == metric_type::gauge || type == metric_type::summary);
    });
    return some && all;
}

inline constexpr dashboard_rule quantile_without_le{
    {"quantile-without-le", severity::warning, "a quantile is asked of buckets without their limits",
     "The label le says where a bucket ends. Where an aggregation drops it, or the series never had it, "
     "histogram_quantile() and\nhistogram_fraction() give nothing.",
     "histogram_quantile(0.9, sum(rate(http_request_duration_seconds_bucket[5m])))",
     "histogram_quantile(0.9, sum by (le) (rate(http_request_duration_seconds_bucket[5m])))"},
    [](const context& in, const rule& about, remarks& out) {
        promql::walk(in.root, [&](const promql::node* n, const std::vector<const promql::node*>&) {
            const auto* const call = promql::as<promql::call_node>(n);
            if (call == nullptr) return;
            const std::size_t at = call->name == "histogram_quantile"    ? 1
                                   : call->name == "histogram_quantiles" ? 0
                                   : call->name == "histogram_fraction"  ? 2
                                                                         : call->arguments.size();
            if (at >= call->arguments.size()) return;
            const promql::node* const buckets = promql::without_parens(call->arguments[at]);
            for (const std::string_view limit : {"le", "vmrange"})  // the second is VictoriaMetrics' own
                if (in.presence(buckets, limit) != promql::presence::never) return;
            if (!has_no_native_histogram(in, buckets)) return;
            const auto* const sum = promql::as<promql::aggregation>(buckets);
            out.findings.push_back(in.at(buckets->span, about, about.level, "there is no label le: this gives nothing",
                                         sum == nullptr || in.presence(sum->of, "le") == promql::presence::never ? ""
                                         : sum->without || sum->grouping.empty() ? "keep le: by (le)"
                                                                                 : "keep le: by (le, …)"));
        });
    }};

}  // namespace pitot::lint::dashboards
