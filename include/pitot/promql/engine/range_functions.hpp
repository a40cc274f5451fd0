#pragma once
// Calls with a range: the table of their functions, and the walk over series and steps.

#include <pitot/base/order.hpp>
#include <pitot/base/product.hpp>
#include <pitot/promql/engine/extended_rate.hpp>
#include <pitot/promql/engine/over_time.hpp>
#include <pitot/promql/engine/rate.hpp>

#include <algorithm>
#include <string_view>
#include <utility>
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

/// Puts matchers that only take series away behind those that find some.
/// source  Prometheus, tsdb, PostingsForMatchers
inline void put_finding_first(std::vector<series_matcher>& all)
{
    std::vector<std::string_view> must_be_set;
    for (const series_matcher& m : all)
        if (!m("")) must_be_set.push_back(m.label());
    std::stable_partition(all.begin(), all.end(), [&must_be_set](const series_matcher& m) {
        const bool positive = m.op() == match_op::equal || m.op() == match_op::regex;
        const bool is_set = std::find(must_be_set.begin(), must_be_set.end(), m.label()) != must_be_set.end();
        return is_set && (positive || !m(""));
    });
}

/// The labels that absent() can tell from a selector: those of equalities, unless another matcher for them follows, in
/// the order that the storage has left. For a time before all data Prometheus does not ask it.
/// source  Prometheus, createLabelsForAbsentFunction
inline label_set labels_of_selector(evaluation& in, const vector_selector& v, const time_grid& grid)
{
    std::vector<series_matcher> all = matchers_of(in, v);
    if (in.data.has_any_until(look_back_of(in, v.shift).at(grid.last()))) put_finding_first(all);
    label_set out;
    std::vector<std::string_view> told;  // by an equality
    for (const series_matcher& m : all) {
        if (store::is_metadata_label(m.label())) continue;
        const bool first = m.op() == match_op::equal && std::find(told.begin(), told.end(), m.label()) == told.end();
        out.set(m.label(), first ? m.value() : std::string_view());
        if (first) told.push_back(m.label());
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

namespace detail {

/// A call over the series of its range, one after the other.
class range_rows {
public:
    range_rows(evaluation& in, const call_node& call, const range_function& function, const time_grid& grid)
        : in_(in), call_(call), function_(function), grid_(grid), argument_(arguments()),
          range_(range_argument_of(in, argument_, grid)),
          starts_(function.wants_starts && in.how.use_start_timestamps && !range_.is_subquery),
          about_{in, range_, place_of(without_parens(call.arguments[0])), call.span}
    {
        const auto refuse = [&](const char* modifier, bool range_function::*what) {
            in.fail(concat(modifier, " modifier can only be used with: ", names_with(what), " - not with ", call.name),
                    call.span);
        };
        if (range_.anchored && !function.anchored) refuse("anchored", &range_function::anchored);
        if (range_.smoothed && !function.smoothed) refuse("smoothed", &range_function::smoothed);
    }

    [[nodiscard]] matrix all()
    {
        matrix out(grid_.count);
        out.reserve(std::min(range_.size(), in_.how.max_samples / grid_.count + 1));
        for (std::size_t i = 0; i < range_.size(); ++i) add_row(out, i, out.size(), head(i));
        in_.release(charged_);
        if (call_.name == "absent_over_time") return absent(out);
        if (!in_.how.delayed_name_removal) in_.merge_same_labels(out);
        return out;
    }

    /// Rows that may have to be merged, and those of absent_over_time, are made all at once.
    void each(row_sink& to)
    {
        std::vector<row> heads;
        const bool at_once = call_.name == "absent_over_time" || !take_heads(heads);
        if (at_once) {
            const matrix m = all();
            in_.charge(m.values.size());
            in_.release(m.values.size());
            for (std::size_t i = 0; i < m.size(); ++i) to.take(m, i);
            return;
        }
        const std::size_t placed = in_.placed();
        matrix one(grid_.count);
        std::size_t rows = 0;
        for (std::size_t i = 0; i < range_.size(); ++i) {
            if (!add_row(one, i, rows, heads[i])) continue;
            ++rows;
            to.take(one, 0);
            one.drop_last();
            in_.give_back(placed);
        }
        in_.release(charged_);
        in_.charge(rows * grid_.count);
        in_.release(rows * grid_.count);
    }

private:
    /// Prometheus makes a selector of a subquery, and that one has no place: its annotations say (1:1).
    static text_span place_of(const node* argument) noexcept
    {
        return argument->kind == node_kind::subquery ? text_span{} : argument->span;
    }
    /// The argument that is a range; the values of the others go to scalars_.
    const node* arguments()
    {
        const node* range = nullptr;
        for (const node* const raw : call_.arguments) {
            const node* a = without_parens(raw);
            if (a->kind == node_kind::matrix_selector || a->kind == node_kind::subquery)
                range = a;
            else
                scalars_.push_back(evaluate(in_, a, grid_));
        }
        return range;
    }
    [[nodiscard]] row head(std::size_t i)
    {
        const row own = range_.head(i);
        return function_.keeps_name && !own.drop_name ? own : in_.without_name(own);
    }
    /// False when two of them are the same, which ends in one row or in an error.
    bool take_heads(std::vector<row>& heads)
    {
        heads.reserve(range_.size());
        for (std::size_t i = 0; i < range_.size(); ++i) heads.push_back(head(i));
        return in_.how.delayed_name_removal || evaluation::same_labels(heads).empty();
    }

    /// The row of a series; false, and no row, when it has no sample.
    /// rows  there were before
    bool add_row(matrix& out, std::size_t i, std::size_t rows, const row& own)
    {
        windowed_series series = range_.series(in_, i);
        in_.check_room(rows, grid_.count);
        const std::size_t to = out.add(own);
        if (function_.counts_resets)
            series.find_resets(range_.when.at(grid_.start) - range_.range, range_.when.at(grid_.last()), starts_);
        made m;
        walk(series, out, to, m);
        in_.charge(m.widest);
        in_.release(m.widest);
        in_.check_time();
        if (m.found == 0) {
            out.drop_last();
            return false;
        }
        in_.charge(m.found);
        charged_ += m.found;
        if (m.some_float && (call_.name == "rate" || call_.name == "increase"))
            say_if_no_counter(in_, series.head().labels->metric_name(), about_.where);
        return true;
    }

    /// What became of a series.
    struct made {
        std::size_t found = 0;
        std::size_t widest = 0;
        bool some_float = false;
    };
    void walk(windowed_series& series, matrix& out, std::size_t to, made& m)
    {
        window w;
        for (std::size_t step = 0; step < grid_.count; ++step) {
            w.time = grid_.at(step);
            w.end = range_.when.at(w.time);
            w.begin = w.end - range_.range;
            series.cut(range_.anchored || range_.smoothed ? w.begin - in_.how.lookback : w.begin,
                       range_.smoothed ? w.end + in_.how.lookback : w.end, starts_, w);
            if (w.empty()) continue;
            m.widest = std::max(m.widest, w.floats.size() + w.histograms.size());
            look_at(w);
            for (const matrix& scalar : scalars_) parameters_.push_back(scalar.values[step]);
            if (function_.several != nullptr) {
                together_.push_back(w);
                their_steps_.push_back(static_cast<std::uint32_t>(step));
                if (together_.size() == windows_together) evaluate_together(series, out, to, m);
                continue;
            }
            about_.parameters = parameters_;
            keep(function_.evaluate(about_, w), series, out, to, step, m);
            parameters_.clear();
        }
        if (!together_.empty()) evaluate_together(series, out, to, m);
    }
    /// Asks for the time now and then.
    void look_at(const window& w)
    {
        looked_at_ += w.floats.size() + w.histograms.size() * 16;
        if (looked_at_ <= std::size_t{1} << 22U) return;
        in_.check_time();
        looked_at_ = 0;
    }
    void evaluate_together(const windowed_series& series, matrix& out, std::size_t to, made& m)
    {
        outcome outcomes[windows_together];
        function_.several(about_, together_, parameters_, outcomes);
        for (std::size_t k = 0; k < together_.size(); ++k) keep(outcomes[k], series, out, to, their_steps_[k], m);
        together_.clear();
        their_steps_.clear();
        parameters_.clear();
    }
    void keep(const outcome& o, const windowed_series& series, matrix& out, std::size_t to, std::size_t step, made& m)
    {
        if (!o.has) return;
        ++m.found;
        out.put(to, step, o.value, series.owns(o.hist) ? in_.keep(histogram(*o.hist)) : o.hist);
        m.some_float = m.some_float || o.hist == nullptr;
    }

    /// A row that is 1 where no series has a sample.
    [[nodiscard]] matrix absent(const matrix& present)
    {
        matrix out(grid_.count);
        label_set labels;
        if (const auto* const m = as<matrix_selector>(argument_))
            labels = labels_of_selector(in_, *static_cast<const vector_selector*>(without_parens(m->of)), grid_);
        const std::size_t to = out.add({in_.keep(std::move(labels)), true});
        for (std::size_t step = 0; step < grid_.count; ++step) {
            bool any = false;
            for (std::size_t i = 0; i < present.size() && !any; ++i) any = present.has(i, step);
            if (!any) out.floats(to)[step] = 1;
        }
        out.drop_empty_rows();
        return out;
    }

    evaluation& in_;
    const call_node& call_;
    const range_function& function_;
    time_grid grid_;
    std::vector<matrix> scalars_;
    const node* argument_;
    range_argument range_;
    bool starts_;  ///< start timestamps are asked for
    range_call about_;
    std::vector<double> parameters_;
    std::vector<window> together_;
    std::vector<std::uint32_t> their_steps_;
    std::size_t looked_at_ = 0;
    std::size_t charged_ = 0;
};

}  // namespace detail

[[nodiscard]] inline matrix evaluate_range_call(evaluation& in, const call_node& call,
                                                const detail::range_function& function, const time_grid& grid)
{
    return detail::range_rows(in, call, function, grid).all();
}

}  // namespace pitot::promql
