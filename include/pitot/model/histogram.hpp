#pragma once
// Histograms as rows of a batch: classic buckets, native buckets, or both at once.

#include <cstdint>

namespace pitot {

/// A slice of one of the batch's columns.
struct slice {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
    friend constexpr bool operator==(const slice&, const slice&) = default;
};

/// Counts are integers in almost every histogram and floats in recorded ones: one 8-byte cell holds either, and the
/// row says which (`float_counts`).
union count_cell {
    std::uint64_t integer;
    double real;

    [[nodiscard]] constexpr double as_double(bool is_float) const noexcept
    {
        return is_float ? real : static_cast<double>(integer);
    }
};

/// One classic bucket.
/// upper       inclusive bound in the metric's unit; the last is +Inf
/// cumulative  observations at or below it
struct classic_bucket {
    double upper = 0;
    count_cell cumulative = {};
};

/// A run of consecutive native buckets.
/// offset  of the first span: the index of its first bucket; of a later one: the gap since the end of the one before
/// length  buckets in the run
struct bucket_span {
    std::int32_t offset = 0;
    std::uint32_t length = 0;
    friend constexpr bool operator==(const bucket_span&, const bucket_span&) = default;
};

/// What a scrape says about a counter reset of a native histogram (the store's hint; no format but remote write
/// carries it).
enum class reset_hint : std::uint8_t { unknown, reset, not_reset, gauge_type };

/// Schema of native histograms with custom bounds; the exponential schemas are -4 to 8.
inline constexpr std::int32_t custom_buckets_schema = -53;
/// "This row has no native part."
inline constexpr std::int32_t no_native_schema = INT32_MIN;

/// One histogram or gauge histogram. The slices point into the batch that holds the row.
struct histogram_row {
    count_cell count = {};
    double sum = 0;
    bool has_count = true;      ///< OpenMetrics lets _count be absent
    bool has_sum = true;        ///< and _sum (it must be with negative bounds)
    bool float_counts = false;  ///< count, cumulative and native buckets hold doubles
    reset_hint hint = reset_hint::unknown;
    slice classic;  ///< of classic_buckets(), by ascending bound

    std::int32_t schema = no_native_schema;
    double zero_threshold = 0;
    count_cell zero_count = {};
    slice positive_spans;  ///< of spans()
    slice negative_spans;
    slice positive;  ///< of native_counts(): absolute counts, one for each bucket of the spans
    slice negative;
    slice custom_bounds;  ///< of custom_bounds(), schema -53 only

    [[nodiscard]] constexpr bool has_native() const noexcept { return schema != no_native_schema; }
};

/// One quantile of a summary: rank 0 to 1, value in the metric's unit (NaN: nothing observed).
struct summary_quantile {
    double rank = 0;
    double value = 0;
};

/// One summary.
struct summary_row {
    count_cell count = {};
    double sum = 0;
    bool has_count = true;
    bool has_sum = true;
    bool float_counts = false;
    slice quantiles;  ///< of quantiles(), in the order given
};

}  // namespace pitot
