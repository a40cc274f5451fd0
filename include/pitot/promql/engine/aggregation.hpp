#pragma once
// sum by (…) and its like: row by row into columns of their groups.

#include <pitot/base/product.hpp>
#include <pitot/promql/durations.hpp>
#include <pitot/promql/engine/choosing.hpp>
#include <pitot/promql/engine/histogram_groups.hpp>
#include <pitot/promql/engine/over_time.hpp>
#include <pitot/store/kahan.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::promql {

namespace detail {

/// Aggregates rows as they come: groups are numbered as they are met, each has a column for every number it needs.
class aggregating final : public row_sink {
public:
    /// parameter  of quantile, for each step
    aggregating(evaluation& in, const aggregation& a, std::size_t steps, const matrix& parameter)
        : in_(in), a_(a), parameter_(parameter), groups_(a), histograms_(in, a), out_(steps)
    {}

    void take(const matrix& m, std::size_t i) override
    {
        const std::size_t g = group_of(m.rows[i]);
        switch (a_.op) {
        case aggregator::sum:
        case aggregator::avg: add(m, i, g); break;
        case aggregator::count: each_any(m, i, g, [](double& to, bool first) { to = first ? 1 : to + 1; }); break;
        case aggregator::group: each_any(m, i, g, [](double& to, bool) { to = 1; }); break;
        case aggregator::min:
            each_float(m, i, g, [](double& to, double v, bool first, std::size_t) {
                if (first || to > v || std::isnan(to)) to = v;
            });
            break;
        case aggregator::max:
            each_float(m, i, g, [](double& to, double v, bool first, std::size_t) {
                if (first || to < v || std::isnan(to)) to = v;
            });
            break;
        case aggregator::stddev:
        case aggregator::stdvar: vary(m, i, g); break;
        default:
            each_float(m, i, g, [this](double& to, double v, bool first, std::size_t k) {
                if (first) to = 0;
                values_[k].push_back(v);
            });
            break;
        }
    }

    [[nodiscard]] matrix result()
    {
        switch (a_.op) {
        case aggregator::sum:
            for (std::size_t k = 0; k < rest_.size(); ++k)
                if (is_sample(out_.values[k])) out_.values[k] += rest_[k];
            break;
        case aggregator::avg:
            for (std::size_t k = 0; k < n_.size(); ++k)
                if (n_[k] > 0)
                    out_.values[k] = incremental_[k] != 0 ? out_.values[k] + rest_[k]
                                                          : out_.values[k] / n_[k] + rest_[k] / n_[k];
            break;
        case aggregator::stddev:
        case aggregator::stdvar:
            for (std::size_t k = 0; k < n_.size(); ++k)
                if (n_[k] > 0) {
                    out_.values[k] /= n_[k];
                    if (a_.op == aggregator::stddev) out_.values[k] = std::sqrt(out_.values[k]);
                }
            break;
        case aggregator::quantile: quantiles(); break;
        default: break;
        }
        histograms_.finish(out_);
        if (ignored_histogram_)
            in_.said.info(concat("ignored histogram in ", name_of(a_.op), " aggregation"), inside(a_));
        out_.drop_empty_rows();
        return std::move(out_);
    }

private:
    [[nodiscard]] std::size_t group_of(const row& r)
    {
        const std::size_t g = groups_.of(r);
        if (g == out_.size()) {
            label_set labels = *r.labels;
            labels.erase_if([&](std::string_view name) { return !groups_by(a_, name); });
            out_.add({in_.keep(std::move(labels)), false});
            const std::size_t n = out_.values.size();
            const bool varies = a_.op == aggregator::stddev || a_.op == aggregator::stdvar;
            if (a_.op == aggregator::sum || a_.op == aggregator::avg) rest_.resize(n);
            if (a_.op == aggregator::avg || varies) n_.resize(n);
            if (a_.op == aggregator::avg) incremental_.resize(n);
            if (varies) mean_.resize(n);
            if (a_.op == aggregator::quantile) values_.resize(n);
        }
        if (r.drop_name) out_.rows[g].drop_name = true;
        return g;
    }

    template <class F>
    void each_any(const matrix& m, std::size_t i, std::size_t g, F&& f)
    {
        double* const to = out_.floats(g);
        for (std::size_t s = 0; s < m.steps; ++s)
            if (m.has(i, s)) f(to[s], !is_sample(to[s]));
    }
    /// Histograms are passed over, and an info says so.
    /// f  has the place in the columns, too
    template <class F>
    void each_float(const matrix& m, std::size_t i, std::size_t g, F&& f)
    {
        double* const to = out_.floats(g);
        const double* const from = m.floats(i);
        for (std::size_t s = 0; s < m.steps; ++s)
            if (is_sample(from[s]))
                f(to[s], from[s], !is_sample(to[s]), g * m.steps + s);
            else if (!ignored_histogram_)
                ignored_histogram_ = m.histogram_at(i, s) != nullptr;
    }

