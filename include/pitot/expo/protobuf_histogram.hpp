#pragma once
// The parts of a protobuf metric that nest: labels, times, exemplars, histograms.

#include <pitot/base/utf8.hpp>
#include <pitot/expo/wire.hpp>
#include <pitot/model/batch.hpp>

#include <cmath>  // std::isnan
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

namespace pitot::expo {

namespace detail {

/// The reader stands on a LabelPair.
inline bool read_label(wire_reader& outer, std::vector<label_view>& labels, std::size_t most)
{
    if (!outer.is(wire_type::bytes)) return false;
    wire_reader in(outer.bytes, outer.failure());
    label_view label;
    while (in.next()) {
        if (in.field != 1 && in.field != 2) continue;
        if (!in.is(wire_type::bytes)) return false;
        const std::size_t bad = utf8_error(in.bytes);
        if (bad != in.bytes.size()) return in.fail(in.bytes.data() + bad, errc::invalid_utf8, "a label is not UTF-8");
        (in.field == 1 ? label.name : label.value) = in.bytes;
    }
    if (outer.failure().at != nullptr) return false;
    if (label.name.empty()) return outer.fail(outer.start, errc::invalid_name, "a label without a name");
    for (const label_view& known : labels)
        if (known.name == label.name) return outer.fail(outer.start, errc::duplicate, "a label is given twice");
    if (labels.size() >= most) return outer.fail(outer.start, errc::too_many, "there are more labels than the limit");
    labels.push_back(label);
    return true;
}

/// The reader stands on a google.protobuf.Timestamp.
inline bool read_time(wire_reader& outer, std::optional<instant>& when)
{
    if (!outer.is(wire_type::bytes)) return false;
    wire_reader in(outer.bytes, outer.failure());
    instant time;
    while (in.next()) {
        if (in.field != 1 && in.field != 2) continue;
        if (!in.is(wire_type::varint)) return false;
        if (in.field == 1) {
            time.seconds = static_cast<std::int64_t>(in.number);
        } else {
            if (in.number > 999'999'999) return in.fail(in.start, errc::out_of_range, "nanoseconds are 0 to 999999999");
            time.nanos = static_cast<std::int32_t>(in.number);
        }
    }
    when = time;
    return outer.failure().at == nullptr;
}

/// The reader stands on an Exemplar.
inline bool read_exemplar(wire_reader& outer, batch& out, std::size_t most_labels, exemplar_row& e)
{
    if (!outer.is(wire_type::bytes)) return false;
    wire_reader in(outer.bytes, outer.failure());
    std::vector<label_view> labels;
    while (in.next()) {
        if (in.field == 1) {
            if (!read_label(in, labels, most_labels)) return false;
        } else if (in.field == 2) {
            if (in.is(wire_type::fixed64)) e.value = in.real();
        } else if (in.field == 3) {
            if (!read_time(in, e.timestamp)) return false;
        }
    }
    if (outer.failure().at != nullptr) return false;
    e.labels = out.labels(labels);
    return true;
}

/// One side of a native histogram.
struct native_side {
    std::vector<bucket_span> spans;
    std::vector<std::int64_t> deltas;
    std::vector<double> counts;
};

/// Reads a Histogram: classic buckets, native ones, or both; whole counts or floats.
class protobuf_histogram {
public:
    protobuf_histogram(batch& out, std::size_t most_labels, std::vector<exemplar_row>& exemplars)
        : out_(out), most_labels_(most_labels), exemplars_(exemplars)
    {}

    histogram_row row;
    std::optional<instant> created;

    [[nodiscard]] bool read(std::string_view message, wire_failure& failure)
    {
        wire_reader in(message, failure);
        row.has_sum = false;
        while (in.next()) field(in);
        if (failure.at != nullptr) return false;
        row.float_counts = has_real_ && (!has_whole_ || real_count_ > 0);
        if (row.float_counts)
            row.count.real = real_count_;
        else
            row.count.integer = whole_count_;
        return native(in, message) && classic(in, message);
    }

private:
    struct raw_bucket {
        double upper = 0;
        std::uint64_t whole = 0;
        double real = 0;
    };

