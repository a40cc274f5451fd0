#pragma once
// From sample lines to points: which family a sample belongs to, and which part of a histogram or summary it is.

#include <pitot/expo/line.hpp>
#include <pitot/expo/roles.hpp>
#include <pitot/model/batch.hpp>

#include <cstdint>
#include <functional>  // std::hash
#include <limits>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pitot::expo {

/// The series that a sample belongs to, without `le` or `quantile`.
[[nodiscard]] inline std::uint64_t hash_labels(labels_view labels, std::string_view without) noexcept
{
    std::uint64_t sum = 0;  // commutative: order of labels does not make another series
    for (const label_view& label : labels) {
        if (label.name == without) continue;
        std::uint64_t h = std::uint64_t{std::hash<std::string_view>{}(label.name)} * 0x9E3779B97F4A7C15U +
                          std::hash<std::string_view>{}(label.value);
        h = (h ^ (h >> 32U)) *
            0xD6E8FEB86659FD93U;  // well mixed, or {a="1",b="2"} and {a="2",b="1"} would add up to the same
        h = (h ^ (h >> 32U)) * 0xD6E8FEB86659FD93U;
        sum += h ^ (h >> 32U);
    }
    return sum;
}

/// The same labels in any order; those named `without` do not count.
[[nodiscard]] inline bool same_labels(labels_view a, labels_view b, std::string_view without) noexcept
{
    std::size_t left = b.size();
    for (const label_view& label : b) left -= label.name == without ? 1U : 0U;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (a[i].name == without) continue;
        if (left-- == 0) return false;
        if (i < b.size() && a[i] == b[i]) continue;  // the usual case: the same order
        bool found = false;
        for (const label_view& other : b) found = found || other == a[i];
        if (!found) return false;
    }
    return left == 0;
}

/// Puts the samples of one family together.
class point_assembler {
public:
    point_assembler(batch& out, family_id family, metric_type type) : out_(&out), family_(family), type_(type) {}

    [[nodiscard]] family_id family() const noexcept { return family_; }
    [[nodiscard]] metric_type type() const noexcept { return type_; }

    /// role   what the sample's suffix and type make of it
    /// bound  the le or quantile of a bucket or quantile sample
    void add(const sample_line& sample, sample_role role, double bound)
    {
        if (role == sample_role::value) {
            if (type_ != metric_type::counter) {
                finish_point(out_->add(family_, out_->labels(sample.labels), sample.value), sample);
                return;
            }
        }
        // reserved in all samples of the type, as upstream has it: h_sum{le="1"} belongs to h
        const std::string_view without = type_ == metric_type::summary ? "quantile" : "le";
        if (type_ == metric_type::counter) {
            add_counter(sample, role);
            return;
        }
        const point_id point = find_or_add(sample, without);
        if (type_ == metric_type::summary) {
            summary_row& row = out_->summary(point);
            switch (role) {
            case sample_role::quantile: out_->extend(row.quantiles, summary_quantile{bound, sample.value}); break;
            case sample_role::sum:
                row.sum = sample.value;
                row.has_sum = true;
                break;
            case sample_role::count:
                row.count = count_for(row, sample);
                row.has_count = true;
                break;
            case sample_role::created: out_->set_created(point, created_of(sample)); break;
            default: break;
            }
        } else {
            histogram_row& row = out_->histogram(point);
            switch (role) {
            case sample_role::bucket: add_bucket(point, row, sample, bound); break;
            case sample_role::sum:
                row.sum = sample.value;
                row.has_sum = true;
                break;
            case sample_role::count:
                row.count = count_for(row, sample);
                row.has_count = true;
                break;
            case sample_role::created: out_->set_created(point, created_of(sample)); break;
            default: break;
            }
        }
        if (sample.timestamp) out_->set_timestamp(point, *sample.timestamp);
    }

    /// Classic histograms without _count get the +Inf bucket's, so that `count` is always the number of observations.
    void close()
    {
        for (const point_id point : histograms_) {
            histogram_row& row = out_->histogram(point);
            if (row.has_count || row.classic.count == 0) continue;
            const auto buckets = out_->buckets(row.classic);
            row.count = buckets.back().cumulative;
        }
        histograms_.clear();
    }

private:
    void finish_point(point_id point, const sample_line& sample)
    {
        if (sample.timestamp) out_->set_timestamp(point, *sample.timestamp);
        if (sample.has_exemplar) exemplar(point, sample, exemplar_row::no_bucket);
    }

    void exemplar(point_id point, const sample_line& sample, std::uint32_t bucket)
    {
        out_->add_exemplar(
            point, {out_->labels(sample.exemplar_labels), sample.exemplar_value, sample.exemplar_timestamp, bucket});
    }

