#pragma once
// Datasources that a dashboard refers to and nobody declares: neither its inputs, nor its variables, nor the user.

#include <pitot/base/nearest.hpp>
#include <pitot/catalog/matcher.hpp>  // regex
#include <pitot/dashboard/datasources.hpp>
#include <pitot/dashboard/queries.hpp>
#include <pitot/dashboard/reference.hpp>
#include <pitot/json/pointer.hpp>
#include <pitot/lint/dashboard/context.hpp>
#include <pitot/lint/dashboard/rules/undeclared_variable.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::lint::dashboards {

inline constexpr dashboard_rule datasource_missing{
    {"datasource-missing", severity::warning, "a query names a datasource that nobody declares",
     "Grafana shows an error in the place of the panel, and a variable of datasources that it has none for stays "
     "empty.\nJudged by the datasources that are declared: --datasources (provisioning, or what Grafana's API "
     "answers), --grafana, and\nfor ${DS_…} the inputs (__inputs) that an exported dashboard asks for when it is "
     "imported. Of what nobody declares any of,\nnothing is said.",
     "\"datasource\": {\"type\": \"prometheus\", \"uid\": \"prometeus\"}",
     "\"datasource\": {\"type\": \"prometheus\", \"uid\": \"prometheus\"}"}};

namespace detail {

/// A variable's regex as JavaScript's: /searched for/flags, or without slashes the whole text. Nothing when RE2 cannot
/// read it.
[[nodiscard]] inline std::optional<regex> javascript_regex(std::string_view written)
{
    std::string pattern = concat("^(?:", written, ")$");
    if (written.starts_with('/')) {
        const std::size_t end = written.rfind('/');
        const std::string_view flags = written.substr(end + 1);
        if (end == 0 || flags.find_first_not_of("gimsuy") != std::string_view::npos) return std::nullopt;
        pattern = concat(flags.find('i') == std::string_view::npos ? "" : "(?i)", written.substr(1, end - 1));
    }
    auto made = regex::compile(pattern, false);
    if (!made) return std::nullopt;
    return std::move(*made);
}

/// "Main (uid main-1)"; without what is unknown.
[[nodiscard]] inline std::string shown(const dashboard::datasource& one)
{
    if (one.name.empty() || one.uid.empty() || one.name == one.uid) return one.name.empty() ? one.uid : one.name;
    return concat(one.name, " (uid ", one.uid, ")");
}

/// "did you mean …?", or what there is.
/// type  of datasource that is wanted; "" when anything may be
[[nodiscard]] inline std::string suggest_datasource(const dashboard::datasources& declared, std::string_view wanted,
                                                    std::string_view type)
{
    constexpr std::size_t few = 5;
    std::map<std::string_view, const dashboard::datasource*> words;
    std::vector<std::string_view> known;
    std::string of_type;
    std::size_t n = 0;
    for (const dashboard::datasource& one : declared.all()) {
        const bool fits = type.empty() || dashboard::takes_type(type, one.type);
        for (const std::string_view word : {std::string_view(one.uid), std::string_view(one.name)})
            if (fits && !word.empty() && words.try_emplace(word, &one).second) known.push_back(word);
        if (!fits || shown(one).empty() || ++n > few) continue;
        of_type += concat(of_type.empty() ? "" : ", ", shown(one));
    }
    if (const std::string_view near = wanted.empty() ? wanted : nearest(wanted, known); !near.empty())
        return concat("did you mean ", shown(*words[near]), "?");
    if (n > few) of_type += concat(" and ", std::to_string(n - few), " more");
    if (of_type.empty()) return type.empty() ? std::string() : concat("none of type ", type, " is declared");
    return concat(type.empty() ? "there are " : concat("of type ", type, " there are "), of_type);
}

}  // namespace detail

/// Judges the datasources that one dashboard names, each place once.
class datasource_check {
public:
    /// inputs    of the dashboard
    /// declared  its variables, inputs too
    /// known     what the user declared; null when nobody told
    datasource_check(const source& file, json::value inputs, const variables& declared,
                     const dashboard::datasources* known, std::vector<finding>& out)
        : file_(file), inputs_(inputs), declared_(declared),
          known_(known == nullptr || known->empty() ? nullptr : known), out_(out)
    {}

    /// Says so of a datasource that nobody declares.
    /// query    that asks it
    /// returns  where its name stands; absent when it is declared, or nobody can tell
    json::value check(json::value datasource, std::string_view query = {})
    {
        if (!datasource) return {};
        const auto [at, fresh] = judged_.try_emplace(datasource.index());
        if (!fresh) return at->second;
        const json::value name = datasource.is_string() ? datasource
                                 : datasource["uid"]    ? datasource["uid"]
                                                        : datasource["name"];
        const bool refers = dashboard::has_reference(name.text()) || name.text().starts_with("${");
        if (refers && dashboard::detail::input_of(inputs_, name.text())) return {};
        if (refers && !is_input(name)) check_variables(name);
        const std::size_t before = out_.size();
        if (refers && is_input(name))
            check_input(name);
        else if (!refers && known_ != nullptr)
            check_name(datasource, name);
        if (out_.size() == before) return {};
        out_.back().query = query;
        return at->second = name;
    }

