#pragma once
// What Prometheus itself asks of a rule file: its keys, names that are unique, templates whose variables exist.
// source  Prometheus 3.14, model/rulefmt and template; promtool check rules

#include <pitot/connect/yaml.hpp>
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/model/name.hpp>
#include <pitot/promql/check.hpp>
#include <pitot/promql/parse.hpp>
#include <pitot/template/check.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::lint::dashboards {

inline constexpr rule rule_shape{"rule-shape",
                                 severity::error,
                                 "a rule file has what Prometheus does not load",
                                 "Prometheus refuses the whole file, and keeps the rules it had.",
                                 "- alert: A\n  record: b",
                                 "- alert: A\n  expr: up == 0"};
inline constexpr rule duplicate_group{"duplicate-group",
                                      severity::error,
                                      "two groups of a file have the same name",
                                      "Prometheus refuses the file.",
                                      "groups: [{name: a}, {name: a}]",
                                      "groups: [{name: a}, {name: b}]"};
inline constexpr rule duplicate_rule{"duplicate-rule",
                                     severity::warning,
                                     "a rule stands twice in a file",
                                     "Both are evaluated, alerts come twice, and recorded series clash.",
                                     "the same alert twice",
                                     "one of them"};
inline constexpr rule template_variable{
    "template-variable",
    severity::error,
    "a template uses a variable that there is not",
    "The alert's text is an error message. $labels, $value, $externalLabels and $externalURL are there.",
    "{{ $label.instance }}",
    "{{ $labels.instance }}"};
inline constexpr rule alert_without_comparison{
    "alert-without-comparison",
    severity::info,
    "an alert's expression filters nothing",
    "It fires for every series there is, always. Comparisons, absent() and set operators filter.",
    "expr: up",
    "expr: up == 0"};

namespace detail {

/// Can the expression give nothing although its selectors give something?
[[nodiscard]] inline bool filters(const promql::node* n)
{
    bool found = false;
    promql::walk(n, [&found](const promql::node* at, const std::vector<const promql::node*>&) {
        if (const auto* const b = promql::as<promql::binary_node>(at))
            found = found || (promql::is_comparison(b->op) && !b->return_bool) || b->op == promql::token_kind::and_ ||
                    b->op == promql::token_kind::unless;
        if (const auto* const c = promql::as<promql::call_node>(at)) found = found || c->name.starts_with("absent");
    });
    return found;
}

/// A template that Go does not take, or a $name in it that is none of those there are.
inline void check_template(const source& file, const yaml::node& in, std::string_view text, std::vector<finding>& out)
{
    if (const auto whole = templates::check(text); !whole)
        out.push_back(finding_at(file, in.span(), rule_shape.id, rule_shape.level,
                                 concat("the template cannot be read: ", whole.error().message)));
    for (std::size_t open = text.find("{{"); open != std::string_view::npos; open = text.find("{{", open + 2)) {
        const std::size_t close = std::min(text.find("}}", open), text.size());
        const std::string_view inside = text.substr(open, close - open);
        for (std::size_t at = inside.find('$'); at != std::string_view::npos; at = inside.find('$', at + 1)) {
            std::size_t end = at + 1;
            while (end < inside.size() && dashboard::detail::is_word(inside[end])) ++end;
            const std::string_view name = inside.substr(at + 1, end - at - 1);
            const bool declared = text.find(concat("$", name, " :=")) != std::string_view::npos ||
                                  text.find(concat("$", name, ",")) != std::string_view::npos;
            if (name.empty() || declared || name == "labels" || name == "value" || name == "externalLabels" ||
                name == "externalURL")
                continue;
            finding f = finding_at(file, in.span(), template_variable.id, template_variable.level,
                                   concat("undefined variable \"$", name, "\""),
                                   name == "label" ? "did you mean $labels?" : "");
            out.push_back(std::move(f));
        }
    }
}

/// Of a recording rule's key that only alerts have: 0s and no annotations are taken.
[[nodiscard]] inline bool says_nothing(const yaml::node& value)
{
    if (value.is_null()) return true;
    if (const auto time = value.as<duration_ms>(); time && time->count == 0) return true;
    const auto members = value.members();
    return members && members->empty();
}

}  // namespace detail

