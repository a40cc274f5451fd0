#pragma once
// sum by (…) and its like: groups are found once, then every step runs through columns.

#include <pitot/promql/durations.hpp>
#include <pitot/promql/engine/evaluation.hpp>
#include <pitot/promql/engine/over_time.hpp>
#include <pitot/store/histogram_sum.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pitot::promql {

namespace detail {

[[nodiscard]] inline bool groups_by(const aggregation& a, std::string_view label) noexcept
{
    const bool listed = std::any_of(a.grouping.begin(), a.grouping.end(),
                                    [label](const label_name& n) { return n.text == label; });
    return a.without ? !listed && !store::is_metadata_label(label) : listed;
}

struct grouping {
    std::vector<std::uint32_t> of;     ///< a row's group
    std::vector<std::uint32_t> first;  ///< a group's first row
};

[[nodiscard]] inline grouping group(const aggregation& a, const matrix& m)
{
    grouping out;
    out.of.reserve(m.size());
    std::unordered_map<std::string, std::uint32_t> seen;
    std::string key;
    for (std::size_t i = 0; i < m.size(); ++i) {
        key.clear();
        for (const store::label& l : *m.rows[i].labels)
            if (groups_by(a, l.name)) label_set::append_key(key, l);
        const auto [at, fresh] = seen.emplace(key, static_cast<std::uint32_t>(out.first.size()));
        if (fresh) out.first.push_back(static_cast<std::uint32_t>(i));
        out.of.push_back(at->second);
    }
    return out;
}

[[nodiscard]] inline text_span inside(const aggregation& a) { return without_parens(a.of)->span; }

[[nodiscard]] inline std::string_view name_of(aggregator op) noexcept
{
    constexpr std::string_view all[] = {"sum",          "avg",      "count",  "min",        "max",
                                        "group",        "stddev",   "stdvar", "topk",       "bottomk",
                                        "count_values", "quantile", "limitk", "limit_ratio"};
    return all[static_cast<unsigned>(op)];
}

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
        if (!m_.histograms.empty() &&
            std::any_of(m_.histograms.begin(), m_.histograms.end(), [](const histogram* h) { return h != nullptr; }))
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
            to += delta * (v - r.mean);
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
        if (!g.hist_incremental) {
            store::histogram_sum next = *g.hist;
            said = next.add(h);
            if (said.incompatible) return said;
            if (!average_wanted || !next.overflows()) {
                g.hist = std::move(next);
                return said;
            }
            g.hist_incremental = true;
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
            histogram h = g.hist->result();
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
        std::vector<std::size_t> row_of(m_.size(), SIZE_MAX);
        for (std::size_t s = 0; s < m_.steps; ++s) {
            for (auto& g : chosen) g.clear();
            choose(s, chosen);
            for (auto& g : chosen) {
                if (a_.op == aggregator::topk || a_.op == aggregator::bottomk) order(g, s);
                for (const std::uint32_t i : g) {
                    if (row_of[i] == SIZE_MAX) row_of[i] = out_.add(m_.rows[i]);
                    out_.copy_sample(m_, i, row_of[i], s);
                }
            }
        }
        return std::move(out_);
    }

private:
    bool check_parameter()
    {
        double lowest = std::numeric_limits<double>::infinity();
        double highest = -lowest;
        bool nan = false;
        for (const double p : parameter_.values) {
            nan = nan || std::isnan(p);
            lowest = std::min(lowest, p);
            highest = std::max(highest, p);
        }
        if (a_.op == aggregator::limit_ratio) {
            if (lowest == 0 && highest == 0 && !nan) return false;
            if (nan) in_.fail("Ratio value is NaN", a_.span);
            const auto warn = [&](double got, std::string_view to) {
                in_.said.warn(
                    concat("ratio value should be between -1 and 1, got ", go_number(got), ", capping to ", to),
                    without_parens(a_.parameter)->span);
            };
            if (highest > 1) warn(highest, "1");
            if (lowest < -1) warn(lowest, "-1");
            return true;
        }
        if (!nan && highest < 1) return false;
        if (nan) in_.fail("Parameter value is NaN", a_.span);
        if (lowest <= -9223372036854775808.0)
            in_.fail(concat("Scalar value ", go_number(lowest), " underflows int64"), a_.span);
        if (highest >= 9223372036854775807.0)
            in_.fail(concat("Scalar value ", go_number(highest), " overflows int64"), a_.span);
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
        std::stable_sort(g.begin(), g.end(), [&](std::uint32_t a, std::uint32_t b) {
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

[[nodiscard]] inline matrix count_values(evaluation& in, const aggregation& a, const matrix& m)
{
    const std::string_view label = string_argument(a.parameter);
    if (!is_utf8(label) || label.empty()) in.fail(concat("invalid label name ", quote(label)), a.span);
    matrix out(m.steps);
    std::unordered_map<std::string, std::size_t> seen;
    std::string key;
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
            key.clear();
            labels.append_key(key);
            auto at = seen.find(key);
            if (at == seen.end()) {
                if (!labels.get(label).empty()) labels.set(label, in.keep(std::string_view(text)));
                at = seen.emplace(key, out.add({in.keep(std::move(labels)), false})).first;
            }
            double& to = out.floats(at->second)[s];
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
