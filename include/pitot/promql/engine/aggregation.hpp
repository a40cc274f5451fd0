#pragma once
// sum by (…) and its like: groups are found once, then every step runs through columns.

#include <pitot/base/product.hpp>
#include <pitot/promql/durations.hpp>
#include <pitot/promql/engine/choosing.hpp>
#include <pitot/promql/engine/over_time.hpp>
#include <pitot/store/histogram_sum.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::promql {

namespace detail {

/// sum and avg of one group at one step, where histograms are about.
struct mixed_group {
    bool has_float = false;
    bool incompatible = false;
    double n = 0;
    double sum = 0;
    double rest = 0;
    double mean = 0;
    bool float_incremental = false;
    std::optional<store::histogram_sum> hist = {};
    bool has_histogram = false;
    bool hist_incremental = false;
    bool reset = false;
    bool not_reset = false;
};

class aggregating {
public:
    aggregating(evaluation& in, const aggregation& a, const matrix& m, const matrix* parameter)
        : in_(in), a_(a), m_(m), parameter_(parameter), groups_(group(a, m)), out_(m.steps)
    {
        for (const std::uint32_t first : groups_.first) {
            label_set labels = *m.rows[first].labels;
            labels.erase_if([&](std::string_view name) { return !groups_by(a, name); });
            out_.rows.push_back({in.keep(std::move(labels)), false});
        }
        for (std::size_t i = 0; i < m.size(); ++i)
            if (m.rows[i].drop_name) out_.rows[groups_.of[i]].drop_name = true;
        out_.values.assign(out_.size() * m.steps, no_sample());
    }

    [[nodiscard]] matrix run()
    {
        switch (a_.op) {
        case aggregator::sum:
            if (m_.histograms.empty())
                sums();
            else
                mixed();
            break;
        case aggregator::avg:
            if (m_.histograms.empty())
                averages();
            else
                mixed();
            break;
        case aggregator::count: each_any([](double& to, bool first) { to = first ? 1 : to + 1; }); break;
        case aggregator::group: each_any([](double& to, bool) { to = 1; }); break;
        case aggregator::min:
            each_float([](double& to, double v, bool first) {
                if (first || to > v || std::isnan(to)) to = v;
            });
            break;
        case aggregator::max:
            each_float([](double& to, double v, bool first) {
                if (first || to < v || std::isnan(to)) to = v;
            });
            break;
        case aggregator::stddev: variances(true); break;
        case aggregator::stdvar: variances(false); break;
        default: quantiles(); break;
        }
        out_.drop_empty_rows();
        return std::move(out_);
    }

private:
    template <class F>
    void each_any(F&& f)
    {
        for (std::size_t i = 0; i < m_.size(); ++i) {
            double* const to = out_.floats(groups_.of[i]);
            for (std::size_t s = 0; s < m_.steps; ++s)
                if (m_.has(i, s)) f(to[s], !is_sample(to[s]));
        }
    }
    /// Histograms are passed over, and an info says so.
    template <class F>
    void each_float(F&& f)
    {
        if (m_.has_histograms())
            in_.said.info(concat("ignored histogram in ", name_of(a_.op), " aggregation"), inside(a_));
        for (std::size_t i = 0; i < m_.size(); ++i) {
            double* const to = out_.floats(groups_.of[i]);
            const double* const from = m_.floats(i);
            for (std::size_t s = 0; s < m_.steps; ++s)
                if (is_sample(from[s])) f(to[s], from[s], !is_sample(to[s]));
        }
    }

    void sums()
    {
        std::vector<double> rest(out_.values.size(), 0);
        for (std::size_t i = 0; i < m_.size(); ++i) {
            const std::size_t g = groups_.of[i];
            double* const to = out_.floats(g);
            double* const c = rest.data() + g * m_.steps;
            const double* const from = m_.floats(i);
            for (std::size_t s = 0; s < m_.steps; ++s) {
                if (!is_sample(from[s])) continue;
                if (!is_sample(to[s]))
                    to[s] = from[s];
                else
                    store::kahan_add(from[s], to[s], c[s]);
            }
        }
        for (std::size_t k = 0; k < rest.size(); ++k)
            if (is_sample(out_.values[k])) out_.values[k] += rest[k];
    }

