#pragma once
// What a rule on a query has before it, be the query a dashboard's or a rule file's.

#include <pitot/base/text.hpp>
#include <pitot/catalog/matcher.hpp>
#include <pitot/dashboard/interpolate.hpp>
#include <pitot/dashboard/opening.hpp>
#include <pitot/dashboard/variable_choices.hpp>
#include <pitot/json/document.hpp>
#include <pitot/json/pointer.hpp>
#include <pitot/lint/dashboard/asked.hpp>
#include <pitot/lint/finding.hpp>
#include <pitot/promql/ast.hpp>
#include <pitot/promql/walk.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::lint::dashboards {

/// A text that stands in a file.
/// text    decoded
/// place   bytes of the file for bytes of `text`
struct located {
    std::string_view text;
    std::string pointer;
    std::function<text_span(text_span)> place;
};

/// {{name}} of a legend, {{ $labels.name }} of a rule's annotation.
struct label_use {
    std::string_view label;
    text_span where;  ///< in the text
    const located* in;
};

/// many      multi, or with an "All"
/// is_empty  it may hold nothing, or what "All" writes may fit nothing
/// choices   what it may hold, where the dashboard says so and nothing else has its name
/// query     its declaration where a Prometheus is asked for its values and nothing else has its name; else null
/// listed    what that gives, found out when it is asked for
struct variable {
    std::string name;
    bool many = false;
    bool is_empty = true;
    std::optional<dashboard::variable_choices> choices = {};
    const dashboard::declared_variable* query = nullptr;
    mutable std::optional<std::optional<dashboard::variable_choices>> listed = {};
};

/// The variables of a dashboard as they were saved; null where nobody asks for them.
using saved_board = std::shared_ptr<const std::vector<dashboard::saved_variable>>;

/// The variables of a dashboard, by name.
class variables {
public:
    static constexpr std::size_t most_choices = 500;  ///< of one variable: each is held against every series

    bool known = false;  ///< the dashboard declares its variables here
    saved_board saved = {};

    /// v  outlives this
    /// asks_prometheus  a Prometheus is asked for its values, if anybody is
    void declare(const dashboard::declared_variable& v, bool asks_prometheus = false)
    {
        written_.push_back(&v);
        const auto [at, is_new] = all_.try_emplace(v.name, variable{v.name, v.many, may_be_empty(v)});
        at->second.choices.reset();
        at->second.query = nullptr;
        at->second.is_empty = at->second.is_empty || may_be_empty(v);
        if (!is_new) return;
        if (asks_prometheus && (v.type == "query" || v.type == "QueryVariable")) at->second.query = &v;
        if (auto may_hold = dashboard::choices_of(v); may_hold && may_hold->values.size() <= most_choices)
            at->second.choices = std::move(*may_hold);
    }
    [[nodiscard]] const variable* find(std::string_view name) const noexcept
    {
        const auto at = all_.find(name);
        return at == all_.end() ? nullptr : &at->second;
    }
    /// Is it a name that nobody declares: no number, as of label_replace, and none of Grafana's own?
    [[nodiscard]] bool lacks(std::string_view name) const noexcept
    {
        return known && !dashboard::is_of_grafana(name) &&
               name.find_first_not_of("0123456789") != std::string_view::npos && find(name) == nullptr;
    }

    /// The first value of each variable that has one; found out when it is asked for.
    [[nodiscard]] const dashboard::variable_values& first_values() const
    {
        if (first_.empty())
            for (const dashboard::declared_variable* const v : written_)
                if (auto value = dashboard::first_value(*v))
                    first_.try_emplace(v->name, dashboard::chosen_value{{std::move(*value)}});
        return first_;
    }

    /// What the user told of variables' values, written as the dashboard's variables are.
    /// told  null: nothing, and so is the result
    [[nodiscard]] const dashboard::variable_values* told_values(const dashboard::variable_values* told) const
    {
        if (told == nullptr) return nullptr;
        if (told_.empty()) {
            told_ = *told;
            for (auto& [name, value] : told_)
                if (const variable* const declared = find(name)) value.many = value.many || declared->many;
        }
        return &told_;
    }

private:
    /// Grafana's own list has no empty value; one that is asked for is taken to have some.
    [[nodiscard]] static bool may_be_empty(const dashboard::declared_variable& v)
    {
        const std::string_view all = v.written["allValue"].text();
        if (v.written["includeAll"].as_bool().value_or(false) && !all.empty() &&
            (dashboard::has_reference(all) || catalog::matcher(all, true, true)("")))
            return true;
        if (v.type == "query" || v.type == "QueryVariable") return false;
        for (const std::string_view listed : {"custom", "constant", "textbox", "interval", "CustomVariable",
                                              "ConstantVariable", "TextVariable", "IntervalVariable"})
            if (v.type == listed) return trimmed(v.written["query"].text()).empty();
        return true;
    }

    std::map<std::string, variable, std::less<>> all_;
    std::vector<const dashboard::declared_variable*> written_;
    mutable dashboard::variable_values first_;
    mutable dashboard::variable_values told_;
};

