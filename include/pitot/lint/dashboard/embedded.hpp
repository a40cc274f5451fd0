#pragma once
// Dashboards in YAML: as texts (a ConfigMap's data, GrafanaDashboard's spec.json, values of Grafana's Helm chart), or
// written in it; and rule files as texts.

#include <pitot/base/text.hpp>
#include <pitot/json/pointer.hpp>
#include <pitot/json/reader.hpp>
#include <pitot/lint/dashboard/check.hpp>
#include <pitot/lint/dashboard/rule_file.hpp>
#include <pitot/lint/dashboard/yaml_dashboard.hpp>
#include <pitot/lint/dashboard/yaml_documents.hpp>
#include <pitot/lint/dashboard/yaml_text.hpp>

#include <algorithm>  // std::any_of
#include <cstddef>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace pitot::lint::dashboards {

namespace detail {

/// Reads the texts below a value that look like a dashboard, and judges them.
class embedded_dashboards {
public:
    embedded_dashboards(const source& file, const world& sources, const json::limits& allowed, verdicts& out)
        : file_(file), sources_(sources), allowed_(allowed), out_(out)
    {}

    /// first  where the document begins in the file
    void read_document(const result<yaml::node>& root, std::size_t first)
    {
        first_ = first;
        if (root) return read(*root, "");
        const error& why = root.error();
        if (why.code != errc::too_many && why.code != errc::too_deep && why.code != errc::too_large) return;
        out_.findings.push_back(finding_at(file_, {first + why.where.offset, why.where.length}, yaml_syntax.about.id,
                                           yaml_syntax.about.level, without_place(why, file_.name())));
        any_ = true;
    }
    [[nodiscard]] bool any() const noexcept { return any_; }

private:
    void read(const yaml::node& from, const std::string& pointer)
    {
        switch (from.kind()) {
        case yaml::kind::scalar: judge(from, pointer); break;
        case yaml::kind::map:
            if (verdicts found; check_written(file_, from, first_, sources_, allowed_, found))
                return take(std::move(found), pointer);
            if (const auto all = from.members())
                for (const auto& m : *all) {
                    std::string below = pointer;
                    json::append_token(below, m.name);
                    read(m.value, below);
                }
            break;
        case yaml::kind::list:
            if (const auto all = from.items())
                for (std::size_t i = 0; i < all->size(); ++i) read((*all)[i], concat(pointer, "/", std::to_string(i)));
            break;
        case yaml::kind::null: break;
        }
    }
    void judge(const yaml::node& from, const std::string& pointer)
    {
        const std::size_t at = behind_properties(file_.text(), first_ + from.span().offset);
        const auto text = from.as<std::string>();
        const bool rules = text && looks_like_rules(*text);
        if (!text || !(rules || (trimmed(*text).starts_with('{') && looks_like_dashboard(*text)))) return;
        if (!seen_.insert(at).second) return;  // an alias
        // Blanks and newlines mean nothing to JSON, but for those that folding puts into its texts.
        const std::string_view lines = block_lines(file_.text(), at);
        const bool as_written = !lines.empty() && (file_.text()[at] == '|' || (!rules && json::parse(lines, allowed_)));
        verdicts found;
        if (as_written ? !judge_lines(lines, rules, found) : !judge_text(*text, at, rules, found)) return;
        take(std::move(found), pointer);
    }
    /// What was found in a dashboard at a place of the file.
    void take(verdicts&& found, const std::string& pointer)
    {
        any_ = true;
        for (finding& f : found.findings) f.pointer.insert(0, pointer);
        for (unverified& u : found.unknown) u.pointer.insert(0, pointer);
        for (judgement& j : found.judged) {
            j.pointer.insert(0, pointer);
            if (!j.missing.empty()) j.missing.insert(0, pointer);
        }
        out_.add(std::move(found));
    }
    [[nodiscard]] bool judge(const source& own, bool rules, verdicts& out) const
    {
        if (!rules) return check(own, sources_, allowed_, out);
        if (check_rule_file(read_rule_file(own, loaded_by::any_ruler, false), sources_, out)) return true;
        const auto of_grafana = yaml::read(std::string(own.text()), own.name());
        return of_grafana && check_written(own, *of_grafana, 0, sources_, allowed_, out);
    }
    /// Has a text the list of groups that rule files have, and a query?
    [[nodiscard]] static bool looks_like_rules(std::string_view text) noexcept
    {
        const bool groups = text.starts_with("groups:") || text.find("\ngroups:") != std::string_view::npos;
        return groups && text.find("expr:") != std::string_view::npos;
    }
    /// Behind as many newlines as there are lines before it: places are those of the file.
    [[nodiscard]] bool judge_lines(std::string_view lines, bool rules, verdicts& out) const
    {
        const auto first = static_cast<std::size_t>(lines.data() - file_.text().data());
        const std::size_t before = file_.position(first).line - 1;
        const source own(file_.name(), concat(std::string(before, '\n'), lines));
        if (!judge(own, rules, out)) return false;
        for (finding& f : out.findings) f.where.offset += first - before;
        return true;
    }
    /// What YAML makes of quotes and folds: everything is told at the text's beginning.
    [[nodiscard]] bool judge_text(const std::string& text, std::size_t at, bool rules, verdicts& out) const
    {
        if (!judge(source(file_.name(), text), rules, out)) return false;
        for (finding& f : out.findings) {
            f.where = {at, 1};
            f.begin = file_.position(at);
            f.end = file_.position(at + 1);
        }
        for (judgement& j : out.judged) j.at = file_.position(at);
        return true;
    }

    const source& file_;
    const world& sources_;
    const json::limits& allowed_;
    verdicts& out_;
    std::size_t first_ = 0;  ///< of the document that is read
    std::set<std::size_t> seen_;
    bool any_ = false;
};

/// Has a text of YAML a key that every dashboard has, or a rule file as a text?
[[nodiscard]] inline bool may_hold_dashboards(std::string_view text)
{
    constexpr std::string_view keys[] = {"panels\"", "elements\"", "rows\"",    "panels\\\"", "elements\\\"",
                                         "rows\\\"", "panels:",    "elements:", "rows:",      "datasourceUid"};
    using part = std::pair<std::string_view, std::string_view>;
    for (const auto& [text_begins, inside] : {part{": |", " groups:"}, part{": >", " groups:"},
                                              part{": \"groups:", "groups:"}, part{": 'groups:", "groups:"}})
        if (const std::size_t at = text.find(text_begins);
            at != std::string_view::npos && text.find(inside, at) != std::string_view::npos)
            return true;
    return std::any_of(std::begin(keys), std::end(keys),
                       [text](std::string_view key) { return text.find(key) != std::string_view::npos; });
}

}  // namespace detail

/// Judges the dashboards in a YAML file.
/// returns  false when there are none, or it cannot be read
[[nodiscard]] inline bool check_embedded(const source& file, const world& sources, const json::limits& allowed,
                                         verdicts& out)
{
    const std::string_view text = file.text();
    if (!detail::may_hold_dashboards(text)) return false;
    detail::embedded_dashboards all(file, sources, allowed, out);
    for (const text_span document : detail::documents_in(text)) {
        const std::string_view own = text.substr(document.offset, document.length);
        if (detail::may_hold_dashboards(own))
            all.read_document(yaml::read(std::string(own), file.name()), document.offset);
    }
    return all.any();
}

}  // namespace pitot::lint::dashboards
