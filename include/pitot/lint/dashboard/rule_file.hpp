#pragma once
// A Prometheus rule file under the same rules as dashboards. It is read first and judged afterwards: what it records
// may be asked for by the other files of a run.

#include <pitot/connect/yaml.hpp>
#include <pitot/lint/dashboard/check.hpp>
#include <pitot/lint/dashboard/rule_shape.hpp>
#include <pitot/lint/dashboard/template_labels.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::lint::dashboards {

namespace detail {

/// Where a part of a YAML text stands in its file. A text over several lines, or with escapes, is looked for line by
/// line; what cannot be found is its beginning.
[[nodiscard]] inline text_span place_in_yaml(std::string_view file, text_span value, std::string_view text,
                                             text_span part)
{
    constexpr std::size_t reach = 1 << 16;
    const std::string_view from = file.substr(std::min(value.offset, file.size()), text.size() * 2 + reach);
    if (const std::size_t whole = from.find(text); whole != std::string_view::npos && whole < text.size() + 200)
        return {value.offset + whole + part.offset, part.length};
    // Block texts lose their indent, folded ones their newlines: words stay together.
    part.offset = std::min(part.offset, text.size());
    std::size_t at = 0;
    std::size_t in_file = 0;
    while (at < part.offset) {
        const bool blank = text[at] == ' ' || text[at] == '\n' || text[at] == '\t';
        if (blank) {
            ++at;
            continue;
        }
        std::size_t end = at;
        while (end < text.size() && text[end] != ' ' && text[end] != '\n' && text[end] != '\t') ++end;
        const std::size_t found = from.find(text.substr(at, end - at), in_file);
        if (found == std::string_view::npos) return {value.offset, 1};
        if (end > part.offset) return {value.offset + found + (part.offset - at), part.length};
        in_file = found + (end - at);
        at = end;
    }
    const std::size_t found = from.find(text.substr(part.offset, std::min<std::size_t>(part.length, 8)), in_file);
    return found == std::string_view::npos ? text_span{value.offset, 1} : text_span{value.offset + found, part.length};
}

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

[[nodiscard]] inline std::string pointer_part(std::string_view name)
{
    std::string out = "/";
    for (const char c : name) {
        if (c == '~')
            out += "~0";
        else if (c == '/')
            out += "~1";
        else
            out += c;
    }
    return out;
}

/// One rule, as far as it could be read.
/// templates  its labels and annotations
/// shape      what is wrong with it but for its expression
struct read_rule {
    rule_text expr;
    std::vector<rule_text> templates;
    std::vector<finding> shape;
    std::string alert;  ///< empty for what records
    std::string record;
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

namespace detail {

/// As the operator of Kubernetes has rules: {kind: PrometheusRule, spec: {groups: […]}}; nothing for other files.
[[nodiscard]] inline std::optional<yaml::node> spec_of_resource(const yaml::node& root)
{
    const auto kind = root.get<std::string>("kind", "");
    return kind && *kind == "PrometheusRule" ? root.find("spec") : std::nullopt;
}

class rule_reader {
public:
    rule_reader(rule_file& to, loaded_by who) : to_(to), who_(who), shape_(to.file, who) {}

