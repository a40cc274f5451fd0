#pragma once
// What a sink reads of a batch: its ids, its rows, a family and a point. batch.hpp says what they answer.

#include <pitot/model/histogram.hpp>
#include <pitot/model/instant.hpp>
#include <pitot/model/label.hpp>
#include <pitot/model/type.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace pitot {

enum class family_id : std::uint32_t {};
enum class labels_id : std::uint32_t { none = 0 };
enum class point_id : std::uint32_t {};

/// An exemplar of a counter or of one bucket.
struct exemplar_row {
    labels_id labels = labels_id::none;
    double value = 0;
    std::optional<instant> timestamp;
    std::uint32_t bucket = no_bucket;  ///< index among the point's classic buckets

    static constexpr std::uint32_t no_bucket = UINT32_MAX;  ///< of a counter, or of a native histogram as a whole
};

/// One series' place in the columns.
struct point_row {
    double value = 0;
    family_id family = {};
    labels_id labels = labels_id::none;
    std::uint32_t detail = none;  ///< row of histograms() or summaries(), by the family's type
    std::uint32_t extra = none;   ///< timestamps and exemplars, which few points have

    static constexpr std::uint32_t none = UINT32_MAX;
};

class batch;

/// A view of one point; valid until the batch changes.
class point_view {
public:
    point_view(const batch& from, const point_row& row) noexcept : batch_(&from), row_(&row) {}

    [[nodiscard]] double value() const noexcept { return row_->value; }
    [[nodiscard]] inline labels_view labels() const noexcept;
    [[nodiscard]] inline std::optional<instant> timestamp() const noexcept;
    /// When counting began: _created of OpenMetrics, created_timestamp of protobuf.
    [[nodiscard]] inline std::optional<instant> created() const noexcept;
    [[nodiscard]] inline std::span<const exemplar_row> exemplars() const noexcept;
    /// The histogram or summary row; null when the family is of another type.
    [[nodiscard]] inline const histogram_row* histogram() const noexcept;
    [[nodiscard]] inline const summary_row* summary() const noexcept;
    [[nodiscard]] const point_row& row() const noexcept { return *row_; }
    [[nodiscard]] const batch& owner() const noexcept { return *batch_; }

private:
    const batch* batch_;
    const point_row* row_;
};

/// A view of one family and its points; valid until the batch changes.
class family_view {
public:
    family_view(const batch& from, family_id id) noexcept : batch_(&from), id_(id) {}

    /// The name as protobuf and the text format carry it: with _total of counters and _info of infos where they have
    /// it.
    [[nodiscard]] inline std::string_view name() const noexcept;
    [[nodiscard]] inline std::string_view help() const noexcept;
    [[nodiscard]] inline std::string_view unit() const noexcept;
    [[nodiscard]] inline metric_type type() const noexcept;
    [[nodiscard]] inline std::span<const point_row> points() const noexcept;
    [[nodiscard]] inline point_view operator[](std::size_t i) const noexcept;
    [[nodiscard]] inline std::size_t size() const noexcept;
    [[nodiscard]] family_id id() const noexcept { return id_; }

private:
    const batch* batch_;
    family_id id_;
};

}  // namespace pitot
