#pragma once
// The kinds of families: what a series is made of, what can be done with it, and how it goes into a batch. Here those
// of numbers, infos and states.

#include <pitot/metrics/cell.hpp>
#include <pitot/metrics/counter.hpp>
#include <pitot/metrics/enum_text.hpp>
#include <pitot/metrics/exemplar.hpp>
#include <pitot/metrics/exponential.hpp>
#include <pitot/metrics/gauge.hpp>
#include <pitot/model/batch.hpp>

#include <cstdint>
#include <type_traits>
#include <vector>

namespace pitot::detail {

/// Memory that one scrape uses for series after series.
struct scrape_scratch {
    std::vector<std::uint64_t> counts;
    std::vector<classic_bucket> buckets;
    std::vector<exponential_counts::entry> entries;
    std::vector<bucket_span> spans;
    std::vector<count_cell> cells;
    std::vector<double> values;
    std::vector<summary_quantile> quantiles;
    std::vector<exemplar_row> exemplars;
    std::int32_t next = 0;
};

/// Where a series goes in a batch.
struct series_place {
    family_id family;
    std::vector<label_view>& labels;
    std::string_view name;  ///< of the family, as long as the batch lives
    instant since;          ///< what counts began to
};

/// What the direct text path can write of a kind.
enum class direct_lines : unsigned char { none, number, histogram };

struct no_settings {
    friend bool operator==(const no_settings&, const no_settings&) = default;
};

template <class Cell>
void add_exemplars(batch& out, point_id point, Cell& from, scrape_scratch& scratch)
{
    scratch.exemplars.clear();
    from.read_exemplars(out, scratch.exemplars);
    if (!scratch.exemplars.empty()) out.set_exemplars(point, scratch.exemplars);
}

template <class T, unsigned Shards, bool Exemplars>
struct counter_kind {
    using number = std::conditional_t<Shards == 1, plain_cell<T>, sharded_cell<T, Shards == 1 ? 2 : Shards>>;
    using cell = std::conditional_t<Exemplars, exemplar_cell<number>, number>;
    using settings = no_settings;
    template <class Self>
    using ops = counter_ops<Self, T>;
    static constexpr metric_type type = metric_type::counter;
    static constexpr direct_lines lines = direct_lines::number;
    static constexpr bool has_exemplars = Exemplars;
    static settings spare() { return {}; }

    static void add(batch& out, const series_place& at, cell& from, const settings&, scrape_scratch& scratch)
    {
        const point_id point = out.add(at.family, out.labels(at.labels), static_cast<double>(from.value()));
        if constexpr (Exemplars)
            add_exemplars(out, point, from, scratch);
        else
            static_cast<void>(scratch);
        out.set_created(point, at.since);
    }
};

template <class T>
struct gauge_kind {
    using cell = plain_cell<T>;
    using settings = no_settings;
    template <class Self>
    using ops = gauge_ops<Self, T>;
    static constexpr metric_type type = metric_type::gauge;
    static constexpr direct_lines lines = direct_lines::number;
    static constexpr bool has_exemplars = false;
    static settings spare() { return {}; }

    static void add(batch& out, const series_place& at, cell& from, const settings&, scrape_scratch&)
    {
        out.add(at.family, out.labels(at.labels), static_cast<double>(from.value()));
    }
};

/// Operations of an info's series: being there is all it does.
template <class Self>
struct info_ops {};

struct info_kind {
    struct cell {
        [[nodiscard]] std::uint64_t value() const noexcept { return 1; }
        std::uint64_t unused = 0;
    };
    using settings = no_settings;
    template <class Self>
    using ops = info_ops<Self>;
    static constexpr metric_type type = metric_type::info;
    static constexpr direct_lines lines = direct_lines::none;
    static constexpr bool has_exemplars = false;
    static settings spare() { return {}; }

    static void add(batch& out, const series_place& at, cell&, const settings&, scrape_scratch&)
    {
        out.add(at.family, out.labels(at.labels), 1);
    }
};

/// The states of one series as bits.
template <class E>
class state_cell {
public:
    static_assert(enum_values<E>::count <= 64, "a state set has at most 64 states");
    void only(E state) noexcept
    {
        if (bit(state) != 0) store(bits_, bit(state));
    }
    void on(E state) noexcept { __atomic_fetch_or(&bits_, bit(state), __ATOMIC_RELAXED); }
    void off(E state) noexcept { __atomic_fetch_and(&bits_, ~bit(state), __ATOMIC_RELAXED); }
    [[nodiscard]] bool is(E state) const noexcept { return (load(bits_) & bit(state)) != 0; }
    [[nodiscard]] std::uint64_t bits() const noexcept { return load(bits_); }

private:
    static std::uint64_t bit(E state) noexcept
    {
        const std::size_t i = enum_values<E>::index(state);
        return i < enum_values<E>::count ? std::uint64_t{1} << i : 0;
    }
    std::uint64_t bits_ = 0;
};

/// What a program does with a state set. A value of the enum that has no text is no state and changes nothing.
template <class Self, class E>
class state_ops {
public:
    /// This state holds and no other.
    void set(E state) const noexcept { self().cell().only(state); }
    void enable(E state) const noexcept { self().cell().on(state); }
    void disable(E state) const noexcept { self().cell().off(state); }
    [[nodiscard]] bool is(E state) const noexcept { return self().cell().is(state); }

private:
    [[nodiscard]] const Self& self() const noexcept { return static_cast<const Self&>(*this); }
};

template <class E>
struct state_set_kind {
    using cell = state_cell<E>;
    using settings = no_settings;
    template <class Self>
    using ops = state_ops<Self, E>;
    static constexpr metric_type type = metric_type::state_set;
    static constexpr direct_lines lines = direct_lines::none;
    static constexpr bool has_exemplars = false;
    static settings spare() { return {}; }

    static void add(batch& out, const series_place& at, cell& from, const settings&, scrape_scratch&)
    {
        const std::uint64_t bits = from.bits();
        for (std::size_t i = 0; i < enum_values<E>::count; ++i) {
            at.labels.push_back({at.name, enum_values<E>::text(i)});
            out.add(at.family, out.labels(at.labels), static_cast<double>((bits >> i) & 1U));
            at.labels.pop_back();
        }
    }
};

}  // namespace pitot::detail
