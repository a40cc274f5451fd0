#pragma once
// Series over time, in memory: what the engine asks.

#include <pitot/base/numbering.hpp>
#include <pitot/base/object_arena.hpp>
#include <pitot/base/order.hpp>
#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>
#include <pitot/base/vectors.hpp>
#include <pitot/store/histogram.hpp>
#include <pitot/store/labels.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::store {

/// The one NaN that says "ended here". It is never a value.
inline constexpr std::uint64_t stale_bits = 0x7ff0000000000002U;
[[nodiscard]] inline double stale_marker() noexcept { return std::bit_cast<double>(stale_bits); }
[[nodiscard]] inline bool is_stale(double value) noexcept { return std::bit_cast<std::uint64_t>(value) == stale_bits; }

/// Does a sample end its series?
[[nodiscard]] inline bool is_end(double value) noexcept { return is_stale(value); }
[[nodiscard]] inline bool is_end(const histogram* value) noexcept { return is_stale(value->sum); }

/// How many times are at or before one. Whoever asks for later and later times says how many there were last.
[[nodiscard]] inline std::size_t count_until(const std::vector<std::int64_t>& times, std::int64_t time,
                                             std::size_t last = 0)
{
    if (last > 0 && times[last - 1] > time) last = 0;
    for (int near = 0; near < 8; ++near) {
        if (last == times.size() || times[last] > time) return last;
        ++last;
    }
    return static_cast<std::size_t>(
        std::upper_bound(times.begin() + static_cast<std::ptrdiff_t>(last), times.end(), time) - times.begin());
}

/// A series' samples of one kind, by time.
/// times   milliseconds since 1970
/// starts  when the counter began, for each sample, 0 where nobody told; empty when none has one
template <class T>
struct samples {
    std::vector<std::int64_t> times;
    std::vector<T> values;
    std::vector<std::int64_t> starts;
    bool ends = false;  ///< there are stale markers among them

    [[nodiscard]] std::size_t size() const noexcept { return times.size(); }
    [[nodiscard]] bool empty() const noexcept { return times.empty(); }
    [[nodiscard]] std::int64_t start(std::size_t i) const noexcept { return i < starts.size() ? starts[i] : 0; }

    /// One at a time that is there already takes its place.
    void put(std::int64_t time, T value, std::int64_t start)
    {
        std::size_t at = times.size();
        if (at > 0 && times.back() >= time)
            at = static_cast<std::size_t>(std::lower_bound(times.begin(), times.end(), time) - times.begin());
        const bool with_start = start != 0 || !starts.empty();
        if (with_start && starts.empty()) starts.resize(times.size());
        ends = ends || is_end(value);
        if (at < times.size() && times[at] == time) {
            values[at] = std::move(value);
            if (with_start) starts[at] = start;
            return;
        }
        insert_at(times, at, time);
        insert_at(values, at, std::move(value));
        if (with_start) insert_at(starts, at, start);
    }
};

/// A histogram whose sum is the stale marker ends the series.
struct series {
    label_set labels;
    samples<double> floats;
    samples<const histogram*> histograms;
};

class series_store {
public:
    static constexpr std::size_t usual_max_samples = 50'000'000;

    /// max_samples  that has_room() lets in, a histogram by its weight; a new series counts as eight
    explicit series_store(std::size_t max_samples = usual_max_samples) : max_samples_(max_samples) {}
    series_store(series_store&&) = default;
    series_store& operator=(series_store&&) = default;

    /// Takes samples into account that are to be put; false where the store would hold too many. Whoever puts what
    /// others wrote asks first: at() and put() themselves have no limit.
    [[nodiscard]] bool has_room(std::size_t samples)
    {
        if (samples > max_samples_ || held_ + 8 * all_.size() > max_samples_ - samples) return false;
        held_ += samples;
        return true;
    }
    [[nodiscard]] unexpected<error> too_many() const
    {
        return unexpected(errc::too_many, concat("there are too many samples: ", std::to_string(max_samples_),
                                                 " may be held, a series counts as eight"));
    }

    /// The series with these labels, made when it is new. It stays where it is.
    series& at(const label_set& labels)
    {
        const std::uint32_t number = numbers_.add(labels);
        if (number < all_.size()) return *all_[number];
        std::vector<label> own;
        own.reserve(labels.size());
        for (const label& l : labels) own.push_back({kept(l.name), kept(l.value)});
        all_.push_back(&objects_.add(series{label_set(std::move(own)), {}, {}}));
        sorted_.clear();
        return *all_.back();
    }
    [[nodiscard]] const histogram* keep(histogram h) { return &objects_.add(std::move(h)); }

    /// By labels.
    [[nodiscard]] std::span<const series* const> sorted() const
    {
        if (sorted_.size() != all_.size()) {
            sorted_.clear();
            sorted_.reserve(all_.size());
            for (const std::uint32_t i : order_of(
                     all_.size(), [&](std::uint32_t a, std::uint32_t b) { return all_[a]->labels < all_[b]->labels; }))
                sorted_.push_back(all_[i]);
            by_name_.clear();
            names_.clear();
            for (const series* const s : sorted_) {
                const std::uint32_t name = names_.add(s->labels.metric_name());
                if (name == by_name_.size()) by_name_.emplace_back();
                by_name_[name].push_back(s);
            }
        }
        return sorted_;
    }
    /// Those of a metric, by labels.
    [[nodiscard]] std::span<const series* const> named(std::string_view name) const
    {
        (void)sorted();
        const std::uint32_t number = names_.find(name);
        if (number == numbering::none) return {};
        return by_name_[number];
    }
    /// Is there a sample at a time or before it?
    [[nodiscard]] bool has_any_until(std::int64_t time) const noexcept
    {
        return std::any_of(all_.begin(), all_.end(), [time](const series* s) {
            return (!s->floats.empty() && s->floats.times.front() <= time) ||
                   (!s->histograms.empty() && s->histograms.times.front() <= time);
        });
    }
    [[nodiscard]] bool empty() const noexcept { return all_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return all_.size(); }
    void clear() { *this = series_store(max_samples_); }

private:
    std::string_view kept(std::string_view text) { return texts_.key(texts_.add(text)); }

    std::size_t max_samples_;
    std::size_t held_ = 0;
    numbering texts_;
    object_arena objects_;
    std::vector<series*> all_;
    label_numbering numbers_;  ///< of all_
    mutable std::vector<const series*> sorted_;
    mutable numbering names_;
    mutable std::vector<std::vector<const series*>> by_name_;  ///< by the number of the name
};

}  // namespace pitot::store
