#pragma once
// Measuring how long something takes, in seconds.

#include <pitot/model/instant.hpp>

#include <cstdint>
#include <utility>

#include <time.h>  // clock_gettime

namespace pitot {

namespace detail {
/// Seconds on a clock that never jumps.
[[nodiscard]] inline double monotonic_seconds() noexcept
{
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}
/// The time on the wall.
[[nodiscard]] inline instant now_instant() noexcept
{
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    return {now.tv_sec, static_cast<std::int32_t>(now.tv_nsec)};
}
}  // namespace detail

/// Observes the seconds since its making when it goes out of scope. Keeps its series: the family or series may be
/// removed meanwhile.
template <class Observer>
class [[nodiscard]] timer {
public:
    explicit timer(Observer to) noexcept : to_(std::move(to)), start_(detail::monotonic_seconds()) {}
    timer(const timer&) = delete;
    timer& operator=(const timer&) = delete;
    ~timer()
    {
        if (running_) to_->observe(elapsed());
    }

    /// Observes now, not at the end; returns the seconds.
    double stop() noexcept
    {
        const double seconds = elapsed();
        if (running_) to_->observe(seconds);
        running_ = false;
        return seconds;
    }
    /// Observes nothing.
    void discard() noexcept { running_ = false; }
    [[nodiscard]] double elapsed() const noexcept { return detail::monotonic_seconds() - start_; }

private:
    Observer to_;
    double start_;
    bool running_ = true;
};

}  // namespace pitot