    void read(const result<yaml::node>& root)
    {
        if (!root) {
            to_.is_rules = root.error().code != errc::too_many || has_groups(to_.file.text());
            if (!to_.is_rules) return;
            to_.findings.push_back(shape_.refused(root.error()));
            to_.findings.back().rule = yaml_syntax.about.id;
            return;
        }
        if (const auto spec = spec_of_resource(*root)) return read_groups(*spec, "/spec");
        to_.is_rules = !root->find("apiVersion");  // Grafana's own alerts have groups too
        if (to_.is_rules || who_ == loaded_by::prometheus) read_groups(*root, "");
    }

private:
    /// A file of several documents: does one look like rules?
    [[nodiscard]] static bool has_groups(std::string_view text)
    {
        return text.starts_with("groups:") || text.find("\ngroups:") != std::string_view::npos;
    }
    void read_groups(const yaml::node& in, const std::string& pointer)
    {
        const auto groups = in.find("groups");
        to_.is_rules = to_.is_rules && groups && groups->kind() == yaml::kind::list;
        if (!to_.is_rules && who_ != loaded_by::prometheus) return;
        say(shape_.file(in));
        if (!groups) return;
        const auto all = groups->items();
        if (!all) return to_.findings.push_back(shape_.refused(all.error()));
        for (std::size_t g = 0; g < all->size(); ++g) {
            say(shape_.group((*all)[g]));
            if (const auto list = (*all)[g].find("rules"))
                read_rules(*list, concat(pointer, "/groups/", std::to_string(g)));
        }
    }
    void say(std::vector<finding> all)
    {
        for (finding& f : all) to_.findings.push_back(std::move(f));
    }
    void read_rules(const yaml::node& list, const std::string& group)
    {
        const auto rules = list.items();
        if (!rules) return to_.findings.push_back(shape_.refused(rules.error()));
        for (std::size_t r = 0; r < rules->size(); ++r)
            read_rule((*rules)[r], concat(group, "/rules/", std::to_string(r)));
    }
    void read_rule(const yaml::node& from, const std::string& pointer)
    {
        detail::read_rule out;
        out.shape = shape_.rule(from);
        if (auto record = from.get<std::string>("record", "")) out.record = std::move(*record);
        if (auto alert = from.get<std::string>("alert", "")) out.alert = std::move(*alert);
        if (!out.record.empty()) to_.recorded.push_back(out.record);
        const auto expr = from.find("expr");
        auto text = from.get<std::string>("expr", "");
        if (!expr || !text) return say(std::move(out.shape));
        out.expr = {std::move(*text), expr->span(), pointer + "/expr"};
        for (const std::string_view part : {"labels", "annotations"}) {
            const auto under = from.find(part);
            if (!under) continue;
            const auto members = under->members();
            if (!members) continue;
            for (const auto& m : *members)
                if (auto written = m.value.template as<std::string>())
                    out.templates.push_back(
                        {std::move(*written), m.value.span(), concat(pointer, "/", part, pointer_part(m.name))});
        }
        to_.rules.push_back(std::move(out));
    }

    rule_file& to_;
    loaded_by who_;
    rule_shape_check shape_;
};

inline void judge_rule(const source& file, const read_rule& one, const world& sources, verdicts& out)
{
    const located expr = located_in(file, one.expr);
    std::vector<located> places;
    places.reserve(one.templates.size());
    for (const rule_text& t : one.templates) places.push_back(located_in(file, t));
    subject about;
    for (const located& p : places) add_template_labels(p, about.annotations);
    about.expr = &expr;
    about.is_rule = true;
    about.shape = one.shape;
    about.is_alert = !one.alert.empty();
    about.panel = about.is_alert ? one.alert : one.record;
    about.at = file.position(one.expr.span.offset);
    if (is_logql_only(one.expr.text)) about.in = dashboard::language::logql;  // of Loki's ruler
    dialect none({});
    judge(file, about, sources, {}, none, out);
}

}  // namespace detail

/// What cannot be read and what `who` does not load is among its findings.
[[nodiscard]] inline rule_file read_rule_file(source file, loaded_by who = loaded_by::any_ruler)
{
    rule_file out{std::move(file)};
    detail::rule_reader(out, who).read(yaml::read(std::string(out.file.text()), out.file.name()));
    return out;
}

/// Judges one rule file.
/// returns  false when it is well-formed YAML without a list of groups
[[nodiscard]] inline bool check_rule_file(const rule_file& of, const world& sources, verdicts& out)
{
    if (!of.is_rules) return false;
    ++out.dashboards;
    out.findings.insert(out.findings.end(), of.findings.begin(), of.findings.end());
    for (const detail::read_rule& one : of.rules) detail::judge_rule(of.file, one, sources, out);
    return true;
}

}  // namespace pitot::lint::dashboards
