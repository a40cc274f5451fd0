#pragma once
// Series as test scripts write them: `up{job="a"} 1 2 _ 3+1x4 stale {{sum:1 count:2}}x3`.
// source  Prometheus, promql/parser, series descriptions

#include <pitot/base/duration.hpp>
#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>
#include <pitot/base/utf8.hpp>
#include <pitot/model/name.hpp>
#include <pitot/promql/literal.hpp>
#include <pitot/promql/quote.hpp>
#include <pitot/store/histogram_sum.hpp>
#include <pitot/store/series.hpp>

#include <algorithm>
#include <charconv>  // std::from_chars
#include <cmath>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::promql {

/// hist        null for a float
/// hint_given  the literal says what the counter does
struct described_sample {
    bool missing = true;
    double value = 0;
    std::shared_ptr<const store::histogram> hist;
    bool hint_given = false;
};

/// labels  sorted; the name is __name__
struct described_series {
    std::vector<std::pair<std::string, std::string>> labels;
    std::vector<described_sample> samples;

    /// Views of the labels' texts.
    [[nodiscard]] store::label_set label_set() const
    {
        std::vector<store::label> all;
        for (const auto& [name, value] : labels) all.push_back({name, value});
        return store::label_set(std::move(all));
    }
};

/// When counters began, for the samples of the line that follows: milliseconds before (or after) a sample's own time.
struct described_starts {
    std::vector<std::pair<std::string, std::string>> labels;
    std::vector<std::optional<std::int64_t>> offsets;
};

namespace detail {

class series_reader {
public:
    static constexpr std::size_t max_samples = 1'000'000;

    explicit series_reader(std::string_view text) : text_(text) {}

    result<described_series> series()
    {
        described_series out;
        if (auto read = metric(out.labels); !read) return unexpected(std::move(read.error()));
        for (;;) {
            skip_blanks();
            if (at_end()) return out;
            if (auto read = item(out.samples); !read) return unexpected(std::move(read.error()));
            if (out.samples.size() > max_samples) return bad("a series has too many samples", errc::too_many);
            if (!at_end() && !is_blank(peek())) return misplaced(peek() == '+' || peek() == '-' ? "" : in_values);
        }
    }

    /// A metric alone; blanks, line ends and comments may stand around it.
    result<described_series> labels_only()
    {
        described_series out;
        if (auto read = metric(out.labels); !read) return unexpected(std::move(read.error()));
        while (!at_end() && (is_blank(peek()) || peek() == '\n' || peek() == '\r' || peek() == '#')) {
            if (peek() == '#')
                at_ = std::min(text_.find('\n', at_), text_.size());
            else
                ++at_;
        }
        if (!at_end()) return misplaced("");
        return out;
    }

