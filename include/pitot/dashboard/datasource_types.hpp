#pragma once
// Which datasource a query asks, what type that is, and the language that it speaks.

#include <pitot/base/text.hpp>
#include <pitot/dashboard/datasources.hpp>
#include <pitot/dashboard/reference.hpp>
#include <pitot/dashboard/variables.hpp>
#include <pitot/json/document.hpp>

#include <map>
#include <string_view>

namespace pitot::dashboard {

enum class language : unsigned char {
    promql,
    metricsql,  ///< VictoriaMetrics: PromQL and more
    logql,      ///< Loki
    other,      ///< of a datasource that is none of these
};

namespace detail {

inline bool contains_lower(std::string_view text, std::string_view lower_case) noexcept
{
    for (std::size_t i = 0; i + lower_case.size() <= text.size(); ++i)
        if (equal_lower(text.substr(i, lower_case.size()), lower_case)) return true;
    return false;
}

/// What a datasource is named by: "name", its uid, or {name} of version 2; "" for the default one.
[[nodiscard]] inline std::string_view name_of_datasource(json::value datasource)
{
    const json::value inside = datasource["uid"] ? datasource["uid"] : datasource["name"];
    const std::string_view name = datasource.is_string() ? datasource.text() : inside.text();
    return name == "default" ? std::string_view() : name;
}

/// Does a query that says this ask its panel's datasource, or the default one?
[[nodiscard]] inline bool is_default_datasource(json::value datasource)
{
    return name_of_datasource(datasource).empty() && datasource["type"].text().empty();
}

/// The input that "${DS_NAME}" names, whatever its name is made of: Grafana makes it of the datasource's own.
[[nodiscard]] inline json::value input_of(json::value inputs, std::string_view name)
{
    std::string_view wanted = name;
    if (wanted.starts_with("${") && wanted.ends_with('}'))
        wanted = wanted.substr(2, wanted.size() - 3);
    else if (wanted.starts_with('$'))
        wanted.remove_prefix(1);
    else
        return {};
    if (wanted.empty()) return {};
    for (const json::value input : inputs)
        if (input["name"].text() == wanted) return input;
    return {};
}

/// The plugin of a query or a visualisation of version 2: its group; in v2alpha1 its kind.
/// kind  that it has where it has a group
[[nodiscard]] inline std::string_view group_of(json::value of, std::string_view kind)
{
    if (const json::value group = of["group"]) return group.text();
    const std::string_view own = of["kind"].text();
    return own == kind ? std::string_view() : own;
}

/// Finds the type of a datasource through its forms: {type, uid}, "name", "$variable", "${DS_INPUT}"; {name} in
/// version 2.
class datasource_types {
public:
    datasource_types() = default;
    /// declared  by the user; asked where the dashboard itself does not say it
    datasource_types(json::value root, json::value model, const datasources* declared = nullptr)
        : root_(root), declared_(declared)
    {
        for (const std::string_view list : {"panels", "rows"})
            for (const json::value one : model[list]) learn(one);
        for (const json::value one : model["templating"]["list"]) learn_one(one["datasource"]);
        for (const json::value one : model["annotations"]["list"]) learn_one(one["datasource"]);
        for (const json::value one : model["templating"]["list"])
            if (one["type"].text() == "datasource") variables_.emplace(one["name"].text(), one["query"].text());
        for (const json::value one : model["variables"])
            if (one["kind"].text() == "DatasourceVariable")
                variables_.emplace(one["spec"]["name"].text(), one["spec"]["pluginId"].text());
    }

    /// "" when nothing says it.
    [[nodiscard]] std::string_view of(json::value datasource) const
    {
        if (const std::string_view special = special_of(datasource); !special.empty())
            return special == "-- Mixed --" ? std::string_view{} : special;  // mixed: each target says its own
        const std::string_view name = name_of_datasource(datasource);
        const reference variable = reference_at(name, 0);
        if (const std::string_view named = type_by_name(name, variable); !named.empty()) return named;
        if (const std::string_view type = datasource["type"].text(); !type.empty() && !has_reference(type)) return type;
        if (variable) return variable.name;  // DS_LOKI says it by its name
        if (const auto known = types_.find(name); known != types_.end()) return known->second;
        return datasource.is_string() ? name : std::string_view();
    }

