#pragma once
// Series as test scripts write them: `up{job="a"} 1 2 _ 3+1x4 stale {{sum:1 count:2}}x3`.
// source  Prometheus, promql/parser, series descriptions

#include <pitot/base/duration.hpp>
#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>
#include <pitot/promql/testing/series_histogram.hpp>
#include <pitot/store/histogram_sum.hpp>
#include <pitot/store/series.hpp>

#include <algorithm>
#include <cstdint>
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
        all.reserve(labels.size());
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

class series_reader : histogram_words {
public:
    static constexpr std::size_t max_samples = 1'000'000;

    explicit series_reader(std::string_view text) : histogram_words(text) {}

    result<described_series> series()
    {
        described_series out;
        if (auto read = metric(out.labels); !read) return unexpected(std::move(read.error()));
        for (;;) {
            skip_blanks();
            if (at_end()) return out;
            if (auto read = item(out.samples); !read) return unexpected(std::move(read.error()));
            if (out.samples.size() > max_samples)
                return bad(concat("a series has more than ", std::to_string(max_samples), " samples"), errc::too_many);
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
            if (out.offsets.size() > max_samples)
                return bad(concat("a series has more than ", std::to_string(max_samples), " samples"), errc::too_many);
        }
    }

private:
    static constexpr std::string_view in_labels = " in label set";

    /// Words of the language that no metric of a series can be called.
    static bool is_reserved(std::string_view word)
    {
        const std::string low = to_lower(word);
        for (const std::string_view other :
             {"nan", "inf", "bool", "on", "ignoring", "group_left", "group_right", "atan2"})
            if (low == other) return true;
        return false;
    }

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
        for (std::size_t i = 0; i <= *n; ++i) out.emplace_back(*first + static_cast<std::int64_t>(i) * step);
        return {};
    }
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
