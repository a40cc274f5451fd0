#pragma once
// Writes a batch as text 0.0.4 or OpenMetrics 1.0.
//
// What a format cannot hold is converted as the field does it: a native histogram without classic buckets goes out
// with its +Inf bucket, count and sum; info and state set are gauges in 0.0.4, unknown is untyped, a gauge histogram's
// _gsum and _gcount are gauge families of their own; exemplars and created lines are left out of 0.0.4.

#include <pitot/base/number.hpp>
#include <pitot/expo/chunk.hpp>
#include <pitot/expo/escaping.hpp>
#include <pitot/model/batch.hpp>

#include <cstring>
#include <limits>
#include <string>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>  // sixteen bytes of a label value at a time
#endif

namespace pitot::expo {

enum class text_format : unsigned char { text_0_0_4, openmetrics_1_0 };

/// scheme   how names beyond the legacy alphabet are written
/// created  OpenMetrics only: write _created samples (off, as in other libraries: they double the series)
struct text_options {
    text_format format = text_format::text_0_0_4;
    escaping scheme = escaping::allow_utf8;
    bool created = false;
};

namespace detail {

/// The bytes of a label value between its quotes; both formats escape \ " and newline.
template <class Out>
void append_escaped(Out& out, std::string_view text, bool quote = true)
{
    std::size_t plain = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c != '\\' && c != '\n' && !(quote && c == '"')) continue;
        out.append(text.substr(plain, i - plain));
        out.append('\\');
        out.append(c == '\n' ? 'n' : c);
        plain = i + 1;
    }
    out.append(text.substr(plain));
}

/// Copies a short text; the libc's memcpy would cost more than the copy.
inline char* put_short(char* to, std::string_view text) noexcept
{
    const std::size_t n = text.size();
    const char* const from = text.data();
    if (n > 16) {
        std::memcpy(to, from, n);
    } else if (n >= 8) {
        std::memcpy(to, from, 8);
        std::memcpy(to + n - 8, from + n - 8, 8);
    } else if (n >= 4) {
        std::memcpy(to, from, 4);
        std::memcpy(to + n - 4, from + n - 4, 4);
    } else {
        for (std::size_t i = 0; i < n; ++i) to[i] = from[i];
    }
    return to + n;
}

/// Copies a label value with its escapes; `to` has room for twice its size and 16 bytes.
inline char* put_escaped(char* to, std::string_view text) noexcept
{
    const char* from = text.data();
    const char* const end = from + text.size();
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i slash = _mm_set1_epi8('\\');
    const __m128i newline = _mm_set1_epi8('\n');
    while (end - from >= 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes);
        const __m128i special = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, slash)), _mm_cmpeq_epi8(bytes, newline));
        const int mask = _mm_movemask_epi8(special);
        if (mask == 0) {
            from += 16;
            to += 16;
            continue;
        }
        const int plain = __builtin_ctz(static_cast<unsigned>(mask));
        from += plain;
        to += plain;
        *to++ = '\\';
        *to++ = *from == '\n' ? 'n' : *from;
        ++from;
    }
#endif
    for (; from != end; ++from) {
        const char c = *from;
        if (c == '"' || c == '\\' || c == '\n') *to++ = '\\';
        *to++ = c == '\n' ? 'n' : c;
    }
    return to;
}

/// OpenMetrics: decimal seconds without exponent, no more digits than needed.
inline char* write_seconds(char* first, instant when) noexcept
{
    const bool below = when.seconds < 0 && when.nanos != 0;  // -1.5 s is stored as -2 s + 0.5 s
    const std::int64_t seconds = below ? when.seconds + 1 : when.seconds;
    std::int32_t nanos = below ? 1'000'000'000 - when.nanos : when.nanos;
    if (below && seconds == 0) *first++ = '-';
    char* end = std::to_chars(first, first + 24, seconds).ptr;
    if (nanos == 0) return end;
    *end++ = '.';
    for (std::int32_t place = 100'000'000; nanos != 0; place /= 10) {
        *end++ = static_cast<char>('0' + nanos / place);
        nanos %= place;
    }
    return end;
}

inline bool has_suffix(std::string_view text, std::string_view suffix) noexcept
{
    return text.size() > suffix.size() && text.substr(text.size() - suffix.size()) == suffix;
}

template <class Out>
class text_writer {
public:
    text_writer(Out& out, const text_options& options) : out_(out), options_(options) {}

