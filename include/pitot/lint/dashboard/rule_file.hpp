#pragma once
// A Prometheus rule file under the same rules as dashboards. It is read first and judged afterwards: what it records
// may be asked for by the other files of a run.

#include <pitot/connect/yaml.hpp>
#include <pitot/lint/dashboard/check.hpp>
#include <pitot/lint/dashboard/rule_shape.hpp>
#include <pitot/lint/dashboard/template_uses.hpp>
#include <pitot/lint/dashboard/yaml_documents.hpp>
#include <pitot/lint/dashboard/yaml_text.hpp>
#include <pitot/promql/literal.hpp>

#include <algorithm>  // std::any_of, std::find, std::min
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::lint::dashboards {

namespace detail {

struct rule_text {
    std::string text;
    text_span span;
    std::string pointer;
};

[[nodiscard]] inline located located_in(const source& file, const rule_text& t)
{
    return {t.text, t.pointer,
            [&file, &t](text_span part) { return place_in_yaml(file.text(), t.span, t.text, part); }};
}

/// One rule, as far as it could be read.
/// templates  its labels and annotations
/// labels     that it sets, its group's too
/// shape      what is wrong with it but for its expression
struct read_rule {
    rule_text expr;
    std::vector<rule_text> templates;
    std::vector<std::pair<std::string, std::string>> labels;
    std::vector<finding> shape;
    std::string alert;  ///< empty for what records
    std::string record;
    bool is_foreign = false;  ///< vmalert asks something else than Prometheus
    bool is_of_loki = false;
};

}  // namespace detail

/// is_rules  it has a list of groups, or cannot be read
/// findings  what stands in the way of reading it or a rule of it, and what is wrong with its groups
/// recorded  names that its recording rules make
struct rule_file {
    source file;
    bool is_rules = true;
    std::vector<finding> findings = {};
    std::vector<std::string> recorded = {};
    std::vector<detail::read_rule> rules = {};
};

/// Does a line begin as a template's does, so that it is no YAML before somebody fills it in?
[[nodiscard]] inline bool is_of_helm(std::string_view text)
{
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        if (trimmed(line).starts_with("{{")) return true;
        text.remove_prefix(std::min(line.size() + 1, text.size()));
    }
    return false;
}

namespace detail {

/// Resources of Kubernetes' operators that hold rules: of Prometheus, VictoriaMetrics, and Loki.
inline constexpr std::string_view rule_resources[] = {"PrometheusRule", "VMRule", "AlertingRule", "RecordingRule"};

/// As they have them: {kind: PrometheusRule, spec: {groups: […]}}; nothing for other files.
[[nodiscard]] inline std::optional<yaml::node> spec_of_resource(const yaml::node& root)
{
    const auto kind = root.get<std::string>("kind", "");
    const bool is_one = kind && std::find(std::begin(rule_resources), std::end(rule_resources), *kind) !=
                                    std::end(rule_resources);
    return is_one ? root.find("spec") : std::nullopt;
}

[[nodiscard]] inline bool is_empty_list(const yaml::node& at)
{
    const auto all = at.items();
    return at.kind() == yaml::kind::list && all && all->empty();
}
/// Is it a list with a map that has a key?
[[nodiscard]] inline bool has_item_with(const yaml::node& at, std::string_view key)
{
    const auto all = at.kind() == yaml::kind::list ? at.items() : std::vector<yaml::node>();
    return all && std::any_of(all->begin(), all->end(), [key](const yaml::node& one) {
               return one.kind() == yaml::kind::map && one.find(key).has_value();
           });
}
/// A list of groups of which one has rules of Prometheus; those of Grafana's own have no expr.
[[nodiscard]] inline bool is_list_of_groups(const yaml::node& at)
{
    const auto all = at.kind() == yaml::kind::list ? at.items() : std::vector<yaml::node>();
    return all && std::any_of(all->begin(), all->end(), [](const yaml::node& group) {
               const auto rules = group.kind() == yaml::kind::map ? group.find("rules") : std::nullopt;
               return rules && has_item_with(*rules, "expr");
           });
}

class rule_reader {
public:
    rule_reader(rule_file& to, loaded_by who, const promql::parse_options& usual)
        : to_(to), who_(who), shape_(to.file, who, usual)
    {}

