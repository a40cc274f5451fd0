#pragma once
// sum and avg of native histograms: a running sum for each step of a group.

#include <pitot/promql/engine/grouping.hpp>
#include <pitot/store/histogram_sum.hpp>

#include <string_view>
#include <utility>
#include <vector>

namespace pitot::promql::detail {

class histogram_groups {
public:
    histogram_groups(evaluation& in, const aggregation& a) : in_(in), a_(a), average_(a.op == aggregator::avg) {}

    [[nodiscard]] bool empty() const noexcept { return cells_.empty(); }

    /// had_float  a float came first: the group has no result at this step
    void add(std::size_t group, const matrix& m, std::size_t i, std::size_t s, bool had_float)
    {
        steps_ = m.steps;
        if (cells_.size() < (group + 1) * steps_) cells_.resize((group + 1) * steps_);
        cell*& at = cells_[group * steps_ + s];
        const histogram& h = *m.histogram_at(i, s);
        const bool first = at == nullptr;
        if (first) at = &in_.memory().add(had_float ? cell{} : cell{.sum = store::histogram_sum(h)});
        cell& c = *at;
        c.float_first = c.float_first || (first && had_float);
        if (c.float_first || c.incompatible) return;
        ++c.n;
        c.reset = c.reset || h.hint == reset_hint::reset;
        c.not_reset = c.not_reset || h.hint == reset_hint::not_reset;
        if (first) return;
        const store::combination said = average_ ? add_to_average(c, h) : c.sum.add(h);
        reconciled_ = reconciled_ || said.reconciled;
        if (!said.incompatible) return;
        c.incompatible = true;
        incompatible_.push_back(m.rows[i].labels->metric_name());
    }

    /// A float; true when a histogram came first, and the float is nothing to anybody.
    [[nodiscard]] bool add_float(std::size_t group, std::size_t s) noexcept
    {
        const std::size_t at = group * steps_ + s;
        if (at >= cells_.size() || cells_[at] == nullptr || cells_[at]->float_first) return false;
        cells_[at]->float_behind = cells_[at]->float_behind || !cells_[at]->incompatible;
        return true;
    }

    /// Puts the results beside the floats' and says what there is to say.
    void finish(matrix& out)
    {
        for (std::size_t i = 0; i < cells_.size(); ++i)
            if (cells_[i] != nullptr) finish(*cells_[i], out, i / steps_, i % steps_);
        const text_span where = inside(a_);
        for (const std::string_view name : incompatible_)
            in_.said.warn(concat("vector contains a mix of histograms with exponential and custom buckets schemas for "
                                 "metric name ",
                                 quote(name)),
                          where);
        if (reconciled_) in_.said.info("mismatched custom buckets were reconciled during aggregation", where);
        if (mixed_) in_.said.warn("encountered a mix of histograms and floats for aggregation", where);
        if (conflict_) in_.said.warn("conflicting counter resets during histogram aggregation", where);
    }

private:
    /// n            histograms
    /// incremental  the sum is the mean: it would be infinite
    /// float_first, float_behind  there are floats too
    struct cell {
        store::histogram_sum sum{histogram()};
        double n = 0;
        bool incremental = false;
        bool float_first = false;
        bool float_behind = false;
        bool incompatible = false;
        bool reset = false;
        bool not_reset = false;
    };

    static store::combination add_to_average(cell& c, const histogram& h)
    {
        if (!c.incremental) {
            const store::combination said = c.sum.add_unless_infinite(h, c.incremental);
            if (!c.incremental) return said;
            c.sum.divide(c.n - 1);
        }
        histogram part = h;
        part.divide(c.n);
        c.sum.multiply((c.n - 1) / c.n);
        return c.sum.add(part);
    }

    void finish(cell& c, matrix& out, std::size_t group, std::size_t s)
    {
        if (c.float_first || c.float_behind) {
            mixed_ = true;
            out.floats(group)[s] = no_sample();
            return;
        }
        if (c.incompatible) return;
        if (average_ && !c.incremental) c.sum.divide(c.n);
        histogram& sum = c.sum.result();
        sum.compact();
        out.put(group, s, 0, &sum);
        conflict_ = conflict_ || (c.reset && c.not_reset);
    }

    evaluation& in_;
    const aggregation& a_;
    bool average_;
    std::vector<cell*> cells_;  ///< of the groups' steps, null where only floats came; empty while that is everywhere
    std::size_t steps_ = 0;
    std::vector<std::string_view> incompatible_;
    bool reconciled_ = false;
    bool mixed_ = false;
    bool conflict_ = false;
};

}  // namespace pitot::promql::detail
