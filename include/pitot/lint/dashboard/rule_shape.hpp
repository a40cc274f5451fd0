#pragma once
// What Prometheus itself asks of a rule file: its keys, names that are unique, templates whose variables exist.
// source  Prometheus 3.14, model/rulefmt and template; promtool check rules

#include <pitot/base/go_integer.hpp>
#include <pitot/base/number.hpp>
#include <pitot/connect/yaml.hpp>
#include <pitot/json/pointer.hpp>
#include <pitot/lint/dashboard/look.hpp>
#include <pitot/lint/dashboard/rules/alert_without_comparison.hpp>
#include <pitot/lint/dashboard/rules/duplicate_group.hpp>
#include <pitot/lint/dashboard/rules/duplicate_rule.hpp>
#include <pitot/lint/dashboard/rules/rule_shape.hpp>
#include <pitot/lint/dashboard/rules/template_variable.hpp>
#include <pitot/lint/dashboard/yaml_documents.hpp>
#include <pitot/model/name.hpp>
#include <pitot/promql/check.hpp>
#include <pitot/promql/parse.hpp>
#include <pitot/template/check.hpp>

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::lint::dashboards {

/// What loads a rule file: Prometheus, or also others that take its groups and keys of their own.
enum class loaded_by : unsigned char { prometheus, any_ruler };

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

/// An action of a template with blanks for its texts: a "$1" in them is no variable.
[[nodiscard]] inline std::string without_strings(std::string_view action)
{
    std::string out(action);
    char quote = '\0';
    for (std::size_t i = 0; i < out.size(); ++i) {
        const char c = out[i];
        if (quote == '\0') {
            if (c == '"' || c == '`' || c == '\'') quote = c;
            continue;
        }
        const bool ends = c == quote;
        if (c == '\\' && quote != '`' && i + 1 < out.size()) out[i++] = ' ';
        out[i] = ' ';
        if (ends) quote = '\0';
    }
    return out;
}

/// Of a recording rule's key that only alerts have: 0s and no annotations are taken.
[[nodiscard]] inline bool says_nothing(const yaml::node& value)
{
    if (value.is_null()) return true;
    if (const auto time = value.as<duration_ms>(); time && time->count == 0) return true;
    const auto members = value.members();
    return members && members->empty();
}

/// Does Go's YAML take it for a number, which an integer is made of? 10, 0x10, 1_000, 1e3.
[[nodiscard]] inline bool is_go_number(std::string text)
{
    constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
    std::erase(text, '_');
    if (const auto whole = parse_go_integer(text)) return whole->magnitude <= most;
    const auto read = parse_number(text);
    return read.has_value() && std::abs(*read) < 9.2e18;
}

/// Keys that other rulers take: Thanos; Mimir and Cortex; vmalert.
inline constexpr std::string_view keys_of_others[] = {"partial_response_strategy",
                                                      "source_tenants",
                                                      "evaluation_delay",
                                                      "align_evaluation_time_on_interval",
                                                      "concurrency",
                                                      "debug",
                                                      "eval_alignment",
                                                      "eval_delay",
                                                      "eval_offset",
                                                      "headers",
                                                      "notifier_headers",
                                                      "params",
                                                      "remote_write",
                                                      "tenant",
                                                      "type"};
inline constexpr std::string_view rule_keys_of_others[] = {"debug", "update_entries_limit"};
inline constexpr std::string_view file_keys_of_others[] = {"tenantID"};  ///< Loki's operator

}  // namespace detail

/// What is wrong with a file as such, part by part: names are remembered from one to the next. Expressions are the
/// business of check_rule_file.
class rule_shape_check {
public:
    /// usual  what Prometheus is started with: experimental features that are on
    rule_shape_check(const source& file, loaded_by who, const promql::parse_options& usual = {})
        : file_(file), who_(who), usual_(usual)
    {}

