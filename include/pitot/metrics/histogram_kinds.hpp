#pragma once
// The kinds of families whose series are more than one number.

#include <pitot/metrics/classic_cell.hpp>
#include <pitot/metrics/exemplar.hpp>
#include <pitot/metrics/histogram.hpp>
#include <pitot/metrics/kinds.hpp>
#include <pitot/metrics/native_cell.hpp>
#include <pitot/metrics/summary_cell.hpp>
#include <pitot/model/batch.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

namespace pitot::detail {

struct classic_settings {
    std::vector<double> bounds;
    operator std::span<const double>() const noexcept { return bounds; }
    friend bool operator==(const classic_settings&, const classic_settings&) = default;
};

/// Puts bucket counts into a batch as cumulative buckets; returns their total.
inline std::uint64_t add_classic(batch& out, histogram_row& row, std::span<const double> bounds,
                                 std::span<const std::uint64_t> counts, scrape_scratch& scratch)
{
    scratch.buckets.clear();
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        sum += counts[i];
        scratch.buckets.push_back({i < bounds.size() ? bounds[i] : __builtin_inf(), {.integer = sum}});
    }
    row.classic = out.add_buckets(scratch.buckets);
    return sum;
}

template <unsigned Shards, bool Exemplars>
struct histogram_kind {
    using cell = std::conditional_t<Exemplars, exemplar_histogram_cell<Shards>, classic_cell<Shards>>;
    using settings = classic_settings;
    template <class Self>
    using ops = observe_ops<Self>;
    static constexpr metric_type type = metric_type::histogram;
    static constexpr direct_lines lines = direct_lines::histogram;
    static constexpr bool has_exemplars = Exemplars;
    static settings spare() { return {{1.0}}; }

    static void add(batch& out, const series_place& at, cell& from, const settings& how, scrape_scratch& scratch)
    {
        scratch.counts.assign(how.bounds.size() + 1, 0);
        histogram_row row;
        row.sum = from.read(scratch.counts);
        row.count.integer = add_classic(out, row, how.bounds, scratch.counts, scratch);
        const point_id point = out.add(at.family, out.labels(at.labels), row);
        out.set_created(point, at.since);
        if constexpr (Exemplars) add_exemplars(out, point, from, scratch);
    }
};

/// Values that enter and leave, as two histograms.
struct gauge_histogram_kind {
    class cell {
    public:
        explicit cell(const classic_settings& how) noexcept : entered_(how), left_(how) {}
        [[nodiscard]] bool usable() const noexcept { return entered_.usable() && left_.usable(); }
        void enter(double v) noexcept { entered_.observe(v); }
        void leave(double v) noexcept { left_.observe(v); }
        double read(std::vector<std::uint64_t>& counts)
        {
            std::vector<std::uint64_t> gone(counts.size());
            const double sum = left_.read(gone);  // first: what has left has entered
            const double all = entered_.read(counts);
            for (std::size_t i = 0; i < counts.size(); ++i) counts[i] -= gone[i] < counts[i] ? gone[i] : counts[i];
            return all - sum;
        }

    private:
        classic_cell<1> entered_;
        classic_cell<1> left_;
    };
    using settings = classic_settings;
    template <class Self>
    using ops = enter_leave_ops<Self>;
    static constexpr metric_type type = metric_type::gauge_histogram;
    static constexpr direct_lines lines = direct_lines::none;
    static constexpr bool has_exemplars = false;
    static settings spare() { return {{1.0}}; }

    static void add(batch& out, const series_place& at, cell& from, const settings& how, scrape_scratch& scratch)
    {
        scratch.counts.assign(how.bounds.size() + 1, 0);
        histogram_row row;
        row.sum = from.read(scratch.counts);
        row.hint = reset_hint::gauge_type;
        row.count.integer = add_classic(out, row, how.bounds, scratch.counts, scratch);
        out.add(at.family, out.labels(at.labels), row);
    }
};