    /// `metric{…}@st 1m _ 5sx3`: nothing when the line is no such.
    result<std::optional<described_starts>> starts()
    {
        described_starts out;
        if (auto read = metric(out.labels); !read) return unexpected(std::move(read.error()));
        if (text_.substr(at_, 3) != "@st") return std::optional<described_starts>();
        at_ += 3;
        for (;;) {
            skip_blanks();
            if (at_end()) return std::optional(std::move(out));
            if (auto read = start_item(out.offsets); !read) return unexpected(std::move(read.error()));
            if (out.offsets.size() > max_samples) return bad("a series has too many samples", errc::too_many);
        }
    }

private:
    [[nodiscard]] bool at_end() const noexcept { return at_ >= text_.size(); }
    [[nodiscard]] char peek(std::size_t ahead = 0) const noexcept
    {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }
    static bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }
    static bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
    /// Words of the language that no metric of a series can be called.
    static bool is_reserved(std::string_view word)
    {
        const std::string low = to_lower(word);
        for (const std::string_view other :
             {"nan", "inf", "bool", "on", "ignoring", "group_left", "group_right", "atan2"})
            if (low == other) return true;
        return false;
    }
    static bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
    void skip_blanks() noexcept
    {
        while (!at_end() && is_blank(peek())) ++at_;
    }
    [[nodiscard]] unexpected<error> bad(std::string why, errc code = errc::syntax) const
    {
        return unexpected(code, std::move(why), text_span{at_, at_ < text_.size() ? std::size_t{1} : 0});
    }
    /// What stands here does not fit; in Prometheus's words.
    /// context  " in series values"; empty when it fits nowhere
    [[nodiscard]] unexpected<error> misplaced(std::string_view context, std::string_view expected = {}) const
    {
        std::string what = "end of input";
        std::size_t end = at_;
        while (end < text_.size() && (is_letter(text_[end]) || is_digit(text_[end]))) ++end;
        const std::string_view word = text_.substr(at_, end - at_);
        if (!word.empty())
            what = concat(is_digit(word[0]) ? "number " : "identifier ", detail::quote(word));
        else if (!at_end() && std::string_view("+-*/%^=!<>").find(peek()) != std::string_view::npos)
            what = concat("<op:", text_.substr(at_, 1), ">");
        else if (!at_end())
            what = detail::quote(text_.substr(at_, std::max<std::size_t>(utf8_decode(text_, at_).length, 1)));
        return bad(concat("unexpected ", what, context, expected.empty() ? "" : ", expected ", expected));
    }
    static constexpr std::string_view in_values = " in series values";
    static constexpr std::string_view in_histogram = " in histogram description";
    static constexpr std::string_view histogram_key = "histogram description key, e.g. buckets:[5 10 7]";
    static constexpr std::string_view in_labels = " in label set";

    [[nodiscard]] std::string_view word() noexcept
    {
        const std::size_t first = at_;
        while (!at_end() && (is_letter(peek()) || is_digit(peek()) || peek() == ':')) ++at_;
        return text_.substr(first, at_ - first);
    }
    result<std::string> quoted()
    {
        const char quote = peek();
        std::size_t end = at_ + 1;
        while (end < text_.size() && text_[end] != quote) end += text_[end] == '\\' && quote != '`' ? 2 : 1;
        if (end >= text_.size()) return bad("unterminated quoted string");
        auto out = unquote(text_.substr(at_, end + 1 - at_));
        if (!out) return bad(out.error().message);
        at_ = end + 1;
        return out;
    }
    static bool is_quote(char c) noexcept { return c == '"' || c == '\'' || c == '`'; }

    result<void> metric(std::vector<std::pair<std::string, std::string>>& labels)
    {
        skip_blanks();
        std::string_view own;
        if (is_letter(peek()) || peek() == ':') {
            const std::size_t first = at_;
            own = word();
            if (is_reserved(own)) {
                at_ = first;
                return misplaced(in_values);
            }
        }
        if (peek() == '{' && peek(1) != '{') {
            ++at_;
            for (;;) {
                skip_blanks();
                if (peek() == '}') break;
                const bool in_quotes = is_quote(peek());
                std::string name;
                if (in_quotes) {
                    auto text = quoted();
                    if (!text) return unexpected(std::move(text.error()));
                    name = std::move(*text);
                } else {
                    name = word();
                    if (name.find(':') != std::string::npos) return bad("unexpected character inside braces: ':'");
                    if (name.empty()) return misplaced(in_labels, "identifier or \"}\"");
                }
                skip_blanks();
                if (in_quotes && (peek() == ',' || peek() == '}')) {
                    labels.emplace_back("__name__", std::move(name));
                } else {
                    if (peek() != '=') return misplaced(in_labels, in_quotes ? "\",\" or \"}\"" : "\"=\"");
                    ++at_;
                    skip_blanks();
                    if (!is_quote(peek())) return misplaced(in_labels, "string");
                    auto value = quoted();
                    if (!value) return unexpected(std::move(value.error()));
                    labels.emplace_back(std::move(name), std::move(*value));
                }
                skip_blanks();
                if (peek() == ',')
                    ++at_;
                else if (peek() != '}')
                    return misplaced(in_labels, "\",\" or \"}\"");
            }
            ++at_;
        }
        if (!own.empty()) {  // goes before a name in the braces
            std::erase_if(labels, [](const auto& l) { return l.first == "__name__"; });
            labels.emplace_back("__name__", own);
        }
        std::sort(labels.begin(), labels.end());
        for (std::size_t i = 1; i < labels.size(); ++i)
            if (labels[i].first == labels[i - 1].first) return bad("a label is given twice", errc::duplicate);
        std::erase_if(labels, [](const auto& l) { return l.second.empty(); });
        return {};
    }

