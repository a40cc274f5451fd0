#pragma once
// Reads length-delimited io.prometheus.client.MetricFamily messages into a batch.

#include <pitot/base/text.hpp>
#include <pitot/expo/error_list.hpp>
#include <pitot/expo/parse_options.hpp>
#include <pitot/expo/protobuf_histogram.hpp>
#include <pitot/model/name.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::expo {

namespace detail {

class protobuf_parser {
public:
    protobuf_parser(std::string_view all, batch& out, const parse_options& options)
        : all_(all), out_(out), options_(options)
    {}

    std::vector<error> run()
    {
        if (all_.size() > options_.max_bytes) {
            report({all_.data(), errc::too_large, "there are more bytes than the limit"});
        } else {
            std::string_view rest = all_;
            while (!rest.empty() && !stop_ && frame(rest)) {}
        }
        out_.finish();
        return errors_.take(all_.size());
    }

private:
    /// One length and its message. A bad length ends the reading: what follows it cannot be found.
    bool frame(std::string_view& rest)
    {
        wire_failure failure;
        wire_reader delimiter(rest, failure);
        std::uint64_t length = 0;
        if (!delimiter.read_varint(length)) return report(failure);
        const std::string_view behind = delimiter.rest();
        if (length > options_.max_line)
            return report({rest.data(), errc::too_large, "a family has more bytes than the limit"});
        if (length > behind.size())
            return report({rest.data(), errc::unexpected_end, "a family is longer than what is left"});
        family(behind.substr(0, static_cast<std::size_t>(length)));
        rest = behind.substr(static_cast<std::size_t>(length));
        return true;
    }

    bool report(const wire_failure& failure)
    {
        const auto offset = static_cast<std::size_t>(failure.at - all_.data());
        const std::string_view prefix = context_.empty() ? std::string_view{} : std::string_view(": ");
        errors_.add({failure.code, concat(context_, prefix, failure.why), {offset, offset < all_.size() ? 1U : 0U}});
        if (options_.strict) stop_ = true;
        return false;
    }

    /// Fields come in any order, so the first pass reads everything but the metrics.
    void family(std::string_view message)
    {
        context_ = {};
        wire_failure failure;
        wire_reader in(message, failure);
        std::string_view name;
        std::string_view help;
        std::string_view unit;
        metric_type type = metric_type::counter;  // the default of the enum
        while (in.next()) {
            switch (in.field) {
            case 1:
                if (read_text(in)) name = in.bytes;
                break;
            case 2:
                if (read_text(in)) help = in.bytes;
                break;
            case 3:
                if (in.is(wire_type::varint)) read_type(in, type);
                break;
            case 4: static_cast<void>(in.is(wire_type::bytes)); break;
            case 5:
                if (read_text(in)) unit = in.bytes;
                break;
            default: break;
            }
        }
        if (failure.at == nullptr && name.empty())
            in.fail(message.data(), errc::invalid_name, "a family without a name");
        if (failure.at != nullptr) {
            report(failure);
            return;
        }
        context_ = name;
        if (const auto known = out_.find(name)) {
            report({message.data(), out_.row(*known).type == type ? errc::duplicate : errc::type_conflict,
                    "the family is given twice"});
            return;
        }
        family_ = out_.family(name, type, help, unit);
        type_ = type;
        wire_reader metrics(message, failure);
        while (!stop_ && metrics.next()) {
            if (metrics.field != 4) continue;
            wire_failure inside;  // a bad metric spoils itself alone
            if (!metric(metrics.bytes, inside)) report(inside);
        }
    }

    static bool read_text(wire_reader& in) noexcept
    {
        if (!in.is(wire_type::bytes)) return false;
        const std::size_t bad = utf8_error(in.bytes);
        return bad == in.bytes.size() || in.fail(in.bytes.data() + bad, errc::invalid_utf8, "the text is not UTF-8");
    }

    static void read_type(wire_reader& in, metric_type& type) noexcept
    {
        switch (in.number) {
        case 0: type = metric_type::counter; break;
        case 1: type = metric_type::gauge; break;
        case 2: type = metric_type::summary; break;
        case 3: type = metric_type::unknown; break;
        case 4: type = metric_type::histogram; break;
        case 5: type = metric_type::gauge_histogram; break;
        default: in.fail(in.start, errc::invalid_value, "the metric type is none of 0 to 5");
        }
    }