    /// is_expected  the file should be one of rules
    void read(bool is_expected)
    {
        const std::string_view text = to_.file.text();
        to_.is_rules = is_expected || text.find("groups") != std::string_view::npos;
        if (!to_.is_rules) return;
        const auto root = yaml::read(std::string(text), to_.file.name());
        if (!root && root.error().code == errc::too_many &&
            (read_resources(text) || read_documents(text, root.error())))
            return;
        if (!root) {
            to_.is_rules = root.error().code != errc::too_many || has_groups(text);
            if (!is_expected && is_of_helm(text)) to_.is_rules = false;
            if (to_.is_rules) refuse(root.error());
            return;
        }
        to_.is_rules = false;
        if (read_resource(*root, "")) return;
        const bool is_other = root->find("apiVersion").has_value();  // Grafana's own alerts have groups too
        const auto groups = root->find("groups");
        const bool is_somebodys = groups && !is_empty_list(*groups) && !has_item_with(*groups, "rules") &&
                                  !is_expected;  // groups of users
        if (who_ == loaded_by::prometheus || (!is_other && !is_somebodys)) read_groups(*root, "");
        if (is_other) to_.is_rules = false;
        if (!groups && !is_other && who_ == loaded_by::any_ruler) read_inner_groups(*root, "", 0);
    }

private:
    /// Rule files in the values of a chart: {NAME: {"groups": […]}}, however deep.
    void read_inner_groups(const yaml::node& at, const std::string& pointer, unsigned depth)
    {
        constexpr unsigned most = 8;
        const auto members = at.kind() == yaml::kind::map && depth < most ? at.members()
                                                                          : std::vector<yaml::node::member>();
        if (!members) return;
        for (const auto& m : *members) {
            if (m.name == "groups" && is_list_of_groups(m.value)) return read_groups(at, pointer);
            std::string below = pointer;
            json::append_token(below, m.name);
            read_inner_groups(m.value, below, depth + 1);
        }
    }
    void refuse(const error& why)
    {
        to_.findings.push_back(shape_.refused(why, ""));
        to_.findings.back().rule = yaml_syntax.about.id;
    }
    /// False for what is no resource with rules, nor a list of them.
    bool read_resource(const yaml::node& from, const std::string& pointer)
    {
        const auto kind = from.get<std::string>("kind", "");
        is_of_loki_ = kind && (*kind == "AlertingRule" || *kind == "RecordingRule");
        if (const auto spec = spec_of_resource(from)) return read_groups(*spec, pointer + "/spec"), true;
        const bool is_template = kind && *kind == "Template";  // of OpenShift
        const std::string_view list = is_template ? "objects" : "items";
        const auto items = is_template || (kind && kind->ends_with("List")) ? from.find(list) : std::nullopt;
        const auto all = items ? items->items() : std::vector<yaml::node>();
        bool any = false;
        for (std::size_t i = 0; all && i < all->size(); ++i)
            any = read_resource((*all)[i], concat(pointer, "/", list, "/", std::to_string(i))) || any;
        return any;
    }
    /// Several documents: resources among which some may be rules. False when none is.
    bool read_resources(std::string_view text)
    {
        if (text.find("kind:") == std::string_view::npos) return false;
        bool any = false;
        to_.is_rules = false;
        const bool all = each_yaml_document(text, to_.file.name(), "groups", [&](const result<yaml::node>& root) {
            if (!root)
                refuse(root.error());
            else
                any = read_resource(*root, "") || any;
        });
        if (!all) {
            for (const std::string_view kind : rule_resources)
                to_.is_rules = to_.is_rules || text.find(kind) != std::string_view::npos;
            if (to_.is_rules)
                refuse({errc::too_many, "so many documents in so large a file are not read: split it", {}});
            return true;
        }
        to_.is_rules = to_.is_rules || (any && !to_.findings.empty());
        return any;
    }
    /// Several documents with groups. Prometheus takes the first and passes over the others; other rulers take all.
    /// source  Prometheus 3.16, model/rulefmt/rulefmt.go
    bool read_documents(std::string_view text, const error& why)
    {
        if (!has_groups(text) || documents_in(text).size() < 2) return false;
        to_.is_rules = false;
        to_.findings.clear();  // of looking for resources
        is_of_loki_ = false;
        bool is_first = true;
        const bool all = each_yaml_document(text, to_.file.name(), "groups", [&](const result<yaml::node>& root) {
            if (!is_first && who_ == loaded_by::prometheus) return;
            is_first = false;
            root ? read_groups(*root, "") : refuse(root.error());
        });
        if (!all) return false;
        to_.findings.push_back(finding_at(to_.file, why.where, yaml_syntax.about.id, severity::warning,
                                          "Prometheus reads the first document of a rule file only"));
        return true;
    }
    /// A file of several documents: does one look like rules?
    [[nodiscard]] static bool has_groups(std::string_view text)
    {
        return text.starts_with("groups:") || text.find("\ngroups:") != std::string_view::npos;
    }
    /// A list of groups makes the file one of rules.
    void read_groups(const yaml::node& in, const std::string& pointer)
    {
        const auto groups = in.find("groups");
        const bool has_list = groups && groups->kind() == yaml::kind::list;
        if (who_ == loaded_by::prometheus && (in.is_null() || (groups && groups->is_null()))) {
            to_.is_rules = true;  // Prometheus loads it, and has no rules
            return;
        }
        to_.is_rules = to_.is_rules || has_list;
        if (!has_list && who_ != loaded_by::prometheus) return;
        say(shape_.file(in, pointer));
        if (!groups) return;
        const auto all = groups->items();
        if (!all) return to_.findings.push_back(shape_.refused(all.error(), pointer + "/groups"));
        for (std::size_t g = 0; g < all->size(); ++g) {
            const std::string at = concat(pointer, "/groups/", std::to_string(g));
            say(shape_.group((*all)[g], at));
            const auto type = (*all)[g].get<std::string>("type", "prometheus");
            is_foreign_ = type && *type != "prometheus" && who_ == loaded_by::any_ruler;
            group_labels_ = texts_under((*all)[g], "labels");
            if (const auto list = (*all)[g].find("rules")) read_rules(*list, at + "/rules");
        }
    }
    /// The texts of a map, by key.
    [[nodiscard]] static std::vector<std::pair<std::string, std::string>> texts_under(const yaml::node& from,
                                                                                      std::string_view key)
    {
        std::vector<std::pair<std::string, std::string>> out;
        const auto under = from.find(key);
        const auto members = under ? under->members() : std::vector<yaml::node::member>();
        if (!members) return out;
        for (const auto& m : *members)
            if (auto written = m.value.template as<std::string>()) out.emplace_back(m.name, std::move(*written));
        return out;
    }
    void say(std::vector<finding> all)
    {
        for (finding& f : all) to_.findings.push_back(std::move(f));
    }
    void read_rules(const yaml::node& list, const std::string& pointer)
    {
        const auto rules = list.items();
        if (!rules) return to_.findings.push_back(shape_.refused(rules.error(), pointer));
        for (std::size_t r = 0; r < rules->size(); ++r) read_rule((*rules)[r], concat(pointer, "/", std::to_string(r)));
    }
    void read_rule(const yaml::node& from, const std::string& pointer)
    {
        detail::read_rule out;
        out.shape = shape_.rule(from, pointer);
        if (auto record = from.get<std::string>("record", "")) out.record = std::move(*record);
        if (auto alert = from.get<std::string>("alert", "")) out.alert = std::move(*alert);
        if (!out.record.empty()) to_.recorded.push_back(out.record);
        const auto expr = from.find("expr");
        auto text = from.get<std::string>("expr", "");
        if (!expr || !text) return say(std::move(out.shape));
        out.expr = {std::move(*text), expr->span(), pointer + "/expr"};
        out.is_foreign = is_foreign_;
        out.is_of_loki = is_of_loki_;
        out.labels = group_labels_;
        for (auto& label : texts_under(from, "labels")) out.labels.push_back(std::move(label));
        for (const std::string_view part : {"labels", "annotations"}) {
            const auto under = from.find(part);
            if (!under) continue;
            const auto members = under->members();
            if (!members) continue;
            for (const auto& m : *members)
                if (auto written = m.value.template as<std::string>()) {
                    std::string at = concat(pointer, "/", part);
                    json::append_token(at, m.name);
                    out.templates.push_back({std::move(*written), m.value.span(), std::move(at)});
                }
        }
        to_.rules.push_back(std::move(out));
    }

