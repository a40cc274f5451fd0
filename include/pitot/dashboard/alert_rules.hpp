#pragma once
// The queries of Grafana's own alert rules, as its provisioning, exports, API and operator write them.

#include <pitot/dashboard/datasource_types.hpp>
#include <pitot/json/document.hpp>

#include <string_view>

namespace pitot::dashboard::detail {

/// {"title", "condition", "data": [{"refId", "datasourceUid", "model": {"expr"}}]}
[[nodiscard]] inline bool is_alert_rule(json::value at)
{
    return at["data"].is_array() && at["title"].is_string() && at["data"][0]["model"].is_object();
}

/// Calls f(rule) for each of {"groups": [{"rules"}]}, an operator's {"spec": {"rules"}}, a list of rules, or one.
/// source  Grafana 12, alerting's file provisioning and provisioning API; grafana-operator, GrafanaAlertRuleGroup
template <class F>
void each_alert_rule(json::value root, F&& f)
{
    const auto of_list = [&f](json::value rules) {
        for (const json::value rule : rules)
            if (is_alert_rule(rule)) f(rule);
    };
    if (is_alert_rule(root)) f(root);
    if (root.is_array()) of_list(root);
    for (const json::value group : root["groups"]) of_list(group["rules"]);
    if (root["kind"].text() == "GrafanaAlertRuleGroup") of_list(root["spec"]["rules"]);
}

[[nodiscard]] inline bool has_alert_rules(json::value root)
{
    bool any = false;
    each_alert_rule(root, [&any](json::value) { any = true; });
    return any;
}

/// Calls f(rule, model, datasource) for each query; what calculates with others' results is none.
template <class F>
void each_alert_query(json::value root, F&& f)
{
    each_alert_rule(root, [&f](json::value rule) {
        for (const json::value one : rule["data"]) {
            const json::value model = one["model"];
            const json::value named = model["datasource"];
            const json::value uid = one["datasourceUid"];
            if (uid.text() == "__expr__" || uid.text() == "-100") continue;
            f(rule, model, named["type"].is_string() || !uid ? named : uid);
        }
    });
}

}  // namespace pitot::dashboard::detail
