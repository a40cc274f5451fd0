#pragma once
// The samples of a range: of a series of the data or of a subquery, cut into a window for each step.

#include <pitot/promql/engine/selectors.hpp>

#include <cstdint>
#include <functional>  // std::less on pointers
#include <span>
#include <utility>
#include <vector>

namespace pitot::promql {

/// The samples of one series in a range of time. Views.
/// starts   of float and histogram samples; empty when they are not asked for
/// resets   float samples of the whole series that are lower than the one before; those of the window are told by
///          first_float
struct window {
    std::span<const std::int64_t> float_times;
    std::span<const double> floats;
    std::span<const std::int64_t> float_starts;
    std::span<const std::int64_t> histogram_times;
    std::span<const histogram* const> histograms;
    std::span<const std::int64_t> histogram_starts;
    std::span<const std::uint32_t> resets;
    std::size_t first_float = 0;
    std::int64_t time = 0;   ///< of the step
    std::int64_t begin = 0;  ///< of the range as written, exclusive
    std::int64_t end = 0;    ///< inclusive
    const label_set* labels = nullptr;

    [[nodiscard]] bool empty() const noexcept { return floats.empty() && histograms.empty(); }
};

/// One series that windows are cut from, without stale markers.
class windowed_series {
public:
    windowed_series(row r, const store::samples<double>& floats, const store::samples<const histogram*>& histograms)
        : head_(r), floats_(&floats), histograms_(&histograms)
    {
        if (floats.ends || histograms.ends) own_without_stale(floats, histograms);
    }
    windowed_series(row r, store::samples<double> floats, store::samples<const histogram*> histograms,
                    std::vector<histogram> counts)
        : head_(r), own_floats_(std::move(floats)), own_histograms_(std::move(histograms)), counts_(std::move(counts)),
          owns_(true)
    {
        if (own_floats_.ends || own_histograms_.ends)
            own_without_stale(std::exchange(own_floats_, {}), std::exchange(own_histograms_, {}));
    }

    [[nodiscard]] const row& head() const noexcept { return head_; }
    /// Does a histogram go away with this series?
    [[nodiscard]] bool owns(const histogram* h) const noexcept
    {
        return !counts_.empty() && !std::less<>()(h, counts_.data()) &&
               std::less<>()(h, counts_.data() + counts_.size());
    }
    /// Notes where floats fall, for windows between two times.
    void find_resets(std::int64_t begin, std::int64_t end)
    {
        const store::samples<double>& f = owns_ ? own_floats_ : *floats_;
        const std::size_t first = store::count_until(f.times, begin, 0);
        const std::size_t last = store::count_until(f.times, end, first);
        for (std::size_t i = first + 1; i < last; ++i)
            if (f.values[i] < f.values[i - 1]) resets_.push_back(static_cast<std::uint32_t>(i));
    }

    /// The samples with begin < time <= end. Windows move forward; `out` is the one from before, or new.
    void cut(std::int64_t begin, std::int64_t end, bool starts, window& out)
    {
        const store::samples<double>& f = owns_ ? own_floats_ : *floats_;
        const store::samples<const histogram*>& h = owns_ ? own_histograms_ : *histograms_;
        first_float_ = store::count_until(f.times, begin, first_float_);
        last_float_ = begin >= end ? first_float_
                                   : store::count_until(f.times, end, std::max(first_float_, last_float_));
        const std::size_t nf = last_float_ - first_float_;
        out.float_times = {f.times.data() + first_float_, nf};
        out.floats = {f.values.data() + first_float_, nf};
        if (starts && !f.starts.empty()) out.float_starts = {f.starts.data() + first_float_, nf};
        if (!h.empty()) {
            first_histogram_ = store::count_until(h.times, begin, first_histogram_);
            last_histogram_ = begin >= end
                                  ? first_histogram_
                                  : store::count_until(h.times, end, std::max(first_histogram_, last_histogram_));
            const std::size_t nh = last_histogram_ - first_histogram_;
            out.histogram_times = {h.times.data() + first_histogram_, nh};
            out.histograms = {h.values.data() + first_histogram_, nh};
            if (starts && !h.starts.empty()) out.histogram_starts = {h.starts.data() + first_histogram_, nh};
        }
        out.first_float = first_float_;
        out.resets = resets_;
        out.labels = head_.labels;
    }

private:
    void own_without_stale(const store::samples<double>& floats, const store::samples<const histogram*>& histograms)
    {
        for (std::size_t i = 0; i < floats.size(); ++i)
            if (!store::is_stale(floats.values[i])) own_floats_.put(floats.times[i], floats.values[i], floats.start(i));
        for (std::size_t i = 0; i < histograms.size(); ++i)
            if (!store::is_stale(histograms.values[i]->sum))
                own_histograms_.put(histograms.times[i], histograms.values[i], histograms.start(i));
        owns_ = true;
    }