    /// For sum and avg.
    void add(const matrix& m, std::size_t i, std::size_t g)
    {
        const double* const from = m.floats(i);
        const std::size_t at = g * m.steps;
        if (m.histograms.empty() && histograms_.empty()) return add_floats(from, at);
        for (std::size_t s = 0; s < m.steps; ++s) {
            double& to = out_.values[at + s];
            if (m.histogram_at(i, s) != nullptr) {
                histograms_.add(g, m, i, s, is_sample(to));
            } else if (is_sample(from[s]) && !histograms_.add_float(g, s)) {
                if (a_.op == aggregator::sum)
                    add_to_sum(from[s], to, rest_[at + s]);
                else
                    average(from[s], to, rest_[at + s], n_[at + s], incremental_[at + s]);
            }
        }
    }
    void add_floats(const double* from, std::size_t at)
    {
        double* const to = out_.values.data() + at;
        if (a_.op == aggregator::sum) {
            double* const rest = rest_.data() + at;
            for (std::size_t s = 0; s < out_.steps; ++s)
                if (is_sample(from[s])) add_to_sum(from[s], to[s], rest[s]);
            return;
        }
        double* const rest = rest_.data() + at;
        double* const n = n_.data() + at;
        auto* const incremental = incremental_.data() + at;
        for (std::size_t s = 0; s < out_.steps; ++s)
            if (is_sample(from[s])) average(from[s], to[s], rest[s], n[s], incremental[s]);
    }
    static void add_to_sum(double v, double& to, double& rest)
    {
        if (is_sample(to))
            store::kahan_add(v, to, rest);
        else
            to = v;
    }
    /// value  the sum, or the mean once the sum would be infinite
    static void average(double v, double& value, double& rest, double& n, char& incremental)
    {
        if (++n == 1) {
            value = v;
            return;
        }
        if (incremental == 0) {
            double sum = value;
            double c = rest;
            store::kahan_add(v, sum, c);
            if (!std::isinf(sum)) {
                value = sum;
                rest = c;
                return;
            }
            incremental = 1;
            value /= n - 1;
            rest /= n - 1;
        }
        const double q = (n - 1) / n;
        value *= q;
        rest *= q;
        store::kahan_add(v / n, value, rest);
    }

    void vary(const matrix& m, std::size_t i, std::size_t g)
    {
        each_float(m, i, g, [this](double& to, double v, bool first, std::size_t k) {
            if (first) {
                n_[k] = 1;
                mean_[k] = v;
                to = std::isnan(v) || std::isinf(v) ? std::numeric_limits<double>::quiet_NaN() : 0;
                return;
            }
            ++n_[k];
            const double delta = v - mean_[k];
            mean_[k] += delta / n_[k];
            to += product(delta, v - mean_[k]);
        });
    }

    void quantiles()
    {
        const text_span where = without_parens(a_.parameter)->span;
        const parameter_range q(parameter_.values);
        const auto warn = [&](double got) {
            in_.said.warn(concat("quantile value should be between 0 and 1, got ", go_number(got)), where);
        };
        if (q.some_nan) warn(std::numeric_limits<double>::quiet_NaN());
        if (q.highest > 1) warn(q.highest);
        if (q.lowest < 0) warn(q.lowest);
        for (std::size_t k = 0; k < values_.size(); ++k)
            if (!values_[k].empty()) out_.values[k] = quantile_of(parameter_.values[k % out_.steps], values_[k]);
    }

    evaluation& in_;
    const aggregation& a_;
    const matrix& parameter_;
    group_numbers groups_;
    histogram_groups histograms_;
    matrix out_;
    // A number for each group and step, where the operation needs it.
    std::vector<double> rest_;
    std::vector<double> n_;
    std::vector<double> mean_;
    std::vector<char> incremental_;  ///< of avg: the value is the mean
    std::vector<std::vector<double>> values_;
    bool ignored_histogram_ = false;
};

[[nodiscard]] inline matrix count_values(evaluation& in, const aggregation& a, const matrix& m)
{
    const std::string_view label = string_argument(a.parameter);
    if (!is_utf8(label) || label.empty()) in.fail(concat("invalid label name ", quote(label)), a.span);
    matrix out(m.steps);
    store::label_numbering seen;  // of out's rows
    std::string text;
    for (std::size_t s = 0; s < m.steps; ++s)
        for (std::size_t i = 0; i < m.size(); ++i) {
            if (!m.has(i, s)) continue;
            const histogram* const h = m.histogram_at(i, s);
            text = h != nullptr ? store::to_text(*h) : plain_number(m.floats(i)[s]);
            label_set labels = *m.rows[i].labels;
            labels.set(label, text);
            labels.erase_if(
                [&](std::string_view name) { return !groups_by(a, name) && !(name == label && !a.without); });
            const std::uint32_t number = seen.add(labels);
            if (number == out.size()) {
                in.check_room(out);
                if (!labels.get(label).empty()) labels.set(label, in.keep(std::string_view(text)));
                out.add({in.keep(std::move(labels)), false});
            }
            double& to = out.floats(number)[s];
            to = is_sample(to) ? to + 1 : 1;
        }
    in.finish(out);
    return out;
}

}  // namespace detail

[[nodiscard]] inline matrix evaluate_aggregation(evaluation& in, const aggregation& a, const time_grid& grid)
{
    matrix parameter(grid.count);
    if (a.parameter != nullptr && a.op != aggregator::count_values)
        parameter = evaluate(in, without_parens(a.parameter), grid);
    const node* const of = without_parens(a.of);
    switch (a.op) {
    case aggregator::count_values: return detail::count_values(in, a, evaluate(in, of, grid));
    case aggregator::topk:
    case aggregator::bottomk:
    case aggregator::limitk:
    case aggregator::limit_ratio: {
        const matrix m = evaluate(in, of, grid);
        return detail::choosing(in, a, m, parameter).run();
    }
    default: {
        detail::aggregating groups(in, a, grid.count, parameter);
        evaluate_rows(in, of, grid, groups);
        return groups.result();
    }
    }
}

}  // namespace pitot::promql
