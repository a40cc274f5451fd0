#pragma once
// Selectors: the series of the data that they select, and the newest sample of each at each step.

#include <pitot/promql/engine/times.hpp>
#include <pitot/promql/walk.hpp>
#include <pitot/store/histogram_reset.hpp>

#include <algorithm>
#include <span>
#include <string_view>
#include <vector>

namespace pitot::promql {

/// A matcher, ready to be asked.
class series_matcher {
public:
    series_matcher(evaluation& in, std::string_view label, match_op op, std::string_view value)
        : label_(label), value_(value), op_(op)
    {
        if (op == match_op::regex || op == match_op::not_regex) regex_ = in.regex(value);
    }
    [[nodiscard]] std::string_view label() const noexcept { return label_; }
    [[nodiscard]] std::string_view value() const noexcept { return value_; }
    [[nodiscard]] match_op op() const noexcept { return op_; }
    [[nodiscard]] bool operator()(std::string_view value) const
    {
        switch (op_) {
        case match_op::equal: return value == value_;
        case match_op::not_equal: return value != value_;
        case match_op::regex: return regex_.matches(value);
        default: return !regex_.matches(value);
        }
    }

private:
    std::string_view label_;
    std::string_view value_;
    match_op op_;
    compiled_regex regex_{};
};

[[nodiscard]] inline std::vector<series_matcher> matchers_of(evaluation& in, const vector_selector& v)
{
    std::vector<series_matcher> all;
    if (!v.name.empty()) all.emplace_back(in, store::name_label, match_op::equal, v.name);
    for (const label_matcher& m : v.matchers) all.emplace_back(in, m.name, m.op, m.value);
    return all;
}

/// Do all match, whatever their labels?
[[nodiscard]] inline bool all_match(const std::vector<series_matcher>& matchers, std::string_view value)
{
    for (const series_matcher& m : matchers)
        if (!m(value)) return false;
    return true;
}

/// Series that satisfy all matchers, by labels.
[[nodiscard]] inline std::vector<const store::series*> select(const evaluation& in,
                                                              const std::vector<series_matcher>& matchers)
{
    std::span<const store::series* const> candidates = in.data.sorted();
    for (const series_matcher& m : matchers)
        if (m.label() == store::name_label && m.op() == match_op::equal) {
            candidates = in.data.named(m.value());
            break;
        }
    const auto fits = [&matchers](const label_set& labels) {
        for (const series_matcher& m : matchers)
            if (!m(labels.get(m.label()))) return false;
        return true;
    };
    std::vector<const store::series*> out;
    for (const store::series* const s : candidates)
        if (fits(s->labels)) out.push_back(s);
    return out;
}

/// Times that are read, in milliseconds; a sample at `after` is not.
struct time_span {
    std::int64_t after = 0;
    std::int64_t until = 0;
};

/// A series' histograms without their buckets, of which only count and sum are asked for. Where the data does not tell
/// whether the counter was reset they are compared, from the first one that is read on. Stale markers stay.
/// room    their histograms, which have to stay as long as they are read
/// source  Prometheus, promql/histogram_stats_iterator.go
inline void counts_of(const store::samples<const histogram*>& all, time_span read, std::vector<histogram>& room,
                      store::samples<const histogram*>& out)
{
    const std::size_t begin = store::count_until(all.times, read.after);
    const std::size_t end = std::max(begin, store::count_until(all.times, read.until));
    const auto part = [&](const auto& of, auto& to) {
        to.resize(of.empty() ? 0 : end - begin);
        if (!to.empty()) std::copy_n(of.data() + begin, to.size(), to.data());
    };
    part(all.times, out.times);
    part(all.values, out.values);
    part(all.starts, out.starts);
    out.ends = false;
    if (room.size() < out.size()) room.resize(out.size());
    const histogram* last = nullptr;
    for (std::size_t i = 0; i < out.size(); ++i) {
        const histogram* const h = out.values[i];
        if (store::is_stale(h->sum)) {
            out.ends = true;
            continue;
        }
        histogram& counts = room[i];
        counts.schema = h->schema;
        counts.count = h->count;
        counts.sum = h->sum;
        counts.hint = h->hint;
        if (counts.hint == reset_hint::unknown && last != nullptr)
            counts.hint = store::was_reset(*h, *last) ? reset_hint::reset : reset_hint::not_reset;
        last = h;
        out.values[i] = &counts;
    }
}

/// The series of a selector, as its place in the query needs them.
[[nodiscard]] inline std::vector<const store::series*> series_of(evaluation& in, const vector_selector& v,
                                                                 time_span read)
{
    std::vector<const store::series*> all = select(in, matchers_of(in, v));
    if (!in.is_counts_only(&v)) return all;
    for (const store::series*& s : all) {
        if (s->histograms.empty()) continue;
        store::series counts{s->labels, s->floats, {}};
        counts_of(s->histograms, read, in.keep_room(), counts.histograms);
        s = in.keep(std::move(counts));
    }
    return all;
}

/// Marks the selectors of which only counts and sums are asked for.
inline void mark_counts_only(evaluation& in, const node* n, bool asks_count, bool asks_buckets)
{
    if (n == nullptr) return;
    if (n->kind == node_kind::vector_selector) {
        if (asks_count && !asks_buckets) in.mark_counts_only(n);
        return;
    }
    if (const auto* const c = as<call_node>(n)) {
        for (const std::string_view name :
             {"histogram_count", "histogram_sum", "histogram_avg", "timestamp", "start_timestamp", "absent"})
            asks_count = asks_count || c->name == name;
        for (const std::string_view name : {"histogram_quantile", "histogram_quantiles", "histogram_fraction",
                                            "histogram_stddev", "histogram_stdvar", "changes"})
            asks_buckets = asks_buckets || c->name == name;
    } else if (const auto* const a = as<aggregation>(n)) {
        asks_buckets = asks_buckets || a->op == aggregator::count_values;
    } else if (const auto* const b = as<binary_node>(n)) {
        asks_buckets = asks_buckets || b->op == token_kind::trim_lower || b->op == token_kind::trim_upper ||
                       b->op == token_kind::equal || b->op == token_kind::not_equal;
    }
    asks_buckets = asks_buckets || n->kind == node_kind::subquery;
    for_each_child(n, [&](const node* child) { mark_counts_only(in, child, asks_count, asks_buckets); });
}

/// Walks a series' samples while time goes on.
class newest_sample {
public:
    newest_sample(const store::samples<double>& floats, const store::samples<const histogram*>& histograms)
        : floats_(floats), histograms_(histograms)
    {}

