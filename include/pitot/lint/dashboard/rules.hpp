#pragma once
// All rules on queries, in one table.

#include <pitot/lint/dashboard/datasource_missing.hpp>
#include <pitot/lint/dashboard/layout.hpp>
#include <pitot/lint/dashboard/rules/alert_without_comparison.hpp>
#include <pitot/lint/dashboard/rules/ambiguous_source.hpp>
#include <pitot/lint/dashboard/rules/annotation_label_missing.hpp>
#include <pitot/lint/dashboard/rules/counter_without_rate.hpp>
#include <pitot/lint/dashboard/rules/division_by_zero.hpp>
#include <pitot/lint/dashboard/rules/duplicate_group.hpp>
#include <pitot/lint/dashboard/rules/duplicate_rule.hpp>
#include <pitot/lint/dashboard/rules/duplicate_variable.hpp>
#include <pitot/lint/dashboard/rules/filter_never_zero.hpp>
#include <pitot/lint/dashboard/rules/instance_filter.hpp>
#include <pitot/lint/dashboard/rules/job_not_scraped.hpp>
#include <pitot/lint/dashboard/rules/label_not_exposed.hpp>
#include <pitot/lint/dashboard/rules/label_renamed.hpp>
#include <pitot/lint/dashboard/rules/label_value_not_exposed.hpp>
#include <pitot/lint/dashboard/rules/legend_label_missing.hpp>
#include <pitot/lint/dashboard/rules/matchers_impossible.hpp>
#include <pitot/lint/dashboard/rules/metric_not_exposed.hpp>
#include <pitot/lint/dashboard/rules/missing_total_suffix.hpp>
#include <pitot/lint/dashboard/rules/multi_variable_equality.hpp>
#include <pitot/lint/dashboard/rules/old_prefix.hpp>
#include <pitot/lint/dashboard/rules/quantile_without_le.hpp>
#include <pitot/lint/dashboard/rules/rate_of_sum.hpp>
#include <pitot/lint/dashboard/rules/rate_on_gauge.hpp>
#include <pitot/lint/dashboard/rules/ratio_always_one.hpp>
#include <pitot/lint/dashboard/rules/regex_alternative_dead.hpp>
#include <pitot/lint/dashboard/rules/rule_shape.hpp>
#include <pitot/lint/dashboard/rules/template_variable.hpp>
#include <pitot/lint/dashboard/rules/undeclared_variable.hpp>
#include <pitot/lint/dashboard/rules/up_of_collected_service.hpp>
#include <pitot/lint/dashboard/rules/vector_matching_impossible.hpp>
#include <pitot/lint/dashboard/variable_query.hpp>

namespace pitot::lint::dashboards {

inline constexpr dashboard_rule promql_parse{{"promql-parse", severity::error, "the query is no PromQL",
                                              "Prometheus refuses it, and the panel shows an error. Variables outside "
                                              "of strings are read as something that fits their place\n"
                                              "($__rate_interval as a duration, $metric as a name).",
                                              "sum by (job (rate(x_total[5m]))", "sum by (job) (rate(x_total[5m]))"}};

inline constexpr dashboard_rule logql_parse{
    {"logql-parse", severity::error, "the query is no LogQL",
     "Loki refuses it, and the panel shows an error: for its syntax, a regular expression, a pattern with two captures "
     "side by side,\n"
     "a template of line_format or label_format with a function that Loki does not have. Which labels its streams have "
     "is judged by\n"
     "label-not-exposed and label-value-not-exposed, if Loki's labels are given (--loki, --loki-labels).",
     "sum(rate({app=\"web\"}))", "sum(rate({app=\"web\"}[5m]))"}};

inline constexpr dashboard_rule json_syntax{{"json-syntax", severity::error, "the file is no JSON",
                                             "Grafana cannot load it.", "{\"panels\": [],}", "{\"panels\": []}"}};

inline constexpr dashboard_rule yaml_syntax{
    {"yaml-syntax", severity::error, "the rule file is no YAML, or not what Prometheus loads",
     "Prometheus keeps the rules it had, or does not start.", "groups: [{name: a, name: b}]", "groups: [{name: a}]"}};

inline constexpr dashboard_rule duplicate_key{
    {"duplicate-key", severity::warning, "an object has the same key twice",
     "Grafana takes the last and drops the others without a word; when it saves the dashboard they are gone.",
     "{\"expr\": \"a\", \"expr\": \"b\"}", "{\"expr\": \"b\"}"}};

inline constexpr dashboard_rule rules[] = {metric_not_exposed,
                                           label_not_exposed,
                                           label_value_not_exposed,
                                           job_not_scraped,
                                           up_of_collected_service,
                                           instance_filter,
                                           ambiguous_source,
                                           old_prefix,
                                           missing_total_suffix,
                                           label_renamed,
                                           rate_on_gauge,
                                           counter_without_rate,
                                           rate_of_sum,
                                           quantile_without_le,
                                           legend_label_missing,
                                           annotation_label_missing,
                                           ratio_always_one,
                                           matchers_impossible,
                                           vector_matching_impossible,
                                           multi_variable_equality,
                                           undeclared_variable,
                                           duplicate_variable,
                                           variable_query,
                                           datasource_missing,
                                           element_not_shown,
                                           element_missing,
                                           filter_never_zero,
                                           regex_alternative_dead,
                                           division_by_zero,
                                           promql_parse,
                                           logql_parse,
                                           json_syntax,
                                           yaml_syntax,
                                           rule_shape,
                                           template_variable,
                                           duplicate_group,
                                           duplicate_rule,
                                           alert_without_comparison,
                                           duplicate_key};

}  // namespace pitot::lint::dashboards
