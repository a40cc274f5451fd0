#pragma once
// What the evaluation of an expression gives: for each series a value, a histogram or nothing at each step.

#include <pitot/store/series.hpp>

#include <cstdint>
#include <vector>

namespace pitot::promql {

using store::histogram;
using store::label_set;

/// "No sample here": the stale marker, which is never a value.
[[nodiscard]] inline double no_sample() noexcept { return store::stale_marker(); }
[[nodiscard]] inline bool is_sample(double value) noexcept { return !store::is_stale(value); }

/// The times of a query, in milliseconds.
/// instant  it is asked for one moment, not for a range that has one step: results keep their order
struct time_grid {
    std::int64_t start = 0;
    std::int64_t step = 1;
    std::size_t count = 1;
    bool instant = true;

    [[nodiscard]] std::int64_t at(std::size_t i) const noexcept { return start + static_cast<std::int64_t>(i) * step; }
    [[nodiscard]] std::int64_t last() const noexcept { return at(count - 1); }
    [[nodiscard]] bool is_instant() const noexcept { return count == 1 && instant; }
};

/// drop_name  name, type and unit go at the end of the query
struct row {
    const label_set* labels = nullptr;
    bool drop_name = false;
};

/// Row by row, each with a value for every step. Where a histogram stands the value is no sample.
struct matrix {
    std::size_t steps = 1;
    std::vector<row> rows;
    std::vector<double> values;
    std::vector<const histogram*> histograms;  ///< empty when there is none

    matrix() = default;
    explicit matrix(std::size_t n) : steps(n) {}

    [[nodiscard]] std::size_t size() const noexcept { return rows.size(); }
    [[nodiscard]] double* floats(std::size_t i) noexcept { return values.data() + i * steps; }
    [[nodiscard]] const double* floats(std::size_t i) const noexcept { return values.data() + i * steps; }
    [[nodiscard]] const histogram* histogram_at(std::size_t i, std::size_t step) const noexcept
    {
        return histograms.empty() ? nullptr : histograms[i * steps + step];
    }
    [[nodiscard]] bool has(std::size_t i, std::size_t step) const noexcept
    {
        return is_sample(values[i * steps + step]) || histogram_at(i, step) != nullptr;
    }

    [[nodiscard]] bool has_histograms() const noexcept
    {
        for (const histogram* const h : histograms)
            if (h != nullptr) return true;
        return false;
    }

    void reserve(std::size_t n)
    {
        rows.reserve(n);
        values.reserve(n * steps);
    }

    /// A row without samples.
    std::size_t add(row r)
    {
        rows.push_back(r);
        values.resize(values.size() + steps, no_sample());
        if (!histograms.empty()) histograms.resize(values.size());
        return rows.size() - 1;
    }
    void put(std::size_t i, std::size_t step, double value, const histogram* h)
    {
        if (h == nullptr) {
            values[i * steps + step] = value;
            return;
        }
        if (histograms.empty()) histograms.resize(values.size());
        histograms[i * steps + step] = h;
    }
    void copy_sample(const matrix& from, std::size_t from_row, std::size_t to_row, std::size_t step)
    {
        put(to_row, step, from.values[from_row * steps + step], from.histogram_at(from_row, step));
    }
    void drop_last()
    {
        rows.pop_back();
        values.resize(rows.size() * steps);
        if (!histograms.empty()) histograms.resize(values.size());
    }

    [[nodiscard]] bool row_is_empty(std::size_t i) const noexcept
    {
        for (std::size_t s = 0; s < steps; ++s)
            if (has(i, s)) return false;
        return true;
    }
    void drop_empty_rows()
    {
        std::size_t n = 0;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (row_is_empty(i)) continue;
            if (n != i) {
                rows[n] = rows[i];
                std::copy_n(floats(i), steps, floats(n));
                if (!histograms.empty())
                    std::copy_n(histograms.begin() + static_cast<std::ptrdiff_t>(i * steps), steps,
                                histograms.begin() + static_cast<std::ptrdiff_t>(n * steps));
            }
            ++n;
        }
        rows.resize(n);
        values.resize(n * steps);
        if (!histograms.empty()) histograms.resize(n * steps);
    }

    /// Samples, a histogram by its weight.
    [[nodiscard]] std::size_t weight() const noexcept
    {
        std::size_t n = 0;
        for (const double v : values) n += is_sample(v) ? 1U : 0U;
        for (const histogram* h : histograms)
            if (h != nullptr) n += h->weight();
        return n;
    }
};

/// Takes rows as they are made, one after the other, so that nobody has to keep them all.
class row_sink {
public:
    /// What the row refers to, apart from its labels, need not be there afterwards.
    virtual void take(const matrix& from, std::size_t row_number) = 0;

protected:
    ~row_sink() = default;
};

}  // namespace pitot::promql
