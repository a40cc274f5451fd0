#pragma once
// Which variable waits for which: references inside of variables, and the cycles they make.

#include <pitot/dashboard/reference.hpp>
#include <pitot/dashboard/variables.hpp>
#include <pitot/json/document.hpp>

#include <algorithm>  // std::min, std::reverse, std::stable_sort
#include <cstddef>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::dashboard {

/// A variable that a variable's query, regex or datasource names.
/// from, to  indices of the variables, the first one's of those that a section declares by the same name; to is none
///           for what is not declared, or not where it counts
/// by        the declaration that names it
/// text      the JSON string that names it, at `where` of its decoded text
struct variable_use {
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    std::size_t from = 0;
    std::size_t to = none;
    std::size_t by = 0;
    std::string_view name;
    json::value text;
    text_span where;
    bool in_query = false;  ///< else in its regex or datasource
};

namespace detail {

/// The text itself, or the texts of an object's members, but for its datasource's.
template <class F>
void each_text(json::value at, F&& f, int depth = 0)
{
    if (at.is_string()) f(at);
    if (at.is_object() && depth < 8)
        for (const json::value member : at)
            if (member.key().text() != "datasource") each_text(member, f, depth + 1);
}

/// The declarations of a dashboard by name, each where it counts.
class declarations {
public:
    explicit declarations(const std::vector<declared_variable>& all)
    {
        for (std::size_t i = 0; i < all.size(); ++i) {
            const bool is_input = all[i].type == "input";
            if (is_input) inputs_.emplace(all[i].name, i);
            first_.push_back(is_input ? i : by_name_.emplace(key(all[i].section, all[i].name), i).first->second);
        }
    }

    /// The first variable of the same name and section.
    [[nodiscard]] std::size_t first(std::size_t variable) const noexcept { return first_[variable]; }

    /// What a name stands for in a section: its own variable comes before those of the sections around it. What an
    /// import asks for comes before all, as it is replaced before there are variables.
    [[nodiscard]] std::size_t find(json::value section, std::string_view name) const
    {
        if (const auto at = inputs_.find(name); at != inputs_.end()) return at->second;
        for (; section; section = section.parent())
            if (const auto at = by_name_.find(key(section, name)); at != by_name_.end()) return at->second;
        return variable_use::none;
    }

private:
    using place = std::pair<std::size_t, std::string_view>;  ///< where the section begins, and the name
    static place key(json::value section, std::string_view name) noexcept { return {section.span().offset, name}; }

    std::map<place, std::size_t> by_name_;
    std::map<std::string_view, std::size_t> inputs_;
    std::vector<std::size_t> first_;
};

}  // namespace detail

/// A name that a section declares again.
struct repeated_declaration {
    std::size_t first = 0;
    std::size_t again = 0;
};

/// Of rows and tabs that declare the same name each has its own.
[[nodiscard]] inline std::vector<repeated_declaration> repeated_declarations(const std::vector<declared_variable>& all)
{
    const detail::declarations names(all);
    std::vector<repeated_declaration> out;
    for (std::size_t i = 0; i < all.size(); ++i)
        if (names.first(i) != i) out.push_back({names.first(i), i});
    return out;
}

/// All such references, variable by variable. Declarations of one name in one section are one variable: a variable
/// that names it waits for each of them.
/// source  Grafana scenes: what a query variable depends on are its query, regex and datasource, by their names
[[nodiscard]] inline std::vector<variable_use> uses_of_variables(const std::vector<declared_variable>& all)
{
    const detail::declarations names(all);
    std::vector<variable_use> out;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!all[i].is_asked()) continue;
        bool in_query = true;
        const auto read = [&](json::value text) {
            each_reference(text.text(), [&](const reference& found, std::size_t at) {
                const std::size_t to = names.find(all[i].section, found.name);
                out.push_back({names.first(i), to, i, found.name, text, {at, found.length}, in_query});
            });
        };
        detail::each_text(all[i].written["query"], read);
        in_query = false;
        detail::each_text(all[i].written["regex"], read);
        detail::each_text(all[i].written["datasource"], read);
        detail::each_text(all[i].written["query"]["datasource"], read);
    }
    std::stable_sort(out.begin(), out.end(),
                     [](const variable_use& a, const variable_use& b) { return a.from < b.from; });
    return out;
}

