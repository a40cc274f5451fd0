#pragma once
// One sample line of text 0.0.4 or OpenMetrics: name{labels} value [timestamp] [# {labels} value [timestamp]].

#include <pitot/base/arena.hpp>
#include <pitot/base/number.hpp>
#include <pitot/base/result.hpp>
#include <pitot/expo/text_lines.hpp>  // text_format
#include <pitot/model/instant.hpp>
#include <pitot/model/label.hpp>
#include <pitot/model/name.hpp>

#include <cstring>
#include <functional>  // std::less_equal
#include <optional>
#include <string_view>
#include <vector>

namespace pitot::expo {

/// A sample as it stands on its line; the views point into the line or, where there were escapes, into the arena.
struct sample_line {
    std::string_view name;
    std::string_view value_text;
    double value = 0;
    std::optional<instant> timestamp;
    std::vector<label_view> labels;

    bool has_exemplar = false;
    std::vector<label_view> exemplar_labels;
    double exemplar_value = 0;
    std::optional<instant> exemplar_timestamp;
};

/// Where a label's value stands; the whole line when it had escapes (then it lies in the arena) or is missing.
[[nodiscard]] inline std::string_view value_in_line(const label_view* label, std::string_view line) noexcept
{
    if (label == nullptr) return line;
    const std::less_equal<> not_behind;
    const std::string_view value = label->value;
    return not_behind(line.data(), value.data()) && not_behind(value.data() + value.size(), line.data() + line.size())
               ? value
               : line;
}

/// Seconds with an optional fraction, digit by digit (a double would round); exponents through a double.
/// error  invalid_value; NaN and infinities are no times
[[nodiscard]] inline std::optional<instant> parse_seconds(std::string_view text) noexcept
{
    std::string_view rest = text;
    const bool negative = !rest.empty() && rest.front() == '-';
    if (negative || (!rest.empty() && rest.front() == '+')) rest.remove_prefix(1);
    std::int64_t seconds = 0;
    std::int32_t nanos = 0;
    std::size_t i = 0;
    bool plain = true;
    for (; i < rest.size() && rest[i] >= '0' && rest[i] <= '9'; ++i) {
        if (seconds > (INT64_MAX - 9) / 10) {
            plain = false;
            break;
        }
        seconds = seconds * 10 + (rest[i] - '0');
    }
    const bool digits = i > 0;
    if (plain && i < rest.size() && rest[i] == '.') {
        ++i;
        const std::size_t first = i;
        std::int32_t place = 100'000'000;
        for (; i < rest.size() && rest[i] >= '0' && rest[i] <= '9'; ++i) {
            nanos += (rest[i] - '0') * place;
            place /= 10;
        }
        if (!digits && i == first) return std::nullopt;
    } else if (plain && !digits) {
        return std::nullopt;
    }
    if (!plain || i != rest.size()) {
        const auto number = parse_number(text);
        if (!number || !std::isfinite(*number) || std::fabs(*number) >= 9.2e18) return std::nullopt;
        const double whole = std::floor(*number);
        const double fraction = (*number - whole) * 1e9;
        return instant{static_cast<std::int64_t>(whole), static_cast<std::int32_t>(fraction)};
    }
    if (!negative) return instant{seconds, nanos};
    return nanos == 0 ? instant{-seconds, 0} : instant{-seconds - 1, 1'000'000'000 - nanos};
}

/// Reads sample lines. Text 0.0.4 takes blanks and tabs anywhere between tokens and a comma behind the last label;
/// OpenMetrics takes exactly one blank between value, timestamp and exemplar, and nothing else.
class line_parser {
public:
    /// whole  the text that spans count in;  keep  where unescaped texts go
    line_parser(std::string_view whole, arena& keep, text_format format) noexcept
        : whole_(whole), keep_(keep), om_(format == text_format::openmetrics_1_0)
    {}

    /// line  a part of the whole text, without its newline
    [[nodiscard]] result<void> parse(std::string_view line, sample_line& out)
    {
        at_ = line.data();
        end_ = at_ + line.size();
        out.labels.clear();
        out.has_exemplar = false;
        out.timestamp.reset();
        out.name = {};
        if (!om_) skip_blanks();
        const char* const first = at_;
        if (at_ != end_ && *at_ != '{') {
            if (!detail_start(*at_) && *at_ != ':')
                return fail(errc::invalid_name, at_, 1, "a metric name starts with a letter, '_' or ':'");
            while (at_ != end_ && name_char(*at_)) ++at_;
            out.name = {first, static_cast<std::size_t>(at_ - first)};
        }
        if (!om_) skip_blanks();
        if (at_ != end_ && *at_ == '{') {
            if (auto done = label_set(out.labels, &out.name); !done) return done;
            if (out.name.empty()) return fail(errc::invalid_name, first, 1, "a sample needs a metric name");
        }
        if (at_ == end_) return fail(errc::unexpected_end, first, line.size(), "the sample has no value");
        if (om_ ? !one_blank() : (skip_blanks(), false))
            return fail(errc::syntax, at_, 1, "one blank is expected between name or labels and value");
        if (at_ == end_) return fail(errc::unexpected_end, first, line.size(), "the sample has no value");
        const std::string_view value = word();
        const auto number = parse_number(value);
        if (!number)
            return fail(errc::invalid_value, value.data(), value.size(), concat("'", value, "' is not a number"));
        out.value = *number;
        out.value_text = value;
        if (at_ == end_) return {};
        return om_ ? openmetrics_tail(out) : text_tail(out);
    }

    /// What stands behind the value of a sample that was read as far as that.
    /// at, end  from the blank behind the value to the end of the line
    [[nodiscard]] result<void> tail(const char* at, const char* end, sample_line& out)
    {
        at_ = at;
        end_ = end;
        return om_ ? openmetrics_tail(out) : text_tail(out);
    }

    [[nodiscard]] unexpected<error> fail(errc code, const char* at, std::size_t length, std::string message) const
    {
        const auto offset = static_cast<std::size_t>(at - whole_.data());
        return unexpected(code, std::move(message), text_span{offset, length});
    }

    /// Reads a quoted text at the cursor (on its opening quote).
    [[nodiscard]] result<std::string_view> quoted(const char*& at, const char* end)
    {
        const char* const first = ++at;
        for (;;) {
            const char* const quote = static_cast<const char*>(
                std::memchr(at, '"', static_cast<std::size_t>(end - at)));
            if (quote == nullptr) return fail(errc::unexpected_end, first - 1, 1, "the closing quote is missing");
            at = quote + 1;
            std::size_t slashes = 0;
            while (quote - slashes != first && *(quote - slashes - 1) == '\\') ++slashes;
            if (slashes % 2 == 1) continue;
            std::string_view text{first, static_cast<std::size_t>(quote - first)};
            if (std::memchr(first, '\\', text.size()) != nullptr) {
                auto plain = unescape(text);
                if (!plain) return plain;
                text = *plain;
            }
            const std::size_t bad = utf8_error(text);
            if (bad != text.size())
                return fail(errc::invalid_utf8, first, static_cast<std::size_t>(quote - first),
                            "the text between the quotes is not UTF-8");
            return text;
        }
    }

private:
    static bool detail_start(char c) noexcept { return pitot::detail::is_name_start(c); }
    static bool name_char(char c) noexcept { return pitot::detail::is_name_char(c) || c == ':'; }

    void skip_blanks() noexcept
    {
        while (at_ != end_ && (*at_ == ' ' || *at_ == '\t')) ++at_;
    }
    bool one_blank() noexcept
    {
        if (at_ == end_ || *at_ != ' ') return false;
        ++at_;
        return at_ != end_ && *at_ != ' ';
    }
    std::string_view word() noexcept
    {
        const char* const first = at_;
        while (at_ != end_ && *at_ != ' ' && (om_ || *at_ != '\t')) ++at_;
        return {first, static_cast<std::size_t>(at_ - first)};
    }

    /// Both formats know \\ \" and \n; OpenMetrics takes a backslash before anything else as itself.
    [[nodiscard]] result<std::string_view> unescape(std::string_view text)
    {
        char* const first = keep_.allocate(text.size());
        char* out = first;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] != '\\') {
                *out++ = text[i];
                continue;
            }
            const char c = text[++i];  // a quoted text never ends in a lone backslash
            if (c == 'n') {
                *out++ = '\n';
            } else if (c == '\\' || c == '"') {
                *out++ = c;
            } else if (om_) {
                *out++ = '\\';
                *out++ = c;
            } else {
                return fail(errc::syntax, text.data() + i - 1, 2,
                            "the escapes of a label value are \\\\, \\\" and \\n");
            }
        }
        return std::string_view{first, static_cast<std::size_t>(out - first)};
    }

    /// On '{'. name: where a quoted metric name goes; null for exemplars.
    [[nodiscard]] result<void> label_set(std::vector<label_view>& labels, std::string_view* name)
    {
        const char* const open = at_++;
        bool first = true;
        for (;;) {
            if (!om_) skip_blanks();
            if (at_ == end_) return fail(errc::unexpected_end, open, 1, "the closing brace is missing");
            if (*at_ == '}') {
                if (om_ && !first && *(at_ - 1) == ',')
                    return fail(errc::syntax, at_ - 1, 1, "a comma must be followed by a label");
                ++at_;
                return {};
            }
            const char* const start = at_;
            std::string_view label;
            const bool is_quoted = *at_ == '"';
            if (is_quoted) {
                auto text = quoted(at_, end_);
                if (!text) return unexpected(std::move(text.error()));
                label = *text;
            } else {
                if (!detail_start(*at_))
                    return fail(errc::invalid_name, at_, 1, "a label name starts with a letter or '_'");
                while (at_ != end_ && pitot::detail::is_name_char(*at_)) ++at_;
                label = {start, static_cast<std::size_t>(at_ - start)};
            }
            if (!om_) skip_blanks();
            if (is_quoted && name != nullptr && (at_ == end_ || *at_ != '=')) {
                if (!name->empty() || !first)
                    return fail(errc::syntax, start, static_cast<std::size_t>(at_ - start),
                                "a quoted metric name stands first, and only once");
                if (label.empty()) return fail(errc::invalid_name, start, 2, "the metric name is empty");
                *name = label;
            } else {
                if (at_ == end_ || *at_ != '=')
                    return fail(errc::syntax, at_ == end_ ? start : at_, 1, "'=' is expected behind a label name");
                ++at_;
                if (!om_) skip_blanks();
                if (at_ == end_ || *at_ != '"')
                    return fail(errc::syntax, at_ == end_ ? start : at_, 1, "a label value is quoted");
                auto value = quoted(at_, end_);
                if (!value) return unexpected(std::move(value.error()));
                for (const label_view& known : labels)
                    if (known.name == label)
                        return fail(errc::duplicate, start, label.size(),
                                    concat("the label ", label, " is given twice"));
                labels.push_back({label, *value});
            }
            first = false;
            if (!om_) skip_blanks();
            if (at_ == end_) return fail(errc::unexpected_end, open, 1, "the closing brace is missing");
            if (*at_ == ',') {
                ++at_;
                if (!om_) skip_blanks();
                if (at_ != end_ && *at_ == ',')
                    return fail(errc::syntax, at_, 1, "a label is expected between two commas");
            } else if (*at_ != '}') {
                return fail(errc::syntax, at_, 1, "',' or '}' is expected behind a label");
            }
        }
    }

    [[nodiscard]] result<void> text_tail(sample_line& out)
    {
        skip_blanks();
        if (at_ == end_) return {};
        const std::string_view text = word();
        std::int64_t ms = 0;
        const char* first = text.data();
        if (text.size() > 1 && *first == '+' && first[1] != '-') ++first;
        const auto [stop, code] = std::from_chars(first, text.data() + text.size(), ms);
        if (code != std::errc{} || stop != text.data() + text.size())
            return fail(errc::invalid_value, text.data(), text.size(),
                        concat("'", text, "' is not a timestamp in whole milliseconds"));
        out.timestamp = instant::from_milliseconds(ms);
        skip_blanks();
        if (at_ != end_)
            return fail(errc::syntax, at_, static_cast<std::size_t>(end_ - at_),
                        *at_ == '#' ? "text 0.0.4 has no exemplars" : "nothing may follow the timestamp");
        return {};
    }

    [[nodiscard]] result<void> openmetrics_tail(sample_line& out)
    {
        if (!one_blank())
            return fail(errc::syntax, at_ == end_ ? at_ - 1 : at_, 1, "nothing may follow the value's blank");
        if (*at_ != '#') {
            auto when = seconds();
            if (!when) return unexpected(std::move(when.error()));
            out.timestamp = *when;
            if (at_ == end_) return {};
            if (!one_blank())
                return fail(errc::syntax, at_ == end_ ? at_ - 1 : at_, 1, "nothing may follow the timestamp's blank");
        }
        if (end_ - at_ < 3 || at_[0] != '#' || at_[1] != ' ' || at_[2] != '{')
            return fail(errc::syntax, at_, static_cast<std::size_t>(end_ - at_),
                        "an exemplar has the form # {labels} value");
        at_ += 2;
        const char* const first = at_;
        out.exemplar_labels.clear();
        if (auto done = label_set(out.exemplar_labels, nullptr); !done) return done;
        std::size_t length = 0;
        for (const label_view& label : out.exemplar_labels)
            length += utf8_length(label.name) + utf8_length(label.value);
        if (length > 128)
            return fail(errc::too_large, first, static_cast<std::size_t>(at_ - first),
                        "the labels of an exemplar may have 128 characters in all");
        if (!one_blank()) return fail(errc::syntax, at_ == end_ ? first : at_, 1, "the exemplar has no value");
        const std::string_view value = word();
        const auto number = parse_number(value);
        if (!number)
            return fail(errc::invalid_value, value.data(), value.size(), concat("'", value, "' is not a number"));
        out.exemplar_value = *number;
        out.exemplar_timestamp.reset();
        out.has_exemplar = true;
        if (at_ == end_) return {};
        if (!one_blank())
            return fail(errc::syntax, at_ == end_ ? at_ - 1 : at_, 1, "nothing may follow the exemplar's blank");
        auto when = seconds();
        if (!when) return unexpected(std::move(when.error()));
        out.exemplar_timestamp = *when;
        if (at_ != end_)
            return fail(errc::syntax, at_, static_cast<std::size_t>(end_ - at_), "nothing may follow the exemplar");
        return {};
    }

    [[nodiscard]] result<instant> seconds()
    {
        const std::string_view text = word();
        const auto when = parse_seconds(text);
        if (!when)
            return fail(errc::invalid_value, text.data(), text.size(),
                        concat("'", text, "' is not a timestamp in seconds"));
        return *when;
    }

    std::string_view whole_;
    arena& keep_;
    bool om_;
    const char* at_ = nullptr;
    const char* end_ = nullptr;
};

}  // namespace pitot::expo