    /// xN: how many more there are; 0 when it is not written.
    result<std::size_t> repeat()
    {
        if (peek() != 'x') return std::size_t{0};
        ++at_;
        std::size_t n = 0;
        if (!is_digit(peek())) return misplaced(in_values);
        for (; is_digit(peek()); ++at_) {
            n = n * 10 + static_cast<std::size_t>(peek() - '0');
            if (n > max_samples) return bad("too many repetitions", errc::too_many);
        }
        return n;
    }

    /// A float as queries write it, but never hexadecimal: x repeats.
    result<double> number()
    {
        const std::size_t first = at_;
        const bool minus = peek() == '-';
        if (minus || peek() == '+') ++at_;
        const std::size_t begin = at_;
        const bool named = is_letter(peek());
        if (named) {
            (void)word();
        } else {
            while (is_digit(peek()) || peek() == '.' || peek() == '_') ++at_;
            if (peek() == 'e' || peek() == 'E') {
                at_ += peek(1) == '+' || peek(1) == '-' ? 2 : 1;
                while (is_digit(peek()) || peek() == '_') ++at_;
            }
        }
        const std::string_view literal = text_.substr(begin, at_ - begin);
        const auto value = number_value(literal);
        if (!value || (named && !std::isinf(*value) && !std::isnan(*value))) {
            at_ = first;
            return misplaced(in_values);
        }
        if (!named && std::isinf(*value)) {
            at_ = first;
            return bad(concat("error parsing number: strconv.ParseFloat: parsing ", detail::quote(literal),
                              ": value out of range"));
        }
        return minus ? -*value : *value;
    }

    result<void> item(std::vector<described_sample>& out)
    {
        if (peek() == '_') {
            ++at_;
            auto n = repeat_or_one();
            if (!n) return unexpected(std::move(n.error()));
            out.resize(out.size() + *n);
            return {};
        }
        if (text_.substr(at_, 2) == "{{") return histograms(out);
        if (text_.substr(at_, 5) == "stale" && !is_letter(peek(5)) && !is_digit(peek(5))) {
            at_ += 5;
            out.push_back({false, store::stale_marker(), nullptr, false});
            return {};
        }
        auto value = number();
        if (!value) return unexpected(std::move(value.error()));
        double step = 0;
        const bool steps = peek() == '+' || peek() == '-';
        if (steps) {
            auto by = number();
            if (!by) return unexpected(std::move(by.error()));
            step = *by;
            if (peek() != 'x') return misplaced(in_values);
        }
        auto n = repeat();
        if (!n) return unexpected(std::move(n.error()));
        for (std::size_t i = 0; i <= *n; ++i) {
            out.push_back({false, *value, nullptr, false});
            *value += step;
        }
        return {};
    }
    /// Of a gap: _ is one, _x3 three.
    result<std::size_t> repeat_or_one()
    {
        if (peek() != 'x') return std::size_t{1};
        return repeat();
    }

