#pragma once
// The memory of a summary: count and sum for good, quantiles over a sliding window.

#include <pitot/base/result.hpp>
#include <pitot/metrics/exponential.hpp>
#include <pitot/metrics/mailbox.hpp>
#include <pitot/metrics/timer.hpp>

#include <algorithm>  // std::sort
#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

namespace pitot {

/// Quantiles of the values of the last `window` seconds. The window moves on in five steps. A quantile is a value
/// within 1.1 % of the one that has its rank; where the values of a step need more than 320 buckets of 2.2 % (they
/// spread over a factor of more than 1,000), within 2.2 %, 4.3 %, … Quantiles of several instances cannot be added up:
/// for that, use a histogram.
/// ranks  0 to 1, ascending
struct quantiles {
    std::vector<double> ranks = {0.5, 0.9, 0.99};
    double window = 600;
    friend bool operator==(const quantiles&, const quantiles&) = default;

    /// error  invalid_value, out_of_range, too_many
    [[nodiscard]] result<void> check() const
    {
        if (ranks.size() > 100) return unexpected(errc::too_many, "a summary has at most 100 quantiles");
        for (std::size_t i = 0; i < ranks.size(); ++i) {
            if (!(ranks[i] >= 0 && ranks[i] <= 1))
                return unexpected(errc::out_of_range, "the rank of a quantile is 0 to 1");
            if (i > 0 && !(ranks[i - 1] < ranks[i]))
                return unexpected(errc::invalid_value, "the ranks of quantiles ascend");
        }
        if (!(window > 0) || window - window != 0)
            return unexpected(errc::invalid_value, "the window is longer than 0 seconds");
        return {};
    }
};

namespace detail {

struct summary_settings {
    quantiles wanted;
    std::vector<double> fractions = fraction_bounds(schema);
    static constexpr int schema = 5;
    friend bool operator==(const summary_settings& a, const summary_settings& b) { return a.wanted == b.wanted; }
};

class summary_cell {
public:
    static constexpr std::size_t steps = 5;
    static constexpr std::size_t most = 320;

    /// how  outlives the cell
    explicit summary_cell(const summary_settings& how) noexcept : state_(new(std::nothrow) state(how)) {}
    summary_cell(const summary_cell&) = delete;
    summary_cell& operator=(const summary_cell&) = delete;
    ~summary_cell() { delete state_; }
    [[nodiscard]] bool usable() const noexcept { return state_ != nullptr; }

    void observe(double v) noexcept
    {
        state_->box.deliver(v, [this](double value) { state_->add(value); });
    }

    /// Fills `values` with one value a rank (NaN where the window is empty).
    void read(std::uint64_t& count, double& sum, std::vector<double>& values)
    {
        std::vector<exponential_counts::entry> all;
        int schema = summary_settings::schema;
        std::uint64_t zeros = 0;
        double least = 0;
        double largest = 0;
        all.reserve(steps * (most + 1));  // nothing is allocated while observers wait
        state_->box.own([this](double value) { state_->add(value); },
                        [&] {
                            state_->turn(monotonic_coarse());
                            count = state_->count;
                            sum = state_->sum;
                            bool first = true;
                            for (step& s : state_->window) {
                                if (s.counts.size() == 0 && s.zeros == 0) continue;
                                least = first || s.least < least ? s.least : least;
                                largest = first || s.largest > largest ? s.largest : largest;
                                first = false;
                                zeros += s.zeros;
                                schema = s.counts.schema() < schema ? s.counts.schema() : schema;
                            }
                            for (step& s : state_->window) {
                                const int coarser = s.counts.schema() - schema;
                                for (exponential_counts::entry e : s.counts.entries()) {
                                    std::int32_t index = exponential_counts::index_of(e);
                                    for (int i = 0; i < coarser; ++i) index = (index + 1) >> 1;
                                    e.key = e.key < 0 ? -(index + exponential_counts::bias)
                                                      : index + exponential_counts::bias;
                                    all.push_back(e);
                                }
                            }
                        });
        std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
        std::uint64_t total = zeros;
        for (const auto& e : all) total += e.count();
        values.clear();
        for (const double rank : state_->how.wanted.ranks)
            values.push_back(total == 0 ? __builtin_nan("")
                                        : quantile(rank, all, schema, zeros, total, least, largest));
    }

private:
    struct step {
        exponential_counts::entry room[most + 1];
        exponential_counts counts{room, summary_settings::schema};
        std::uint64_t zeros = 0;
        double least = 0;
        double largest = 0;
    };
    struct state {
        explicit state(const summary_settings& s) noexcept : how(s), turned(monotonic_coarse()) {}
        const summary_settings& how;
        step window[steps];
        std::size_t now = 0;
        double turned;
        std::uint64_t count = 0;
        double sum = 0;
        mailbox box = {};

        void add(double v) noexcept
        {
            ++count;
            sum += v;
            if (v != v) return;  // NaN has no rank
            turn(monotonic_coarse());
            step& s = window[now];
            const bool first = s.zeros == 0 && s.counts.size() == 0;
            s.least = first || v < s.least ? v : s.least;
            s.largest = first || v > s.largest ? v : s.largest;
            if (v == 0) {
                ++s.zeros;
                return;
            }
            const double size = v < 0 ? -v : v;
            s.counts.add(bucket_index(size, s.counts.schema(), summary_settings::schema, how.fractions), v < 0);
            while (s.counts.size() > most && s.counts.halve()) {}
        }

        /// Forgets the steps whose time is over.
        void turn(double time) noexcept
        {
            const double length = how.wanted.window / steps;
            for (std::size_t i = 0; time - turned >= length && i < steps; ++i) {
                now = (now + 1) % steps;
                window[now].counts.clear(summary_settings::schema);
                window[now].zeros = 0;
                turned += length;
            }
            if (time - turned >= length) turned = time;  // nothing was observed for longer than the window
        }
    };

    /// A clock that is cheap and exact to some milliseconds.
    static double monotonic_coarse() noexcept
    {
#if defined(CLOCK_MONOTONIC_COARSE)
        timespec t{};
        clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
#else
        return monotonic_seconds();
#endif
    }

    /// The bucket that holds the value of rank ceil(q × n), its middle on the logarithmic scale, kept within what was
    /// really observed.
    static double quantile(double rank, const std::vector<exponential_counts::entry>& all, int schema,
                           std::uint64_t zeros, std::uint64_t total, double least, double largest) noexcept
    {
        auto wanted = static_cast<std::uint64_t>(std::ceil(rank * static_cast<double>(total)));
        if (wanted == 0) return least;
        if (wanted >= total) return largest;
        const auto within = [&](double v) { return v < least ? least : v > largest ? largest : v; };
        const auto middle = [&](const exponential_counts::entry& e) {
            const std::int32_t index = exponential_counts::index_of(e);
            const double v = std::sqrt(bucket_upper(schema, index)) * std::sqrt(bucket_upper(schema, index - 1));
            return within(e.key < 0 ? -v : v);
        };
        std::uint64_t seen = 0;
        bool past_zero = false;
        for (const auto& e : all) {
            if (!past_zero && e.key > 0) {
                past_zero = true;
                seen += zeros;
                if (seen >= wanted && zeros != 0) return 0;
            }
            seen += e.count();
            if (seen >= wanted) return middle(e);
        }
        return past_zero ? largest : 0;
    }

    state* state_;
};

}  // namespace detail
}  // namespace pitot
