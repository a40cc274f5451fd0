#pragma once
// The series that a part of a query gives, as their labels tell them apart.

#include <pitot/lint/dashboard/context.hpp>

#include <algorithm>  // std::all_of, std::any_of
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace pitot::lint::dashboards {

/// The labels of one series, without the metric's name.
using label_set = std::map<std::string, std::string, std::less<>>;

/// Of a part of a query; at most as many as `most`.
using label_sets = std::set<label_set>;

/// names  kept where `keeps`, else taken away
[[nodiscard]] inline label_set projected(label_set of, std::span<const promql::label_name> names, bool keeps)
{
    std::erase_if(of, [&](const auto& label) { return promql::contains(names, label.first) != keeps; });
    return of;
}

namespace detail {

/// The labels of a series on a target as Prometheus stores them; nothing where others may come to them. A job and an
/// instance that nobody told are left out: they are alike for what one source exposes.
[[nodiscard]] inline std::optional<label_set> stored_labels(const world& in, const catalog::existing_series& s,
                                                            const catalog::label_list& t)
{
    if (s.is_part || !s.open.empty() || in.series->jobs()[s.job].discovered) return {};
    label_set all;
    for (const auto* const labels : {&s.labels, &t})
        for (const auto& [name, value] : *labels)
            for (std::string label : {name, concat("exported_", name)})
                if (const std::string_view stored = in.series->value(s, t, label); !stored.empty())
                    all.insert_or_assign(std::move(label), std::string(stored));
    return all;
}

/// The label sets of a part of a query.
class label_sets_reader {
public:
    static constexpr std::size_t most = 10'000;

    label_sets_reader(const context& in, bool exactly) : in_(in), exactly_(exactly) {}

    [[nodiscard]] std::optional<label_sets> of(const promql::node* n) const
    {
        using promql::node_kind;
        switch (n->kind) {
        case node_kind::vector_selector: return of_selector(*static_cast<const promql::vector_selector*>(n));
        case node_kind::matrix_selector: return of(static_cast<const promql::matrix_selector*>(n)->of);
        case node_kind::subquery: return of(static_cast<const promql::subquery*>(n)->of);
        case node_kind::paren: return of(static_cast<const promql::paren_node*>(n)->of);
        case node_kind::unary: return of(static_cast<const promql::unary_node*>(n)->of);
        case node_kind::aggregation: return of_aggregation(*static_cast<const promql::aggregation*>(n));
        case node_kind::call: return of_call(*static_cast<const promql::call_node*>(n));
        case node_kind::binary: return of_binary(*static_cast<const promql::binary_node*>(n));
        default: return {};
        }
    }

private:
    [[nodiscard]] std::optional<label_sets> of_selector(const promql::vector_selector& v) const
    {
        const asked* const a = in_.find(v);
        if (a == nullptr || !a->unknown.empty() || !a->is_held || (exactly_ && !selects_surely(*a))) return {};
        bool known = true;
        label_sets all;
        const auto add = [&](const catalog::existing_series& s, const catalog::label_list& t) {
            if (!known) return;
            auto labels = stored_labels(in_.sources, s, t);
            known = labels.has_value() && all.size() < most;
            if (known) all.insert(std::move(*labels));
        };
        if (a->own)  // its series are not kept
            each_selected(in_.sources, *a, add);
        else
            for (const found_series& f : a->selected) add(*f.series, *f.target);
        if (!known) return {};
        return all;
    }
    /// Are all that it selects there, at the same time? Several expositions of a job may be of several times.
    [[nodiscard]] bool selects_surely(const asked& a) const
    {
        if (a.own || a.open_targets || a.selected.empty() || recorded_as(in_.sources, a.name) != nullptr ||
            std::any_of(a.matchers.begin(), a.matchers.end(), [](const asked_matcher& m) { return m.templated; }))
            return false;
        return std::all_of(a.selected.begin(), a.selected.end(), [this](const found_series& f) {
            const catalog::scrape_job& job = in_.sources.series->jobs()[f.series->job];
            return job.expositions == 1 && !job.job_is_open &&
                   (f.series->is_whole || !catalog::value_of(*f.target, "instance").empty());
        });
    }
    [[nodiscard]] std::optional<label_sets> of_aggregation(const promql::aggregation& a) const
    {
        using promql::aggregator;
        auto all = of(a.of);
        const bool picks = a.op == aggregator::topk || a.op == aggregator::bottomk || a.op == aggregator::limitk ||
                           a.op == aggregator::limit_ratio;
        if (exactly_ && picks) return {};
        if (!all || picks) return all;
        if (a.op == aggregator::count_values) return {};
        return projected_all(std::move(*all), a.grouping, !a.without);
    }
    [[nodiscard]] std::optional<label_sets> of_call(const promql::call_node& c) const
    {
        using promql::label_effect;
        if (c.of == nullptr) return {};
        if (c.name == "vector") return label_sets{{}};
        if (exactly_ && (c.of->of == promql::wants::histogram || c.arguments.size() != 1)) return {};
        const bool of_buckets = c.name == "histogram_quantile" || c.name == "histogram_fraction";
        if (c.of->labels != label_effect::drops_name && c.of->labels != label_effect::keeps_all && !of_buckets)
            return {};
        for (std::size_t i = 0; i < c.arguments.size(); ++i) {
            const promql::value_type t = c.of->argument(i);
            if (t != promql::value_type::vector && t != promql::value_type::matrix) continue;
            auto all = of(c.arguments[i]);
            static constexpr promql::label_name le[] = {{"le", {}}};
            return all && of_buckets ? projected_all(std::move(*all), le, false) : all;
        }
        return {};
    }
    [[nodiscard]] std::optional<label_sets> of_binary(const promql::binary_node& b) const
    {
        using promql::cardinality;
        const bool filters = (promql::is_comparison(b.op) && !b.return_bool) ||
                             b.op == promql::token_kind::trim_lower || b.op == promql::token_kind::trim_upper;
        if (exactly_ && (b.matching != nullptr || filters)) return {};
        if (b.matching == nullptr) return of(promql::type_of(b.left) == promql::value_type::vector ? b.left : b.right);
        if (b.op == promql::token_kind::or_) return {};
        if (promql::is_set_operator(b.op)) return of(b.left);
        const promql::vector_matching& how = *b.matching;
        if (how.card != cardinality::one_to_one && !how.include.empty()) return {};
        auto all = of(how.card == cardinality::one_to_many ? b.right : b.left);
        if (!all || how.card != cardinality::one_to_one) return all;
        return projected_all(std::move(*all), how.labels, how.on);
    }
    [[nodiscard]] std::optional<label_sets> projected_all(label_sets all, std::span<const promql::label_name> names,
                                                          bool keeps) const
    {
        for (const promql::label_name& l : names)
            if (in_.readable.is_variable(l.span)) return {};
        label_sets out;
        while (!all.empty()) out.insert(projected(std::move(all.extract(all.begin()).value()), names, keeps));
        return out;
    }

    const context& in_;
    bool exactly_;
};

}  // namespace detail

/// The label sets that a part of a query may give, each of which is one series; nothing when they are not known, or are
/// too many to look at.
/// exactly  nothing, too, when a filter, a variable or the time decides which of them there are
[[nodiscard]] inline std::optional<label_sets> label_sets_of(const context& in, const promql::node* part,
                                                             bool exactly = false)
{
    return detail::label_sets_reader(in, exactly).of(part);
}

}  // namespace pitot::lint::dashboards
