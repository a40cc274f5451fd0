#pragma once
// A query answered from series in memory: `promql::query("rate(x_total[5m])", data, {.time = …})`.
// The engine is compiled with each unit that asks one, in five times the time of this header. A program of several
// defines PITOT_SEPARATE_ENGINE for all of them, and in one also PITOT_ENGINE_SOURCE: there alone it is compiled.

#include <pitot/base/order.hpp>
#include <pitot/base/result.hpp>
#include <pitot/promql/engine/evaluate.hpp>
#include <pitot/promql/parse.hpp>
#include <pitot/promql/walk.hpp>

#include <cstdint>
#include <memory>
#include <new>  // std::bad_alloc
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::promql {

/// Milliseconds since 1970. step 0: an instant query at `start`.
struct query_times {
    std::int64_t start = 0;
    std::int64_t end = 0;
    std::int64_t step = 0;

    [[nodiscard]] static query_times at(std::int64_t time) noexcept { return {time, time, 0}; }
};

/// hist  null for a float
struct query_sample {
    std::int64_t time = 0;
    double value = 0;
    const histogram* hist = nullptr;
};

/// The samples of one series, by time: views into the result's columns, or samples of their own.
class query_samples {
public:
    class iterator {
    public:
        iterator(const query_samples& of, std::size_t at) : of_(&of), at_(at) { skip(); }
        [[nodiscard]] query_sample operator*() const { return of_->at(at_); }
        iterator& operator++()
        {
            ++at_;
            skip();
            return *this;
        }
        friend bool operator==(const iterator& a, const iterator& b) noexcept { return a.at_ == b.at_; }

    private:
        void skip()
        {
            while (at_ < of_->steps() && !of_->has(at_)) ++at_;
        }
        const query_samples* of_;
        std::size_t at_;
    };

    query_samples() = default;
    query_samples(const matrix& in, std::size_t row_number, const time_grid& grid)
        : in_(&in), row_(row_number), grid_(grid)
    {}
    void push_back(const query_sample& s) { own_.push_back(s); }

    [[nodiscard]] iterator begin() const { return {*this, 0}; }
    [[nodiscard]] iterator end() const { return {*this, steps()}; }
    [[nodiscard]] bool empty() const { return begin() == end(); }
    [[nodiscard]] query_sample front() const { return *begin(); }
    /// cost  a walk
    [[nodiscard]] std::size_t size() const
    {
        std::size_t n = 0;
        for (iterator i = begin(); i != end(); ++i) ++n;
        return n;
    }

private:
    [[nodiscard]] std::size_t steps() const noexcept { return in_ == nullptr ? own_.size() : in_->steps; }
    [[nodiscard]] bool has(std::size_t i) const noexcept { return in_ == nullptr || in_->has(row_, i); }
    [[nodiscard]] query_sample at(std::size_t i) const
    {
        if (in_ == nullptr) return own_[i];
        const histogram* const h = in_->histogram_at(row_, i);
        return {grid_.at(i), h != nullptr ? 0 : in_->floats(row_)[i], h};
    }

    std::vector<query_sample> own_;
    const matrix* in_ = nullptr;
    std::size_t row_ = 0;
    time_grid grid_;
};

struct query_series {
    label_set labels;
    query_samples samples;
};

/// What a query gave. A scalar is in the one series' one sample (or samples, over a range).
/// series            of a vector in the order of the result, of a matrix by labels
/// warnings, infos   "PromQL warning: …"
class query_result {
public:
    value_type type = value_type::vector;
    std::vector<query_series> series;
    std::string text;
    std::vector<std::string> warnings;
    std::vector<std::string> infos;

private:
    friend class query_runner;
    std::unique_ptr<evaluation> memory_;  ///< holds labels and samples, and the tree when nobody else keeps it
};

class query_runner {
public:
    static result<query_result> run(const node* root, std::string_view text, const store::series_store& data,
                                    const query_times& when, const engine_options& how)
    {
        query_result out;
        out.memory_ = std::make_unique<evaluation>(data, how, when.start, when.end, when.step);
        evaluation& in = *out.memory_;
        try {
            if (!how.at_modifier || !how.negative_offset) refuse_disabled(in, root);
            mark_counts_only(in, root, false, false);
            fill(out, in, root, when);
        } catch (evaluation_error& e) {
            const bool placed = e.why.where.length > 0 || e.why.where.offset > 0;
            return pitot::unexpected(e.why.code, std::move(e.why.message),
                                     placed                   ? e.why.where
                                     : in.blamed().length > 0 ? in.blamed()
                                                              : root->span);
        } catch (const std::bad_alloc&) {
            return pitot::unexpected(errc::too_many, "the query needs more memory than there is",
                                     in.blamed().length > 0 ? in.blamed() : root->span);
        }
        out.warnings = in.said.texts(true, text);
        out.infos = in.said.texts(false, text);
        return out;
    }

    static void keep(query_result& in, tree what) { (void)in.memory_->memory().add(std::move(what)); }

private:
    static void refuse_disabled(const evaluation& in, const node* n)
    {
        const time_shift* shift = nullptr;
        if (const auto* const v = as<vector_selector>(n)) shift = &v->shift;
        if (const auto* const s = as<subquery>(n)) shift = &s->shift;
        if (shift != nullptr) {
            if (!in.how.at_modifier && shift->at != at_kind::none) in.fail("@ modifier is disabled", n->span);
            if (!in.how.negative_offset && shift->offset < 0) in.fail("negative offset is disabled", n->span);
        }
        for_each_child(n, [&in](const node* child) { refuse_disabled(in, child); });
    }

    static void fill(query_result& out, evaluation& in, const node* root, const query_times& when)
    {
        const node* const bare = without_parens(root);
        out.type = type_of(root);
        const bool instant = when.step == 0;
        if (!instant && (out.type == value_type::string || out.type == value_type::matrix))
            in.fail(concat("invalid expression type \"", out.type == value_type::string ? "string" : "range vector",
                           "\" for range query, must be Scalar or instant Vector"),
                    root->span);
        if (out.type == value_type::string) {
            out.text = string_argument(bare);
            return;
        }
        if (!instant && (when.step < 0 || when.end < when.start))
            in.fail("a range query needs a positive step and an end that is not before its start");
        if (out.type == value_type::matrix) {
            fill_ranges(out, in, bare, when);
            return;
        }
        const std::int64_t count = instant ? 1 : (when.end - when.start) / when.step + 1;
        if (static_cast<std::uint64_t>(count) > evaluation::max_steps)
            in.fail("the query has too many steps", root->span, errc::too_many);
        const time_grid grid{when.start, instant ? 1 : when.step, static_cast<std::size_t>(count),
                             when.start == when.end};
        matrix& m = in.memory().add(evaluate(in, root, grid));
        if (in.how.delayed_name_removal) {
            for (row& r : m.rows)
                if (r.drop_name) {
                    label_set labels = *r.labels;
                    labels.drop_metadata();
                    r.labels = in.keep(std::move(labels));
                }
            in.merge_same_labels(m);
        }
        if (!instant) out.type = value_type::matrix;
        // Some hundred bytes beside eight for each sample: as many as there are, made where they stay.
        out.series.reserve(m.size());
        for (const std::uint32_t i : order_of(m.size(), [&](std::uint32_t a, std::uint32_t b) {
                 return instant ? a < b : *m.rows[a].labels < *m.rows[b].labels;
             }))
            if (!m.row_is_empty(i)) out.series.push_back({*m.rows[i].labels, query_samples(m, i, grid)});
    }

    static void sort(query_result& out)
    {
        std::vector<query_series> sorted;
        sorted.reserve(out.series.size());
        for (const std::uint32_t i : order_of(out.series.size(), [&](std::uint32_t a, std::uint32_t b) {
                 return out.series[a].labels < out.series[b].labels;
             }))
            sorted.push_back(std::move(out.series[i]));
        out.series = std::move(sorted);
    }

    /// The samples of a range as they are.
    static void fill_ranges(query_result& out, evaluation& in, const node* n, const query_times& when)
    {
        const time_grid grid{when.start, 1, 1};
        range_argument range = range_argument_of(in, n, grid);
        for (std::size_t i = 0; i < range.size(); ++i) {
            windowed_series series = range.series(in, i);
            window w;
            w.end = range.when.at(when.start);
            w.begin = w.end - range.range;
            const bool extended = range.anchored || range.smoothed;
            series.cut(extended ? w.begin - in.how.lookback : w.begin, range.smoothed ? w.end + in.how.lookback : w.end,
                       extended && in.how.use_start_timestamps, w);
            query_series s;
            s.labels = *series.head().labels;
            if (series.head().drop_name) s.labels.drop_metadata();
            if (extended) {
                if (!w.histograms.empty())
                    in.fail(
                        concat(range.anchored ? "anchored" : "smoothed", " modifier is not supported with histograms"),
                        n->span);
                fill_extended(s, in, range, w);
            } else {
                std::size_t f = 0;
                std::size_t h = 0;
                while (f < w.floats.size() || h < w.histograms.size()) {
                    const bool is_float = h == w.histograms.size() ||
                                          (f < w.floats.size() && w.float_times[f] <= w.histogram_times[h]);
                    if (is_float)
                        s.samples.push_back({w.float_times[f], w.floats[f], nullptr});
                    else
                        s.samples.push_back({w.histogram_times[h], 0, w.histograms[h]});
                    ++(is_float ? f : h);
                }
            }
            in.charge(s.samples.size());
            if (!s.samples.empty()) out.series.push_back(std::move(s));
        }
        sort(out);
    }

    static void fill_extended(query_series& s, const evaluation& in, const range_argument& range, const window& w)
    {
        if (w.floats.empty()) return;
        const detail::range_ends ends{
            w.float_times, w.floats, w.float_starts, w.begin, w.end, w.begin - in.how.lookback, range.smoothed, false};
        const auto [first, last] = detail::range_samples(w.float_times, w.begin, w.end, range.smoothed);
        if (w.float_times[last] <= w.begin) return;
        const double left = ends.left(first).first;
        const double right = ends.right(last).first;
        s.samples.push_back({w.begin, left, nullptr});
        const std::size_t from = first + (w.float_times[first] <= w.begin ? 1U : 0U);
        const std::size_t to = last + (w.float_times[last] >= w.end ? 0U : 1U);
        for (std::size_t k = from; k < to; ++k) s.samples.push_back({w.float_times[k], w.floats[k], nullptr});
        s.samples.push_back({w.end, right, nullptr});
    }
};

/// Answers a query that is parsed. The result refers to the data and to the tree.
/// text   the source, for the places in warnings
/// error  invalid_value in Prometheus's words; too_many beyond a limit; timeout
[[nodiscard]] result<query_result> query(const node* root, std::string_view text, const store::series_store& data,
                                         const query_times& when, const engine_options& how);

/// error  syntax too
[[nodiscard]] result<query_result> query(std::string_view text, const store::series_store& data,
                                         const query_times& when, const engine_options& how,
                                         const parse_options& parsing = {});

#ifndef PITOT_SEPARATE_ENGINE
#define PITOT_ENGINE inline
#elif defined(PITOT_ENGINE_SOURCE)
#define PITOT_ENGINE
#endif

#ifdef PITOT_ENGINE
PITOT_ENGINE result<query_result> query(const node* root, std::string_view text, const store::series_store& data,
                                        const query_times& when, const engine_options& how)
{
    return query_runner::run(root, text, data, when, how);
}

PITOT_ENGINE result<query_result> query(std::string_view text, const store::series_store& data, const query_times& when,
                                        const engine_options& how, const parse_options& parsing)
{
    auto parsed = parse(text, parsing);
    if (!parsed) return pitot::unexpected(parsed.error());
    auto got = query(parsed->root(), text, data, when, how);
    if (got) query_runner::keep(*got, std::move(*parsed));
    return got;
}
#undef PITOT_ENGINE
#endif

}  // namespace pitot::promql