    void averages()
    {
        struct running {
            double rest = 0;
            double n = 0;
            bool incremental = false;
        };
        std::vector<running> state(out_.values.size());
        for (std::size_t i = 0; i < m_.size(); ++i) {
            const std::size_t g = groups_.of[i];
            double* const to = out_.floats(g);
            running* const at = state.data() + g * m_.steps;
            const double* const from = m_.floats(i);
            for (std::size_t s = 0; s < m_.steps; ++s) {
                if (!is_sample(from[s])) continue;
                running& r = at[s];
                if (++r.n == 1) {
                    to[s] = from[s];
                    continue;
                }
                average(from[s], to[s], r.rest, r.n, r.incremental);
            }
        }
        for (std::size_t k = 0; k < state.size(); ++k)
            if (const running& r = state[k]; r.n > 0)
                out_.values[k] = r.incremental ? out_.values[k] + r.rest : out_.values[k] / r.n + r.rest / r.n;
    }
    /// value  the sum, or the mean once the sum would be infinite
    static void average(double v, double& value, double& rest, double n, bool& incremental)
    {
        if (!incremental) {
            double sum = value;
            double c = rest;
            store::kahan_add(v, sum, c);
            if (!std::isinf(sum)) {
                value = sum;
                rest = c;
                return;
            }
            incremental = true;
            value /= n - 1;
            rest /= n - 1;
        }
        const double q = (n - 1) / n;
        value *= q;
        rest *= q;
        store::kahan_add(v / n, value, rest);
    }

    void variances(bool root)
    {
        struct running {
            double n = 0;
            double mean = 0;
        };
        std::vector<running> state(out_.values.size());
        const double* const base = out_.values.data();
        each_float([&](double& to, double v, bool first) {
            running& r = state[static_cast<std::size_t>(&to - base)];
            if (first) {
                r = {1, v};
                to = std::isnan(v) || std::isinf(v) ? std::numeric_limits<double>::quiet_NaN() : 0;
                return;
            }
            ++r.n;
            const double delta = v - r.mean;
            r.mean += delta / r.n;
            to += product(delta, v - r.mean);
        });
        for (std::size_t k = 0; k < state.size(); ++k)
            if (state[k].n > 0) {
                out_.values[k] /= state[k].n;
                if (root) out_.values[k] = std::sqrt(out_.values[k]);
            }
    }

    void quantiles()
    {
        const text_span where = without_parens(a_.parameter)->span;
        double lowest = std::numeric_limits<double>::infinity();
        double highest = -lowest;
        bool nan = false;
        for (const double q : parameter_->values) {
            nan = nan || std::isnan(q);
            lowest = std::min(lowest, q);
            highest = std::max(highest, q);
        }
        const auto warn = [&](double q) {
            in_.said.warn(concat("quantile value should be between 0 and 1, got ", go_number(q)), where);
        };
        if (nan) warn(std::numeric_limits<double>::quiet_NaN());
        if (highest > 1) warn(highest);
        if (lowest < 0) warn(lowest);
        std::vector<std::vector<double>> values(out_.values.size());
        const double* const base = out_.values.data();
        each_float([&](double& to, double v, bool first) {
            if (first) to = 0;
            values[static_cast<std::size_t>(&to - base)].push_back(v);
        });
        for (std::size_t k = 0; k < values.size(); ++k)
            if (!values[k].empty()) out_.values[k] = quantile_of(parameter_->values[k % m_.steps], values[k]);
    }

