#pragma once
// A Prometheus rule file under the same rules as dashboards.

#include <pitot/connect/yaml.hpp>
#include <pitot/lint/dashboard/check.hpp>
#include <pitot/lint/dashboard/template_labels.hpp>

#include <optional>
#include <set>
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

}  // namespace detail

/// Adds the names that the recording rules of a file make. What cannot be read is left out; check_rule_file says it.
inline void add_recorded(std::string text, std::string_view name, std::set<std::string, std::less<>>& into)
{
    const auto parts = [](const std::optional<yaml::node>& list) {
        if (!list) return std::vector<yaml::node>();
        auto all = list->items();
        return all ? std::move(*all) : std::vector<yaml::node>();
    };
    const auto root = yaml::read(std::move(text), std::string(name));
    if (!root) return;
    for (const yaml::node& group : parts(root->find("groups")))
        for (const yaml::node& one : parts(group.find("rules")))
            if (const auto record = one.get<std::string>("record", ""); record && !record->empty())
                into.insert(*record);
}

/// Reads and judges one rule file.
/// returns  false when it is well-formed YAML without a list of groups
[[nodiscard]] inline bool check_rule_file(const source& file, const world& sources, verdicts& out)
{
    const auto root = yaml::read(std::string(file.text()), file.name());
    const auto refuse = [&](const error& why) {
        const std::size_t skip = why.message.starts_with(file.name()) ? why.message.find(": ") + 2 : 0;
        out.findings.push_back(
            finding_at(file, why.where, yaml_syntax.about.id, yaml_syntax.about.level, why.message.substr(skip)));
        return true;
    };
    if (!root) return refuse(root.error());
    const auto groups = root->find("groups");
    if (!groups || groups->kind() != yaml::kind::list) return false;
    const auto all = groups->items();
    if (!all) return refuse(all.error());
    ++out.dashboards;
    const variables none;
    for (std::size_t g = 0; g < all->size(); ++g) {
        const auto rules_node = (*all)[g].find("rules");
        if (!rules_node) continue;
        const auto list = rules_node->items();
        if (!list) {
            refuse(list.error());
            continue;
        }
        for (std::size_t r = 0; r < list->size(); ++r) {
            const yaml::node& one = (*list)[r];
            const std::string pointer = concat("/groups/", std::to_string(g), "/rules/", std::to_string(r));
            const auto expr_node = one.find("expr");
            if (!expr_node) {
                refuse(error(errc::invalid_value, "a rule needs an expr", one.span()));
                continue;
            }
            const auto expr_text = expr_node->as<std::string>();
            if (!expr_text) {
                refuse(expr_text.error());
                continue;
            }
            const detail::rule_text expr_place{*expr_text, expr_node->span(), pointer + "/expr"};
            const located expr = detail::located_in(file, expr_place);
            const auto alert = one.get<std::string>("alert", "");
            const auto record = one.get<std::string>("record", "");
            std::vector<detail::rule_text> texts;
            for (const std::string_view part : {"labels", "annotations"}) {
                const auto under = one.find(part);
                if (!under) continue;
                const auto members = under->members();
                if (!members) continue;
                for (const auto& m : *members)
                    if (const auto text = m.value.template as<std::string>())
                        texts.push_back(
                            {*text, m.value.span(), concat(pointer, "/", part, detail::pointer_part(m.name))});
            }
            std::vector<located> places;
            places.reserve(texts.size());
            for (const detail::rule_text& t : texts) places.push_back(detail::located_in(file, t));
            detail::subject about;
            for (const located& p : places) add_template_labels(p, about.annotations);
            about.expr = &expr;
            about.is_rule = true;
            about.is_alert = alert && !alert->empty();
            about.panel = about.is_alert ? *alert : record ? *record : "";
            about.at = file.position(expr_place.span.offset);
            detail::judge(file, about, sources, none, out);
        }
    }
    return true;
}

}  // namespace pitot::lint::dashboards
