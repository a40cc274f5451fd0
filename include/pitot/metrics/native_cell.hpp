#pragma once
// The memory of a native histogram, with classic buckets beside it where they are asked for.

#include <pitot/base/result.hpp>
#include <pitot/metrics/buckets.hpp>
#include <pitot/metrics/exponential.hpp>
#include <pitot/metrics/mailbox.hpp>
#include <pitot/metrics/timer.hpp>

#include <cstddef>
#include <cstdint>
#include <new>
#include <optional>
#include <vector>

namespace pitot {

/// How a native histogram counts.
/// schema              resolution: each bucket is 2^(2^-schema) times the one before. 3: 9 %; -4 to 8
/// zero_threshold      values from -this to this count as zero, in the metric's unit; 0 or more
/// max_buckets         most buckets of a series, 8 to 4096. When one more is needed, the first of these that applies
///                     helps: 1. start again from zero, if the last start was min_reset_duration seconds ago (0:
///                     never); 2. count the smallest bucket as zero, if the threshold stays at or below
///                     max_zero_threshold; 3. halve the resolution, down to schema -4; 4. count the smallest as zero
struct native_buckets {
    int schema = 3;
    double zero_threshold = 2.938735877055719e-39;  // 2^-128, as in the other client libraries
    std::size_t max_buckets = 160;
    double min_reset_duration = 0;
    double max_zero_threshold = 0;
    friend bool operator==(const native_buckets&, const native_buckets&) = default;

    /// The coarsest schema whose buckets grow by at most `factor` (over 1).
    [[nodiscard]] static native_buckets growing_by(double factor)
    {
        native_buckets b;
        b.schema = -4;
        while (b.schema < 8 && std::exp2(std::exp2(-b.schema)) > factor) ++b.schema;
        return b;
    }

    /// error  out_of_range, invalid_value
    [[nodiscard]] result<void> check() const
    {
        if (schema < -4 || schema > 8)
            return unexpected(errc::out_of_range, "the schema of a native histogram is -4 to 8");
        if (max_buckets < 8 || max_buckets > 4096) return unexpected(errc::out_of_range, "max_buckets is 8 to 4096");
        for (const double v : {zero_threshold, max_zero_threshold, min_reset_duration})
            if (!(v >= 0) || v - v != 0)
                return unexpected(errc::invalid_value, "thresholds and durations are 0 or more");
        return {};
    }
};

namespace detail {

struct native_settings {
    native_buckets native;
    std::vector<double> bounds;     ///< of the classic buckets; none when empty
    std::vector<double> fractions;  ///< fraction_bounds(native.schema)
    friend bool operator==(const native_settings& a, const native_settings& b)
    {
        return a.native == b.native && a.bounds == b.bounds;
    }
};

class native_cell {
public:
    /// how  outlives the cell
    explicit native_cell(const native_settings& how) noexcept
    {
        const std::size_t room = how.native.max_buckets + 1;
        const std::size_t classic = how.bounds.empty() ? 0 : how.bounds.size() + 1;
        const std::size_t bytes = sizeof(state) + room * sizeof(exponential_counts::entry) + 8 + classic * 8;
        void* const memory = ::operator new(bytes, std::align_val_t{64}, std::nothrow);
        if (memory == nullptr) return;
        __builtin_memset(memory, 0, bytes);
        auto* const counts = static_cast<unsigned char*>(memory) + sizeof(state);
        auto* const entries = reinterpret_cast<exponential_counts::entry*>(counts + classic * 8);
        state_ = new (memory) state{how,
                                    {reinterpret_cast<std::uint64_t*>(counts), classic},
                                    {{entries, room}, how.native.schema},
                                    how.native.zero_threshold};
        state_->started = monotonic_seconds();
    }
    native_cell(const native_cell&) = delete;
    native_cell& operator=(const native_cell&) = delete;
    ~native_cell() { ::operator delete(state_, std::align_val_t{64}); }
    [[nodiscard]] bool usable() const noexcept { return state_ != nullptr; }

    void observe(double v) noexcept
    {
        state_->box.deliver(v, [this](double value) { state_->add(value); });
    }

    struct state {
        const native_settings& how;
        std::span<std::uint64_t> classic;
        exponential_counts counts;
        double zero_threshold;
        std::uint64_t zero_count = 0;
        std::uint64_t count = 0;
        double sum = 0;
        double started = 0;  ///< of counting, on the steady clock
        std::optional<instant> restarted = {};
        mailbox box = {};

        void add(double v) noexcept
        {
            ++count;
            sum += v;
            if (!classic.empty()) ++classic[find_bucket(how.bounds, v)];
            if (v != v) return;  // NaN has no native bucket
            const double size = v < 0 ? -v : v;
            if (size <= zero_threshold) {
                ++zero_count;
                return;
            }
            const std::int32_t index = bucket_index(size, counts.schema(), how.native.schema, how.fractions);
            counts.add(index, v < 0);  // there is room for one more than max_buckets
            if (counts.size() > how.native.max_buckets) [[unlikely]]
                make_room(v);
        }

        [[gnu::noinline]] void make_room(double v) noexcept
        {
            const native_buckets& limits = how.native;
            if (limits.min_reset_duration > 0) {
                const double now = monotonic_seconds();
                if (now - started >= limits.min_reset_duration) {
                    started = now;
                    restarted = now_instant();
                    counts.clear(limits.schema);
                    zero_threshold = limits.zero_threshold;
                    zero_count = 0;
                    count = 0;
                    sum = 0;
                    for (std::uint64_t& n : classic) n = 0;
                    add(v);
                    return;
                }
            }
            while (counts.size() > limits.max_buckets) {
                const std::uint64_t taken = zero_threshold < limits.max_zero_threshold
                                                ? counts.take_smallest(limits.max_zero_threshold, zero_threshold)
                                                : 0;
                zero_count += taken;
                if (taken == 0 && !counts.halve()) zero_count += counts.take_smallest(__builtin_inf(), zero_threshold);
            }
        }
    };

    /// Calls f(const state&) with everything counted and nobody writing.
    template <class F>
    void read(F&& f) noexcept
    {
        state_->box.own([this](double value) { state_->add(value); }, [&] { f(*state_); });
    }

private:
    state* state_ = nullptr;
};

}  // namespace detail
}  // namespace pitot