    void field(wire_reader& in)
    {
        switch (in.field) {
        case 1:
            if (in.is(wire_type::varint)) {
                whole_count_ = in.number;
                has_whole_ = true;
            }
            break;
        case 2:
            if (in.is(wire_type::fixed64)) {
                row.sum = in.real();
                row.has_sum = true;
            }
            break;
        case 3: bucket(in); break;
        case 4:
            if (in.is(wire_type::fixed64)) {
                real_count_ = in.real();
                has_real_ = true;
            }
            break;
        case 5:
            if (in.is(wire_type::varint)) schema(in);
            break;
        case 6:
            if (in.is(wire_type::fixed64)) row.zero_threshold = in.real();
            break;
        case 7:
            if (in.is(wire_type::varint)) zero_whole_ = in.number;
            break;
        case 8:
            if (in.is(wire_type::fixed64)) zero_real_ = in.real();
            break;
        case 9: span(in, negative_); break;
        case 10: deltas(in, negative_); break;
        case 11: reals(in, negative_); break;
        case 12: span(in, positive_); break;
        case 13: deltas(in, positive_); break;
        case 14: reals(in, positive_); break;
        case 15: static_cast<void>(read_time(in, created)); break;
        case 16: {
            exemplar_row e;
            if (read_exemplar(in, out_, most_labels_, e)) exemplars_.push_back(e);
            break;
        }
        default: break;
        }
    }

    void schema(wire_reader& in)
    {
        const std::int64_t value = unzigzag(in.number);
        if (value == custom_buckets_schema) {
            in.fail(in.start, errc::unsupported,
                    "native histograms with custom buckets (schema -53) are not part of the format");
        } else if (value < -4 || value > 8) {
            in.fail(in.start, errc::out_of_range, "the schema of a native histogram is -4 to 8");
        } else {
            schema_ = static_cast<std::int32_t>(value);
        }
    }

    void bucket(wire_reader& outer)
    {
        if (!outer.is(wire_type::bytes)) return;
        wire_reader in(outer.bytes, outer.failure());
        raw_bucket b;
        while (in.next()) {
            switch (in.field) {
            case 1:
                if (in.is(wire_type::varint)) b.whole = in.number;
                break;
            case 2:
                if (in.is(wire_type::fixed64)) b.upper = in.real();
                break;
            case 3: {
                exemplar_row e;
                if (!read_exemplar(in, out_, most_labels_, e)) return;
                e.bucket = static_cast<std::uint32_t>(buckets_.size());
                exemplars_.push_back(e);
                break;
            }
            case 4:
                if (in.is(wire_type::fixed64)) b.real = in.real();
                break;
            default: break;
            }
        }
        if (outer.failure().at != nullptr) return;
        if (std::isnan(b.upper))
            outer.fail(outer.start, errc::invalid_value, "a bucket's bound is NaN");
        else if (!buckets_.empty() && !(b.upper > buckets_.back().upper))
            outer.fail(outer.start, errc::invalid_value, "the bounds of buckets must ascend");
        else if (!buckets_.empty() && (b.whole < buckets_.back().whole || b.real < buckets_.back().real))
            outer.fail(outer.start, errc::invalid_value, "the counts of buckets are cumulative and must not fall");
        buckets_.push_back(b);
    }

    static void span(wire_reader& outer, native_side& side)
    {
        if (!outer.is(wire_type::bytes)) return;
        wire_reader in(outer.bytes, outer.failure());
        bucket_span s;
        while (in.next()) {
            if (in.field != 1 && in.field != 2) continue;
            if (!in.is(wire_type::varint)) return;
            const std::int64_t offset = unzigzag(in.number);
            if (in.field == 1) {
                if (offset < INT32_MIN || offset > INT32_MAX)
                    in.fail(in.start, errc::out_of_range, "a span's offset has 32 bits");
                s.offset = static_cast<std::int32_t>(offset);
            } else {
                if (in.number > UINT32_MAX) in.fail(in.start, errc::out_of_range, "a span's length has 32 bits");
                s.length = static_cast<std::uint32_t>(in.number);
            }
        }
        if (!side.spans.empty() && s.offset < 0)
            outer.fail(outer.start, errc::invalid_value, "only the first span may have a negative offset");
        side.spans.push_back(s);
    }

    static void deltas(wire_reader& in, native_side& side)
    {
        if (in.type == wire_type::varint) {
            side.deltas.push_back(unzigzag(in.number));
            return;
        }
        if (!in.is(wire_type::bytes)) return;
        wire_reader packed(in.bytes, in.failure());
        std::uint64_t value = 0;
        while (!packed.at_end() && packed.read_varint(value)) side.deltas.push_back(unzigzag(value));
    }