    /// The datasource that a variable asks, or those that it lists.
    void check(const dashboard::declared_variable& v)
    {
        if (v.type != "datasource" && v.type != "DatasourceVariable") {
            check(dashboard::detail::datasource_types::asked(v.datasource, v.written["query"]["datasource"]));
            return;
        }
        const json::value type = v.type == "datasource" ? v.written["query"] : v.written["pluginId"];
        if (known_ == nullptr || type.text().empty() || dashboard::has_reference(type.text())) return;
        std::vector<const dashboard::datasource*> fit;
        for (const dashboard::datasource& one : known_->all()) {
            if (one.type.empty()) return;
            if (dashboard::takes_type(type.text(), one.type)) fit.push_back(&one);
        }
        if (fit.empty())
            return say(type, concat("no declared datasource is of type ", type.text(), ": the variable has none"),
                       detail::suggest_datasource(*known_, {}, {}));
        const json::value written = v.written["regex"];
        if (written.text().empty() || dashboard::has_reference(written.text())) return;
        const auto pattern = detail::javascript_regex(written.text());
        if (!pattern) return;
        for (const dashboard::datasource* const one : fit)
            if (one->name.empty() || pattern->matches(one->name) || (one->is_default && pattern->matches("default")))
                return;
        say(written, concat("no declared datasource of type ", type.text(), " has a name that this finds"),
            detail::suggest_datasource(*known_, {}, type.text()));
    }

private:
    void say(json::value at, std::string message, std::string suggestion)
    {
        finding f = finding_at(file_, at.span(), datasource_missing.about.id, datasource_missing.about.level,
                               std::move(message), std::move(suggestion));
        f.pointer = json::pointer_of(at);
        out_.push_back(std::move(f));
    }

    /// Is it called as inputs are, in a dashboard that has some? Others are variables.
    [[nodiscard]] bool is_input(json::value name) const
    {
        return inputs_.size() > 0 && dashboard::reference_at(name.text(), 0).name.starts_with("DS_");
    }

    /// Info, and once for each variable: all panels name the same one, and an import may ask for it.
    void check_variables(json::value name)
    {
        dashboard::each_reference(name.text(), [&](const dashboard::reference& found, std::size_t at) {
            if (!declared_.lacks(found.name) || !undeclared_.emplace(found.name).second) return;
            out_.push_back(finding_in_text(file_, name, {at, found.length}, undeclared_variable.about, severity::info,
                                           undeclared_message(found.name)));
        });
    }

    void check_input(json::value name)
    {
        const dashboard::reference found = dashboard::reference_at(name.text(), 0);
        if (declared_.find(found.name) != nullptr) return;
        std::string all;
        for (const json::value input : inputs_) all += concat(all.empty() ? "there are " : ", ", input["name"].text());
        say(name, concat("the dashboard declares no datasource ", found.name), std::move(all));
    }

    void check_name(json::value datasource, json::value name)
    {
        const std::string_view wanted = dashboard::detail::name_of_datasource(datasource);
        const json::value group = datasource.parent()["group"];  // version 2
        std::string_view type = (group ? group : datasource["type"]).text();
        // Grafana's own, the default one, and what is left of times when datasources had numbers.
        for (const std::string_view own : {"grafana", "__expr__", "datasource", "mixed", "dashboard"})
            if (type == own) return;
        if (wanted.empty() || wanted == "grafana" || wanted == "__expr__" || wanted.starts_with("-- ") ||
            wanted.find_first_not_of("-0123456789") == std::string_view::npos || known_->has(wanted) ||
            known_->is_open())
            return;
        if (dashboard::has_reference(type)) type = {};
        const auto [advice, fresh] = advice_.try_emplace({wanted, type});
        if (fresh) advice->second = detail::suggest_datasource(*known_, wanted, type);
        say(name, concat("no declared datasource has the ", datasource["uid"] ? "uid " : "name ", wanted),
            advice->second);
    }

    const source& file_;
    json::value inputs_;
    const variables& declared_;
    const dashboard::datasources* known_;
    std::vector<finding>& out_;
    std::map<std::uint32_t, json::value> judged_;  ///< what check() returns, by place in the document
    std::map<std::pair<std::string_view, std::string_view>, std::string> advice_;  ///< by name and type
    std::set<std::string_view> undeclared_;                                        ///< variables that were told
};

}  // namespace pitot::lint::dashboards
