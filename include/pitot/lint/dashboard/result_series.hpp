#pragma once
// The series that a part of a query gives, as far as labels go: what an operator pairs, and refuses to pair.

#include <pitot/lint/dashboard/context.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::lint::dashboards {

/// Labels of one series without its name, sorted. Views of the inventory.
using label_row = std::vector<std::pair<std::string_view, std::string_view>>;

namespace detail {

constexpr std::size_t most_rows = 5'000;  ///< of a selector: what selects more is not paired

/// Every label of a series on a target.
[[nodiscard]] inline label_row row_of(const world& in, const catalog::existing_series& s, const catalog::label_list& t,
                                      std::set<std::string, std::less<>>& exported)
{
    label_row out;
    const auto add = [&](std::string_view name) {
        if (const std::string_view value = in.series->value(s, t, name); !value.empty()) out.emplace_back(name, value);
    };
    for (const auto& [name, value] : t) add(name);
    for (const auto& [name, value] : s.labels) {
        if (catalog::value_of(t, name).empty())
            add(name);
        else
            add(*exported.insert("exported_" + name).first);
    }
    std::sort(out.begin(), out.end());
    return out;
}

/// Computes them; nothing where a filter, a variable or what nobody knows decides which there are, nor of series that
/// may not have been there at the same time.
class result_rows {
public:
    explicit result_rows(const context& in) : in_(in) {}

    [[nodiscard]] std::optional<std::vector<label_row>> of(const promql::node* n)
    {
        using namespace promql;
        switch (n->kind) {
        case node_kind::paren: return of(static_cast<const paren_node*>(n)->of);
        case node_kind::unary: return of(static_cast<const unary_node*>(n)->of);
        case node_kind::matrix_selector: return of(static_cast<const matrix_selector*>(n)->of);
        case node_kind::subquery: return of(static_cast<const subquery*>(n)->of);
        case node_kind::vector_selector: return selected(static_cast<const vector_selector&>(*n));
        case node_kind::aggregation: return grouped(static_cast<const aggregation&>(*n));
        case node_kind::call: {
            const auto& c = static_cast<const call_node&>(*n);
            const bool keeps = c.of != nullptr && c.arguments.size() == 1 &&
                               (c.of->labels == label_effect::drops_name || c.of->labels == label_effect::keeps_all) &&
                               c.of->of != wants::histogram && c.of->returns == value_type::vector;
            return keeps ? of(c.arguments[0]) : std::nullopt;
        }
        case node_kind::binary: {
            const auto& b = static_cast<const binary_node&>(*n);
            if (b.matching != nullptr || (is_comparison(b.op) && !b.return_bool) || b.op == token_kind::trim_lower ||
                b.op == token_kind::trim_upper)
                return std::nullopt;
            return of(type_of(b.left) == value_type::vector ? b.left : b.right);
        }
        default: return std::nullopt;
        }
    }

private:
    std::optional<std::vector<label_row>> selected(const promql::vector_selector& v)
    {
        const asked* const a = in_.find(v);
        if (a == nullptr || !a->unknown.empty() || !a->is_held || a->own || a->open_targets || a->selected.empty() ||
            a->selected.size() > most_rows || recorded_as(in_.sources, a->name) != nullptr)
            return std::nullopt;
        for (const asked_matcher& m : a->matchers)
            if (m.templated) return std::nullopt;
        std::vector<label_row> out;
        for (const found_series& f : a->selected) {
            const catalog::scrape_job& job = in_.sources.series->jobs()[f.series->job];
            if (job.expositions != 1) return std::nullopt;
            const bool is_known = f.series->is_whole || !catalog::value_of(*f.target, "instance").empty();
            if (!is_known || job.discovered || job.job_is_open || f.series->is_part || !f.series->open.empty())
                return std::nullopt;
            out.push_back(row_of(in_.sources, *f.series, *f.target, exported_));
        }
        return out;
    }
    std::optional<std::vector<label_row>> grouped(const promql::aggregation& a)
    {
        switch (a.op) {
        case promql::aggregator::topk:
        case promql::aggregator::bottomk:
        case promql::aggregator::limitk:
        case promql::aggregator::limit_ratio:
        case promql::aggregator::count_values: return std::nullopt;
        default: break;
        }
        for (const promql::label_name& l : a.grouping)
            if (in_.readable.is_variable(l.span)) return std::nullopt;
        auto rows = of(a.of);
        if (!rows) return rows;
        std::set<label_row> all;
        for (const label_row& r : *rows) all.insert(projected(r, a.grouping, !a.without));
        return std::vector<label_row>(all.begin(), all.end());
    }

public:
    /// Only the labels of a list, or only the others.
    [[nodiscard]] static label_row projected(const label_row& r, std::span<const promql::label_name> names, bool only)
    {
        label_row out;
        for (const auto& label : r)
            if (promql::contains(names, label.first) == only) out.push_back(label);
        return out;
    }

private:
    const context& in_;
    std::set<std::string, std::less<>> exported_;  ///< names that are none of the inventory's
};

}  // namespace detail

