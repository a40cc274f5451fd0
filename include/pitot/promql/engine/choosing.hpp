#pragma once
// Aggregations that choose: topk, bottomk, limitk, limit_ratio.

#include <pitot/base/order.hpp>
#include <pitot/promql/engine/grouping.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace pitot::promql::detail {

/// topk, bottomk, limitk, limit_ratio: series as they are, some of each group.
class choosing {
public:
    choosing(evaluation& in, const aggregation& a, const matrix& m, const matrix& parameter)
        : in_(in), a_(a), m_(m), parameter_(parameter), groups_(group(a, m)), out_(m.steps),
          top_(a.op == aggregator::topk)
    {
        if (a.op == aggregator::limit_ratio)
            for (const row& r : m.rows)
                hashes_.push_back(static_cast<double>(store::hash(*r.labels)) / 18446744073709551615.0);
    }

    [[nodiscard]] matrix run()
    {
        if (!check_parameter()) return std::move(out_);
        std::vector<std::vector<std::uint32_t>> chosen(groups_.first.size());
        std::vector<std::uint32_t> row_of(m_.size(), UINT32_MAX);
        for (std::size_t s = 0; s < m_.steps; ++s) {
            for (auto& g : chosen) g.clear();
            choose(s, chosen);
            for (auto& g : chosen) {
                if (a_.op == aggregator::topk || a_.op == aggregator::bottomk) order(g, s);
                for (const std::uint32_t i : g) {
                    if (row_of[i] == UINT32_MAX) row_of[i] = static_cast<std::uint32_t>(out_.add(m_.rows[i]));
                    out_.copy_sample(m_, i, row_of[i], s);
                }
            }
        }
        return std::move(out_);
    }

private:
    bool check_parameter()
    {
        const parameter_range of(parameter_.values);
        if (a_.op == aggregator::limit_ratio) {
            if (of.lowest == 0 && of.highest == 0 && !of.some_nan) return false;
            if (of.some_nan) in_.fail("Ratio value is NaN", a_.span);
            const auto warn = [&](double got, std::string_view to) {
                in_.said.warn(
                    concat("ratio value should be between -1 and 1, got ", go_number(got), ", capping to ", to),
                    without_parens(a_.parameter)->span);
            };
            if (of.highest > 1) warn(of.highest, "1");
            if (of.lowest < -1) warn(of.lowest, "-1");
            return true;
        }
        if (!of.some_nan && of.highest < 1) return false;
        if (of.some_nan) in_.fail("Parameter value is NaN", a_.span);
        if (of.lowest <= -9223372036854775808.0)
            in_.fail(concat("Scalar value ", go_number(of.lowest), " underflows int64"), a_.span);
        if (of.highest >= 9223372036854775807.0)
            in_.fail(concat("Scalar value ", go_number(of.highest), " overflows int64"), a_.span);
        return true;
    }

    void choose(std::size_t s, std::vector<std::vector<std::uint32_t>>& chosen)
    {
        const double parameter = parameter_.values[s];
        if (a_.op == aggregator::limit_ratio) {
            const double r = std::fmax(-1, std::fmin(1, parameter));
            if (r == 0) return;
            for (std::uint32_t i = 0; i < m_.size(); ++i) {
                if (!m_.has(i, s)) continue;
                if (r >= 0 ? hashes_[i] < r : hashes_[i] >= 1 + r) chosen[groups_.of[i]].push_back(i);
            }
            return;
        }
        const auto k = static_cast<std::size_t>(std::fmax(0, std::fmin(parameter, static_cast<double>(m_.size()))));
        if (k < 1) return;
        for (std::uint32_t i = 0; i < m_.size(); ++i) {
            if (!m_.has(i, s)) continue;
            auto& g = chosen[groups_.of[i]];
            if (a_.op == aggregator::limitk) {
                if (g.size() < k) g.push_back(i);
                continue;
            }
            const double v = m_.floats(i)[s];
            if (!is_sample(v)) {
                in_.said.info(concat("ignored histogram in ", name_of(a_.op), " aggregation"), a_.span);
                continue;
            }
            if (g.size() < k) {
                g.push_back(i);
                up(g, s);
                continue;
            }
            const double worst = m_.floats(g[0])[s];
            if ((top_ ? worst < v : worst > v) || (std::isnan(worst) && !std::isnan(v))) {
                g[0] = i;
                down(g, s);
            }
        }
    }

    /// Does a go before b on the way out: NaN, then the lower (of topk)?
    [[nodiscard]] bool worse(std::uint32_t a, std::uint32_t b, std::size_t s) const
    {
        const double x = m_.floats(a)[s];
        const double y = m_.floats(b)[s];
        if (std::isnan(x)) return true;
        return top_ ? x < y : x > y;
    }
    void up(std::vector<std::uint32_t>& heap, std::size_t s) const
    {
        for (std::size_t j = heap.size() - 1; j > 0;) {
            const std::size_t i = (j - 1) / 2;
            if (!worse(heap[j], heap[i], s)) break;
            std::swap(heap[i], heap[j]);
            j = i;
        }
    }
    void down(std::vector<std::uint32_t>& heap, std::size_t s) const
    {
        for (std::size_t i = 0;;) {
            std::size_t j = 2 * i + 1;
            if (j >= heap.size()) break;
            if (j + 1 < heap.size() && worse(heap[j + 1], heap[j], s)) ++j;
            if (!worse(heap[j], heap[i], s)) break;
            std::swap(heap[i], heap[j]);
            i = j;
        }
    }
    void order(std::vector<std::uint32_t>& g, std::size_t s) const
    {
        sort_numbers(g, [&](std::uint32_t a, std::uint32_t b) {
            const double x = m_.floats(a)[s];
            const double y = m_.floats(b)[s];
            if (std::isnan(y)) return !std::isnan(x);
            if (std::isnan(x)) return false;
            return top_ ? x > y : x < y;
        });
    }

    evaluation& in_;
    const aggregation& a_;
    const matrix& m_;
    const matrix& parameter_;
    grouping groups_;
    matrix out_;
    bool top_;
    std::vector<double> hashes_;  ///< of the rows, from 0 to 1: limit_ratio's order
};

}  // namespace pitot::promql::detail
