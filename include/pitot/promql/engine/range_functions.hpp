#pragma once
// Calls with a range: the table of their functions, and the walk over series and steps.

#include <pitot/base/order.hpp>
#include <pitot/base/product.hpp>
#include <pitot/promql/engine/extended_rate.hpp>
#include <pitot/promql/engine/over_time.hpp>
#include <pitot/promql/engine/rate.hpp>

#include <string_view>
#include <vector>

namespace pitot::promql {

namespace detail {

struct range_function {
    std::string_view name;
    outcome (*evaluate)(const range_call&, const window&);
    bool keeps_name = false;
    bool wants_starts = false;  ///< start timestamps
    bool anchored = false;      ///< takes anchored ranges
    bool smoothed = false;
    bool counts_resets = false;  ///< asks the window where floats fall
    /// instead of `evaluate`, for what gains from some windows at once
    void (*several)(const range_call&, std::span<const window>, std::span<const double>, outcome*) = nullptr;
};

inline outcome change(const range_call& c, const window& w, bool is_counter, bool is_rate)
{
    return c.range.anchored || c.range.smoothed ? extended(c, w, is_counter, is_rate)
                                                : extrapolated(c, w, is_counter, is_rate);
}

// clang-format off: one row, one line
inline constexpr range_function range_functions[] = {
    {"rate", [](const range_call& c, const window& w) { return change(c, w, true, true); }, false, true, true, true,
     true},
    {"increase", [](const range_call& c, const window& w) { return change(c, w, true, false); }, false, true, true,
     true, true},
    {"delta", [](const range_call& c, const window& w) { return change(c, w, false, false); }, false, false, true,
     true},
    {"irate", [](const range_call& c, const window& w) { return instant_change(c, w, true); }, false, true},
    {"idelta", [](const range_call& c, const window& w) { return instant_change(c, w, false); }},
    {"resets", resets, false, true, true},
    {"changes", changes, false, false, true},
    {"sum_over_time", sum_over_time},
    {"avg_over_time", avg_over_time},
    {"count_over_time",
     [](const range_call&, const window& w) {
         return outcome(static_cast<double>(w.floats.size() + w.histograms.size()));
     }},
    {"present_over_time", [](const range_call&, const window&) { return outcome(1.0); }},
    {"absent_over_time", [](const range_call&, const window&) { return outcome(1.0); }},
    {"max_over_time",
     [](const range_call& c, const window& w) {
         return pick(
             c, w, [](double a, double b) { return a > b; }, false);
     }},
    {"min_over_time",
     [](const range_call& c, const window& w) {
         return pick(
             c, w, [](double a, double b) { return a < b; }, false);
     }},
    {"ts_of_max_over_time",
     [](const range_call& c, const window& w) {
         return pick(
             c, w, [](double a, double b) { return a >= b; }, true);
     }},
    {"ts_of_min_over_time",
     [](const range_call& c, const window& w) {
         return pick(
             c, w, [](double a, double b) { return a <= b; }, true);
     }},
    {"first_over_time",
     [](const range_call&, const window& w) {
         return takes_float(w, true) ? outcome(w.floats.front()) : outcome(w.histograms.front());
     },
     true},
    {"last_over_time",
     [](const range_call&, const window& w) {
         return takes_float(w, false) ? outcome(w.floats.back()) : outcome(w.histograms.back());
     },
     true},
    {"ts_of_first_over_time",
     [](const range_call&, const window& w) {
         return outcome(static_cast<double>(takes_float(w, true) ? w.float_times.front() : w.histogram_times.front()) /
                        1000);
     }},
    {"ts_of_last_over_time",
     [](const range_call&, const window& w) {
         return outcome(static_cast<double>(takes_float(w, false) ? w.float_times.back() : w.histogram_times.back()) /
                        1000);
     }},
    {"stddev_over_time", [](const range_call& c, const window& w) { return variance(c, w, true); }},
    {"stdvar_over_time", [](const range_call& c, const window& w) { return variance(c, w, false); }},
    {"mad_over_time", mad_over_time},
    {"quantile_over_time", quantile_over_time},
    {"deriv",
     [](const range_call& c, const window& w) {
         return has_line(c, w) ? outcome(regression(w, w.float_times.front()).slope) : outcome();
     }},
    {"predict_linear",
     [](const range_call& c, const window& w) {
         if (!has_line(c, w)) return outcome();
         const line l = regression(w, w.time);
         return outcome(product(l.slope, c.parameters[0]) + l.intercept);
     }},
    {.name = "double_exponential_smoothing", .evaluate = nullptr, .several = double_exponential_smoothing},
};
// clang-format on

/// Names of the functions that take such ranges, in their order.
[[gnu::cold]] inline std::string names_with(bool range_function::*what)
{
    std::vector<std::string_view> names;
    for (const range_function& f : range_functions)
        if (f.*what) names.push_back(f.name);
    std::string out;
    for (const std::uint32_t i : order_of(names.size(), [&](auto a, auto b) { return names[a] < names[b]; }))
        out += concat(out.empty() ? "" : ", ", names[i]);
    return out;
}

inline void say_if_no_counter(evaluation& in, std::string_view name, text_span where)
{
    for (const std::string_view suffix : {"_total", "_sum", "_count", "_bucket"})
        if (name.ends_with(suffix)) return;
    if (name.empty()) return;
    in.said.info(
        concat("metric might not be a counter, name does not end in _total/_sum/_count/_bucket: ", detail::quote(name)),
        where);
}

/// The labels that absent() can tell from a selector: those of equalities, unless there is another matcher for them.
inline label_set labels_of_selector(const vector_selector& v)
{
    label_set out;
    for (const label_matcher& m : v.matchers) {
        std::size_t matchers = 0;
        for (const label_matcher& other : v.matchers) matchers += other.name == m.name ? 1U : 0U;
        if (m.op == match_op::equal && matchers == 1 && !store::is_metadata_label(m.name)) out.set(m.name, m.value);
    }
    return out;
}

}  // namespace detail

[[nodiscard]] inline const detail::range_function* range_function_of(std::string_view name) noexcept
{
    for (const detail::range_function& f : detail::range_functions)
        if (f.name == name) return &f;
    return nullptr;
}

[[nodiscard]] inline matrix evaluate_range_call(evaluation& in, const call_node& call,
                                                const detail::range_function& function, const time_grid& grid)
{
    const node* argument = nullptr;
    std::vector<matrix> scalars;
    for (const node* const raw : call.arguments) {
        const node* const a = without_parens(raw);
        if (a->kind == node_kind::matrix_selector || a->kind == node_kind::subquery)
            argument = a;
        else
            scalars.push_back(evaluate(in, a, grid));
    }
    const range_argument range = range_argument_of(in, argument, grid);
    const auto refuse = [&](const char* modifier, bool detail::range_function::*what) {
        in.fail(
            concat(modifier, " modifier can only be used with: ", detail::names_with(what), " - not with ", call.name),
            call.span);
    };
    if (range.anchored && !function.anchored) refuse("anchored", &detail::range_function::anchored);
    if (range.smoothed && !function.smoothed) refuse("smoothed", &detail::range_function::smoothed);
    const bool starts = function.wants_starts && in.how.use_start_timestamps && !range.is_subquery;
    const bool is_absent = call.name == "absent_over_time";
    std::vector<double> parameters;
    std::vector<window> together;
    std::vector<std::size_t> their_steps;
    range_call about{in, range, without_parens(call.arguments[0])->span, call.span};
    matrix out(grid.count);
    out.reserve(std::min(range.size(), in.how.max_samples / grid.count + 1));
    std::size_t looked_at = 0;
    std::size_t charged = 0;
    for (std::size_t i = 0; i < range.size(); ++i) {
        windowed_series series = range.series(in, i);
        const row& head = series.head();
        in.check_room(out);
        const std::size_t to = out.add(function.keeps_name ? head : in.without_name(head));
        if (function.keeps_name && head.drop_name) out.rows[to] = in.without_name(head);
        std::size_t found = 0;
        std::size_t widest = 0;
        bool some_float = false;
        if (function.counts_resets)
            series.find_resets(range.when.at(grid.start) - range.range, range.when.at(grid.last()));
        const auto keep = [&](std::size_t step, const outcome& o) {
            if (!o.has) return;
            ++found;
            out.put(to, step, o.value, series.owns(o.hist) ? in.keep(histogram(*o.hist)) : o.hist);
            some_float = some_float || o.hist == nullptr;
        };
        const auto evaluate_together = [&] {
            outcome outcomes[windows_together];
            function.several(about, together, parameters, outcomes);
            for (std::size_t k = 0; k < together.size(); ++k) keep(their_steps[k], outcomes[k]);
            together.clear();
            their_steps.clear();
            parameters.clear();
        };
        window w;
        for (std::size_t step = 0; step < grid.count; ++step) {
            w.time = grid.at(step);
            w.end = range.when.at(w.time);
            w.begin = w.end - range.range;
            series.cut(range.anchored || range.smoothed ? w.begin - in.how.lookback : w.begin,
                       range.smoothed ? w.end + in.how.lookback : w.end, starts, w);
            if (w.empty()) continue;
            widest = std::max(widest, w.floats.size() + w.histograms.size());
            looked_at += w.floats.size() + w.histograms.size() * 16;
            if (looked_at > std::size_t{1} << 22U) {
                in.check_time();
                looked_at = 0;
            }
            for (const matrix& scalar : scalars) parameters.push_back(scalar.values[step]);
            if (function.several != nullptr) {
                together.push_back(w);
                their_steps.push_back(step);
                if (together.size() == windows_together) evaluate_together();
                continue;
            }
            about.parameters = parameters;
            keep(step, function.evaluate(about, w));
            parameters.clear();
        }
        if (!together.empty()) evaluate_together();
        in.charge(widest);
        in.release(widest);
        in.check_time();
        if (found == 0) {
            out.drop_last();
            continue;
        }
        in.charge(found);
        charged += found;
        if (some_float && (call.name == "rate" || call.name == "increase"))
            detail::say_if_no_counter(in, head.labels->metric_name(), about.where);
    }
    in.release(charged);
    if (is_absent) {
        matrix absent(grid.count);
        label_set labels;
        if (const auto* const m = as<matrix_selector>(argument))
            labels = detail::labels_of_selector(*static_cast<const vector_selector*>(without_parens(m->of)));
        const std::size_t to = absent.add({in.keep(std::move(labels)), true});
        for (std::size_t step = 0; step < grid.count; ++step) {
            bool any = false;
            for (std::size_t i = 0; i < out.size() && !any; ++i) any = out.has(i, step);
            if (!any) absent.floats(to)[step] = 1;
        }
        absent.drop_empty_rows();
        return absent;
    }
    if (!in.how.delayed_name_removal) in.merge_same_labels(out);
    return out;
}

}  // namespace pitot::promql