    result<void> histograms(std::vector<described_sample>& out)
    {
        bool hinted = false;
        auto first = histogram(hinted);
        if (!first) return unexpected(std::move(first.error()));
        const char sign = peek();
        if ((sign == '+' || sign == '-') && text_.substr(at_ + 1, 2) == "{{") {
            ++at_;
            bool step_hinted = false;
            auto step = histogram(step_hinted);
            if (!step) return unexpected(std::move(step.error()));
            if (peek() != 'x') return misplaced(in_values);
            const std::size_t times = at_ + 1;
            auto n = repeat();
            if (!n) return unexpected(std::move(n.error()));
            const auto refuse = [&](std::string_view why) {
                at_ = times;
                return bad(concat("error combining histograms: ", why));
            };
            for (std::size_t i = 0; i <= *n; ++i) {
                out.push_back({false, 0, std::make_shared<store::histogram>(*first), step_hinted});
                if (i == *n) break;
                if (step->schema < first->schema && step->schema != store::histogram::custom_schema)
                    return refuse(concat("cannot merge from schema ", std::to_string(step->schema), " to ",
                                         std::to_string(first->schema)));
                if (store::add(*first, *step, sign == '-' ? -1 : 1).incompatible)
                    return refuse("cannot merge exponential and custom buckets");
                if (sign == '-') first->hint = reset_hint::gauge_type;
            }
            return {};
        }
        auto n = repeat();
        if (!n) return unexpected(std::move(n.error()));
        const auto one = std::make_shared<const store::histogram>(std::move(*first));
        for (std::size_t i = 0; i <= *n; ++i) out.push_back({false, 0, one, hinted});
        return {};
    }

