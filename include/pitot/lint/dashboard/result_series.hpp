#pragma once
// The series that a part of a query gives, as their labels tell them apart.

#include <pitot/lint/dashboard/context.hpp>

#include <algorithm>  // std::all_of, std::any_of, std::is_sorted, std::min, std::sort, std::unique
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::lint::dashboards {

/// Each label set with its names in `names`, or without them, in ascending order: those that become alike stand
/// together.
[[nodiscard]] inline label_sets projected(const label_sets& all, std::span<const promql::label_name> names, bool keeps)
{
    label_sets out;
    out.reserve(all.size());
    for (const label_set& one : all) {
        label_set& to = out.emplace_back();
        to.reserve(keeps ? std::min(names.size(), one.size()) : one.size());
        for (const auto& label : one)
            if (promql::contains(names, label.first) == keeps) to.push_back(label);
    }
    if (!std::is_sorted(out.begin(), out.end())) std::sort(out.begin(), out.end());
    return out;
}

namespace detail {

/// Of those in ascending order, what is alike once.
[[nodiscard]] inline label_sets each_once(label_sets all)
{
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

/// The label sets of a part of a query.
class label_sets_reader {
public:
    static constexpr std::size_t most = 10'000;
    static constexpr std::size_t most_kept = 20 * most;  ///< of all selectors of a query

    label_sets_reader(const context& in, bool exactly) : in_(in), exactly_(exactly) {}

    [[nodiscard]] known_label_sets of(const promql::node* n) const
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
    /// Selectors that are written alike are looked at once.
    [[nodiscard]] known_label_sets of_selector(const promql::vector_selector& v) const
    {
        const asked* const a = in_.find(v);
        if (a == nullptr || !a->unknown.empty() || !a->is_held || (exactly_ && !selects_surely(*a))) return {};
        const text_span written = in_.readable.original_span(v.span);
        const auto [at, is_new] = in_.seen.selected.try_emplace(in_.expr.text.substr(written.offset, written.length));
        if (is_new) at->second = selected_by(*a);
        return at->second;
    }
    [[nodiscard]] known_label_sets selected_by(const asked& a) const
    {
        bool known = true;
        label_sets all;
        const auto add = [&](const catalog::existing_series& s, const catalog::label_list& t) {
            known = known && !s.is_part && s.open.empty() && !in_.sources.series->jobs()[s.job].discovered &&
                    all.size() < most && in_.seen.sets + all.size() < most_kept;
            if (known) all.push_back(stored(s, t));
        };
        if (a.own)  // its series are not kept
            each_selected(in_.sources, a, add);
        else
            for (const found_series& f : a.selected) add(*f.series, *f.target);
        if (!known) return {};
        in_.seen.sets += all.size();
        std::sort(all.begin(), all.end());
        return std::make_shared<const label_sets>(each_once(std::move(all)));
    }
    /// As Prometheus stores it. A job and an instance that nobody told are left out: they are alike for what one source
    /// exposes.
    [[nodiscard]] label_set stored(const catalog::existing_series& s, const catalog::label_list& t) const
    {
        label_set out;
        out.reserve(s.labels.size() + t.size());
        in_.sources.series->each_label(s, t, [&](std::string_view name, std::string_view value) {
            if (name.starts_with("exported_")) name = *in_.seen.names.emplace(name).first;  // it may be made here
            if (!value.empty()) out.emplace_back(name, value);
        });
        std::sort(out.begin(), out.end());
        return out;
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
    [[nodiscard]] known_label_sets of_aggregation(const promql::aggregation& a) const
    {
        using promql::aggregator;
        auto all = of(a.of);
        const bool picks = a.op == aggregator::topk || a.op == aggregator::bottomk || a.op == aggregator::limitk ||
                           a.op == aggregator::limit_ratio;
        if (exactly_ && picks) return {};
        if (!all || picks) return all;
        if (a.op == aggregator::count_values) return {};
        return projected_all(*all, a.grouping, !a.without);
    }
    [[nodiscard]] known_label_sets of_call(const promql::call_node& c) const
    {
        using promql::label_effect;
        if (c.of == nullptr) return {};
        if (c.name == "vector") return std::make_shared<const label_sets>(1);
        if (exactly_ && (c.of->of == promql::wants::histogram || c.arguments.size() != 1)) return {};
        const bool of_buckets = c.name == "histogram_quantile" || c.name == "histogram_fraction";
        if (c.of->labels != label_effect::drops_name && c.of->labels != label_effect::keeps_all && !of_buckets)
            return {};
        for (std::size_t i = 0; i < c.arguments.size(); ++i) {
            const promql::value_type t = c.of->argument(i);
            if (t != promql::value_type::vector && t != promql::value_type::matrix) continue;
            auto all = of(c.arguments[i]);
            static constexpr promql::label_name le[] = {{"le", {}}};
            return all && of_buckets ? projected_all(*all, le, false) : all;
        }
        return {};
    }
    [[nodiscard]] known_label_sets of_binary(const promql::binary_node& b) const
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
        return projected_all(*all, how.labels, how.on);
    }
    [[nodiscard]] known_label_sets projected_all(const label_sets& all, std::span<const promql::label_name> names,
                                                 bool keeps) const
    {
        for (const promql::label_name& l : names)
            if (in_.readable.is_variable(l.span)) return {};
        return std::make_shared<const label_sets>(each_once(projected(all, names, keeps)));
    }

    const context& in_;
    bool exactly_;
};

}  // namespace detail

/// The label sets that a part of a query may give, each of which is one series, in ascending order; null when they are
/// not known, or are too many to look at.
/// exactly  null, too, when a filter, a variable or the time decides which of them there are
[[nodiscard]] inline known_label_sets label_sets_of(const context& in, const promql::node* part, bool exactly = false)
{
    return detail::label_sets_reader(in, exactly).of(part);
}

}  // namespace pitot::lint::dashboards
