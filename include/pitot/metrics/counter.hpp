#pragma once
// A counter by itself: what goes up, and starts at 0 with the process. Families with labels come from a registry.

#include <pitot/metrics/cell.hpp>
#include <pitot/metrics/name.hpp>
#include <pitot/metrics/number_line.hpp>
#include <pitot/model/type.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <type_traits>

namespace pitot {

struct label_view;

/// What a program does with a counter; Self says where the number is. All of it is noexcept and allocates nothing.
template <class Self, class T>
class counter_ops {
public:
    void inc() const noexcept { self().cell().add(T{1}); }

    /// Adds n. A counter never goes down: a negative n or NaN is ignored and counted (pitot_ignored_values_total).
    /// +Inf is a value. Counters of whole numbers (the default) take whole numbers only; see real_counter.
    template <class N>
    void inc(N n) const noexcept
    {
        static_assert(std::is_arithmetic_v<N>, "inc() takes a number");
        static_assert(std::is_integral_v<N> || std::is_floating_point_v<T>,
                      "this counter counts whole numbers: use real_counter for seconds and other fractions");
        if constexpr (std::is_signed_v<N>) {
            if (!(n >= N{0})) {
                self().ignored();
                return;
            }
        }
        self().cell().add(static_cast<T>(n));
    }

    /// The same with an exemplar, `inc(1, {{"trace_id", id}})`, for families registered with pitot::exemplars. One that
    /// is too long or no legal text is left out and counted as an ignored value; the amount counts all the same.
    template <class N, class Labels = std::initializer_list<label_view>>
    void inc(N n, Labels exemplar) const noexcept
    {
        static_assert(
            requires { self().cell().set_exemplar(0, exemplar); },
            "this family keeps no exemplars: register it with pitot::exemplars");
        inc(n);
        if (std::remove_reference_t<decltype(self().cell())>::fits(exemplar))
            self().cell().set_exemplar(static_cast<double>(n), exemplar);
        else
            self().ignored();
    }

    [[nodiscard]] T value() const noexcept { return self().cell().value(); }

private:
    [[nodiscard]] const Self& self() const noexcept { return static_cast<const Self&>(*this); }
};

/// A counter of its own: `pitot::counter requests{"requests_total", "Requests handled."};`.
/// Not copyable; it stays where it is. Safe from any thread. Wraps after 2^64.
/// To expose it beside others, `registry.add(requests)`; without a registry, write_text.
template <class T>
class basic_counter : public counter_ops<basic_counter<T>, T> {
public:
    /// help  outlives the counter (a literal)
    explicit constexpr basic_counter(counter_name name, std::string_view help = {}) noexcept
        : name_(name.text), help_(help)
    {}
    basic_counter(const basic_counter&) = delete;
    basic_counter& operator=(const basic_counter&) = delete;

    [[nodiscard]] std::string_view name() const noexcept { return name_; }
    [[nodiscard]] std::string_view help() const noexcept { return help_; }

    /// Negative or NaN amounts given to inc() so far.
    [[nodiscard]] std::uint64_t ignored_values() const noexcept { return detail::load(ignored_); }

    /// Writes the family in the text format 0.0.4.
    /// returns  bytes written, or 0 when they do not fit into size bytes
    std::size_t write_text(char* out, std::size_t size) const noexcept
    {
        return detail::write_number_family(out, size, name_, help_, "counter", this->value());
    }

    /// Adds the family to a batch (this makes it a collector).
    template <class Batch>
    void collect(Batch& out) const
    {
        out.add(out.family(name_, metric_type::counter, help_), {}, static_cast<double>(this->value()));
    }

private:
    template <class, class>
    friend class counter_ops;
    [[nodiscard]] detail::plain_cell<T>& cell() const noexcept { return cell_; }
    void ignored() const noexcept { detail::fetch_add(ignored_, std::uint64_t{1}); }

    mutable detail::plain_cell<T> cell_;
    mutable std::uint64_t ignored_ = 0;
    std::string_view name_;
    std::string_view help_;
};

/// Counts whole numbers, by one instruction.
using counter = basic_counter<std::uint64_t>;
/// Counts fractions (seconds, joules), by compare-and-swap: about twice the cost, and more under contention.
using real_counter = basic_counter<double>;

}  // namespace pitot
