#pragma once
// The samples of a range: of a series of the data or of a subquery, cut into a window for each step.

#include <pitot/promql/engine/selectors.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace pitot::promql {

/// The samples of one series in a range of time. Views.
/// starts   of float and histogram samples; empty when they are not asked for
/// resets   float samples of the whole series that are lower than the one before; those of the window are told by
///          first_float
/// breaks   histograms of the whole series that do not simply go on from the one before; told by first_histogram
struct window {
    std::span<const std::int64_t> float_times;
    std::span<const double> floats;
    std::span<const std::int64_t> float_starts;
    std::span<const std::int64_t> histogram_times;
    std::span<const histogram* const> histograms;
    std::span<const std::int64_t> histogram_starts;
    std::span<const std::uint32_t> resets;
    std::span<const std::uint32_t> breaks;
    std::size_t first_float = 0;
    std::size_t first_histogram = 0;
    std::int64_t time = 0;   ///< of the step
    std::int64_t begin = 0;  ///< of the range as written, exclusive
    std::int64_t end = 0;    ///< inclusive
    const label_set* labels = nullptr;

    [[nodiscard]] bool empty() const noexcept { return floats.empty() && histograms.empty(); }
    /// Breaks of its own, the first histogram apart.
    [[nodiscard]] std::span<const std::uint32_t> own_breaks() const noexcept
    {
        const auto first = std::upper_bound(breaks.begin(), breaks.end(), first_histogram);
        return {first, std::lower_bound(first, breaks.end(), first_histogram + histograms.size())};
    }
};

/// One series that windows are cut from, without stale markers.
class windowed_series {
public:
    /// counts  histograms that are there as long as this series only
    windowed_series(row r, const store::samples<double>& floats, const store::samples<const histogram*>& histograms,
                    std::span<const histogram> counts = {})
        : head_(r), floats_(&floats), histograms_(&histograms), counts_(counts)
    {
        if (floats.ends || histograms.ends) own_without_stale(floats, histograms);
    }

    [[nodiscard]] const row& head() const noexcept { return head_; }
    /// Does a histogram go away with this series?
    [[nodiscard]] bool owns(const histogram* h) const noexcept
    {
        return reinterpret_cast<std::uintptr_t>(h) - reinterpret_cast<std::uintptr_t>(counts_.data()) <
               counts_.size_bytes();
    }
    /// Notes where floats fall, for windows between two times, and where histograms are reset, are gauges or have
    /// another schema than the one before.
    /// starts  where the start timestamps tell something, too
    void find_resets(std::int64_t begin, std::int64_t end, bool starts)
    {
        const store::samples<double>& f = owns_ ? own_floats_ : *floats_;
        const std::size_t first = store::count_until(f.times, begin, 0);
        const std::size_t last = store::count_until(f.times, end, first);
        for (std::size_t i = first + 1; i < last; ++i)
            if (f.values[i] < f.values[i - 1]) resets_.push_back(static_cast<std::uint32_t>(i));
        const store::samples<const histogram*>& h = owns_ ? own_histograms_ : *histograms_;
        if (h.empty()) return;
        find_breaks(h, store::count_until(h.times, begin), store::count_until(h.times, end),
                    starts && !h.starts.empty());
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
        out.first_histogram = first_histogram_;
        out.resets = resets_;
        out.breaks = breaks_;
        out.labels = head_.labels;
    }

private:
    void find_breaks(const store::samples<const histogram*>& h, std::size_t first, std::size_t last, bool starts)
    {
        for (std::size_t i = first + 1; i < last; ++i) {
            const histogram& now = *h.values[i];
            const histogram& before = *h.values[i - 1];
            const bool told = starts && (h.starts[i] != h.starts[i - 1] || h.starts[i] > h.times[i - 1]);
            if (told || now.schema != before.schema || now.hint == reset_hint::gauge_type ||
                store::was_reset(now, before))
                breaks_.push_back(static_cast<std::uint32_t>(i));
        }
    }
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
    std::span<const histogram> counts_;
    bool owns_ = false;
    std::vector<std::uint32_t> resets_;
    std::vector<std::uint32_t> breaks_;
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
    // Of the series at hand, where it is not as the data has it.
    std::vector<histogram> counts = {};
    store::samples<double> floats = {};
    store::samples<const histogram*> histograms = {};

    [[nodiscard]] std::size_t size() const noexcept { return is_subquery ? inner.size() : selected.size(); }
    [[nodiscard]] row head(std::size_t i) const
    {
        return is_subquery ? inner.rows[i] : row{&selected[i]->labels, false};
    }
    /// Until the next one is asked for.
    [[nodiscard]] windowed_series series(evaluation& in, std::size_t i)
    {
        if (!is_subquery) {
            const store::series& s = *selected[i];
            const row head{&s.labels, false};
            if (!counts_only || s.histograms.empty()) return {head, s.floats, s.histograms};
            counts_of(s.histograms, read, counts, histograms);
            return {head, s.floats, histograms, counts};
        }
        floats.times.clear();
        floats.values.clear();
        histograms.times.clear();
        histograms.values.clear();
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
        return {inner.rows[i], floats, histograms};
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
