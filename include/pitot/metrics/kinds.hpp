#pragma once
// The kinds of families: what a series is made of, what can be done with it, and how it goes into a batch.

#include <pitot/metrics/cell.hpp>
#include <pitot/metrics/classic_cell.hpp>
#include <pitot/metrics/counter.hpp>
#include <pitot/metrics/gauge.hpp>
#include <pitot/metrics/histogram.hpp>
#include <pitot/model/batch.hpp>

#include <cstdint>
#include <type_traits>
#include <vector>

namespace pitot::detail {

/// Memory that one scrape uses for series after series.
struct scrape_scratch {
    std::vector<std::uint64_t> counts;
    std::vector<classic_bucket> buckets;
};

struct no_settings {
    friend bool operator==(const no_settings&, const no_settings&) = default;
};

template <class T, unsigned Shards>
struct counter_kind {
    using cell = std::conditional_t<Shards == 1, plain_cell<T>, sharded_cell<T, Shards == 1 ? 2 : Shards>>;
    using settings = no_settings;
    template <class Self>
    using ops = counter_ops<Self, T>;
    static constexpr metric_type type = metric_type::counter;
    static constexpr bool is_number = true;
    static settings spare() { return {}; }

    static point_id add(batch& out, family_id family, labels_id labels, cell& from, const settings&, scrape_scratch&)
    {
        return out.add(family, labels, static_cast<double>(from.value()));
    }
};

template <class T>
struct gauge_kind {
    using cell = plain_cell<T>;
    using settings = no_settings;
    template <class Self>
    using ops = gauge_ops<Self, T>;
    static constexpr metric_type type = metric_type::gauge;
    static constexpr bool is_number = true;
    static settings spare() { return {}; }

    static point_id add(batch& out, family_id family, labels_id labels, cell& from, const settings&, scrape_scratch&)
    {
        return out.add(family, labels, static_cast<double>(from.value()));
    }
};

template <unsigned Shards>
struct histogram_kind {
    using cell = classic_cell<Shards>;
    struct settings {
        std::vector<double> bounds;
        operator std::span<const double>() const noexcept { return bounds; }
        friend bool operator==(const settings&, const settings&) = default;
    };
    template <class Self>
    using ops = observe_ops<Self>;
    static constexpr metric_type type = metric_type::histogram;
    static constexpr bool is_number = false;
    static settings spare() { return {{1.0}}; }

    static point_id add(batch& out, family_id family, labels_id labels, cell& from, const settings& how, scrape_scratch& scratch)
    {
        scratch.counts.assign(how.bounds.size() + 1, 0);
        histogram_row row;
        row.sum = from.read(scratch.counts);
        scratch.buckets.clear();
        std::uint64_t sum = 0;
        for (std::size_t i = 0; i <= how.bounds.size(); ++i) {
            sum += scratch.counts[i];
            const double upper = i < how.bounds.size() ? how.bounds[i] : __builtin_inf();
            scratch.buckets.push_back({upper, {.integer = sum}});
        }
        row.count.integer = sum;
        row.classic = out.add_buckets(scratch.buckets);
        return out.add(family, labels, row);
    }
};

}  // namespace pitot::detail
