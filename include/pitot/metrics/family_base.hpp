#pragma once
// What a registry knows of a family whatever its type and labels.

#include <pitot/metrics/atomic.hpp>
#include <pitot/metrics/timer.hpp>  // now_instant
#include <pitot/model/batch.hpp>
#include <pitot/model/direct.hpp>
#include <pitot/model/instant.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot {

/// What can be said of a family beside its name, help and labels.
/// constant_labels  on every series; names legal and none of the family's own
/// max_series       most series of a family with text labels; 0 is no limit. Writes to a series beyond go nowhere and
///                  are counted in pitot_dropped_series_total{family="…"}
/// expire_after     seconds after which a series goes that nobody looked up by with() and nobody holds a handle of;
///                  0 is never. Looked after at each scrape and by registry.expire(); exact to a fiftieth
struct family_options {
    std::vector<std::pair<std::string, std::string>> constant_labels = {};
    std::size_t max_series = 0;
    double expire_after = 0;
};

namespace detail {

/// Where a family's direct text goes on in the next chunk.
struct text_cursor {
    bool started = false;  ///< metadata written
    std::size_t slab = 0;
    std::size_t unit = 0;
    char* chunk = nullptr;     ///< where the chunk begins
    std::string large;         ///< a series that is longer than a chunk, written instead
    std::vector<char> labels;  ///< scratch
    std::vector<std::uint64_t> counts;
};

class family_base : public std::enable_shared_from_this<family_base> {
public:
    family_base(std::string_view name, metric_type type, std::string_view help, std::string_view unit,
                family_options options)
        : name_(name), help_(help), unit_(unit), options_(std::move(options)), type_(type)
    {}
    family_base(const family_base&) = delete;
    family_base& operator=(const family_base&) = delete;
    virtual ~family_base() = default;

    [[nodiscard]] std::string_view name() const noexcept { return name_; }
    [[nodiscard]] std::string_view help() const noexcept { return help_; }
    [[nodiscard]] std::string_view unit() const noexcept { return unit_; }
    [[nodiscard]] metric_type type() const noexcept { return type_; }
    /// Lookups that found no place for their series: the limit, no memory, a value without a text, a value too long.
    [[nodiscard]] std::uint64_t dropped_series() const noexcept { return load(dropped_); }
    /// Values that were refused: NaN or less than 0 into a counter, an exemplar that is too long.
    [[nodiscard]] std::uint64_t ignored_values() const noexcept { return load(ignored_); }

    void count_dropped() const noexcept { fetch_add(dropped_, std::uint64_t{1}); }
    void count_ignored() const noexcept { fetch_add(ignored_, std::uint64_t{1}); }

    /// Adds the family and its series to a batch.
    virtual void collect(batch& out) const = 0;
    /// Can write_direct() write it?
    [[nodiscard]] virtual bool has_direct(direct_format) const noexcept { return false; }
    /// Writes whole lines into [at, end) and moves `at` on; true when the family is written. When cursor.large is not
    /// empty, its text follows.
    virtual bool write_direct(direct_format, text_cursor&, char*&, char*) const { return true; }
    /// Removes what has not been used; `now` in seconds of a steady clock.
    virtual void expire(double) noexcept {}
    /// Drops a handle's reference.
    virtual void release(void*) noexcept {}
    /// Type, labels and policies as the compiler spells them: two families with one signature are of one type, in
    /// whatever shared object.
    [[nodiscard]] virtual std::string_view signature() const noexcept = 0;
    /// Bytes of the series' memory.
    [[nodiscard]] virtual std::size_t memory() const noexcept { return 0; }

    [[nodiscard]] const family_options& options() const noexcept { return options_; }

    /// When it was registered: its fixed series count from then on.
    [[nodiscard]] instant created() const noexcept { return created_; }

protected:
    std::string name_;
    std::string help_;
    std::string unit_;
    family_options options_;

private:
    instant created_ = now_instant();
    metric_type type_;
    mutable std::uint64_t dropped_ = 0;
    mutable std::uint64_t ignored_ = 0;
};

template <class F>
constexpr std::string_view signature_of() noexcept
{
    return __PRETTY_FUNCTION__;
}

}  // namespace detail
}  // namespace pitot
