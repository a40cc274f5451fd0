#pragma once
// MetricsQL, VictoriaMetrics's superset of PromQL, by what only it has. A query in it is no wrong PromQL.

#include <pitot/promql/parse_options.hpp>
#include <pitot/promql/quote.hpp>
#include <pitot/promql/token.hpp>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

namespace pitot::promql {

/// Is it a function that MetricsQL has and PromQL has not?
/// source  VictoriaMetrics's documentation of MetricsQL
[[nodiscard]] constexpr bool is_metricsql_function(std::string_view name) noexcept
{
    for (const std::string_view start :
         {"rollup", "running_", "range_", "label_", "topk_", "bottomk_", "bitmap_", "outliers", "hoeffding_bound_",
          "tfirst_", "tlast_", "smooth_", "drop_", "sort_by_label_", "buckets_", "histogram_s"})
        if (name.starts_with(start)) return true;
    constexpr std::string_view names[] = {"aggr_over_time",
                                          "alias",
                                          "any",
                                          "ascent_over_time",
                                          "asinh",
                                          "count_eq_over_time",
                                          "count_gt_over_time",
                                          "count_le_over_time",
                                          "count_ne_over_time",
                                          "count_values_over_time",
                                          "decreases_over_time",
                                          "default_rollup",
                                          "delta_prometheus",
                                          "deriv_fast",
                                          "descent_over_time",
                                          "distinct",
                                          "distinct_over_time",
                                          "duration_over_time",
                                          "end",
                                          "geomean",
                                          "geomean_over_time",
                                          "histogram",
                                          "histogram_over_time",
                                          "increase_prometheus",
                                          "increase_pure",
                                          "increases_over_time",
                                          "integrate",
                                          "interpolate",
                                          "iqr_over_time",
                                          "keep_last_value",
                                          "keep_next_value",
                                          "lag",
                                          "lifetime",
                                          "limit_offset",
                                          "limitk",
                                          "mad",
                                          "median",
                                          "median_over_time",
                                          "mode",
                                          "mode_over_time",
                                          "now",
                                          "outlier_iqr_over_time",
                                          "prometheus_buckets",
                                          "quantiles",
                                          "quantiles_over_time",
                                          "rand",
                                          "rand_exponential",
                                          "rand_normal",
                                          "rate_over_sum",
                                          "rate_prometheus",
                                          "remove_resets",
                                          "ru",
                                          "scrape_interval",
                                          "share",
                                          "share_eq_over_time",
                                          "share_gt_over_time",
                                          "share_le_over_time",
                                          "stale_samples_over_time",
                                          "start",
                                          "step",
                                          "sum2",
                                          "sum2_over_time",
                                          "sum_eq_over_time",
                                          "sum_gt_over_time",
                                          "sum_le_over_time",
                                          "timestamp_with_name",
                                          "timezone_offset",
                                          "tmax_over_time",
                                          "tmin_over_time",
                                          "ttf",
                                          "union",
                                          "vmrange",
                                          "zscore",
                                          "zscore_over_time"};
    return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

/// Does a query ask for metrics of VictoriaMetrics itself? Where those are, MetricsQL is the language.
[[nodiscard]] constexpr bool asks_for_victoriametrics(std::string_view text) noexcept
{
    for (const std::string_view start : {"vm_", "vmagent_", "vmalert_", "vmauth_"})
        for (std::size_t at = text.find(start); at != std::string_view::npos; at = text.find(start, at + 1))
            if (at == 0 || !((text[at - 1] >= 'a' && text[at - 1] <= 'z') || text[at - 1] == '_')) return true;
    return false;
}

/// Do the errors of a query say that it is MetricsQL?
[[nodiscard]] inline bool says_metricsql(const std::vector<parse_error>& errors, std::string_view text)
{
    if (!errors.empty() && asks_for_victoriametrics(text)) return true;
    return std::any_of(errors.begin(), errors.end(), [text](const parse_error& e) {
        return e.message.starts_with("unknown function with name ") &&
               is_metricsql_function(text.substr(e.begin, e.end - e.begin));
    });
}

}  // namespace pitot::promql