/// A finding in a string of the file.
[[nodiscard]] inline finding finding_in_text(const source& file, json::value text, text_span where, const rule& about,
                                             severity level, std::string message, std::string suggestion = {})
{
    finding f = finding_in_query(file, text.source_span(where), text.text(), where, about.id, level, std::move(message),
                                 std::move(suggestion));
    f.pointer = json::pointer_of(text);
    return f;
}

/// The labels of one series by name, without the metric's; views of what the sources hold and of seen_of_query.
using label_set = std::vector<std::pair<std::string_view, std::string_view>>;
using label_sets = std::vector<label_set>;
using known_label_sets = std::shared_ptr<const label_sets>;  ///< null when they are not known

/// What was found out of a query before, as several operators ask it; for as long as the query.
/// selectors  by their nodes
/// presences  of labels on what a selector selects
/// selected   by the selector's text
/// sets       how many label sets `selected` holds
/// names      of labels that the sources do not hold
/// labels     that its metrics have
struct seen_of_query {
    std::map<const promql::vector_selector*, const asked*> selectors;
    std::map<const asked*, std::map<std::string, promql::presence, std::less<>>> presences;
    std::map<std::string_view, known_label_sets> selected;
    std::size_t sets = 0;
    std::set<std::string, std::less<>> names;
    std::optional<std::set<std::string, std::less<>>> labels;
};

/// One query, read.
/// readable    it with stand-ins for its variables; places in the tree count its bytes
/// asks        its selectors
/// is_alert    of a rule file with `alert`; is_rule: of any rule file
/// panel_type  "stat", "timeseries", …; empty for what is no panel
/// panel       as the file has it; absent for rules
/// repeats     variables that the panel is repeated for
struct context {
    const source& file;
    const located& expr;
    const dashboard::interpolated& readable;
    const promql::node* root;
    const std::vector<asked>& asks;
    const world& sources;
    const variables& declared;
    std::string_view panel_type;
    bool is_alert = false;
    bool is_rule = false;
    std::vector<label_use> legend = {};
    std::vector<label_use> annotations = {};
    std::span<const std::string_view> repeats = {};
    json::value panel = {};
    mutable seen_of_query seen = {};

    /// A finding at a part of `readable`, told in the file's places.
    [[nodiscard]] finding at(text_span part, const rule& about, severity level, std::string message,
                             std::string suggestion = {}) const
    {
        const text_span written = readable.original_span(part);
        finding f = finding_in_query(file, expr.place(written), expr.text, written, about.id, level, std::move(message),
                                     std::move(suggestion));
        f.pointer = expr.pointer;
        return f;
    }
    /// A finding at a part of another text that goes with the query.
    [[nodiscard]] finding at(const label_use& use, const rule& about, severity level, std::string message,
                             std::string suggestion = {}) const
    {
        finding f = finding_in_query(file, use.in->place(use.where), use.in->text, use.where, about.id, level,
                                     std::move(message), std::move(suggestion));
        f.query = expr.text;
        f.pointer = use.in->pointer;
        return f;
    }

    [[nodiscard]] const asked* find(const promql::vector_selector& v) const
    {
        if (seen.selectors.empty())
            for (const asked& a : asks) seen.selectors.emplace(a.selector, &a);
        const auto at = seen.selectors.find(&v);
        return at == seen.selectors.end() ? nullptr : at->second;
    }
    /// Of a label on the result of a part of the query.
    [[nodiscard]] promql::presence presence(const promql::node* of, std::string_view label) const
    {
        const promql::presence is = promql::label_presence(
            of, label, [this](const promql::vector_selector& v, std::string_view l) { return presence_on(v, l); },
            [this](const promql::label_name& l) { return readable.is_variable(l.span); });
        return is == promql::presence::never && makes_some_label(of) ? promql::presence::maybe : is;
    }

private:
    [[nodiscard]] promql::presence presence_on(const promql::vector_selector& v, std::string_view label) const
    {
        const asked* const a = find(v);
        if (a == nullptr) return promql::presence::maybe;
        auto& known = seen.presences[a];
        auto at = known.find(label);
        if (at == known.end()) at = known.emplace(label, presence_of(sources, *a, label)).first;
        return at->second;
    }
    /// Does label_replace() or label_join() write to a label that a variable names, or is a function one?
    [[nodiscard]] bool makes_some_label(const promql::node* of) const
    {
        bool found = false;
        promql::walk(of, [&](const promql::node* n, const std::vector<const promql::node*>&) {
            if (n->kind == promql::node_kind::aggregation) found = found || readable.is_variable({n->span.offset, 1});
            const auto* const call = promql::as<promql::call_node>(n);
            if (call == nullptr || (call->name != "label_replace" && call->name != "label_join") ||
                call->arguments.size() < 2)
                return;
            const auto* const to = promql::as<promql::string_node>(promql::without_parens(call->arguments[1]));
            found = found || (to != nullptr && dashboard::has_reference(to->value));
        });
        return found;
    }
};

/// What rules say of one query.
/// unknown  why it could not be judged; empty when it could
struct remarks {
    std::vector<finding> findings;
    std::string unknown;
};

/// A rule: what it says about itself, and the check of one query. Rules that the readers apply have none.
struct dashboard_rule {
    rule about;
    void (*check)(const context& in, const rule& about, remarks& out) = nullptr;
};

}  // namespace pitot::lint::dashboards
