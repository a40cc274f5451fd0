#pragma once
// Writes a batch as text 0.0.4 or OpenMetrics 1.0.
//
// What a format cannot hold is converted as the field does it: a native histogram without classic buckets goes out
// with its +Inf bucket, count and sum; info and state set are gauges in 0.0.4, unknown is untyped, a gauge histogram's
// _gsum and _gcount are gauge families of their own; exemplars and created lines are left out of 0.0.4.

#include <pitot/expo/custom_buckets.hpp>
#include <pitot/expo/text_lines.hpp>

#include <limits>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace pitot::expo {

namespace detail {

template <class Out>
class text_writer : private text_lines<Out> {
    using lines = text_lines<Out>;
    using lines::append_name;
    using lines::end_line;
    using lines::legal_;
    using lines::name_;
    using lines::number;
    using lines::om_;
    using lines::options_;
    using lines::out_;
    using lines::render;
    using lines::series;

public:
    using lines::lines;

    /// returns  false when a family before had the same name once escaped; this one is then left out
    bool write(const family_view& family)
    {
        type_ = family.type();
        name_ = family.name();
        if (options_.scheme != escaping::allow_utf8) {
            escaped_ = escape_name(name_, options_.scheme);
            name_ = escaped_;
            if (!written_.insert(escaped_).second) return false;
        }
        legal_ = is_legacy_metric_name(name_);
        metadata(family);
        const std::size_t n = family.size();
        if (type_ == metric_type::gauge_histogram && !om_) {
            for (std::size_t i = 0; i < n; ++i) write_histogram(family[i], part::buckets);
            write_part_family(family, "_gcount", part::count);
            write_part_family(family, "_gsum", part::sum);
            return true;
        }
        switch (type_) {
        case metric_type::histogram:
        case metric_type::gauge_histogram:
            for (std::size_t i = 0; i < n; ++i) write_histogram(family[i], part::all);
            break;
        case metric_type::summary:
            for (std::size_t i = 0; i < n; ++i) write_summary(family[i]);
            break;
        default:
            for (std::size_t i = 0; i < n; ++i) write_scalar(family[i]);
        }
        return true;
    }

private:
    enum class part : unsigned char { all, buckets, count, sum };

    void metadata(const family_view& family)
    {
        std::string_view name = name_;
        std::string_view type = to_string(type_);
        if (!om_) {
            switch (type_) {
            case metric_type::unknown: type = "untyped"; break;
            case metric_type::info:
            case metric_type::state_set: type = "gauge"; break;
            case metric_type::gauge_histogram: type = "histogram"; break;
            default: break;
            }
        } else if (type_ == metric_type::counter || type_ == metric_type::info) {
            // OpenMetrics names the family without the suffix; one that lacks it can only be unknown or a gauge.
            const std::string_view suffix = type_ == metric_type::counter ? "_total" : "_info";
            if (has_suffix(name, suffix))
                name.remove_suffix(suffix.size());
            else
                type = type_ == metric_type::counter ? "unknown" : "gauge";
        }
        if (!om_ && !family.help().empty()) help_line(name, family.help());
        type_line(name, type);
        if (!om_) return;
        const std::string_view unit = family.unit();
        const bool fits = !unit.empty() && has_suffix(name, unit) && name[name.size() - unit.size() - 1] == '_' &&
                          type_ != metric_type::info && type_ != metric_type::state_set;
        if (fits) {
            out_.append("# UNIT ");
            append_name(name);
            out_.append(' ');
            out_.append(unit);
            out_.append('\n');
        }
        if (!family.help().empty()) help_line(name, family.help());
    }

    void type_line(std::string_view name, std::string_view type)
    {
        out_.append("# TYPE ");
        append_name(name);
        out_.append(' ');
        out_.append(type);
        out_.append('\n');
    }

    void help_line(std::string_view name, std::string_view help)
    {
        out_.append("# HELP ");
        append_name(name);
        out_.append(' ');
        append_escaped(out_, help, om_);
        out_.append('\n');
    }

    void created(const point_view& point)
    {
        if (!om_ || !options_.created) return;
        const auto when = point.created();
        if (!when) return;
        const std::string_view whole = name_;
        if (type_ == metric_type::counter) name_.remove_suffix(6);
        series("_created");
        name_ = whole;
        this->timestamp(*when);  // the value; a sample with a time of its own has it behind
        if (const auto time = point.timestamp()) this->timestamp(*time);
        out_.append('\n');
    }