    void write(const family_view& family)
    {
        om_ = options_.format == text_format::openmetrics_1_0;
        type_ = family.type();
        name_ = family.name();
        if (options_.scheme != escaping::allow_utf8) {
            escaped_ = escape_name(name_, options_.scheme);
            name_ = escaped_;
        }
        legal_ = is_legacy_metric_name(name_);
        metadata(family);
        const std::size_t n = family.size();
        if (type_ == metric_type::gauge_histogram && !om_) {
            for (std::size_t i = 0; i < n; ++i) write_histogram(family[i], part::buckets);
            write_part_family(family, "_gcount", part::count);
            write_part_family(family, "_gsum", part::sum);
            return;
        }
        for (std::size_t i = 0; i < n; ++i) {
            const point_view point = family[i];
            if (point.histogram() != nullptr) write_histogram(point, part::all);
            else if (point.summary() != nullptr) write_summary(point);
            else write_scalar(point);
        }
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
            if (has_suffix(name, suffix)) name.remove_suffix(suffix.size());
            else type = type_ == metric_type::counter ? "unknown" : "gauge";
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

    void append_name(std::string_view name)
    {
        if (legal_) {
            out_.append(name);
            return;
        }
        out_.append('"');
        append_escaped(out_, name);
        out_.append('"');
    }

    void append_label(std::string_view name, std::string_view value, bool& first)
    {
        if (!first) out_.append(',');
        first = false;
        if (is_legacy_label_name(name)) {
            out_.append(name);
        } else if (options_.scheme == escaping::allow_utf8) {
            out_.append('"');
            append_escaped(out_, name);
            out_.append('"');
        } else {
            out_.append(escape_name(name, options_.scheme, name_kind::label));
        }
        out_.append("=\"");
        append_escaped(out_, value);
        out_.append('"');
    }

    /// name, suffix, labels and one more label.
    /// returns  the place behind the closing brace, not committed, with room for a blank, a number and a newline
    [[nodiscard]] char* series(std::string_view suffix, labels_view labels, std::string_view extra = {}, std::string_view value = {})
    {
        std::size_t most = number_size + 2 + name_.size() + suffix.size() + extra.size() + value.size() + 32;
        bool usual = legal_;
        for (const label_view& label : labels) {
            most += label.name.size() + 2 * label.value.size() + 24;
            usual = usual && plain_label(label.name);
        }
        if (!usual || most > chunk_limit) {
            unusual_series(suffix, labels, extra, value);
            return out_.room(number_size + 2);
        }
        char* at = put_short(put_short(out_.room(most), name_), suffix);
        if (!labels.empty() || !extra.empty()) {
            *at++ = '{';
            for (const label_view& label : labels) {
                at = put_short(at, label.name);
                *at++ = '=';
                *at++ = '"';
                at = put_escaped(at, label.value);
                *at++ = '"';
                *at++ = ',';
            }
            if (!extra.empty()) {
                at = put_short(at, extra);
                *at++ = '=';
                *at++ = '"';
                at = put_short(at, value);
                *at++ = '"';
                *at++ = ',';
            }
            at[-1] = '}';
        }
        return at;
    }

    /// A chunk_writer's buffer holds at least this much.
    static constexpr std::size_t chunk_limit = 4096;

    /// Is the name written without quotes? Label names repeat from series to series: the last few are remembered.
    bool plain_label(std::string_view name)
    {
        const std::size_t slot = name.size() & 7U;
        if (known_[slot].data() == name.data() && known_[slot].size() == name.size()) return true;
        if (!is_legacy_label_name(name) || options_.scheme == escaping::dots) return false;
        known_[slot] = name;
        return true;
    }

    /// Any names, any length.
    void unusual_series(std::string_view suffix, labels_view labels, std::string_view extra, std::string_view value)
    {
        bool first = true;
        if (legal_) {
            out_.append(name_);
            out_.append(suffix);
            if (labels.empty() && extra.empty()) return;
            out_.append('{');
        } else {
            out_.append("{\"");
            append_escaped(out_, name_);
            out_.append(suffix);
            out_.append('"');
            first = false;
        }
        for (const label_view& label : labels) {
            if (options_.scheme == escaping::dots && is_legacy_label_name(label.name)) {
                append_label(escape_name(label.name, escaping::dots, name_kind::label), label.value, first);
                continue;
            }
            append_label(label.name, label.value, first);
        }
        if (!extra.empty()) append_label(extra, value, first);
        out_.append('}');
    }

    static char* number(char* at, double value) noexcept
    {
        *at = ' ';
        return write_number(at + 1, value);
    }
    static char* number(char* at, count_cell value, bool is_float) noexcept
    {
        *at = ' ';
        return is_float ? write_number(at + 1, value.real) : write_number(at + 1, value.integer);
    }

    /// at  behind the number; commits it
    void end_line(char* at, const point_view& point, std::uint32_t bucket = exemplar_row::no_bucket, bool exemplars = false)
    {
        if (point.row().extra == point_row::none) {
            *at = '\n';
            out_.commit(at + 1);
            return;
        }
        out_.commit(at);
        if (const auto when = point.timestamp()) timestamp(*when);
        if (om_ && exemplars)
            for (const exemplar_row& e : point.exemplars())
                if (e.bucket == bucket) {
                    exemplar(point.owner(), e);
                    break;  // a sample has one
                }
        out_.append('\n');
    }

    void timestamp(instant when)
    {
        char* const at = out_.room(48);
        *at = ' ';
        out_.commit(om_ ? write_seconds(at + 1, when) : std::to_chars(at + 1, at + 40, when.milliseconds()).ptr);
    }

    void exemplar(const batch& owner, const exemplar_row& e)
    {
        out_.append(" # {");
        bool first = true;
        for (const label_view& label : owner.labels(e.labels)) append_label(label.name, label.value, first);
        out_.append('}');
        out_.commit(number(out_.room(number_size + 1), e.value));
        if (e.timestamp) timestamp(*e.timestamp);
    }

    void created(const point_view& point)
    {
        if (!om_ || !options_.created) return;
        const auto when = point.created();
        if (!when) return;
        const std::string_view whole = name_;
        if (type_ == metric_type::counter) name_.remove_suffix(6);
        out_.commit(series("_created", point.labels()));
        name_ = whole;
        timestamp(*when);
        out_.append('\n');
    }

    void write_scalar(const point_view& point)
    {
        const bool counter = type_ == metric_type::counter && has_suffix(name_, "_total");
        end_line(number(series({}, point.labels()), point.value()), point, exemplar_row::no_bucket, counter);
        if (counter) created(point);
    }

    void write_histogram(const point_view& point, part what)
    {
        const histogram_row& row = *point.histogram();
        const bool gauge = type_ == metric_type::gauge_histogram;
        const labels_view labels = point.labels();
        const auto buckets = point.owner().buckets(row.classic);
        char bound[number_size];
        if (what == part::all || what == part::buckets) {
            std::uint32_t index = 0;
            bool infinite = false;
            for (const classic_bucket& bucket : buckets) {
                char* const end = om_ ? write_canonical_number(bound, bucket.upper) : write_go_number(bound, bucket.upper);
                infinite = infinite || bucket.upper == std::numeric_limits<double>::infinity();
                end_line(number(series("_bucket", labels, "le", {bound, static_cast<std::size_t>(end - bound)}), bucket.cumulative, row.float_counts), point, index++, true);
            }
            if (!infinite) {
                end_line(number(series("_bucket", labels, "le", "+Inf"), row.count, row.float_counts), point, index, true);
            }
        }
        if (row.has_sum && (what == part::all || what == part::sum)) {
            end_line(number(series(gauge ? "_gsum" : "_sum", labels), row.sum), point);
        }
        if (row.has_count && (what == part::all || what == part::count)) {
            end_line(number(series(gauge ? "_gcount" : "_count", labels), row.count, row.float_counts), point);
        }
        if (!gauge) created(point);
    }

    /// 0.0.4 has no gauge histogram: its count and sum become families that a gauge's reader understands.
    void write_part_family(const family_view& family, std::string_view suffix, part what)
    {
        const std::string whole(name_);
        const std::string part_name = whole + std::string(suffix);
        type_line(part_name, "gauge");
        for (std::size_t i = 0; i < family.size(); ++i) write_histogram(family[i], what);
    }

    void write_summary(const point_view& point)
    {
        const summary_row& row = *point.summary();
        const labels_view labels = point.labels();
        char rank[number_size];
        for (const summary_quantile& q : point.owner().quantiles(row.quantiles)) {
            char* const end = om_ ? write_canonical_number(rank, q.rank) : write_go_number(rank, q.rank);
            end_line(number(series({}, labels, "quantile", {rank, static_cast<std::size_t>(end - rank)}), q.value), point);
        }
        if (row.has_sum) {
            end_line(number(series("_sum", labels), row.sum), point);
        }
        if (row.has_count) {
            end_line(number(series("_count", labels), row.count, row.float_counts), point);
        }
        created(point);
    }

    Out& out_;
    text_options options_;
    bool om_ = false;
    bool legal_ = true;
    metric_type type_ = metric_type::unknown;
    std::string_view name_;
    std::string escaped_;
    std::string_view known_[8];  ///< label names that need no quotes, by their length
};

}  // namespace detail

/// Writes a finished batch through a chunk_writer, families in their order. OpenMetrics ends with "# EOF".
template <class Out>
void write_text(const batch& in, Out& out, const text_options& options = {})
{
    detail::text_writer<Out> writer(out, options);
    for (std::size_t i = 0; i < in.size(); ++i) writer.write(in[i]);
    if (options.format == text_format::openmetrics_1_0) out.append("# EOF\n");
}

/// The whole text in one string.
[[nodiscard]] inline std::string write_text(const batch& in, const text_options& options = {})
{
    return to_string_with([&](auto& out) { write_text(in, out, options); });
}

}  // namespace pitot::expo