    row head_;
    const store::samples<double>* floats_ = nullptr;
    const store::samples<const histogram*>* histograms_ = nullptr;
    store::samples<double> own_floats_;
    store::samples<const histogram*> own_histograms_;
    std::vector<histogram> counts_;  ///< what own_histograms_ points to, of a series without buckets
    bool owns_ = false;
    std::vector<std::uint32_t> resets_;
    std::size_t first_float_ = 0;
    std::size_t last_float_ = 0;
    std::size_t first_histogram_ = 0;
    std::size_t last_histogram_ = 0;
};

/// A range argument: where its windows lie, and its series one after the other.
struct range_argument {
    look_back when;
    std::int64_t range = 0;
    bool anchored = false;
    bool smoothed = false;
    std::vector<const store::series*> selected = {};  ///< of a selector
    matrix inner = {};                                ///< of a subquery
    time_grid inner_grid = {};
    bool is_subquery = false;
    bool counts_only = false;  ///< of the histograms of a selector
    time_span read = {};

    [[nodiscard]] std::size_t size() const noexcept { return is_subquery ? inner.size() : selected.size(); }
    [[nodiscard]] row head(std::size_t i) const
    {
        return is_subquery ? inner.rows[i] : row{&selected[i]->labels, false};
    }
    [[nodiscard]] windowed_series series(evaluation& in, std::size_t i) const
    {
        if (!is_subquery) {
            const store::series& s = *selected[i];
            const row head{&s.labels, false};
            if (!counts_only || s.histograms.empty()) return {head, s.floats, s.histograms};
            std::vector<histogram> counts;
            counts.reserve(store::count_until(s.histograms.times, read.until) -
                           store::count_until(s.histograms.times, read.after));
            store::samples<const histogram*> histograms = counts_of(s.histograms, read, [&](histogram h) {
                counts.push_back(std::move(h));
                return &counts.back();
            });
            return {head, s.floats, std::move(histograms), std::move(counts)};
        }
        store::samples<double> floats;
        store::samples<const histogram*> histograms;
        for (std::size_t s = 0; s < inner.steps; ++s) {
            if (const histogram* h = inner.histogram_at(i, s); h != nullptr) {
                if (h->hint == reset_hint::reset || h->hint == reset_hint::not_reset) {
                    histogram unknown = *h;
                    unknown.hint = reset_hint::unknown;
                    h = in.keep(std::move(unknown));
                }
                histograms.times.push_back(inner_grid.at(s));
                histograms.values.push_back(h);
            } else if (const double v = inner.floats(i)[s]; is_sample(v)) {
                floats.times.push_back(inner_grid.at(s));
                floats.values.push_back(v);
            }
        }
        return {inner.rows[i], std::move(floats), std::move(histograms), {}};
    }
};

/// n  a range selector or a subquery, without parentheses
[[nodiscard]] inline range_argument range_argument_of(evaluation& in, const node* n, const time_grid& grid)
{
    range_argument out;
    if (const auto* const m = as<matrix_selector>(n)) {
        const auto& v = *static_cast<const vector_selector*>(without_parens(m->of));
        out.when = look_back_of(in, v.shift);
        out.range = detail::milliseconds_of(in, m->range_expr, m->range, false);
        out.anchored = v.anchored;
        out.smoothed = v.smoothed;
        const std::int64_t before = out.anchored || out.smoothed ? in.how.lookback : 0;
        out.selected = select(in, matchers_of(in, v));
        out.counts_only = in.is_counts_only(&v);
        out.read = {out.when.at(grid.start) - out.range - before,
                    out.when.at(grid.last()) + (out.smoothed ? in.how.lookback : 0)};
        return out;
    }
    const auto& s = *static_cast<const subquery*>(n);
    out.is_subquery = true;
    out.when = look_back_of(in, s.shift);
    out.range = detail::milliseconds_of(in, s.range_expr, s.range, false);
    std::int64_t step = in.how.subquery_step;
    if (s.step_expr != nullptr || s.step != 0) step = detail::milliseconds_of(in, s.step_expr, s.step, false);
    const std::int64_t first = out.when.at(grid.start) - out.range;
    const std::int64_t last = out.when.at(grid.last());
    std::int64_t begin = step * (first / step);
    if (begin <= first) begin += step;
    out.inner_grid = {begin, step, 0};
    if (last >= begin) {
        const std::int64_t count = (last - begin) / step + 1;
        if (static_cast<std::uint64_t>(count) > std::max(in.how.max_samples, evaluation::max_steps))
            in.fail("the subquery has too many steps", s.span, errc::too_many);
        out.inner_grid.count = static_cast<std::size_t>(count);
        out.inner_grid.instant = last == begin;
        out.inner = evaluate(in, s.of, out.inner_grid);
    }
    return out;
}

}  // namespace pitot::promql