    bool metric(std::string_view message, wire_failure& failure)
    {
        wire_reader in(message, failure);
        labels_.clear();
        std::string_view body;
        bool has_body = false;
        std::optional<std::int64_t> time;
        const std::uint32_t wanted = body_field();
        const char* other = nullptr;
        while (in.next()) {
            switch (in.field) {
            case 1: static_cast<void>(read_label(in, labels_, options_.max_labels)); break;
            case 6:
                if (in.is(wire_type::varint)) time = static_cast<std::int64_t>(in.number);
                break;
            case 2:
            case 3:
            case 4:
            case 5:
            case 7:
                if (!in.is(wire_type::bytes)) break;
                if (in.field == wanted) {
                    body = in.bytes;
                    has_body = true;
                } else {
                    other = in.start;
                }
                break;
            default: break;
            }
        }
        if (failure.at != nullptr) return false;
        if (!has_body)
            return in.fail(other != nullptr ? other : message.data(), errc::type_conflict,
                           "the metric's value is not of the family's type");
        if (++samples_ > options_.max_samples) {
            stop_ = true;
            return in.fail(message.data(), errc::too_many, "there are more series than the limit");
        }
        const labels_id labels = out_.labels(labels_);
        point_id point{};
        created_.reset();
        exemplars_.clear();
        if (wanted == 7) {
            protobuf_histogram reader(out_, options_.max_labels, exemplars_);
            if (!reader.read(body, failure)) return false;
            created_ = reader.created;
            point = out_.add(family_, labels, reader.row);
        } else if (wanted == 4) {
            summary_row row;
            if (!summary(body, row, failure)) return false;
            point = out_.add(family_, labels, row);
        } else {
            double value = 0;
            if (!scalar(body, value, failure)) return false;
            point = out_.add(family_, labels, value);
        }
        if (time) out_.set_timestamp(point, instant::from_milliseconds(*time));
        if (created_) out_.set_created(point, *created_);
        if (!exemplars_.empty()) out_.set_exemplars(point, exemplars_);
        return true;
    }

    [[nodiscard]] std::uint32_t body_field() const noexcept
    {
        switch (type_) {
        case metric_type::counter: return 3;
        case metric_type::summary: return 4;
        case metric_type::unknown: return 5;
        case metric_type::histogram:
        case metric_type::gauge_histogram: return 7;
        default: return 2;
        }
    }

    bool scalar(std::string_view message, double& value, wire_failure& failure)
    {
        wire_reader in(message, failure);
        while (in.next()) {
            if (in.field == 1) {
                if (in.is(wire_type::fixed64)) value = in.real();
            } else if (type_ == metric_type::counter && in.field == 2) {
                exemplar_row e;
                if (read_exemplar(in, out_, options_.max_labels, e)) exemplars_.assign(1, e);
            } else if (type_ == metric_type::counter && in.field == 3) {
                static_cast<void>(read_time(in, created_));
            }
        }
        return failure.at == nullptr;
    }

    bool summary(std::string_view message, summary_row& row, wire_failure& failure)
    {
        wire_reader in(message, failure);
        row.has_count = row.has_sum = false;
        quantiles_.clear();
        while (in.next()) {
            switch (in.field) {
            case 1:
                if (!in.is(wire_type::varint)) break;
                row.count.integer = in.number;
                row.has_count = true;
                break;
            case 2:
                if (!in.is(wire_type::fixed64)) break;
                row.sum = in.real();
                row.has_sum = true;
                break;
            case 3: {
                if (!in.is(wire_type::bytes)) break;
                wire_reader part(in.bytes, failure);
                summary_quantile q;
                while (part.next()) {
                    if (part.field == 1 && part.is(wire_type::fixed64))
                        q.rank = part.real();
                    else if (part.field == 2 && part.is(wire_type::fixed64))
                        q.value = part.real();
                }
                quantiles_.push_back(q);
                break;
            }
            case 4: static_cast<void>(read_time(in, created_)); break;
            default: break;
            }
        }
        row.quantiles = out_.add_quantiles(quantiles_);
        return failure.at == nullptr;
    }

    std::string_view all_;
    batch& out_;
    parse_options options_;
    error_list errors_{options_};
    bool stop_ = false;
    std::size_t samples_ = 0;
    std::string_view context_;  ///< the family's name, for messages
    family_id family_{};
    metric_type type_ = metric_type::unknown;
    std::vector<label_view> labels_;
    std::vector<exemplar_row> exemplars_;
    std::vector<summary_quantile> quantiles_;
    std::optional<instant> created_;
};

}  // namespace detail

/// Reads a whole protobuf exposition. The bytes must outlive the batch, which holds views into them; the batch is
/// finished afterwards. Unknown fields are skipped; native histograms with custom buckets are refused (no format's
/// writers produce them).
/// returns  the errors with the byte at fault: with `strict` at most one; without, a bad metric or family is left out
///          and listed (nothing can be read behind a broken length)
[[nodiscard]] inline std::vector<error> parse_protobuf(std::string_view bytes, batch& out,
                                                       const parse_options& options = {})
{
    return detail::protobuf_parser(bytes, out, options).run();
}

}  // namespace pitot::expo
