#pragma once
// Dashboards as block texts of YAML: a ConfigMap's data, GrafanaDashboard's spec.json, values of Grafana's Helm chart.

#include <pitot/base/text.hpp>
#include <pitot/json/pointer.hpp>
#include <pitot/json/reader.hpp>
#include <pitot/lint/dashboard/check.hpp>
#include <pitot/lint/dashboard/yaml_documents.hpp>

#include <algorithm>  // std::none_of
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

namespace pitot::lint::dashboards {

namespace detail {

/// The lines of the block text that begins at a place of a YAML text with | or >; empty for other values. Of JSON they
/// are what YAML makes of them: blanks and newlines mean nothing there.
[[nodiscard]] inline std::string_view block_lines(std::string_view yaml, std::size_t at)
{
    if (at >= yaml.size() || (yaml[at] != '|' && yaml[at] != '>')) return {};
    const std::size_t newline = yaml.find('\n', at);
    if (newline == std::string_view::npos) return {};
    const std::string_view rest = yaml.substr(newline + 1);
    std::size_t indent = std::string_view::npos;
    std::size_t end = 0;
    while (end < rest.size()) {
        const std::string_view line = rest.substr(end, rest.find('\n', end) - end);
        const std::size_t blanks = line.find_first_not_of(" \r");
        if (blanks != std::string_view::npos) {
            if (indent == std::string_view::npos) indent = blanks;
            if (blanks < indent) break;
        }
        end += line.size() + 1;
    }
    return rest.substr(0, end);
}

/// Reads the block texts below a value that look like a dashboard, and judges them.
class embedded_dashboards {
public:
    embedded_dashboards(const source& file, const world& sources, const json::limits& allowed, verdicts& out)
        : file_(file), sources_(sources), allowed_(allowed), out_(out)
    {}

    void read(const yaml::node& from, const std::string& pointer)
    {
        switch (from.kind()) {
        case yaml::kind::scalar: judge(from.span().offset, pointer); break;
        case yaml::kind::map:
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
    [[nodiscard]] bool any() const noexcept { return any_; }

private:
    void judge(std::size_t at, const std::string& pointer)
    {
        const std::string_view json = block_lines(file_.text(), at);
        if (!trimmed(json).starts_with('{') || !looks_like_dashboard(json)) return;
        // Behind as many newlines as there are lines before it: places are those of the file.
        const auto first = static_cast<std::size_t>(json.data() - file_.text().data());
        const std::size_t lines = file_.position(first).line - 1;
        const source own(file_.name(), concat(std::string(lines, '\n'), json));
        verdicts found;
        if (!check(own, sources_, allowed_, found)) return;
        any_ = true;
        for (finding& f : found.findings) {
            f.pointer.insert(0, pointer);
            f.where.offset += first - lines;
        }
        for (unverified& u : found.unknown) u.pointer.insert(0, pointer);
        for (judgement& j : found.judged) {
            j.pointer.insert(0, pointer);
            if (!j.missing.empty()) j.missing.insert(0, pointer);
        }
        out_.add(std::move(found));
    }

    const source& file_;
    const world& sources_;
    const json::limits& allowed_;
    verdicts& out_;
    bool any_ = false;
};

}  // namespace detail

/// Judges the dashboards in a YAML file.
/// returns  false when there are none, or it cannot be read
[[nodiscard]] inline bool check_embedded(const source& file, const world& sources, const json::limits& allowed,
                                         verdicts& out)
{
    const std::string_view text = file.text();
    constexpr std::string_view keys[] = {"\"panels\"", "\"elements\"", "\"rows\""};
    if (std::none_of(std::begin(keys), std::end(keys),
                     [text](std::string_view key) { return text.find(key) != std::string_view::npos; }))
        return false;
    detail::embedded_dashboards all(file, sources, allowed, out);
    static_cast<void>(each_yaml_document(text, file.name(), "{", [&all](const result<yaml::node>& root) {
        if (root) all.read(*root, "");
    }));
    return all.any();
}

}  // namespace pitot::lint::dashboards