    rule_file& to_;
    loaded_by who_;
    rule_shape_check shape_;
    bool is_foreign_ = false;  ///< the group that is read
    bool is_of_loki_ = false;
    std::vector<std::pair<std::string, std::string>> group_labels_;
};

/// A query in a template.
/// where  it in the template's text, with its quotes
inline void judge_template_query(const source& file, const located& in, text_span where, std::string_view panel,
                                 const world& sources, verdicts& out)
{
    const auto text = promql::unquote(in.text.substr(where.offset, where.length));
    if (!text) return;
    const bool is_plain = text->size() + 2 == where.length;  // without escapes
    const located expr{*text, in.pointer, [&](text_span part) {
                           return in.place(is_plain ? text_span{where.offset + 1 + part.offset, part.length} : where);
                       }};
    subject about;
    about.expr = &expr;
    about.is_rule = true;
    about.panel = panel;
    about.at = file.position(expr.place({0, text->size()}).offset);
    const auto nothing = [](function_ref<bool(std::string_view)>) { return false; };
    dialect none(nothing, {});
    judge(file, about, sources, {}, none, out);
}

/// spoken  by the rules of the file
inline void judge_rule(const source& file, const read_rule& one, const world& sources, dialect& spoken, verdicts& out)
{
    const located expr = located_in(file, one.expr);
    std::vector<located> places;
    places.reserve(one.templates.size());
    for (const rule_text& t : one.templates) places.push_back(located_in(file, t));
    subject about;
    std::vector<template_uses> uses;
    for (const located& p : places) {
        uses.push_back(uses_of_template(p));
        about.annotations.insert(about.annotations.end(), uses.back().labels.begin(), uses.back().labels.end());
    }
    about.expr = &expr;
    about.is_rule = true;
    about.shape = one.shape;
    about.is_alert = !one.alert.empty();
    about.panel = about.is_alert ? one.alert : one.record;
    about.at = file.position(one.expr.span.offset);
    if (one.is_foreign)
        about.in = dashboard::language::other;
    else if (one.is_of_loki || is_logql_only(one.expr.text))
        about.in = dashboard::language::logql;  // of Loki's ruler
    judge(file, about, sources, {}, spoken, out);
    if (about.in != dashboard::language::promql) return;
    for (std::size_t i = 0; i < places.size(); ++i)
        for (const text_span where : uses[i].queries)
            judge_template_query(file, places[i], where, about.panel, sources, out);
}

}  // namespace detail

