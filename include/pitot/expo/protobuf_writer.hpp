#pragma once
// Writes a batch as length-delimited io.prometheus.client.MetricFamily messages.
//
// Info and state set are gauges there. Native histograms with custom bounds cannot be carried: they go
// out as the classic histogram that they amount to. A native histogram without observations gets a span of no buckets,
// or readers would take it for a classic one. source  prometheus/client_model, metrics.proto (10dc9df)

#include <pitot/expo/chunk.hpp>
#include <pitot/expo/custom_buckets.hpp>
#include <pitot/expo/escaping.hpp>
#include <pitot/expo/wire.hpp>
#include <pitot/model/batch.hpp>

#include <limits>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace pitot::expo {

/// scheme  how names beyond the legacy alphabet are written
struct protobuf_options {
    escaping scheme = escaping::allow_utf8;
};

namespace detail {

class protobuf_family {
public:
    protobuf_family(const family_view& family, escaping scheme)
        : family_(family), scheme_(scheme),
          name_(scheme == escaping::allow_utf8 ? std::string() : escape_name(family.name(), scheme))
    {}

    template <class Wire>
    void write(Wire& to) const
    {
        to.text(1, scheme_ == escaping::allow_utf8 ? family_.name() : std::string_view(name_));
        if (!family_.help().empty()) to.text(2, family_.help());
        to.varint(3, type_number());
        for (std::size_t i = 0; i < family_.size(); ++i) {
            const point_view point = family_[i];
            to.message(4, [&](auto& in) { write_point(in, point); });
        }
        if (!family_.unit().empty()) to.text(5, family_.unit());
    }

private:
    [[nodiscard]] std::uint64_t type_number() const noexcept
    {
        switch (family_.type()) {
        case metric_type::counter: return 0;
        case metric_type::summary: return 2;
        case metric_type::unknown: return 3;
        case metric_type::histogram: return 4;
        case metric_type::gauge_histogram: return 5;
        default: return 1;
        }
    }

    template <class Wire>
    void write_labels(Wire& to, labels_view labels) const
    {
        for (const label_view& label : labels) {
            to.message(1, [&](auto& in) {
                if (scheme_ == escaping::allow_utf8)
                    in.text(1, label.name);
                else
                    in.text(1, escape_name(label.name, scheme_, name_kind::label));
                in.text(2, label.value);
            });
        }
    }

    template <class Wire>
    void write_point(Wire& to, const point_view& point) const
    {
        write_labels(to, point.labels());
        if (const histogram_row* row = point.histogram()) {
            to.message(7, [&](auto& in) { write_histogram(in, point, *row); });
        } else if (const summary_row* summary = point.summary()) {
            to.message(4, [&](auto& in) { write_summary(in, point, *summary); });
        } else if (family_.type() == metric_type::counter) {
            to.message(3, [&](auto& in) {
                in.real(1, point.value());
                if (const auto exemplars = point.exemplars(); !exemplars.empty())
                    write_exemplar(in, 2, point.owner(), exemplars.front());
                if (const auto when = point.created()) write_time(in, 3, *when);
            });
        } else {
            to.message(family_.type() == metric_type::unknown ? 5 : 2, [&](auto& in) { in.real(1, point.value()); });
        }
        if (const auto when = point.timestamp()) to.varint(6, static_cast<std::uint64_t>(when->milliseconds()));
    }

    template <class Wire>
    static void write_time(Wire& to, std::uint32_t field, instant when)
    {
        to.message(field, [&](auto& in) {
            in.varint(1, static_cast<std::uint64_t>(when.seconds));
            if (when.nanos != 0) in.varint(2, static_cast<std::uint64_t>(when.nanos));
        });
    }

    template <class Wire>
    void write_exemplar(Wire& to, std::uint32_t field, const batch& owner, const exemplar_row& e) const
    {
        to.message(field, [&](auto& in) {
            write_labels(in, owner.labels(e.labels));
            in.real(2, e.value);
            if (e.timestamp) write_time(in, 3, *e.timestamp);
        });
    }

    template <class Wire>
    static void write_summary(Wire& to, const point_view& point, const summary_row& row)
    {
        if (row.has_count) to.varint(1, whole(row.count, row.float_counts));
        if (row.has_sum) to.real(2, row.sum);
        for (const summary_quantile& q : point.owner().quantiles(row.quantiles)) {
            to.message(3, [&](auto& in) {
                in.real(1, q.rank);
                in.real(2, q.value);
            });
        }
        if (const auto when = point.created()) write_time(to, 4, *when);
    }

    /// Summaries have no float counts in this format.
    static std::uint64_t whole(count_cell count, bool is_float) noexcept
    {
        if (!is_float) return count.integer;
        if (!(count.real >= 0)) return 0;
        return count.real >= 18446744073709551616.0 ? UINT64_MAX : static_cast<std::uint64_t>(count.real);
    }