    /// sum and avg step by step.
    void mixed()
    {
        const text_span where = inside(a_);
        const bool average_wanted = a_.op == aggregator::avg;
        std::vector<mixed_group> state(out_.size());
        for (std::size_t s = 0; s < m_.steps; ++s) {
            std::fill(state.begin(), state.end(), mixed_group());
            for (std::size_t i = 0; i < m_.size(); ++i) {
                if (!m_.has(i, s)) continue;
                mixed_group& g = state[groups_.of[i]];
                if (g.incompatible) continue;
                ++g.n;
                const histogram* const h = m_.histogram_at(i, s);
                if (h == nullptr) {
                    g.has_float = true;
                    if (g.n == 1)
                        g.sum = m_.floats(i)[s];
                    else if (average_wanted)
                        average(m_.floats(i)[s], g.sum, g.rest, g.n, g.float_incremental);
                    else
                        store::kahan_add(m_.floats(i)[s], g.sum, g.rest);
                    continue;
                }
                g.has_histogram = true;
                if (g.n > 1 && !g.hist) continue;  // a float came first: the group goes anyway
                g.reset = g.reset || h->hint == reset_hint::reset;
                g.not_reset = g.not_reset || h->hint == reset_hint::not_reset;
                if (!g.hist) {
                    g.hist.emplace(*h);
                    continue;
                }
                const store::combination said = add(g, *h, average_wanted);
                if (said.incompatible) {
                    in_.said.warn(
                        concat("vector contains a mix of histograms with exponential and custom buckets schemas for "
                               "metric name ",
                               detail::quote(m_.rows[i].labels->metric_name())),
                        where);
                    g.incompatible = true;
                }
                if (said.reconciled)
                    in_.said.info("mismatched custom buckets were reconciled during aggregation", where);
            }
            for (std::size_t g = 0; g < state.size(); ++g) end(state[g], g, s, average_wanted);
        }
    }
    static store::combination add(mixed_group& g, const histogram& h, bool average_wanted)
    {
        store::combination said;
        if (!average_wanted) return g.hist->add(h);
        if (!g.hist_incremental) {
            said = g.hist->add_unless_infinite(h, g.hist_incremental);
            if (!g.hist_incremental) return said;
            g.hist->divide(g.n - 1);
        }
        histogram part = h;
        part.divide(g.n);
        g.hist->multiply((g.n - 1) / g.n);
        return g.hist->add(part);
    }
    void end(mixed_group& g, std::size_t row_number, std::size_t s, bool average_wanted)
    {
        if (g.n == 0) return;
        if (g.has_float && g.has_histogram) {
            in_.said.warn("encountered a mix of histograms and floats for aggregation", inside(a_));
            return;
        }
        if (g.incompatible) return;
        if (g.hist) {
            if (average_wanted && !g.hist_incremental) g.hist->divide(g.n);
            histogram h = std::move(g.hist->result());
            h.compact();
            out_.put(row_number, s, 0, in_.keep(std::move(h)));
            if (g.reset && g.not_reset)
                in_.said.warn("conflicting counter resets during histogram aggregation", inside(a_));
        } else if (average_wanted) {
            out_.floats(row_number)[s] = g.float_incremental ? g.sum + g.rest : g.sum / g.n + g.rest / g.n;
        } else {
            out_.floats(row_number)[s] = g.sum + g.rest;
        }
    }

    evaluation& in_;
    const aggregation& a_;
    const matrix& m_;
    const matrix* parameter_;
    grouping groups_;
    matrix out_;
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
    const matrix m = evaluate(in, without_parens(a.of), grid);
    switch (a.op) {
    case aggregator::count_values: return detail::count_values(in, a, m);
    case aggregator::topk:
    case aggregator::bottomk:
    case aggregator::limitk:
    case aggregator::limit_ratio: return detail::choosing(in, a, m, parameter).run();
    default: return detail::aggregating(in, a, m, &parameter).run();
    }
}

}  // namespace pitot::promql
