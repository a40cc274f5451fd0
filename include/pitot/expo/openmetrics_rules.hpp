#pragma once
// What OpenMetrics 1.0 demands of the samples of one family beyond their grammar.

#include <pitot/expo/assemble.hpp>

#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace pitot::expo {

/// Checks one family, sample by sample; the texts returned are empty when all is well.
/// Groups (a histogram's series, a summary's quantiles) must not interleave, times must not run backwards inside a
/// group, buckets must ascend to +Inf, counts must agree.
class openmetrics_rules {
public:
    openmetrics_rules(std::string_view name, metric_type type) : name_(name), type_(type) {}

    /// role, bound  as for point_assembler; suffix  what the sample's name has beyond the family's
    [[nodiscard]] std::string check(const sample_line& s, sample_role role, double bound, std::string_view suffix)
    {
        if (auto why = values(s, role, suffix); !why.empty()) return why;
        const std::string_view without = role == sample_role::bucket       ? std::string_view{"le"}
                                         : role == sample_role::quantile   ? std::string_view{"quantile"}
                                         : type_ == metric_type::state_set ? name_
                                                                           : std::string_view{};
        const bool grouped = type_ != metric_type::info;  // all infos are one group
        const std::uint64_t hash = grouped ? hash_labels(s.labels, without) : 0;
        const bool same = has_group_ && (!grouped || hash == group_hash_);
        if (!same) {
            if (has_group_ && seen_.contains(hash)) return "the samples of one series must stand together";
            late_ = close_group();
            seen_.insert(hash);
        } else {
            if (s.timestamp.has_value() != group_time_.has_value())
                return "either every sample of a series has a timestamp or none has";
            if (s.timestamp && *s.timestamp < *group_time_ && type_ != metric_type::info)
                return "timestamps must not run backwards within a series";
            if (s.timestamp && *s.timestamp != *group_time_) late_ = close_group();
        }
        has_group_ = true;
        group_hash_ = hash;
        group_time_ = s.timestamp;
        return histogram_sample(s, role, bound, suffix);
    }

    /// What the last sample, which began a series, showed to be wrong with the series before it.
    [[nodiscard]] std::string take_late() { return std::exchange(late_, {}); }

    /// After the last sample of the family.
    [[nodiscard]] std::string close() { return close_group(); }

private:
    std::string values(const sample_line& s, sample_role role, std::string_view suffix) const
    {
        const bool counts = suffix == "_total" || suffix == "_count" || suffix == "_bucket" || suffix == "_gcount";
        if (type_ == metric_type::state_set) {
            if (label_value(s.labels, name_).empty() && !has_label(s.labels, name_))
                return concat("a state set needs a label ", name_, " that names the state");
            if (s.value != 0 && s.value != 1) return "a state is 0 or 1";
        }
        if (type_ == metric_type::info && s.value != 1) return "an info has the value 1";
        if (type_ == metric_type::summary && role == sample_role::quantile && s.value < 0)
            return "a quantile must not be negative";
        if ((counts || suffix == "_sum" || suffix == "_gsum") && std::isnan(s.value))
            return concat("the value of ", suffix, " must not be NaN");
        if ((counts || (suffix == "_sum" && type_ != metric_type::gauge_histogram)) && s.value < 0)
            return concat("the value of ", suffix, " must not be negative");
        if ((role == sample_role::bucket || role == sample_role::count) && std::floor(s.value) != s.value)
            return concat("the value of ", suffix, " must be a whole number");
        if (s.has_exemplar) {
            const bool allowed = role == sample_role::bucket || (type_ == metric_type::counter && suffix == "_total");
            if (!allowed) return "only buckets and the _total of counters have exemplars";
        }
        return {};
    }

    static bool has_label(labels_view labels, std::string_view name) noexcept
    {
        for (const label_view& label : labels)
            if (label.name == name) return true;
        return false;
    }

    std::string histogram_sample(const sample_line& s, sample_role role, double bound, std::string_view suffix)
    {
        if (type_ != metric_type::histogram && type_ != metric_type::gauge_histogram) return {};
        open_ = true;
        if (role == sample_role::bucket) {
            if (bound < 0) negative_bounds_ = true;
            if (last_bound_ && bound <= *last_bound_) return "the bounds of buckets must ascend";
            if (s.value < last_value_) return "the counts of buckets are cumulative and must not fall";
            last_bound_ = bound;
            last_value_ = s.value;
        } else if (role == sample_role::count) {
            count_ = s.value;
        } else if (suffix == "_sum") {
            has_sum_ = true;
        } else if (suffix == "_gsum") {
            has_gsum_ = true;
            negative_gsum_ = s.value < 0;
        }
        return {};
    }

    std::string close_group()
    {
        std::string why;
        if (open_) {
            if (!last_bound_ || *last_bound_ != INFINITY)
                why = "the bucket with le=\"+Inf\" is missing";
            else if (count_ && *count_ != last_value_)
                why = "the count differs from the bucket with le=\"+Inf\"";
            else if ((has_sum_ || has_gsum_) && !count_)
                why = "a sum needs a count beside it";
            else if (!has_sum_ && !has_gsum_ && count_)
                why = "a count needs a sum beside it";
            else if (negative_bounds_ && has_sum_)
                why = "with negative bounds there is no _sum";
            else if (!negative_bounds_ && negative_gsum_)
                why = "_gsum is negative though no bound is";
        }
        open_ = negative_bounds_ = has_sum_ = has_gsum_ = negative_gsum_ = false;
        last_bound_.reset();
        count_.reset();
        last_value_ = 0;
        return why;
    }

    std::string_view name_;
    metric_type type_;
    bool has_group_ = false;
    std::uint64_t group_hash_ = 0;
    std::optional<instant> group_time_;
    std::unordered_set<std::uint64_t> seen_;

    bool open_ = false;
    bool negative_bounds_ = false;
    bool has_sum_ = false;
    bool has_gsum_ = false;
    bool negative_gsum_ = false;
    std::optional<double> last_bound_;
    std::optional<double> count_;
    double last_value_ = 0;
    std::string late_;
};

}  // namespace pitot::expo