struct native_kind {
    using cell = native_cell;
    using settings = native_settings;
    template <class Self>
    using ops = observe_ops<Self>;
    static constexpr metric_type type = metric_type::histogram;
    static constexpr direct_lines lines = direct_lines::none;
    static constexpr bool has_exemplars = false;
    static settings spare() { return {}; }

    static void add(batch& out, const series_place& at, cell& from, const settings& how, scrape_scratch& scratch)
    {
        // Copied while observers leave their values in the mailbox; the batch, which allocates, is filled after.
        scratch.entries.resize(how.native.max_buckets + 1);
        scratch.counts.resize(how.bounds.empty() ? 0 : how.bounds.size() + 1);
        histogram_row row;
        std::size_t n = 0;
        std::optional<instant> restarted;
        from.read([&](const native_cell::state& s) {
            restarted = s.restarted;
            row.count.integer = s.count;
            row.sum = s.sum;
            row.schema = s.counts.schema();
            row.zero_threshold = s.zero_threshold;
            row.zero_count.integer = s.zero_count;
            for (std::size_t i = 0; i < scratch.counts.size(); ++i) scratch.counts[i] = s.classic[i];
            for (const exponential_counts::entry& e : s.counts.entries()) scratch.entries[n++] = e;
        });
        const std::span<const exponential_counts::entry> entries(scratch.entries.data(), n);
        std::size_t positive = 0;
        while (positive < n && entries[positive].key < 0) ++positive;
        scratch.spans.clear();
        scratch.cells.clear();
        for (std::size_t i = positive; i-- > 0;) put(entries[i], scratch);  // negative ones by ascending index
        row.negative_spans = out.add_spans(scratch.spans);
        row.negative = out.add_counts(scratch.cells);
        scratch.spans.clear();
        scratch.cells.clear();
        for (std::size_t i = positive; i < n; ++i) put(entries[i], scratch);
        row.positive_spans = out.add_spans(scratch.spans);
        row.positive = out.add_counts(scratch.cells);
        if (!how.bounds.empty()) add_classic(out, row, how.bounds, scratch.counts, scratch);
        out.set_created(out.add(at.family, out.labels(at.labels), row), restarted.value_or(at.since));
    }

private:
    /// Appends a bucket to spans and counts; a gap of one or two empty buckets costs less as zeros than as a span.
    static void put(const exponential_counts::entry& e, scrape_scratch& scratch)
    {
        const std::int32_t index = exponential_counts::index_of(e);
        if (scratch.spans.empty()) {
            scratch.spans.push_back({index, 0});
            scratch.next = index;
        }
        const std::int32_t gap = index - scratch.next;
        if (gap > 2)
            scratch.spans.push_back({gap, 0});
        else
            for (std::int32_t i = 0; i < gap; ++i, ++scratch.spans.back().length)
                scratch.cells.push_back({.integer = 0});
        ++scratch.spans.back().length;
        scratch.cells.push_back({.integer = e.count()});
        scratch.next = index + 1;
    }
};

struct summary_kind {
    using cell = summary_cell;
    using settings = summary_settings;
    template <class Self>
    using ops = observe_ops<Self>;
    static constexpr metric_type type = metric_type::summary;
    static constexpr direct_lines lines = direct_lines::none;
    static constexpr bool has_exemplars = false;
    static settings spare() { return {}; }

    static void add(batch& out, const series_place& at, cell& from, const settings& how, scrape_scratch& scratch)
    {
        summary_row row;
        from.read(row.count.integer, row.sum, scratch.values);
        scratch.quantiles.clear();
        for (std::size_t i = 0; i < scratch.values.size(); ++i)
            scratch.quantiles.push_back({how.wanted.ranks[i], scratch.values[i]});
        row.quantiles = out.add_quantiles(scratch.quantiles);
        out.set_created(out.add(at.family, out.labels(at.labels), row), at.since);
    }
};

}  // namespace pitot::detail