    result<store::histogram> histogram(bool& hinted)
    {
        at_ += 2;
        store::histogram h;
        std::int32_t offset = 0;
        std::int32_t negative_offset = 0;
        std::vector<double> positive;
        std::vector<double> negative;
        std::vector<std::string> seen;
        if (is_blank(peek())) {  // before a key there is none
            skip_blanks();
            if (text_.substr(at_, 2) != "}}") return misplaced(in_values);
        }
        const auto bad_descriptor = [&](std::size_t place, std::string_view what) {
            at_ = place;
            return bad(concat("bad histogram descriptor found: ", detail::quote(what)));
        };
        for (;;) {
            skip_blanks();
            if (text_.substr(at_, 2) == "}}") break;
            const std::size_t begin = at_;
            const std::string_view written = word_without_colon();
            const std::string key = to_lower(written);
            constexpr std::string_view keys[] = {"sum",       "count",         "z_bucket",          "z_bucket_w",
                                                 "schema",    "offset",        "n_offset",          "buckets",
                                                 "n_buckets", "custom_values", "counter_reset_hint"};
            if (std::find(std::begin(keys), std::end(keys), key) == std::end(keys))
                return bad_descriptor(begin, written);
            if (peek() != ':') {
                at_ = begin;
                return bad("missing `:` for histogram descriptor");
            }
            ++at_;
            if (std::find(seen.begin(), seen.end(), key) != seen.end())
                return bad(concat("duplicate key ", detail::quote(key), " in histogram"));
            seen.push_back(key);
            if (key == "counter_reset_hint") {
                const std::size_t place = at_;
                const std::string_view as_written = word_without_colon();
                const std::string hint = to_lower(as_written);
                hinted = true;
                if (hint == "unknown")
                    h.hint = reset_hint::unknown;
                else if (hint == "reset")
                    h.hint = reset_hint::reset;
                else if (hint == "not_reset")
                    h.hint = reset_hint::not_reset;
                else if (hint == "gauge")
                    h.hint = reset_hint::gauge_type;
                else
                    return bad_descriptor(place, as_written);
                continue;
            }
            if (key == "buckets" || key == "n_buckets" || key == "custom_values") {
                auto& to = key == "buckets" ? positive : key == "n_buckets" ? negative : h.bounds;
                if (auto read = numbers(to); !read) return unexpected(std::move(read.error()));
                continue;
            }
            if (key == "schema" || key == "offset" || key == "n_offset") {
                const auto whole = integer();
                if (!whole) return unexpected(whole.error());
                if (key == "schema")
                    h.schema = *whole;
                else
                    (key == "offset" ? offset : negative_offset) = *whole;
                continue;
            }
            if (key == "z_bucket_w" && peek() == '-') return misplaced(in_histogram, histogram_key);
            auto value = bucket_number();
            if (!value) return unexpected(std::move(value.error()));
            if (key == "sum")
                h.sum = *value;
            else if (key == "count")
                h.count = *value;
            else if (key == "z_bucket")
                h.zero_count = *value;
            else
                h.zero_threshold = *value;
        }
        at_ += 2;
        if (h.schema != store::histogram::custom_schema && (h.schema < -4 || h.schema > 8))
            return bad("the schema is -4 to 8, or -53 for custom buckets");
        for (const double v : positive) h.positive.push_back({offset++, v});
        for (const double v : negative) h.negative.push_back({negative_offset++, v});
        return h;
    }
    [[nodiscard]] std::string_view word_without_colon() noexcept
    {
        const std::size_t first = at_;
        while (is_letter(peek()) || is_digit(peek())) ++at_;
        return text_.substr(first, at_ - first);
    }
    /// Of a histogram: without a plus, and not beginning with the point.
    result<double> bucket_number()
    {
        if (peek() == '+' || peek() == '.')
            return bad(concat("histogram description incomplete unexpected: '", text_.substr(at_, 1), "'"));
        return number();
    }
    result<std::int32_t> integer()
    {
        const bool minus = peek() == '-';
        if (minus) ++at_;
        const std::size_t first = at_;
        if (!is_digit(peek())) return misplaced(in_values);
        while (is_digit(peek()) || peek() == '.') ++at_;
        const std::string_view digits = text_.substr(first, at_ - first);
        std::int32_t value = 0;
        const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (code != std::errc{} || end != digits.data() + digits.size()) {
            at_ = first;
            return bad(concat("invalid repetition in series values: strconv.ParseUint: parsing ", detail::quote(digits),
                              ": invalid syntax"));
        }
        return minus ? -value : value;
    }
    result<void> numbers(std::vector<double>& to)
    {
        if (peek() != '[') return misplaced(in_values);
        ++at_;
        for (;;) {
            if (!to.empty()) {
                skip_blanks();
                if (peek() == ']') break;
            }
            auto value = bucket_number();
            if (!value) return unexpected(std::move(value.error()));
            to.push_back(*value);
            if (to.size() > 100'000) return bad("too many buckets", errc::too_many);
        }
        ++at_;
        return {};
    }

    result<std::int64_t> offset()
    {
        const bool minus = peek() == '-';
        if (minus || peek() == '+') ++at_;
        const std::size_t first = at_;
        while (is_digit(peek()) || (is_letter(peek()) && peek() != 'x' && peek() != '_')) ++at_;
        auto d = parse_duration(text_.substr(first, at_ - first));
        if (!d) return bad(d.error().message);
        return minus ? -d->count : d->count;
    }
    result<void> start_item(std::vector<std::optional<std::int64_t>>& out)
    {
        if (peek() == '_') {
            ++at_;
            auto n = repeat_or_one();
            if (!n) return unexpected(std::move(n.error()));
            out.resize(out.size() + *n);
            return {};
        }
        auto first = offset();
        if (!first) return unexpected(std::move(first.error()));
        std::int64_t step = 0;
        if (peek() == '+' || peek() == '-') {
            auto by = offset();
            if (!by) return unexpected(std::move(by.error()));
            step = *by;
        }
        auto n = repeat();
        if (!n) return unexpected(std::move(n.error()));
        for (std::size_t i = 0; i <= *n; ++i) out.push_back(*first + static_cast<std::int64_t>(i) * step);
        return {};
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace detail

/// error  syntax or duplicate, with the byte at fault; too_many
[[nodiscard]] inline result<described_series> read_series(std::string_view text)
{
    return detail::series_reader(text).series();
}
/// error  of read_series(); also for a metric with values
[[nodiscard]] inline result<described_series> read_metric(std::string_view text)
{
    return detail::series_reader(text).labels_only();
}
/// Nothing for a line that describes samples.
[[nodiscard]] inline result<std::optional<described_starts>> read_starts(std::string_view text)
{
    return detail::series_reader(text).starts();
}

}  // namespace pitot::promql