namespace detail {

/// Finds the variables that reach each other (Tarjan's strongly connected components), without recursion.
class circles {
public:
    circles(const std::vector<variable_use>& uses, std::size_t variables)
        : uses_(uses), first_(variables + 1, 0), order_(variables, 0), low_(variables, 0), circle_(variables, 0)
    {
        for (const variable_use& u : uses) ++first_[u.from + 1];  // uses stand variable by variable
        for (std::size_t i = 0; i < variables; ++i) first_[i + 1] += first_[i];
        for (std::size_t i = 0; i < variables; ++i)
            if (order_[i] == 0) visit(i);
    }

    /// Variables with the same number reach each other.
    [[nodiscard]] std::size_t of(std::size_t variable) const noexcept { return circle_[variable]; }

    /// The shortest way from a variable over others back to itself, as uses; empty when there is none.
    [[nodiscard]] std::vector<std::size_t> way_round(std::size_t start) const
    {
        std::map<std::size_t, std::size_t> came_by;  // variable -> the use that led to it
        std::vector<std::size_t> next{start};
        for (std::size_t i = 0; i < next.size(); ++i)
            for (std::size_t u = first_[next[i]]; u < first_[next[i] + 1]; ++u) {
                const std::size_t to = uses_[u].to;
                if (to == variable_use::none || to == next[i] || of(to) != of(start) || !came_by.emplace(to, u).second)
                    continue;
                if (to != start) {
                    next.push_back(to);
                    continue;
                }
                std::vector<std::size_t> way{u};
                while (uses_[way.back()].from != start) way.push_back(came_by.at(uses_[way.back()].from));
                std::reverse(way.begin(), way.end());
                return way;
            }
        return {};
    }

private:
    void visit(std::size_t root)
    {
        struct step {
            std::size_t at;
            std::size_t next;  ///< of its uses
        };
        std::vector<step> open;
        const auto enter = [&](std::size_t v) {
            order_[v] = low_[v] = ++seen_;
            waiting_.push_back(v);
            open.push_back({v, first_[v]});
        };
        enter(root);
        while (!open.empty()) {
            const std::size_t at = open.back().at;
            if (open.back().next < first_[at + 1]) {
                const std::size_t to = uses_[open.back().next++].to;
                if (to == variable_use::none) continue;
                if (order_[to] == 0)
                    enter(to);
                else if (circle_[to] == 0)
                    low_[at] = std::min(low_[at], order_[to]);
                continue;
            }
            open.pop_back();
            if (!open.empty()) low_[open.back().at] = std::min(low_[open.back().at], low_[at]);
            if (low_[at] != order_[at]) continue;
            ++found_;
            while (circle_[at] == 0) {
                circle_[waiting_.back()] = found_;
                waiting_.pop_back();
            }
        }
    }

    const std::vector<variable_use>& uses_;
    std::vector<std::size_t> first_;  ///< of each variable's uses
    std::vector<std::size_t> order_;
    std::vector<std::size_t> low_;
    std::vector<std::size_t> circle_;  ///< 0: not decided
    std::vector<std::size_t> waiting_;
    std::size_t seen_ = 0;
    std::size_t found_ = 0;
};

}  // namespace detail

/// Variables that wait for themselves: the references that lead from one back to it. Of several ways through the same
/// variables the shortest from the first one; a variable that names itself is one of its own.
/// variables  how many there are
[[nodiscard]] inline std::vector<std::vector<variable_use>> cycles_of(const std::vector<variable_use>& uses,
                                                                      std::size_t variables)
{
    const detail::circles all(uses, variables);
    std::vector<std::vector<variable_use>> out;
    std::vector<bool> itself(variables, false);
    std::set<std::size_t> told;
    for (const variable_use& u : uses) {
        if (u.to == variable_use::none) continue;
        if (u.to == u.from) {
            if (!itself[u.from]) out.push_back({u});
            itself[u.from] = true;
        } else if (all.of(u.from) == all.of(u.to) && told.insert(all.of(u.from)).second) {
            out.emplace_back();
            for (const std::size_t step : all.way_round(u.from)) out.back().push_back(uses[step]);
        }
    }
    return out;
}

}  // namespace pitot::dashboard