    /// holder   of the list of groups: the whole file, or the spec of a PrometheusRule
    /// pointer  of the part
    [[nodiscard]] std::vector<finding> file(const yaml::node& holder, std::string_view pointer)
    {
        pointer_ = pointer;
        groups_.clear();  // each PrometheusRule becomes a file of its own
        rules_.clear();
        only_keys(holder, {"groups", "namespace"}, detail::file_keys_of_others);
        return std::exchange(out_, {});
    }
    /// Without its rules.
    [[nodiscard]] std::vector<finding> group(const yaml::node& one, std::string_view pointer)
    {
        pointer_ = pointer;
        check_group(one);
        return std::exchange(out_, {});
    }
    [[nodiscard]] std::vector<finding> rule(const yaml::node& one, std::string_view pointer)
    {
        pointer_ = pointer;
        check_rule(one);
        return std::exchange(out_, {});
    }
    /// What keeps a part from being read.
    [[nodiscard]] finding refused(const error& why, std::string pointer) const
    {
        finding f = finding_at(file_, why.where, rule_shape.about.id, rule_shape.about.level,
                               detail::without_place(why, file_.name()));
        f.pointer = std::move(pointer);
        return f;
    }

private:
    using path = std::initializer_list<std::string_view>;  ///< keys, from the part on

    [[nodiscard]] std::string pointer_to(path keys) const
    {
        std::string out(pointer_);
        for (const std::string_view key : keys) json::append_token(out, key);
        return out;
    }
    void say(const error& why, path keys) { out_.push_back(refused(why, pointer_to(keys))); }
    void say(const dashboard_rule& broken, const yaml::node& at, path keys, std::string message,
             std::string suggestion = {})
    {
        finding f = finding_at(file_, at.span(), broken.about.id, broken.about.level, std::move(message));
        f.pointer = pointer_to(keys);
        f.suggestion = std::move(suggestion);
        out_.push_back(std::move(f));
    }
    /// of_others  keys that are passed over where the file may be another ruler's
    void only_keys(const yaml::node& in, std::vector<std::string_view> allowed,
                   std::span<const std::string_view> of_others = {})
    {
        if (who_ == loaded_by::any_ruler && in.kind() == yaml::kind::map)
            for (const std::string_view key : of_others)
                if (in.find(key)) allowed.push_back(key);
        if (const auto known = in.only_keys(allowed); !known) say(known.error(), {});
    }
    void check_durations(const yaml::node& in, std::initializer_list<std::string_view> keys)
    {
        for (const std::string_view key : keys)
            if (const auto value = in.find(key); value && !value->is_null())
                if (const auto time = value->as<duration_ms>(); !time) say(time.error(), {key});
    }

    void check_group(const yaml::node& group)
    {
        only_keys(group, {"name", "interval", "query_offset", "limit", "rules", "labels"}, detail::keys_of_others);
        const auto name = group.get<std::string>("name", "");
        if (!name || name->empty())
            say(rule_shape, group, {}, "a group needs a name");
        else if (!groups_.insert(*name).second)
            say(duplicate_group, *group.find("name"), {"name"},
                concat("groupname: \"", *name, "\" is repeated in the same file"));
        check_durations(group, {"interval", "query_offset"});
        if (const auto limit = group.find("limit"); limit && !limit->is_null())
            if (!limit->is_plain() || !detail::is_go_number(limit->as<std::string>().value_or("")))
                say(rule_shape, *limit, {"limit"}, "the limit is a number");
        if (const auto labels = group.find("labels"))
            if (const auto members = labels->members(); members)
                for (const auto& m : *members)
                    if (!is_label_name(m.name, name_scheme::utf8) || m.name == "__name__")
                        say(rule_shape, m.key, {"labels", m.name}, concat("invalid label name: ", m.name));
    }

