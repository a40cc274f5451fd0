#pragma once
// What a program does with a histogram or a summary.

#include <pitot/metrics/buckets.hpp>
#include <pitot/metrics/exemplar.hpp>
#include <pitot/metrics/timer.hpp>

#include <type_traits>

namespace pitot {

/// Values that enter and leave: sizes of what is in a queue, ages of what is open. Self says where the numbers are.
template <class Self>
class enter_leave_ops {
public:
    void enter(double value) const noexcept { self().cell().enter(value); }
    /// The same value that entered.
    void leave(double value) const noexcept { self().cell().leave(value); }

private:
    [[nodiscard]] const Self& self() const noexcept { return static_cast<const Self&>(*this); }
};

/// Self says where the numbers are. All of it is noexcept and allocates nothing.
template <class Self>
class observe_ops {
public:
    /// Adds a value, in the metric's unit. NaN counts in the +Inf bucket and makes the sum NaN for good, as in every
    /// other client library: test where it can occur.
    void observe(double value) const noexcept { self().cell().observe(value); }

    /// The same with an exemplar, `observe(0.3, {{"trace_id", id}})`, for families registered with pitot::exemplars.
    /// One that is too long or no legal text is left out and counted as an ignored value; the observation counts.
    template <class Labels = exemplar_labels>
    void observe(double value, Labels exemplar) const noexcept
    {
        static_assert(
            requires { self().cell().set_exemplar(0, exemplar); },
            "this family keeps no exemplars: register it with pitot::exemplars");
        observe(value);
        if (std::remove_reference_t<decltype(self().cell())>::fits(exemplar))
            self().cell().set_exemplar(value, exemplar);
        else
            self().ignored();
    }

    /// Observes the seconds from now until the timer goes out of scope.
    [[nodiscard]] auto time() const { return timer(self().keep()); }

private:
    [[nodiscard]] const Self& self() const noexcept { return static_cast<const Self&>(*this); }
};

}  // namespace pitot
