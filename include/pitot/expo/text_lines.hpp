#pragma once
// The pieces of a line of text 0.0.4 or OpenMetrics: names, labels, numbers, times, exemplars.

#include <pitot/base/number.hpp>
#include <pitot/base/utf8.hpp>
#include <pitot/expo/chunk.hpp>
#include <pitot/expo/escaping.hpp>
#include <pitot/expo/scan.hpp>
#include <pitot/model/batch.hpp>

#include <cstring>
#include <string>
#include <string_view>

namespace pitot::expo {

/// Of an exemplar's label names and values together.
/// source  OpenMetrics 1.0, "Exemplars"
inline constexpr std::size_t most_exemplar_characters = 128;
[[nodiscard]] inline std::size_t exemplar_length(labels_view labels) noexcept
{
    std::size_t length = 0;
    for (const label_view& l : labels) length += utf8_length(l.name) + utf8_length(l.value);
    return length;
}

enum class text_format : unsigned char { text_0_0_4, openmetrics_1_0 };

/// scheme   how names beyond the legacy alphabet are written
/// created  OpenMetrics only: write _created samples (off, as in other libraries: they double the series)
struct text_options {
    text_format format = text_format::text_0_0_4;
    escaping scheme = escaping::allow_utf8;
    bool created = false;
};

namespace detail {

/// The bytes of a text between its quotes; both formats escape \ " and newline there, 0.0.4 leaves " in help texts.
template <class Out>
void append_escaped(Out& out, std::string_view text, bool quote = true)
{
    const char* plain = text.data();
    const char* const end = plain + text.size();
    bool high = false;
    for (const char* at = find_special(plain, end, high); at != end; at = find_special(at + 1, end, high)) {
        if (*at == '"' && !quote) continue;
        out.append(std::string_view(plain, static_cast<std::size_t>(at - plain)));
        const char escaped[2] = {'\\', *at == '\n' ? 'n' : *at};
        out.append(std::string_view(escaped, 2));
        plain = at + 1;
    }
    out.append(std::string_view(plain, static_cast<std::size_t>(end - plain)));
}

/// Copies a text whose length is mostly below 32, without a call.
inline char* put(char* to, std::string_view text) noexcept
{
    const char* const from = text.data();
    const std::size_t n = text.size();
    if (n > 32) {
        std::memcpy(to, from, n);
    } else if (n >= 16) {
        std::memcpy(to, from, 16);
        std::memcpy(to + n - 16, from + n - 16, 16);
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

/// The same with escapes; there must be room for two bytes each.
inline char* put_escaped(char* to, std::string_view text) noexcept
{
    if (copy_plain(to, text.data(), text.size())) return to + text.size();
    bool high = false;
    const char* at = text.data();
    const char* const end = at + text.size();
    for (const char* special = find_special(at, end, high); special != end; special = find_special(at, end, high)) {
        to = put(to, {at, static_cast<std::size_t>(special - at)});
        *to++ = '\\';
        *to++ = *special == '\n' ? 'n' : *special;
        at = special + 1;
    }
    return put(to, {at, static_cast<std::size_t>(end - at)});
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

/// Writes the pieces through a chunk_writer.
template <class Out>
class text_lines {
public:
    text_lines(Out& out, const text_options& options)
        : out_(out), options_(options), om_(options.format == text_format::openmetrics_1_0)
    {}

protected:
    /// A metric name in a metadata line.
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

    /// Does a label name need no quotes and no escaping? The answer for the name at each place is kept: it is nearly
    /// always that of the series before.
    [[nodiscard]] bool plain_label(std::size_t place, std::string_view name) noexcept
    {
        constexpr std::size_t places = sizeof known_ / sizeof known_[0];
        if (place >= places) return options_.scheme != escaping::dots && is_legacy_label_name(name);
        known_name& known = known_[place];
        if (known.text.data() != name.data() || known.text.size() != name.size())
            known = {name, options_.scheme != escaping::dots && is_legacy_label_name(name)};
        return known.plain;
    }

    template <class To>
    void append_label(To& to, std::string_view name, std::string_view value) const
    {
        if (options_.scheme == escaping::allow_utf8) {
            if (is_legacy_label_name(name)) {
                to.append(name);
            } else {
                to.append(std::string_view("\""));
                append_escaped(to, name);
                to.append(std::string_view("\""));
            }
        } else {
            to.append(escape_name(name, options_.scheme, name_kind::label));
        }
        to.append(std::string_view("=\""));
        append_escaped(to, value);
        to.append(std::string_view("\""));
    }

    /// The labels of a series as they stand between its braces, for series that take several lines.
    void render(labels_view labels)
    {
        block_.clear();
        for (const label_view& label : labels) {
            if (!block_.empty()) block_.push_back(',');
            append_label(block_, label.name, label.value);
        }
    }

    /// A line's beginning from render()'s labels: name, suffix, labels and one more label, up to the closing brace.
    /// extra  "le" or "quantile", or empty
    void series(std::string_view suffix, std::string_view extra = {}, std::string_view value = {})
    {
        bool inside = false;
        if (legal_) {
            out_.append(name_);
            out_.append(suffix);
            if (block_.empty() && extra.empty()) return;
            out_.append('{');
        } else {
            out_.append("{\"");
            append_escaped(out_, name_);
            out_.append(suffix);
            out_.append('"');
            inside = true;
        }
        if (!block_.empty()) {
            if (inside) out_.append(',');
            out_.append(block_);
            inside = true;
        }
        if (!extra.empty()) {
            char* const room = out_.room(extra.size() + value.size() + 4);
            char* at = room;
            if (inside) *at++ = ',';
            at = put(put(put(at, extra), "=\""), value);
            *at++ = '"';
            out_.commit(at);
        }
        out_.append('}');
    }

    /// A whole line when it is the usual one: legal names, no timestamp, not of extraordinary length.
    [[nodiscard]] bool write_plain(const point_row& row, labels_view labels)
    {
        if (!legal_ || row.extra != point_row::none) return false;
        constexpr std::size_t most = std::size_t{16} << 10U;  // well within a chunk
        std::size_t bound = name_.size() + number_size + 8;
        for (const label_view& label : labels) bound += label.name.size() + 2 * label.value.size() + 4;
        if (bound > most) return false;
        char* const first = out_.room(bound);
        char* at = put(first, name_);
        if (!labels.empty()) {
            char separator = '{';
            std::size_t place = 0;
            for (const label_view& label : labels) {
                if (!plain_label(place++, label.name)) return false;
                *at++ = separator;
                at = put(at, label.name);
                *at++ = '=';
                *at++ = '"';
                at = put_escaped(at, label.value);
                *at++ = '"';
                separator = ',';
            }
            *at++ = '}';
        }
        *at++ = ' ';
        at = write_number(at, row.value);
        *at++ = '\n';
        out_.commit(at);
        return true;
    }

    void number(double value)
    {
        char* const at = out_.room(number_size + 1);
        *at = ' ';
        out_.commit(write_number(at + 1, value));
    }
    void number(count_cell value, bool is_float)
    {
        if (is_float) return number(value.real);
        char* const at = out_.room(number_size + 1);
        *at = ' ';
        out_.commit(write_number(at + 1, value.integer));
    }

    /// Timestamp, exemplar and newline.
    void end_line(const point_view& point, std::uint32_t bucket = exemplar_row::no_bucket, bool exemplars = false)
    {
        if (point.row().extra == point_row::none) {
            out_.append('\n');
            return;
        }
        if (const auto when = point.timestamp()) timestamp(*when);
        if (om_ && exemplars)
            for (const exemplar_row& e : point.exemplars())
                if (e.bucket == bucket && exemplar(point.owner(), e)) break;  // a sample has one
        out_.append('\n');
    }

    void timestamp(instant when)
    {
        char* const at = out_.room(48);
        *at = ' ';
        out_.commit(om_ ? write_seconds(at + 1, when) : std::to_chars(at + 1, at + 40, when.milliseconds()).ptr);
    }

    /// OpenMetrics allows 128 characters of names and values; a longer one is left out, or the whole scrape would fail.
    bool exemplar(const batch& owner, const exemplar_row& e)
    {
        if (exemplar_length(owner.labels(e.labels)) > most_exemplar_characters) return false;
        std::string labels;
        for (const label_view& label : owner.labels(e.labels)) {
            if (!labels.empty()) labels.push_back(',');
            append_label(labels, label.name, label.value);
        }
        out_.append(" # {");
        out_.append(labels);
        out_.append('}');
        number(e.value);
        if (e.timestamp) timestamp(*e.timestamp);
        return true;
    }

    struct known_name {
        std::string_view text;
        bool plain = false;
    };

    Out& out_;
    text_options options_;
    bool om_;
    bool legal_ = true;
    std::string_view name_;
    std::string block_;
    known_name known_[8];
};

}  // namespace detail

}  // namespace pitot::expo
