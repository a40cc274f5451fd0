#pragma once
// A native histogram as test scripts write it: `{{schema:0 sum:5 count:4 buckets:[1 2 1]}}`.
// source  Prometheus, promql/parser, series descriptions

#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>
#include <pitot/promql/testing/series_words.hpp>
#include <pitot/store/histogram.hpp>

#include <algorithm>
#include <charconv>  // std::from_chars
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace pitot::promql::detail {

class histogram_words : protected series_words {
protected:
    using series_words::series_words;

    /// hinted  set when it says what the counter does
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

private:
    static constexpr std::string_view in_histogram = " in histogram description";
    static constexpr std::string_view histogram_key = "histogram description key, e.g. buckets:[5 10 7]";

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
};

}  // namespace pitot::promql::detail
