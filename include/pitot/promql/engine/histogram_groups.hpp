#pragma once
// sum and avg of native histograms: a running sum for each step of a group.

#include <pitot/promql/engine/grouping.hpp>
#include <pitot/store/histogram_sum.hpp>

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::promql::detail {

class histogram_groups {
public:
    histogram_groups(evaluation& in, const aggregation& a) : in_(in), a_(a), average_(a.op == aggregator::avg) {}

    [[nodiscard]] bool empty() const noexcept { return columns_.empty(); }

    /// had_float  a float came first: the group has no result at this step
    void add(std::size_t group, const matrix& m, std::size_t i, std::size_t s, bool had_float)
    {
        if (columns_.size() <= group) columns_.resize(group + 1);
        if (columns_[group].empty()) columns_[group].resize(m.steps);
        cell& c = columns_[group][s];
        const histogram& h = *m.histogram_at(i, s);
        if (had_float && !c.sum) {
            c.mixed = true;
            return;
        }
        if (c.incompatible) return;
        ++c.n;
        c.reset = c.reset || h.hint == reset_hint::reset;
        c.not_reset = c.not_reset || h.hint == reset_hint::not_reset;
        if (!c.sum) {
            c.sum.emplace(h);
            return;
        }
        const store::combination said = average_ ? add_to_average(c, h) : c.sum->add(h);
        reconciled_ = reconciled_ || said.reconciled;
        if (!said.incompatible) return;
        c.incompatible = true;
        incompatible_.push_back(m.rows[i].labels->metric_name());
    }

    /// A float; true when a histogram came first, and the float is nothing to anybody.
    [[nodiscard]] bool add_float(std::size_t group, std::size_t s) noexcept
    {
        if (columns_.size() <= group || columns_[group].empty()) return false;
        cell& c = columns_[group][s];
        if (!c.sum) return false;
        if (!c.incompatible) c.mixed = true;
        return true;
    }

    /// Puts the results beside the floats' and says what there is to say.
    void finish(matrix& out)
    {
        for (std::size_t g = 0; g < columns_.size(); ++g) {
            for (std::size_t s = 0; s < columns_[g].size(); ++s) finish(columns_[g][s], out, g, s);
            columns_[g] = {};
        }
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
    struct cell {
        std::optional<store::histogram_sum> sum;
        double n = 0;
        bool incremental = false;
        bool mixed = false;
        bool incompatible = false;
        bool reset = false;
        bool not_reset = false;
    };

    static store::combination add_to_average(cell& c, const histogram& h)
    {
        if (!c.incremental) {
            const store::combination said = c.sum->add_unless_infinite(h, c.incremental);
            if (!c.incremental) return said;
            c.sum->divide(c.n - 1);
        }
        histogram part = h;
        part.divide(c.n);
        c.sum->multiply((c.n - 1) / c.n);
        return c.sum->add(part);
    }

    void finish(cell& c, matrix& out, std::size_t group, std::size_t s)
    {
        if (c.mixed) {
            mixed_ = true;
            out.floats(group)[s] = no_sample();
            return;
        }
        if (!c.sum || c.incompatible) return;
        if (average_ && !c.incremental) c.sum->divide(c.n);
        histogram& sum = c.sum->result();
        sum.compact();
        out.put(group, s, 0, in_.keep(std::move(sum)));
        conflict_ = conflict_ || (c.reset && c.not_reset);
    }

    evaluation& in_;
    const aggregation& a_;
    bool average_;
    std::vector<std::vector<cell>> columns_;  ///< of groups; empty while there are only floats
    std::vector<std::string_view> incompatible_;
    bool reconciled_ = false;
    bool mixed_ = false;
    bool conflict_ = false;
};

}  // namespace pitot::promql::detail