/// What Prometheus makes of the series of both sides of an operator.
enum class pairing : unsigned char {
    unknown,
    fine,
    none,        ///< no two are alike in all that is compared
    many_left,   ///< refused: one of the right has several on the left
    many_right,  ///< refused: several on the right are alike
    many_both,
};

/// alike  labels that several series of a side share
struct paired_sides {
    pairing is = pairing::unknown;
    std::string alike = {};
};

/// source  Prometheus 3.14, promql/engine.go, VectorBinop
[[nodiscard]] inline paired_sides pairing_of(const context& in, const promql::binary_node& b)
{
    if (b.matching == nullptr || b.matching->has_fill_left || b.matching->has_fill_right) return {};
    const promql::vector_matching& how = *b.matching;
    detail::result_rows rows(in);
    const auto left = rows.of(b.left);
    if (!left) return {};
    const auto right = rows.of(b.right);
    if (!right) return {};
    const auto counted = [&how](const std::vector<label_row>& all) {
        std::map<label_row, std::size_t> out;
        for (const label_row& r : all) ++out[detail::result_rows::projected(r, how.labels, how.on)];
        return out;
    };
    const auto lefts = counted(*left);
    const auto rights = counted(*right);
    const auto several = [](const std::map<label_row, std::size_t>& of, const std::map<label_row, std::size_t>* among) {
        const auto at = std::find_if(of.begin(), of.end(), [among](const auto& group) {
            return group.second > 1 && (among == nullptr || among->contains(group.first));
        });
        return at == of.end() ? nullptr : &at->first;
    };
    const bool any = std::any_of(lefts.begin(), lefts.end(), [&](const auto& g) { return rights.contains(g.first); });
    const bool is_set = promql::is_set_operator(b.op);
    const bool one_to_one = how.card == promql::cardinality::one_to_one;
    const label_row* const twice_left = is_set || how.card == promql::cardinality::many_to_one ? nullptr
                                        : one_to_one                                           ? several(lefts, &rights)
                                                     : several(lefts, nullptr);
    const label_row* const twice_right = is_set || how.card == promql::cardinality::one_to_many
                                             ? nullptr
                                             : several(rights, nullptr);
    paired_sides out;
    out.is = twice_left != nullptr && twice_right != nullptr ? pairing::many_both
             : twice_left != nullptr                         ? pairing::many_left
             : twice_right != nullptr                        ? pairing::many_right
             : any                                           ? pairing::fine
                                                             : pairing::none;
    if (const label_row* const alike = twice_right != nullptr ? twice_right : twice_left)
        for (const auto& [name, value] : *alike)
            out.alike += concat(out.alike.empty() ? "" : ", ", name, "=\"", value, "\"");
    return out;
}

}  // namespace pitot::lint::dashboards