    template <class Wire>
    static void write_count(Wire& to, std::uint32_t whole_field, std::uint32_t real_field, count_cell count,
                            bool is_float)
    {
        if (is_float)
            to.real(real_field, count.real);
        else
            to.varint(whole_field, count.integer);
    }

    template <class Wire>
    void write_histogram(Wire& to, const point_view& point, const histogram_row& row) const
    {
        const bool native = row.has_native() && row.schema != custom_buckets_schema;
        write_count(to, 1, 4, row.count, row.float_counts);
        if (row.has_sum) to.real(2, row.sum);
        write_classic(to, point, row, native);
        if (native) write_native(to, point, row);
        if (const auto when = point.created()) write_time(to, 15, *when);
        for (const exemplar_row& e : point.exemplars())
            if (e.bucket == exemplar_row::no_bucket) write_exemplar(to, 16, point.owner(), e);
    }

    template <class Wire>
    void write_classic(Wire& to, const point_view& point, const histogram_row& row, bool native) const
    {
        std::vector<classic_bucket> made;
        const auto buckets = classic_buckets(point.owner(), row, made);
        std::uint32_t index = 0;
        const auto one = [&](double upper, count_cell cumulative) {
            to.message(3, [&](auto& in) {
                write_count(in, 1, 4, cumulative, row.float_counts);
                in.real(2, upper);
                for (const exemplar_row& e : point.exemplars())
                    if (e.bucket == index) {
                        write_exemplar(in, 3, point.owner(), e);
                        break;  // a bucket has one
                    }
            });
            ++index;
        };
        for (const classic_bucket& bucket : buckets) one(bucket.upper, bucket.cumulative);
        const bool infinite = !buckets.empty() && buckets.back().upper == std::numeric_limits<double>::infinity();
        if (!infinite && !(native && buckets.empty())) one(std::numeric_limits<double>::infinity(), row.count);
    }

    template <class Wire>
    static void write_native(Wire& to, const point_view& point, const histogram_row& row)
    {
        const batch& owner = point.owner();
        to.varint(5, zigzag(row.schema));
        to.real(6, row.zero_threshold);
        write_count(to, 7, 8, row.zero_count, row.float_counts);
        write_side(to, 9, owner.spans(row.negative_spans), owner.counts(row.negative), row.float_counts);
        write_side(to, 12, owner.spans(row.positive_spans), owner.counts(row.positive), row.float_counts);
        const bool zero = row.float_counts ? row.zero_count.real > 0 : row.zero_count.integer > 0;
        if (row.positive_spans.count == 0 && row.negative_spans.count == 0 && !(row.zero_threshold > 0) && !zero) {
            to.message(12, [](auto& in) {
                in.varint(1, 0);
                in.varint(2, 0);
            });
        }
    }

    /// field  of the spans; deltas of integers follow it, and absolute counts behind those
    template <class Wire>
    static void write_side(Wire& to, std::uint32_t field, std::span<const bucket_span> spans,
                           std::span<const count_cell> counts, bool is_float)
    {
        for (const bucket_span& span : spans) {
            to.message(field, [&](auto& in) {
                in.varint(1, zigzag(span.offset));
                in.varint(2, span.length);
            });
        }
        if (counts.empty()) return;
        if (is_float) {
            to.packed_reals(field + 2, counts.size());
            for (const count_cell& c : counts) to.bare_real(c.real);
            return;
        }
        to.packed(field + 1, [&](auto&& put) {
            std::uint64_t before = 0;
            for (const count_cell& c : counts) {
                put(zigzag(static_cast<std::int64_t>(c.integer - before)));
                before = c.integer;
            }
        });
    }

    const family_view& family_;
    escaping scheme_;
    std::string name_;
};

}  // namespace detail

/// Writes a finished batch through a chunk_writer, families in their order, each behind its length.
template <class Out>
void write_protobuf(const batch& in, Out& out, const protobuf_options& options = {})
{
    detail::wire_writer<Out> wire(out);
    std::unordered_set<std::string> written;
    for (std::size_t i = 0; i < in.size(); ++i) {
        const family_view view = in[i];
        if (options.scheme != escaping::allow_utf8 && !written.insert(escape_name(view.name(), options.scheme)).second)
            continue;
        const detail::protobuf_family family(view, options.scheme);
        detail::wire_size size;
        family.write(size);
        wire.bare(size.size());
        family.write(wire);
    }
}

/// All messages in one string.
[[nodiscard]] inline std::string write_protobuf(const batch& in, const protobuf_options& options = {})
{
    return to_string_with([&](auto& out) { write_protobuf(in, out, options); });
}

}  // namespace pitot::expo
