#pragma once
// A gauge by itself: what goes up and down. Families with labels come from a registry.

#include <pitot/metrics/cell.hpp>
#include <pitot/metrics/name.hpp>
#include <pitot/metrics/number_line.hpp>
#include <pitot/model/type.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include <time.h>  // clock_gettime

namespace pitot {

namespace detail {
/// Seconds since 1970.
[[nodiscard]] inline double unix_seconds() noexcept
{
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}
}  // namespace detail

/// Counts itself in a gauge while it lives: requests in flight, open files.
/// Keeps what it counts in (a gauge by itself must outlive it; a handle keeps its series).
template <class Gauge>
class [[nodiscard]] in_flight_guard {
public:
    explicit in_flight_guard(Gauge gauge) noexcept : gauge_(static_cast<Gauge&&>(gauge)) { gauge_->inc(); }
    in_flight_guard(const in_flight_guard&) = delete;
    in_flight_guard& operator=(const in_flight_guard&) = delete;
    ~in_flight_guard() { gauge_->dec(); }

private:
    Gauge gauge_;
};

/// What a program does with a gauge; Self says where the number is. All of it is noexcept and allocates nothing.
/// NaN and the infinities are values.
template <class Self, class T>
class gauge_ops {
public:
    template <class N>
    void set(N value) const noexcept
    {
        self().cell().set(number(value));
    }
    void inc() const noexcept { self().cell().add(T{1}); }
    void dec() const noexcept { self().cell().add(static_cast<T>(-1)); }
    template <class N>
    void inc(N n) const noexcept
    {
        self().cell().add(number(n));
    }
    template <class N>
    void dec(N n) const noexcept
    {
        self().cell().add(static_cast<T>(-number(n)));
    }
    /// Seconds since 1970, for "when did it last run".
    void set_to_current_time() const noexcept { self().cell().set(static_cast<T>(detail::unix_seconds())); }

    [[nodiscard]] T value() const noexcept { return self().cell().value(); }

    /// Counts one up now and down again when the guard goes away.
    [[nodiscard]] auto in_flight() const { return in_flight_guard(self().keep()); }

private:
    template <class N>
    static constexpr T number(N n) noexcept
    {
        static_assert(std::is_arithmetic_v<N>, "a gauge takes a number");
        static_assert(std::is_integral_v<N> || std::is_floating_point_v<T>,
                      "this gauge holds whole numbers: use gauge");
        return static_cast<T>(n);
    }
    [[nodiscard]] const Self& self() const noexcept { return static_cast<const Self&>(*this); }
};

/// A gauge of its own: `pitot::gauge depth{"queue_depth", "Jobs waiting."};`. As counter in all else.
template <class T>
class basic_gauge : public gauge_ops<basic_gauge<T>, T> {
public:
    /// help  outlives the gauge (a literal)
    explicit constexpr basic_gauge(gauge_name name, std::string_view help = {}) noexcept : name_(name.text), help_(help)
    {}
    basic_gauge(const basic_gauge&) = delete;
    basic_gauge& operator=(const basic_gauge&) = delete;

    [[nodiscard]] std::string_view name() const noexcept { return name_; }
    [[nodiscard]] std::string_view help() const noexcept { return help_; }

    /// Writes the family in the text format 0.0.4.
    /// returns  bytes written, or 0 when they do not fit into size bytes
    std::size_t write_text(char* out, std::size_t size) const noexcept
    {
        return detail::write_number_family(out, size, name_, help_, "gauge", this->value());
    }

    /// Adds the family to a batch (this makes it a collector).
    template <class Batch>
    void collect(Batch& out) const
    {
        out.add(out.family(name_, metric_type::gauge, help_), {}, static_cast<double>(this->value()));
    }

private:
    template <class, class>
    friend class gauge_ops;
    [[nodiscard]] detail::plain_cell<T>& cell() const noexcept { return cell_; }
    [[nodiscard]] const basic_gauge* keep() const noexcept { return this; }

    mutable detail::plain_cell<T> cell_;
    std::string_view name_;
    std::string_view help_;
};

/// Holds any number; adds by compare-and-swap.
using gauge = basic_gauge<double>;
/// Holds whole numbers and adds by one instruction: queue depths, open connections.
using integer_gauge = basic_gauge<std::int64_t>;

}  // namespace pitot