    /// Moves to the newest samples at or before a time; false when there is none within the lookback, or when the
    /// series ended there.
    bool seek(std::int64_t time, std::int64_t lookback)
    {
        float_ = store::count_until(floats_.times, time, float_);
        histogram_ = store::count_until(histograms_.times, time, histogram_);
        const std::int64_t f = float_ > 0 ? floats_.times[float_ - 1] : INT64_MIN;
        const std::int64_t h = histogram_ > 0 ? histograms_.times[histogram_ - 1] : INT64_MIN;
        is_float_ = f >= h;
        time_ = is_float_ ? f : h;
        if (time_ == INT64_MIN || time_ <= time - lookback) return false;
        return is_float_ ? !store::is_stale(value()) : !store::is_stale(hist()->sum);
    }
    [[nodiscard]] bool is_float() const noexcept { return is_float_; }
    [[nodiscard]] std::int64_t time() const noexcept { return time_; }
    [[nodiscard]] double value() const noexcept { return floats_.values[float_ - 1]; }
    [[nodiscard]] const histogram* hist() const noexcept { return histograms_.values[histogram_ - 1]; }
    [[nodiscard]] std::int64_t start() const noexcept
    {
        return is_float_ ? floats_.start(float_ - 1) : histograms_.start(histogram_ - 1);
    }

private:
    const store::samples<double>& floats_;
    const store::samples<const histogram*>& histograms_;
    std::size_t float_ = 0;
    std::size_t histogram_ = 0;
    std::int64_t time_ = 0;
    bool is_float_ = true;
};

/// What a selector has at each step: its value, its own time, or its start timestamp, in seconds.
enum class selected : unsigned char { value, time, start };

/// to      takes the rows: none is left
/// counts  for `to` only counts and sums of histograms are made, of these times
inline matrix newest_samples(evaluation& in, const std::vector<const store::series*>& from, const look_back& when,
                             const time_grid& grid, selected what = selected::value, row_sink* to = nullptr,
                             const time_span* counts = nullptr)
{
    matrix out(grid.count);
    if (to == nullptr) out.reserve(std::min(from.size(), in.how.max_samples / grid.count + 1));
    std::size_t rows = 0;
    std::vector<histogram> room;
    store::samples<const histogram*> without_buckets;
    for (const store::series* const s : from) {
        const bool has_buckets = counts != nullptr && !s->histograms.empty();
        if (has_buckets) counts_of(s->histograms, *counts, room, without_buckets);
        newest_sample newest(s->floats, has_buckets ? without_buckets : s->histograms);
        in.check_room(rows, grid.count);
        const std::size_t i = out.add({&s->labels, false});
        std::size_t found = 0;
        for (std::size_t step = 0; step < grid.count; ++step) {
            if (!newest.seek(when.at(grid.at(step)), in.how.lookback)) continue;
            ++found;
            if (what == selected::time)
                out.floats(i)[step] = static_cast<double>(newest.time()) / 1000;
            else if (what == selected::start)
                out.floats(i)[step] = static_cast<double>(newest.start()) / 1000;
            else if (newest.is_float())
                out.floats(i)[step] = newest.value();
            else
                out.put(i, step, 0, newest.hist());
        }
        if (found == 0) {
            out.drop_last();
            continue;
        }
        in.charge(found);
        in.release(found);
        ++rows;
        if (to == nullptr) continue;
        to->take(out, i);
        out.drop_last();
    }
    in.charge(rows * grid.count);
    in.release(rows * grid.count);
    in.check_time();
    return out;
}

}  // namespace pitot::promql