    /// A created time may stand before or after its counter.
    void add_counter(const sample_line& sample, sample_role role)
    {
        if (role == sample_role::value) {
            const point_id point = out_->add(family_, out_->labels(sample.labels), sample.value);
            finish_point(point, sample);
            last_ = point;
            has_last_ = true;
            if (pending_created_ && same_labels(sample.labels, pending_labels_, {}))
                out_->set_created(point, *pending_created_);
            pending_created_.reset();
            return;
        }
        if (has_last_ && same_labels(sample.labels, out_->labels(out_->point(last_).labels), {})) {
            out_->set_created(last_, created_of(sample));
        } else {
            pending_labels_ = sample.labels;
            pending_created_ = created_of(sample);
        }
    }

    static instant created_of(const sample_line& sample) noexcept
    {
        return parse_seconds(sample.value_text).value_or(instant{});
    }

    /// Counts are integers ("17.0" is 17) until a sample of the row has a fraction, a sign or is too large.
    struct parsed_count {
        count_cell cell;
        bool is_float;
    };
    static parsed_count count_of(const sample_line& sample) noexcept
    {
        parsed_count out{{}, false};
        const char* const end = sample.value_text.data() + sample.value_text.size();
        const auto [stop, code] = std::from_chars(sample.value_text.data(), end, out.cell.integer);
        if (code == std::errc{} && stop == end) return out;
        if (sample.value >= 0 && sample.value < 18446744073709551616.0 && std::floor(sample.value) == sample.value) {
            out.cell.integer = static_cast<std::uint64_t>(sample.value);
            return out;
        }
        out.cell.real = sample.value;
        out.is_float = true;
        return out;
    }

    template <class Row>
    count_cell count_for(Row& row, const sample_line& sample)
    {
        parsed_count count = count_of(sample);
        if (count.is_float && !row.float_counts) to_float(row);
        if (row.float_counts && !count.is_float) count.cell.real = sample.value;
        return count.cell;
    }

    void to_float(summary_row& row) noexcept
    {
        row.count.real = static_cast<double>(row.count.integer);
        row.float_counts = true;
    }
    void to_float(histogram_row& row)
    {
        row.count.real = static_cast<double>(row.count.integer);
        row.float_counts = true;
        const auto buckets = out_->buckets(row.classic);
        std::vector<classic_bucket> copy(buckets.begin(), buckets.end());
        for (classic_bucket& b : copy) b.cumulative.real = static_cast<double>(b.cumulative.integer);
        row.classic = out_->add_buckets(copy);
    }

    void add_bucket(point_id point, histogram_row& row, const sample_line& sample, double bound)
    {
        const count_cell cumulative = count_for(row, sample);
        out_->extend(row.classic, classic_bucket{bound, cumulative});
        if (sample.has_exemplar) exemplar(point, sample, row.classic.count - 1);
    }

    point_id find_or_add(const sample_line& sample, std::string_view without)
    {
        if (has_last_ && matches(last_, sample, without)) return last_;
        const std::uint64_t hash = hash_labels(sample.labels, without);
        const auto [first, last] = by_hash_.equal_range(hash);
        for (auto at = first; at != last; ++at)
            if (matches(at->second, sample, without)) return remember(at->second);
        std::vector<label_view>& set = scratch_;
        set.clear();
        for (const label_view& label : sample.labels)
            if (without.empty() || label.name != without) set.push_back(label);
        const labels_id labels = out_->labels(set);
        point_id point{};
        if (type_ == metric_type::summary) {
            summary_row row;
            row.has_count = row.has_sum = false;
            point = out_->add(family_, labels, row);
        } else {
            histogram_row row;
            row.has_count = row.has_sum = false;
            point = out_->add(family_, labels, row);
            histograms_.push_back(point);
        }
        if (sample.timestamp) out_->set_timestamp(point, *sample.timestamp);
        by_hash_.emplace(hash, point);
        return remember(point);
    }

    bool matches(point_id point, const sample_line& sample, std::string_view without) const
    {
        const point_row& row = out_->point(point);
        return same_labels(sample.labels, out_->labels(row.labels), without) &&
               out_->timestamp(point) == sample.timestamp;
    }

    point_id remember(point_id point) noexcept
    {
        last_ = point;
        has_last_ = true;
        return point;
    }

    batch* out_;
    family_id family_;
    metric_type type_;
    point_id last_{};
    bool has_last_ = false;
    std::optional<instant> pending_created_;
    std::vector<label_view> pending_labels_;
    std::vector<label_view> scratch_;
    std::unordered_multimap<std::uint64_t, point_id> by_hash_;
    std::vector<point_id> histograms_;
};

}  // namespace pitot::expo
