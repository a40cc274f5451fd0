#pragma once
// What a sample's suffix means in a family of each type.

#include <pitot/model/type.hpp>

#include <optional>
#include <span>
#include <string_view>

namespace pitot::expo {

/// What a sample says of its point.
enum class sample_role : unsigned char { value, bucket, sum, count, quantile, created };

namespace detail {

/// What the batch's name of a family has beyond OpenMetrics' name of it.
constexpr std::string_view batch_suffix(metric_type type) noexcept
{
    return type == metric_type::counter ? "_total" : type == metric_type::info ? "_info" : "";
}

/// Every name that samples of a type may have, beyond the family's, and the family's own.
inline std::span<const std::string_view> sample_suffixes(metric_type type) noexcept
{
    static constexpr std::string_view counter[] = {"", "_total", "_created"};
    static constexpr std::string_view histogram[] = {"", "_count", "_sum", "_bucket", "_created"};
    static constexpr std::string_view gauge_histogram[] = {"", "_gcount", "_gsum", "_bucket"};
    static constexpr std::string_view summary[] = {"", "_count", "_sum", "_created"};
    static constexpr std::string_view info[] = {"", "_info"};
    static constexpr std::string_view none[] = {""};
    switch (type) {
    case metric_type::counter: return counter;
    case metric_type::histogram: return histogram;
    case metric_type::gauge_histogram: return gauge_histogram;
    case metric_type::summary: return summary;
    case metric_type::info: return info;
    default: return none;
    }
}

/// The role of a sample called family + suffix; none when the type has no such sample.
/// om  by OpenMetrics' rules, else by those of text 0.0.4
inline std::optional<sample_role> role_of(metric_type type, std::string_view suffix, bool om) noexcept
{
    switch (type) {
    case metric_type::counter:
        if (suffix == (om ? "_total" : "")) return sample_role::value;
        if (om && suffix == "_created") return sample_role::created;
        return std::nullopt;
    case metric_type::histogram:
    case metric_type::gauge_histogram: {
        const bool gauge = type == metric_type::gauge_histogram;
        if (suffix == "_bucket") return sample_role::bucket;
        if (suffix == (gauge ? "_gsum" : "_sum") || (!om && suffix == "_sum")) return sample_role::sum;
        if (suffix == (gauge ? "_gcount" : "_count") || (!om && suffix == "_count")) return sample_role::count;
        if (om && !gauge && suffix == "_created") return sample_role::created;
        return std::nullopt;
    }
    case metric_type::summary:
        if (suffix.empty()) return sample_role::quantile;
        if (suffix == "_sum") return sample_role::sum;
        if (suffix == "_count") return sample_role::count;
        if (om && suffix == "_created") return sample_role::created;
        return std::nullopt;
    case metric_type::info:
        if (suffix == (om ? "_info" : "")) return sample_role::value;
        return std::nullopt;
    default:
        if (suffix.empty()) return sample_role::value;
        return std::nullopt;
    }
}

}  // namespace detail

}  // namespace pitot::expo