/// What is wrong with a file as such; expressions are the business of check_rule_file.
/// root  what yaml::read() made of the file's text
inline void check_rule_shape(const source& file, const result<yaml::node>& root, std::vector<finding>& out)
{
    if (!root) return;  // check_rule_file says so
    const auto say = [&](const rule& about, const error& why) {
        const std::size_t skip = why.message.starts_with(file.name()) ? why.message.find(": ") + 2 : 0;
        out.push_back(finding_at(file, why.where, about.id, about.level, why.message.substr(skip)));
    };
    const auto complain = [&](const rule& about, const yaml::node& at, std::string message) {
        out.push_back(finding_at(file, at.span(), about.id, about.level, std::move(message)));
    };
    if (const auto known = root->only_keys({"groups", "namespace"}); !known) say(rule_shape, known.error());
    const auto groups = root->find("groups");
    if (!groups) return;
    const auto all = groups->items();
    if (!all) return say(rule_shape, all.error());
    std::map<std::string, text_span> names;
    std::map<std::string, bool> seen;
    for (const yaml::node& group : *all) {
        if (const auto known = group.only_keys({"name", "interval", "query_offset", "limit", "rules", "labels"});
            !known)
            say(rule_shape, known.error());
        const auto name = group.get<std::string>("name", "");
        if (!name || name->empty())
            complain(rule_shape, group, "a group needs a name");
        else if (!names.emplace(*name, group.span()).second)
            complain(duplicate_group, *group.find("name"),
                     concat("groupname: \"", *name, "\" is repeated in the same file"));
        for (const std::string_view key : {"interval", "query_offset"})
            if (const auto value = group.find(key))
                if (const auto time = value->as<duration_ms>(); !time) say(rule_shape, time.error());
        if (const auto labels = group.find("labels"))
            if (const auto members = labels->members(); members)
                for (const auto& m : *members)
                    if (!is_label_name(m.name, name_scheme::utf8) || m.name == "__name__")
                        complain(rule_shape, m.key, concat("invalid label name: ", m.name));
        const auto rules_node = group.find("rules");
        const auto list = rules_node ? rules_node->items() : result<std::vector<yaml::node>>(std::vector<yaml::node>());
        if (!list) {
            say(rule_shape, list.error());
            continue;
        }
        for (const yaml::node& one : *list) {
            if (const auto known = one.only_keys(
                    {"record", "alert", "expr", "for", "keep_firing_for", "labels", "annotations"});
                !known)
                say(rule_shape, known.error());
            const auto alert = one.get<std::string>("alert", "");
            const auto record = one.get<std::string>("record", "");
            const auto expr = one.get<std::string>("expr", "");
            if (!alert || !record || !expr) continue;
            if (alert->empty() == record->empty())
                complain(rule_shape, one,
                         alert->empty() ? "one of 'record' or 'alert' must be set"
                                        : "only one of 'record' and 'alert' must be set");
            if (!record->empty()) {
                for (const std::string_view key : {"for", "keep_firing_for", "annotations"})
                    if (const auto value = one.find(key); value && !detail::says_nothing(*value))
                        complain(rule_shape, *value, concat("invalid field '", key, "' in recording rule"));
                if (record->find_first_of("{}") != std::string::npos)
                    complain(rule_shape, *one.find("record"),
                             concat("braces present in the recording rule name; should it be in expr?: ", *record));
            }
            for (const std::string_view key : {"for", "keep_firing_for"})
                if (const auto value = one.find(key))
                    if (const auto time = value->as<duration_ms>(); !time) say(rule_shape, time.error());
            std::string identity = concat(*alert, "\n", *record, "\n");
            for (const std::string_view part : {"labels", "annotations"}) {
                const auto under = one.find(part);
                if (!under) continue;
                const auto members = under->members();
                if (!members) {
                    say(rule_shape, members.error());
                    continue;
                }
                for (const auto& m : *members) {
                    if (!is_label_name(m.name, name_scheme::utf8) || (part == "labels" && m.name == "__name__"))
                        complain(rule_shape, m.key,
                                 concat("invalid ", part == "labels" ? "label" : "annotation", " name: ", m.name));
                    const auto text = m.value.template as<std::string>();
                    if (!text) continue;
                    if (part == "labels") identity += concat(m.name, "=", *text, "\n");
                    if (!alert->empty()) detail::check_template(file, m.value, *text, out);
                }
            }
            if (!seen.emplace(identity, true).second)
                complain(duplicate_rule, one,
                         concat("this rule stands in the file already: ", alert->empty() ? *record : *alert));
            if (alert->empty()) continue;
            if (const auto tree = promql::parse(*expr, promql::parse_options::everything());
                tree && !detail::filters(tree->root()))
                complain(alert_without_comparison, *one.find("expr"), "this alert fires for every series there is");
        }
    }
}

}  // namespace pitot::lint::dashboards
