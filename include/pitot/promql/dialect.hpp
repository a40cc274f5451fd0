#pragma once
// MetricsQL, VictoriaMetrics's superset of PromQL, by what only it has. A query in it is no wrong PromQL.

#include <pitot/base/text.hpp>
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
    constexpr std::string_view names[] = {"aggr_over_time",
                                          "alias",
                                          "any",
                                          "ascent_over_time",
                                          "bitmap_and",
                                          "bitmap_or",
                                          "bitmap_xor",
                                          "bottomk_avg",
                                          "bottomk_last",
                                          "bottomk_max",
                                          "bottomk_median",
                                          "bottomk_min",
                                          "buckets_limit",
                                          "changes_prometheus",
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
                                          "drop_common_labels",
                                          "drop_empty_series",
                                          "duration_over_time",
                                          "end",
                                          "geomean",
                                          "geomean_over_time",
                                          "histogram",
                                          "histogram_over_time",
                                          "histogram_share",
                                          "hoeffding_bound_lower",
                                          "hoeffding_bound_upper",
                                          "ideriv",
                                          "increase_prometheus",
                                          "increase_pure",
                                          "increases_over_time",
                                          "integrate",
                                          "interpolate",
                                          "iqr_over_time",
                                          "keep_last_value",
                                          "keep_next_value",
                                          "label_copy",
                                          "label_del",
                                          "label_graphite_group",
                                          "label_keep",
                                          "label_lowercase",
                                          "label_map",
                                          "label_match",
                                          "label_mismatch",
                                          "label_move",
                                          "label_set",
                                          "label_transform",
                                          "label_uppercase",
                                          "label_value",
                                          "labels_equal",
                                          "lag",
                                          "lifetime",
                                          "limit_offset",
                                          "mad",
                                          "median",
                                          "median_over_time",
                                          "mode",
                                          "mode_over_time",
                                          "now",
                                          "outlier_iqr_over_time",
                                          "outliers_iqr",
                                          "outliers_mad",
                                          "outliersk",
                                          "prometheus_buckets",
                                          "quantiles",
                                          "quantiles_over_time",
                                          "rand",
                                          "rand_exponential",
                                          "rand_normal",
                                          "range_avg",
                                          "range_first",
                                          "range_last",
                                          "range_linear_regression",
                                          "range_mad",
                                          "range_max",
                                          "range_median",
                                          "range_min",
                                          "range_normalize",
                                          "range_over_time",
                                          "range_quantile",
                                          "range_stddev",
                                          "range_stdvar",
                                          "range_sum",
                                          "range_trim_outliers",
                                          "range_trim_spikes",
                                          "range_trim_zscore",
                                          "range_zscore",
                                          "rate_over_sum",
                                          "rate_prometheus",
                                          "remove_resets",
                                          "rollup",
                                          "rollup_candlestick",
                                          "rollup_delta",
                                          "rollup_deriv",
                                          "rollup_increase",
                                          "rollup_rate",
                                          "rollup_scrape_interval",
                                          "ru",
                                          "running_avg",
                                          "running_max",
                                          "running_min",
                                          "running_sum",
                                          "scrape_interval",
                                          "share",
                                          "share_eq_over_time",
                                          "share_gt_over_time",
                                          "share_le_over_time",
                                          "smooth_exponential",
                                          "sort_by_label_numeric",
                                          "sort_by_label_numeric_desc",
                                          "stale_samples_over_time",
                                          "start",
                                          "step",
                                          "sum2",
                                          "sum2_over_time",
                                          "sum_eq_over_time",
                                          "sum_gt_over_time",
                                          "sum_le_over_time",
                                          "tfirst_over_time",
                                          "timestamp_with_name",
                                          "timezone_offset",
                                          "tlast_change_over_time",
                                          "tlast_over_time",
                                          "tmax_over_time",
                                          "tmin_over_time",
                                          "topk_avg",
                                          "topk_last",
                                          "topk_max",
                                          "topk_median",
                                          "topk_min",
                                          "ttf",
                                          "union",
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

/// Is it of types, or of what may have a range, an offset or a time? MetricsQL takes nearly anything there.
[[nodiscard]] inline bool is_of_kinds(const parse_error& e) noexcept
{
    for (const std::string_view start :
         {"expected type range vector", "expected type instant vector", "ranges only allowed for ",
          "offset modifier must be preceded by", "@ modifier must be preceded by", "set operator \""})
        if (e.message.starts_with(start)) return true;
    return false;
}

namespace detail {

/// Has it what no word of PromQL has: 10MiB, 5k, a duration in steps (3i), a name with points, group_left (*), or
/// group_left () prefix "x"?
[[nodiscard]] constexpr bool has_metricsql_word(std::string_view text) noexcept
{
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    bool after_group = false;  // group_left or group_right stands before
    for (std::size_t i = 0; i < text.size();) {
        const char c = text[i];
        if (c == '"' || c == '\'' || c == '`') {
            for (++i; i < text.size() && text[i] != c; ++i)
                if (text[i] == '\\' && c != '`') ++i;
            ++i;
        } else if (c == '#') {
            while (i < text.size() && text[i] != '\n') ++i;
        } else if (letter(c)) {
            const std::size_t first = i;
            while (i < text.size() && (letter(text[i]) || digit(text[i]) || text[i] == ':')) ++i;
            if (i + 1 < text.size() && text[i] == '.' && letter(text[i + 1])) return true;
            const std::string_view word = text.substr(first, i - first);
            if (after_group && word == "prefix" && text.substr(i).starts_with(" \"")) return true;
            if (word == "group_left" || word == "group_right") {
                after_group = true;
                std::size_t open = i;
                while (open < text.size() && text[open] == ' ') ++open;
                if (open < text.size() && text[open] == '(') ++open;
                while (open < text.size() && text[open] == ' ') ++open;
                if (open < text.size() && text[open] == '*') return true;
            }
        } else if (digit(c)) {
            while (i < text.size() && (digit(text[i]) || text[i] == '.')) ++i;
            const std::size_t first = i;
            while (i < text.size() && (letter(text[i]) || digit(text[i]))) ++i;
            const std::string_view unit = text.substr(first, i - first);
            if (unit == "i") return true;
            if (unit.empty() || unit == "m") continue;
            for (const std::string_view known :
                 {"k", "ki", "kb", "kib", "m", "mi", "mb", "mib", "g", "gi", "gb", "gib", "t", "ti", "tb", "tib"})
                if (equal_lower(unit, known)) return true;
        } else {
            ++i;
        }
    }
    return false;
}

}  // namespace detail

/// Do the errors of a query say that it is MetricsQL?
[[nodiscard]] inline bool says_metricsql(const std::vector<parse_error>& errors, std::string_view text)
{
    if (errors.empty()) return false;
    if (asks_for_victoriametrics(text) && std::all_of(errors.begin(), errors.end(), is_of_kinds)) return true;
    if (detail::has_metricsql_word(text)) return true;
    return std::any_of(errors.begin(), errors.end(), [text](const parse_error& e) {
        return e.message.starts_with("unknown function with name ") &&
               is_metricsql_function(text.substr(e.begin, e.end - e.begin));
    });
}

}  // namespace pitot::promql
