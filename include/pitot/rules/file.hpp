#pragma once
// Rule files of Prometheus, read as Prometheus loads them: what it refuses is an error here.

#include <pitot/base/duration.hpp>
#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>
#include <pitot/connect/yaml.hpp>  // rule files are YAML
#include <pitot/model/name.hpp>
#include <pitot/promql/parse.hpp>
#include <pitot/rules/yaml_values.hpp>
#include <pitot/template/check.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::rules {

using text_pairs = std::vector<std::pair<std::string, std::string>>;

/// hold         how long it is pending; keep_firing: how long it goes on; milliseconds
/// place        "FILE:LINE:COLUMN"
struct rule {
    std::string name;
    bool is_alert = false;
    std::string expr;
    std::shared_ptr<const promql::tree> tree;
    std::int64_t hold = 0;
    std::int64_t keep_firing = 0;
    text_pairs labels;
    text_pairs annotations;
    std::string place;
};

struct group {
    std::string name;
    std::string file;
    std::int64_t limit = 0;         ///< of series or alerts of a rule; 0: none
    std::int64_t query_offset = 0;  ///< milliseconds
    text_pairs labels;
    std::vector<rule> rules;
};

namespace detail {

inline result<text_pairs> read_pairs(const yaml::node& from, std::string_view key)
{
    text_pairs out;
    const auto map = from.find(key);
    if (!map) return out;
    const auto members = map->members();
    if (!members) return unexpected(members.error());
    for (const auto& m : *members) {
        auto text = m.value.is_null() ? result<std::string>(std::string()) : m.value.template as<std::string>();
        if (!text) return unexpected(std::move(text.error()));
        auto name = m.key.template as<std::string>();
        if (!name) return unexpected(std::move(name.error()));
        out.emplace_back(std::move(*name), std::move(*text));
    }
    return out;
}

/// Of the templates of alerts.
[[nodiscard]] inline const std::vector<std::string>& alert_variables()
{
    static const std::vector<std::string> all{"$labels", "$externalLabels", "$externalURL", "$value"};
    return all;
}

/// May rules set the label?
[[nodiscard]] inline bool is_settable(std::string_view label)
{
    return is_label_name(label, name_scheme::utf8) && label != "__name__";
}

inline result<rule> read_rule(const yaml::node& from, const promql::parse_options& how, bool any_keys)
{
    if (auto keys = from.only_keys({"record", "alert", "expr", "for", "keep_firing_for", "labels", "annotations"});
        !keys && !any_keys)
        return unexpected(std::move(keys.error()));
    rule out;
    out.place = from.place();
    const auto record = from.get<std::string>("record", {});
    const auto alert = from.get<std::string>("alert", {});
    const auto expr = from.get<std::string>("expr", {});
    const auto hold = from.get<duration_ms>("for", {});
    const auto keep = from.get<duration_ms>("keep_firing_for", {});
    auto labels = read_pairs(from, "labels");
    auto annotations = read_pairs(from, "annotations");
    for (const auto* const text : {&record, &alert, &expr})
        if (!*text) return unexpected(text->error());
    for (const auto* const d : {&hold, &keep})
        if (!*d) return unexpected(d->error());
    if (!labels) return unexpected(std::move(labels.error()));
    if (!annotations) return unexpected(std::move(annotations.error()));
    out.is_alert = !alert->empty();
    if (record->empty() == alert->empty())
        return from.refuse(errc::invalid_value, record->empty() ? "a rule has either 'record' or 'alert'"
                                                                : "a rule has only one of 'record' and 'alert'");
    out.name = out.is_alert ? *alert : *record;
    out.expr = *expr;
    out.hold = hold->count;
    out.keep_firing = keep->count;
    out.labels = std::move(*labels);
    out.annotations = std::move(*annotations);
    if (expr->empty()) return from.refuse(errc::invalid_value, "a rule needs an 'expr'");
    const yaml::node at = from.find("expr").value_or(from);
    auto tree = promql::parse(out.expr, how);
    if (!tree) return at.refuse(errc::syntax, concat("could not parse expression: ", tree.error().message));
    out.tree = std::make_shared<const promql::tree>(std::move(*tree));
    if (!out.is_alert) {
        if (!out.annotations.empty()) return from.refuse(errc::invalid_value, "a recording rule has no annotations");
        if (out.hold != 0 || out.keep_firing != 0)
            return from.refuse(errc::invalid_value, "a recording rule has neither 'for' nor 'keep_firing_for'");
        if (!is_metric_name(out.name, name_scheme::utf8))
            return from.refuse(errc::invalid_value, concat("invalid recording rule name: ", out.name));
        if (out.name.find_first_of("{}") != std::string::npos)
            return from.refuse(errc::invalid_value,
                               concat("braces present in the recording rule name; should it be in expr?: ", out.name));
    }
    for (const auto& [name, value] : out.labels) {
        if (!is_settable(name)) return from.refuse(errc::invalid_value, concat("invalid label name: ", name));
        if (out.is_alert)
            if (const auto read = templates::check(value, &alert_variables()); !read)
                return from.refuse(errc::syntax, concat("the template of label ", name, ": ", read.error().message));
    }
    for (const auto& [name, value] : out.annotations) {
        if (!is_label_name(name, name_scheme::utf8))
            return from.refuse(errc::invalid_value, concat("invalid annotation name: ", name));
        if (const auto read = templates::check(value, &alert_variables()); !read)
            return from.refuse(errc::syntax, concat("the template of annotation ", name, ": ", read.error().message));
    }
    return out;
}

inline result<group> read_group(const yaml::node& from, const promql::parse_options& how, bool any_keys)
{
    if (auto keys = from.only_keys({"name", "interval", "query_offset", "limit", "labels", "rules"});
        !keys && !any_keys)
        return unexpected(std::move(keys.error()));
    group out;
    const auto name = from.get<std::string>("name", {});
    const auto interval = from.get<duration_ms>("interval", {});
    const auto offset = from.get<duration_ms>("query_offset", {});
    const auto limit_node = from.find("limit");
    const auto limit = limit_node ? yaml_integer(*limit_node) : result<std::int64_t>(0);
    auto labels = read_pairs(from, "labels");
    if (!name) return unexpected(name.error());
    if (!interval) return unexpected(interval.error());
    if (!offset) return unexpected(offset.error());
    if (!limit) return unexpected(limit.error());
    if (!labels) return unexpected(std::move(labels.error()));
    if (name->empty()) return from.refuse(errc::invalid_value, "a group needs a 'name'");
    out.name = *name;
    out.limit = *limit;
    out.query_offset = offset->count;
    out.labels = std::move(*labels);
    for (const auto& [label, value] : out.labels)
        if (!is_settable(label)) return from.refuse(errc::invalid_value, concat("invalid label name: ", label));
    if (const auto list = from.find("rules")) {
        const auto items = items_of(*list);
        if (!items) return unexpected(items.error());
        for (const yaml::node& item : *items) {
            auto one = read_rule(item, how, any_keys);
            if (!one) return unexpected(std::move(one.error()));
            for (const auto& [label, value] : out.labels) {  // a rule's own come first
                bool own = false;
                for (const auto& l : one->labels) own = own || l.first == label;
                if (!own) one->labels.emplace_back(label, value);
            }
            out.rules.push_back(std::move(*one));
        }
    }
    return out;
}

}  // namespace detail

/// any_keys  unknown ones are passed over
/// error     of yaml::read_file(), and what Prometheus refuses, each with its place
[[nodiscard]] inline result<std::vector<group>> read_rule_file(const std::string& path,
                                                               const promql::parse_options& how, bool any_keys = false)
{
    const auto document = yaml::read_file(path, yaml::documents::first);
    if (!document) return unexpected(document.error());
    if (auto keys = document->only_keys({"groups", "namespace"}); !keys && !any_keys)
        return unexpected(std::move(keys.error()));
    std::vector<group> out;
    const auto list = document->find("groups");
    if (!list) return out;
    const auto items = items_of(*list);
    if (!items) return unexpected(items.error());
    for (const yaml::node& item : *items) {
        auto one = detail::read_group(item, how, any_keys);
        if (!one) return unexpected(std::move(one.error()));
        for (const group& other : out)
            if (other.name == one->name)
                return item.refuse(errc::duplicate, concat("the group name ", one->name, " stands twice in the file"));
        one->file = path;
        out.push_back(std::move(*one));
    }
    return out;
}

}  // namespace pitot::rules