    static void reals(wire_reader& in, native_side& side)
    {
        if (in.type == wire_type::fixed64) {
            side.counts.push_back(in.real());
            return;
        }
        if (!in.is(wire_type::bytes)) return;
        wire_reader packed(in.bytes, in.failure());
        while (!packed.at_end() && packed.read_fixed(8)) side.counts.push_back(packed.real());
    }

    /// As Prometheus tells native histograms: by a span, a zero threshold or a zero count.
    bool native(wire_reader& in, std::string_view message)
    {
        if (positive_.spans.empty() && negative_.spans.empty() && !(row.zero_threshold > 0) && zero_whole_ == 0 &&
            !(zero_real_ > 0))
            return (positive_.deltas.empty() && negative_.deltas.empty() && positive_.counts.empty() &&
                    negative_.counts.empty()) ||
                   in.fail(message.data(), errc::invalid_value, "a native histogram has buckets but no spans");
        row.schema = schema_;
        if (row.float_counts)
            row.zero_count.real = zero_real_;
        else
            row.zero_count.integer = zero_whole_;
        std::uint64_t sum = row.float_counts ? 0 : zero_whole_;
        if (!side(in, message, positive_, row.positive_spans, row.positive, sum) ||
            !side(in, message, negative_, row.negative_spans, row.negative, sum))
            return false;
        // observations of NaN are in the count and in no bucket
        const bool fits = row.float_counts ||
                          (std::isnan(row.sum) ? sum <= row.count.integer : sum == row.count.integer);
        return fits || in.fail(message.data(), errc::invalid_value, "the native buckets do not add up to the count");
    }

    bool side(wire_reader& in, std::string_view message, native_side& from, slice& spans, slice& counts,
              std::uint64_t& sum)
    {
        const std::size_t n = row.float_counts ? from.counts.size() : from.deltas.size();
        std::uint64_t length = 0;
        for (const bucket_span& s : from.spans) length += s.length;
        if (length != n)
            return in.fail(message.data(), errc::invalid_value,
                           "the spans of a native histogram name another number of buckets");
        cells_.clear();
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < n; ++i) {
            count_cell cell;
            if (row.float_counts) {
                cell.real = from.counts[i];
            } else {
                const std::uint64_t before = value;
                value += static_cast<std::uint64_t>(from.deltas[i]);
                if ((from.deltas[i] < 0) != (value < before) && from.deltas[i] != 0)
                    return in.fail(message.data(), errc::invalid_value,
                                   "a native bucket's count is below zero or beyond 64 bits");
                cell.integer = value;
                sum += value;
            }
            cells_.push_back(cell);
        }
        if (from.spans.size() == 1 && from.spans[0] == bucket_span{}) from.spans.clear();  // only says "native"
        spans = out_.add_spans(from.spans);
        counts = out_.add_counts(cells_);
        return true;
    }

    bool classic(wire_reader& in, std::string_view message)
    {
        if (buckets_.empty() && row.has_native()) return true;
        const auto cell = [this](std::uint64_t whole, double real) {
            count_cell c;
            if (row.float_counts)
                c.real = real;
            else
                c.integer = whole;
            return c;
        };
        std::vector<classic_bucket> rows;
        rows.reserve(buckets_.size() + 1);
        for (const raw_bucket& b : buckets_) rows.push_back({b.upper, cell(b.whole, b.real)});
        constexpr double infinity = std::numeric_limits<double>::infinity();
        const bool infinite = !rows.empty() && rows.back().upper == infinity;
        if (!rows.empty()) {
            const count_cell last = rows.back().cumulative;
            const bool over = row.float_counts ? last.real > row.count.real : last.integer > row.count.integer;
            const bool under = infinite &&
                               (row.float_counts ? last.real < row.count.real : last.integer < row.count.integer);
            if (over || under)
                return in.fail(message.data(), errc::invalid_value, "the last bucket differs from the count");
        }
        if (!infinite) rows.push_back({infinity, row.count});  // optional in this format
        row.classic = out_.add_buckets(rows);
        return true;
    }

    batch& out_;
    std::size_t most_labels_;
    std::vector<exemplar_row>& exemplars_;
    bool has_whole_ = false;
    bool has_real_ = false;
    std::uint64_t whole_count_ = 0;
    double real_count_ = 0;
    std::int32_t schema_ = 0;
    std::uint64_t zero_whole_ = 0;
    double zero_real_ = 0;
    std::vector<raw_bucket> buckets_;
    native_side positive_;
    native_side negative_;
    std::vector<count_cell> cells_;
};

}  // namespace detail

}  // namespace pitot::expo