    /// Of a query that names one datasource, in a panel or the like that names another, or of the default one.
    [[nodiscard]] std::string_view of(json::value own, json::value outer) const
    {
        for (const json::value named : {own, outer})
            if (const std::string_view type = of(named); !type.empty()) return type;
        return declared_ != nullptr && !asked(own, outer) ? declared_->default_type() : std::string_view();
    }

    /// Of a variable's query.
    [[nodiscard]] std::string_view of(const declared_variable& v) const
    {
        const json::value query = v.written["query"];
        if (const std::string_view group = group_of(query, "DataQuery"); !group.empty()) return group;  // version 2
        return of(v.datasource, query["datasource"]);
    }

    /// Which of the two a query asks; absent when it asks the default one.
    [[nodiscard]] static json::value asked(json::value own, json::value outer)
    {
        if (!is_default_datasource(own)) return own;
        return is_default_datasource(outer) || special_of(outer) == "-- Mixed --" ? json::value() : outer;
    }

    /// What is no datasource of its own: "-- Mixed --" and the like; else "".
    [[nodiscard]] static std::string_view special_of(json::value datasource)
    {
        const std::string_view name = datasource.is_string() ? datasource.text()
                                      : datasource["uid"]    ? datasource["uid"].text()
                                                             : datasource["name"].text();
        for (const std::string_view special : {"-- Mixed --", "-- Dashboard --", "-- Grafana --", "__expr__"})
            if (name == special || (special == "__expr__" && datasource["type"].text() == special)) return special;
        return datasource["type"].text() == "datasource" ? "-- Grafana --" : "";
    }

private:
    /// What a uid or name itself says, which Grafana goes by whatever type is written beside it; "" when nobody knows.
    /// source  Grafana, public/app/features/plugins/datasource_srv.ts, getInstanceSettings()
    [[nodiscard]] std::string_view type_by_name(std::string_view name, const reference& variable) const
    {
        if (const json::value input = input_of(root_["__inputs"], name)) return input["pluginId"].text();
        if (!variable) return declared_ == nullptr ? std::string_view() : declared_->type_of(name);
        const auto known = variables_.find(variable.name);
        return known == variables_.end() ? std::string_view() : known->second;
    }

    /// A uid whose type is written anywhere in the dashboard has it everywhere.
    void learn_one(json::value datasource)
    {
        const std::string_view type = datasource["type"].text();
        const std::string_view uid = datasource["uid"].text();
        if (!type.empty() && !uid.empty() && !has_reference(type) && !has_reference(uid)) types_.emplace(uid, type);
    }
    void learn(json::value panel, int depth = 0)
    {
        learn_one(panel["datasource"]);
        for (const json::value target : panel["targets"]) learn_one(target["datasource"]);
        if (depth < 8)
            for (const json::value inner : panel["panels"]) learn(inner, depth + 1);
    }

    json::value root_;
    const datasources* declared_ = nullptr;
    std::map<std::string_view, std::string_view> types_;      ///< by uid
    std::map<std::string_view, std::string_view> variables_;  ///< of datasources: their types
};

inline language language_of(std::string_view datasource_type, std::string_view panel_type) noexcept
{
    if (contains_lower(datasource_type, "loki") || (datasource_type.empty() && panel_type == "logs"))
        return language::logql;
    if (datasource_type == "victoriametrics-logs-datasource" || contains_lower(datasource_type, "alertmanager"))
        return language::other;
    if (contains_lower(datasource_type, "victoriametrics")) return language::metricsql;
    for (const std::string_view other :
         {"__expr__", "-- Grafana --", "influxdb", "elasticsearch", "graphite", "tempo", "cloudwatch", "mysql",
          "postgres", "mssql", "opentsdb", "jaeger", "zipkin", "stackdriver", "testdata"})
        if (datasource_type == other) return language::other;
    // Plugins are called so; those for Prometheus elsewhere say it: grafana-amazonprometheus-datasource.
    if (datasource_type.ends_with("-datasource") && !contains_lower(datasource_type, "prometheus"))
        return language::other;
    return language::promql;
}

/// Is a type that was found, which may be no more than a datasource's name, none of a language's?
inline bool tells_no_language(std::string_view type) noexcept
{
    for (const std::string_view told : {"prometheus", "loki", "victoria", "mimir", "thanos", "cortex"})
        if (contains_lower(type, told)) return false;
    return true;
}

}  // namespace detail

}  // namespace pitot::dashboard