    void write_scalar(const point_view& point)
    {
        if (this->write_plain(point.row(), point.labels())) return;
        render(point.labels());
        series({});
        number(point.value());
        const bool counter = type_ == metric_type::counter && has_suffix(name_, "_total");
        end_line(point, exemplar_row::no_bucket, counter);
        if (counter) created(point);
    }

    /// The text of a bound; buckets at the same place nearly always have the same one.
    std::string_view bound_text(std::size_t place, double bound)
    {
        if (place >= bounds_.size()) bounds_.resize(place + 1);
        known_bound& known = bounds_[place];
        if (known.length == 0 || known.value != bound) {
            char* const end = om_ ? write_canonical_number(known.text, bound) : write_go_number(known.text, bound);
            known.length = static_cast<unsigned char>(end - known.text);
            known.value = bound;
        }
        return {known.text, known.length};
    }

    void write_histogram(const point_view& point, part what)
    {
        const histogram_row& row = *point.histogram();
        const bool gauge = type_ == metric_type::gauge_histogram;
        std::vector<classic_bucket> made;
        const auto buckets = classic_buckets(point.owner(), row, made);
        render(point.labels());
        if (what == part::all || what == part::buckets) {
            std::uint32_t index = 0;
            for (const classic_bucket& bucket : buckets) {
                series("_bucket", "le", bound_text(index, bucket.upper));
                number(bucket.cumulative, row.float_counts);
                end_line(point, index++, true);
            }
            if (buckets.empty() || buckets.back().upper != std::numeric_limits<double>::infinity()) {
                series("_bucket", "le", "+Inf");
                number(row.count, row.float_counts);
                end_line(point, index, true);
            }
        }
        // OpenMetrics has both or none, and none with negative bounds
        const bool negative = !gauge && !buckets.empty() && buckets.front().upper < 0;
        const bool both = !om_ || (row.has_sum && row.has_count && !negative);
        if (row.has_sum && both && (what == part::all || what == part::sum)) {
            series(gauge ? "_gsum" : "_sum");
            number(row.sum);
            end_line(point);
        }
        if (row.has_count && both && (what == part::all || what == part::count)) {
            series(gauge ? "_gcount" : "_count");
            number(row.count, row.float_counts);
            end_line(point);
        }
        if (!gauge) created(point);
    }

    /// 0.0.4 has no gauge histogram: its count and sum become families that a gauge's reader understands.
    void write_part_family(const family_view& family, std::string_view suffix, part what)
    {
        std::string name(name_);
        name.append(suffix);
        if (!family.help().empty()) help_line(name, family.help());
        type_line(name, "gauge");
        for (std::size_t i = 0; i < family.size(); ++i) write_histogram(family[i], what);
    }

    void write_summary(const point_view& point)
    {
        const summary_row& row = *point.summary();
        render(point.labels());
        std::size_t index = 0;
        for (const summary_quantile& q : point.owner().quantiles(row.quantiles)) {
            series({}, "quantile", bound_text(index++, q.rank));
            number(q.value);
            end_line(point);
        }
        if (row.has_sum) {
            series("_sum");
            number(row.sum);
            end_line(point);
        }
        if (row.has_count) {
            series("_count");
            number(row.count, row.float_counts);
            end_line(point);
        }
        created(point);
    }

    struct known_bound {
        double value = 0;
        unsigned char length = 0;
        char text[number_size];
    };

    metric_type type_ = metric_type::unknown;
    std::string escaped_;
    std::unordered_set<std::string> written_;  ///< with escaping only
    std::vector<known_bound> bounds_;
};

}  // namespace detail

/// Writes a finished batch through a chunk_writer, families in their order. OpenMetrics ends with "# EOF".
/// returns  families left out because an earlier one has the same name once escaped (collisions.hpp says which)
template <class Out>
std::size_t write_text(const batch& in, Out& out, const text_options& options = {})
{
    detail::text_writer<Out> writer(out, options);
    std::size_t left_out = 0;
    for (std::size_t i = 0; i < in.size(); ++i) left_out += writer.write(in[i]) ? 0U : 1U;
    if (options.format == text_format::openmetrics_1_0) out.append("# EOF\n");
    return left_out;
}

/// The whole text in one string.
[[nodiscard]] inline std::string write_text(const batch& in, const text_options& options = {})
{
    return to_string_with([&](auto& out) { write_text(in, out, options); });
}

}  // namespace pitot::expo
