#pragma once
// The evaluation of each kind of node.

#include <pitot/base/go_math.hpp>
#include <pitot/base/product.hpp>
#include <pitot/promql/engine/aggregation.hpp>
#include <pitot/promql/engine/binary.hpp>
#include <pitot/promql/engine/histogram_calls.hpp>
#include <pitot/promql/engine/info.hpp>
#include <pitot/promql/engine/label_functions.hpp>
#include <pitot/promql/engine/range_functions.hpp>
#include <pitot/promql/engine/simple_functions.hpp>
#include <pitot/promql/engine/smoothed.hpp>

#include <cmath>
#include <limits>
#include <string_view>

namespace pitot::promql {

/// Is it evaluated once, for all steps?
/// \note A parameter does not count: of what is the same at every step, topk(n, …) takes the n of the first.
/// source  Prometheus, promql/engine.go, preprocessExprHelper(); start(), end(), range() and step() are numbers there
[[nodiscard]] inline bool is_step_invariant(const evaluation& in, const node* n)
{
    switch (n->kind) {
    case node_kind::number:
    case node_kind::string: return true;
    case node_kind::paren: return is_step_invariant(in, static_cast<const paren_node*>(n)->of);
    case node_kind::unary: return is_step_invariant(in, static_cast<const unary_node*>(n)->of);
    case node_kind::vector_selector: return static_cast<const vector_selector*>(n)->shift.at != at_kind::none;
    case node_kind::matrix_selector: return is_step_invariant(in, static_cast<const matrix_selector*>(n)->of);
    case node_kind::subquery: return static_cast<const subquery*>(n)->shift.at != at_kind::none;
    case node_kind::binary: {
        const auto& b = *static_cast<const binary_node*>(n);
        return is_step_invariant(in, b.left) && is_step_invariant(in, b.right);
    }
    case node_kind::aggregation: return is_step_invariant(in, static_cast<const aggregation*>(n)->of);
    case node_kind::call: {
        const auto& c = *static_cast<const call_node*>(n);
        if (c.name == "info")
            return is_step_invariant(in, c.arguments[0]) && detail::uniform_look_back(in, c.arguments[0]).is_uniform();
        bool all = true;
        bool selectors = true;
        for (const node* const a : c.arguments) {
            all = all && is_step_invariant(in, a);
            selectors = selectors && without_parens(a)->kind == node_kind::vector_selector;
        }
        if (c.name == "timestamp") return all && selectors;
        for (const std::string_view moving : {"days_in_month", "day_of_month", "day_of_week", "day_of_year", "hour",
                                              "minute", "month", "year", "predict_linear", "time"})
            if (c.name == moving) return false;
        return all;
    }
    default: return false;
    }
}

namespace detail {

[[nodiscard]] inline matrix evaluate_call(evaluation& in, const call_node& call, const time_grid& grid)
{
    const std::string_view name = call.name;
    if (const range_function* const f = range_function_of(name)) return evaluate_range_call(in, call, *f, grid);
    const auto argument = [&](std::size_t i) { return without_parens(call.arguments[i]); };
    const auto value = [&](std::size_t i) { return evaluate(in, argument(i), grid); };
    const auto seconds = [](std::int64_t milliseconds) { return static_cast<double>(milliseconds) / 1000; };

    if (const float_function* const f = float_function_of(name)) {
        if (call.arguments.empty())  // of a date: of the time
            return scalar_row(in, grid, [&](std::size_t s) { return f->of(std::floor(seconds(grid.at(s)))); });
        return map_floats(in, value(0), [f](double v, std::size_t) { return f->of(v); });
    }
    if (name == "time") return scalar_row(in, grid, [&](std::size_t s) { return seconds(grid.at(s)); });
    if (name == "pi") return constant_row(in, grid, std::numbers::pi);
    if (name == "start") return constant_row(in, grid, seconds(in.start));
    if (name == "end") return constant_row(in, grid, seconds(in.end));
    if (name == "range") return constant_row(in, grid, seconds(in.end - in.start));
    if (name == "step") return constant_row(in, grid, seconds(in.step));
    if (name == "vector") return value(0);
    if (name == "scalar") {
        const matrix m = value(0);
        return scalar_row(in, grid, [&](std::size_t s) {
            double found = std::numeric_limits<double>::quiet_NaN();
            std::size_t n = 0;
            for (std::size_t i = 0; i < m.size(); ++i)
                if (const double v = m.floats(i)[s]; is_sample(v) && ++n == 1) found = v;
            return n == 1 ? found : std::numeric_limits<double>::quiet_NaN();
        });
    }
    if (name == "max_of" || name == "min_of") {
        const matrix a = value(0);
        const matrix b = value(1);
        return scalar_row(in, grid, [&, max = name == "max_of"](std::size_t s) {
            return max ? go::max(a.values[s], b.values[s]) : go::min(a.values[s], b.values[s]);
        });
    }
    if (name == "clamp" || name == "clamp_min" || name == "clamp_max") {
        constexpr double infinity = std::numeric_limits<double>::infinity();
        matrix m = value(0);
        const matrix low = name == "clamp_max" ? constant_row(in, grid, -infinity) : value(1);
        const matrix high = name == "clamp_max"   ? value(1)
                            : name == "clamp_min" ? constant_row(in, grid, infinity)
                                                  : value(2);
        return map_floats(in, std::move(m), [&](double v, std::size_t s) {
            if (high.values[s] < low.values[s]) return no_sample();
            return go::max(low.values[s], go::min(high.values[s], v));
        });
    }
    if (name == "round") {
        matrix m = value(0);
        const matrix to = call.arguments.size() > 1 ? value(1) : constant_row(in, grid, 1);
        return map_floats(in, std::move(m), [&](double v, std::size_t s) {
            const double inverse = 1 / to.values[s];
            const double scaled = product(v, inverse);
            return std::floor(scaled + 0.5) / inverse;
        });
    }
    if (name == "absent") {
        const matrix m = value(0);
        const auto* const selector = as<vector_selector>(argument(0));
        matrix out(grid.count);
        const std::size_t to = out.add(
            {selector != nullptr ? in.keep(labels_of_selector(in, *selector, grid)) : in.no_labels(), false});
        for (std::size_t s = 0; s < grid.count; ++s) {
            bool any = false;
            for (std::size_t i = 0; i < m.size() && !any; ++i) any = m.has(i, s);
            if (!any) out.floats(to)[s] = 1;
        }
        out.drop_empty_rows();
        return out;
    }
    if (name == "timestamp" || name == "start_timestamp") {
        const bool start = name == "start_timestamp";
        if (const auto* const selector = as<vector_selector>(argument(0))) {
            if (start && !in.how.use_start_timestamps) return matrix(grid.count);
            matrix m = newest_samples(in, select(in, matchers_of(in, *selector)), look_back_of(in, selector->shift),
                                      grid, start ? selected::start : selected::time);
            for (row& r : m.rows) r = in.without_name(r);
            in.finish(m);
            return m;
        }
        matrix m = value(0);
        if (start) return matrix(grid.count);
        for (std::size_t i = 0; i < m.size(); ++i) {
            m.rows[i] = in.without_name(m.rows[i]);
            for (std::size_t s = 0; s < grid.count; ++s)
                if (m.has(i, s)) m.floats(i)[s] = seconds(grid.at(s));
        }
        m.histograms.clear();
        in.finish(m);
        return m;
    }
    if (name == "label_replace") return label_replace(in, call, grid);
    if (name == "label_join") return label_join(in, call, grid);
    if (name.starts_with("sort")) return sort_rows(in, call, grid);
    if (name == "info") return evaluate_info(in, call, grid);
    if (name == "histogram_count") return map_histograms(in, value(0), [](const histogram& h) { return h.count; });
    if (name == "histogram_sum") return map_histograms(in, value(0), [](const histogram& h) { return h.sum; });
    if (name == "histogram_avg")
        return map_histograms(in, value(0), [](const histogram& h) { return h.sum / h.count; });
    if (name == "histogram_stdvar") return map_histograms(in, value(0), native_variance);
    if (name == "histogram_stddev")
        return map_histograms(in, value(0), [](const histogram& h) { return std::sqrt(native_variance(h)); });
    if (name.starts_with("histogram_")) return evaluate_histogram_call(in, call, grid);
    in.fail(concat("the function ", name, " cannot be evaluated"), call.name_span, errc::unsupported);
}

[[nodiscard]] inline matrix negated(evaluation& in, matrix m)
{
    for (std::size_t i = 0; i < m.size(); ++i) {
        m.rows[i] = in.without_name(m.rows[i]);
        double* const v = m.floats(i);
        for (std::size_t s = 0; s < m.steps; ++s) {
            if (is_sample(v[s])) v[s] = -v[s];
            if (const histogram* const h = m.histogram_at(i, s); h != nullptr) {
                histogram other = *h;
                other.multiply(-1);
                m.put(i, s, 0, in.keep(std::move(other)));
            }
        }
    }
    if (!in.how.delayed_name_removal) in.merge_same_labels(m);
    return m;
}

[[nodiscard]] inline matrix evaluate_node(evaluation& in, const node* n, const time_grid& grid)
{
    switch (n->kind) {
    case node_kind::number: return constant_row(in, grid, static_cast<const number_node*>(n)->value);
    case node_kind::paren: return evaluate(in, static_cast<const paren_node*>(n)->of, grid);
    case node_kind::unary: {
        const auto& u = *static_cast<const unary_node*>(n);
        matrix m = evaluate(in, u.of, grid);
        return u.op == token_kind::subtract ? negated(in, std::move(m)) : m;
    }
    case node_kind::vector_selector: {
        const auto& v = *static_cast<const vector_selector*>(n);
        const look_back when = look_back_of(in, v.shift);
        const std::int64_t until = when.at(grid.last()) + (v.smoothed ? in.how.lookback : 0);
        const std::vector<const store::series*> found = series_of(in, v,
                                                                  {when.at(grid.start) - in.how.lookback, until});
        return v.smoothed ? smoothed_samples(in, found, when, grid, v.span) : newest_samples(in, found, when, grid);
    }
    case node_kind::aggregation: return evaluate_aggregation(in, *static_cast<const aggregation*>(n), grid);
    case node_kind::binary: return evaluate_binary(in, *static_cast<const binary_node*>(n), grid);
    case node_kind::call: return evaluate_call(in, *static_cast<const call_node*>(n), grid);
    default: in.fail("this has no value here", n->span);
    }
}

/// False, and nothing done, where rows are not made one after the other.
inline bool rows_of(evaluation& in, const node* n, const time_grid& grid, row_sink& to)
{
    if (const auto* const v = as<vector_selector>(n); v != nullptr && !v->smoothed) {
        const evaluation::deeper guard(in, grid, n->span);
        const look_back when = look_back_of(in, v->shift);
        const time_span read{when.at(grid.start) - in.how.lookback, when.at(grid.last())};
        (void)newest_samples(in, select(in, matchers_of(in, *v)), when, grid, selected::value, &to,
                             in.is_counts_only(v) ? &read : nullptr);
        return true;
    }
    if (const auto* const c = as<call_node>(n)) {
        const range_function* const f = range_function_of(c->name);
        if (f == nullptr) return false;
        const evaluation::deeper guard(in, grid, n->span);
        range_rows(in, *c, *f, grid).each(to);
        return true;
    }
    return false;
}

}  // namespace detail

inline void evaluate_rows(evaluation& in, const node* n, const time_grid& grid, row_sink& to)
{
    const bool each_step = grid.is_instant() || !is_step_invariant(in, n);
    if (grid.count > 0 && each_step && detail::rows_of(in, n, grid, to)) return;
    const matrix m = evaluate(in, n, grid);
    for (std::size_t i = 0; i < m.size(); ++i) to.take(m, i);
}

inline matrix evaluate(evaluation& in, const node* n, const time_grid& grid)
{
    const evaluation::deeper guard(in, grid, n->span);
    if (grid.count == 0) return matrix(0);
    if (grid.is_instant() || n->kind == node_kind::number || !is_step_invariant(in, n)) {
        matrix m = detail::evaluate_node(in, n, grid);
        in.charge(m.values.size());
        in.release(m.values.size());
        return m;
    }
    const matrix one = detail::evaluate_node(in, n, {grid.start, grid.step, 1});
    in.charge(one.size() * grid.count);
    in.release(one.size() * grid.count);
    matrix out(grid.count);
    for (std::size_t i = 0; i < one.size(); ++i) {
        const std::size_t to = out.add(one.rows[i]);
        for (std::size_t s = 0; s < grid.count; ++s) out.put(to, s, one.values[i], one.histogram_at(i, 0));
    }
    return out;
}

}  // namespace pitot::promql