    void check_rule(const yaml::node& one)
    {
        only_keys(one, {"record", "alert", "expr", "for", "keep_firing_for", "labels", "annotations"},
                  detail::rule_keys_of_others);
        const auto alert = one.get<std::string>("alert", "");
        const auto record = one.get<std::string>("record", "");
        const auto expr = one.find("expr") ? one.get<std::string>("expr", "")
                                           : unexpected(errc::invalid_value, "a rule needs an expr", one.span());
        if (!expr) return say(expr.error(), {});
        if (!alert) return say(alert.error(), {"alert"});
        if (!record) return say(record.error(), {"record"});
        if (alert->empty() == record->empty())
            say(rule_shape, one, {},
                alert->empty() ? "one of 'record' or 'alert' must be set"
                               : "only one of 'record' and 'alert' must be set");
        if (!record->empty()) check_recording(one, *record);
        check_durations(one, {"for", "keep_firing_for"});
        std::string identity = concat(*alert, "\n", *record, "\n");
        for (const std::string_view part : {"labels", "annotations"}) check_texts(one, part, !alert->empty(), identity);
        if (!rules_.insert(std::move(identity)).second) {
            say(duplicate_rule, one, {},
                concat("this rule stands in the file already: ", alert->empty() ? *record : *alert));
            if (who_ == loaded_by::prometheus) out_.back().level = severity::warning;  // where rules are all there is
        }
        const auto tree = promql::parse(*expr, promql::parse_options::everything());
        if (!tree) return;
        if (const auto usual = promql::parse(*expr, usual_); !usual) {
            say(rule_shape, *one.find("expr"), {"expr"},
                concat("Prometheus loads this only with an experimental feature: ", usual.error().message));
            out_.back().level = who_ == loaded_by::prometheus ? severity::warning : severity::info;
        }
        if (const auto type = promql::type_of(tree->root());
            type == promql::value_type::matrix || type == promql::value_type::string) {
            say(rule_shape, *one.find("expr"), {"expr"},
                concat("no evaluation of this rule succeeds: its result is a ",
                       type == promql::value_type::matrix ? "range vector" : "text", ", no vector or scalar"));
            out_.back().query = *expr;
            return;
        }
        // An alert on a constant always fires, and is meant to.
        if (!alert->empty() && promql::has_selector(tree->root()) && !detail::filters(tree->root())) {
            say(alert_without_comparison, *one.find("expr"), {"expr"}, "this alert fires for every series there is");
            out_.back().query = *expr;
        }
    }

    void check_recording(const yaml::node& one, const std::string& record)
    {
        for (const std::string_view key : {"for", "keep_firing_for", "annotations"})
            if (const auto value = one.find(key); value && !detail::says_nothing(*value))
                say(rule_shape, *value, {key}, concat("invalid field '", key, "' in recording rule"));
        if (record.find_first_of("{}") != std::string::npos)
            say(rule_shape, *one.find("record"), {"record"},
                concat("braces present in the recording rule name; should it be in expr?: ", record));
    }

    /// part      "labels" or "annotations"
    /// identity  of the rule: labels are added to it
    void check_texts(const yaml::node& one, std::string_view part, bool is_alert, std::string& identity)
    {
        const auto under = one.find(part);
        if (!under) return;
        const auto members = under->members();
        if (!members) return say(members.error(), {part});
        const bool are_labels = part == "labels";
        for (const auto& m : *members) {
            if (!is_label_name(m.name, name_scheme::utf8) || (are_labels && m.name == "__name__"))
                say(rule_shape, m.key, {part, m.name},
                    concat("invalid ", are_labels ? "label" : "annotation", " name: ", m.name));
            const auto text = m.value.is_null() ? result<std::string>(std::string())
                                                : m.value.template as<std::string>();
            if (!text) {
                say(text.error(), {part, m.name});
                continue;
            }
            if (are_labels) identity += concat(m.name, "=", *text, "\n");
            if (is_alert) check_template(m.value, {part, m.name}, *text);
        }
    }

    /// A template that Go does not take, or a $name in it that is none of those there are.
    void check_template(const yaml::node& in, path keys, std::string_view text)
    {
        if (const auto whole = templates::check(text); !whole)
            say(rule_shape, in, keys, concat("the template cannot be read: ", whole.error().message));
        for (std::size_t open = text.find("{{"); open != std::string_view::npos; open = text.find("{{", open + 2)) {
            const std::size_t close = std::min(text.find("}}", open), text.size());
            const std::string inside = detail::without_strings(text.substr(open, close - open));
            for (std::size_t at = inside.find('$'); at != std::string::npos; at = inside.find('$', at + 1)) {
                std::size_t end = at + 1;
                while (end < inside.size() && dashboard::detail::is_word(inside[end])) ++end;
                const std::string_view name = std::string_view(inside).substr(at + 1, end - at - 1);
                const bool declared = text.find(concat("$", name, " :=")) != std::string_view::npos ||
                                      text.find(concat("$", name, ",")) != std::string_view::npos;
                if (name.empty() || declared || name == "labels" || name == "value" || name == "externalLabels" ||
                    name == "externalURL")
                    continue;
                say(template_variable, in, keys, concat("undefined variable \"$", name, "\""),
                    name == "label" ? "did you mean $labels?" : "");
            }
        }
    }

    const source& file_;
    loaded_by who_;
    promql::parse_options usual_;
    std::string_view pointer_;  ///< of the part that is looked at
    std::vector<finding> out_;
    std::set<std::string> groups_;  ///< names that were seen
    std::set<std::string> rules_;   ///< with their labels
};

}  // namespace pitot::lint::dashboards