/// What cannot be read and what `who` does not load is among its findings.
/// is_expected  it should be one; of others what is no YAML is an error only if it looks like one
/// usual        experimental features that Prometheus is started with
[[nodiscard]] inline rule_file read_rule_file(source file, loaded_by who = loaded_by::any_ruler,
                                              bool is_expected = true, const promql::parse_options& usual = {})
{
    rule_file out{std::move(file)};
    detail::rule_reader(out, who, usual).read(is_expected);
    return out;
}

/// Judges one rule file.
/// returns  false when it is well-formed YAML without a list of groups
[[nodiscard]] inline bool check_rule_file(const rule_file& of, const world& sources, verdicts& out)
{
    if (!of.is_rules) return false;
    ++out.dashboards;
    out.findings.insert(out.findings.end(), of.findings.begin(), of.findings.end());
    const auto any_asks = [&of](function_ref<bool(std::string_view)> is_metricsql) {
        return std::any_of(of.rules.begin(), of.rules.end(), [&](const detail::read_rule& r) {
            return !r.is_foreign && !r.is_of_loki && is_metricsql(r.expr.text);
        });
    };
    detail::dialect spoken(any_asks, of.file.text());
    for (const detail::read_rule& one : of.rules) detail::judge_rule(of.file, one, sources, spoken, out);
    return true;
}

}  // namespace pitot::lint::dashboards
