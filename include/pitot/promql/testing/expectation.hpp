#pragma once
// What an eval of a script expects, and how a result is held against it.

#include <pitot/base/text.hpp>
#include <pitot/promql/engine/labels_text.hpp>
#include <pitot/promql/engine/query.hpp>
#include <pitot/promql/testing/series_text.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::promql {

/// exact  the whole text; pattern  a regular expression that is searched for; neither: any text
struct expected_text {
    std::optional<std::string> exact;
    std::optional<std::string> pattern;
};

/// values  of a vector: one a series; of a matrix: at start + i * step
struct expectation {
    std::optional<expected_text> failure;
    std::vector<expected_text> warnings;
    std::vector<expected_text> infos;
    bool no_warnings = false;
    bool no_infos = false;
    bool some_warning = false;  ///< eval_warn
    bool some_info = false;
    bool ordered = false;
    std::optional<std::string> string;
    std::optional<double> scalar;
    std::vector<described_series> series;
    bool as_range = false;  ///< an instant query gives a matrix
    std::int64_t start = 0;
    std::int64_t step = 0;
};

namespace detail {

[[nodiscard]] inline bool same_value(double a, double b) noexcept
{
    if (store::is_stale(a) || store::is_stale(b)) return store::is_stale(a) && store::is_stale(b);
    return almost_equal(a, b, 1e-6);
}

[[nodiscard]] inline bool same_buckets(std::vector<store::bucket> a, std::vector<store::bucket> b)
{
    const auto empty = [](const store::bucket& x) { return x.count == 0; };
    std::erase_if(a, empty);
    std::erase_if(b, empty);
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (a[i].index != b[i].index || !same_value(a[i].count, b[i].count)) return false;
    return true;
}

[[nodiscard]] inline bool same_histogram(const histogram& want, const histogram& got, bool with_hint)
{
    return want.schema == got.schema && want.zero_threshold == got.zero_threshold && want.bounds == got.bounds &&
           same_value(want.count, got.count) && same_value(want.sum, got.sum) &&
           same_value(want.zero_count, got.zero_count) && same_buckets(want.positive, got.positive) &&
           same_buckets(want.negative, got.negative) && (!with_hint || want.hint == got.hint);
}

[[nodiscard]] inline std::string to_text(const query_sample& s)
{
    return s.hist != nullptr ? store::to_text(*s.hist) : plain_number(s.value);
}
[[nodiscard]] inline std::string to_text(const described_sample& s)
{
    if (s.missing) return "nothing";
    return s.hist ? store::to_text(*s.hist) : store::is_stale(s.value) ? "stale" : plain_number(s.value);
}

/// Why a sample is not the expected one; empty when it is.
[[nodiscard]] inline std::string difference(const described_sample& want, const query_sample* got)
{
    if (want.missing && got == nullptr) return {};
    bool same = !want.missing && got != nullptr && (want.hist == nullptr) == (got->hist == nullptr);
    if (same)
        same = want.hist ? same_histogram(*want.hist, *got->hist, want.hint_given) : same_value(want.value, got->value);
    if (same) return {};
    std::string hint;
    if (want.hist && got != nullptr && got->hist != nullptr && want.hint_given && want.hist->hint != got->hist->hint)
        hint = concat(" (reset hint ", std::to_string(static_cast<int>(want.hist->hint)), ", got ",
                      std::to_string(static_cast<int>(got->hist->hint)), ")");
    return concat("want ", to_text(want), ", got ", got == nullptr ? "nothing" : to_text(*got), hint);
}

[[nodiscard]] inline std::string missing_series(const query_result& got, const expectation& want)
{
    for (const query_series& s : got.series) {
        const bool expected = std::any_of(want.series.begin(), want.series.end(),
                                          [&](const described_series& d) { return d.label_set() == s.labels; });
        if (!expected) return concat("unexpected series ", to_series_text(s.labels), " ", to_text(s.samples.front()));
    }
    return {};
}

[[nodiscard]] inline std::string difference(const expectation& want, const query_result& got)
{
    if (want.string) {
        if (got.type != value_type::string) return "want a string, got something else";
        if (got.text == *want.string) return {};
        return concat("want ", quote(*want.string), ", got ", quote(got.text));
    }
    if (got.type == value_type::string) return concat("unexpected string ", quote(got.text));
    if (want.scalar) {
        if (got.type != value_type::scalar) return concat("want a scalar, got ", to_string(got.type));
        const double value = got.series.front().samples.front().value;
        if (same_value(*want.scalar, value)) return {};
        return concat("want ", plain_number(*want.scalar), ", got ", plain_number(value));
    }
    if (got.type == value_type::scalar)
        return concat("want a vector, got the scalar ", plain_number(got.series.front().samples.front().value));
    if (std::string missing = missing_series(got, want); !missing.empty()) return missing;
    for (std::size_t i = 0; i < want.series.size(); ++i) {
        const described_series& d = want.series[i];
        const label_set labels = d.label_set();
        const auto at = std::find_if(got.series.begin(), got.series.end(),
                                     [&](const query_series& s) { return s.labels == labels; });
        const bool all_missing = std::all_of(d.samples.begin(), d.samples.end(),
                                             [](const described_sample& s) { return s.missing; });
        if (at == got.series.end()) {
            if (all_missing && !d.samples.empty()) continue;
            return concat("missing series ", to_series_text(labels));
        }
        if (got.type == value_type::vector) {
            if (want.ordered && static_cast<std::size_t>(at - got.series.begin()) != i)
                return concat(to_series_text(labels), " stands at place ", std::to_string(at - got.series.begin() + 1),
                              ", not ", std::to_string(i + 1));
            if (d.samples.empty()) return concat("no value is expected of ", to_series_text(labels));
            const query_sample only = at->samples.front();
            if (std::string why = difference(d.samples.front(), &only); !why.empty())
                return concat(to_series_text(labels), ": ", why);
            continue;
        }
        auto next = at->samples.begin();
        const auto end = at->samples.end();
        for (std::size_t k = 0; k < d.samples.size(); ++k) {
            const std::int64_t time = want.start + static_cast<std::int64_t>(k) * want.step;
            query_sample sample;
            const bool there = next != end && (*next).time == time;
            if (there) {
                sample = *next;
                ++next;
            }
            if (std::string why = difference(d.samples[k], there ? &sample : nullptr); !why.empty())
                return concat(to_series_text(labels), " at ", to_text(duration_ms{time}), ": ", why);
        }
        if (next != end)
            return concat(to_series_text(labels), ": unexpected sample ", to_text(*next), " at ",
                          std::to_string((*next).time), " ms");
    }
    if (got.series.size() > want.series.size()) return "a series stands twice";
    return {};
}

/// fits  (text, pattern): is it found?
template <class Fits>
bool is_text(const expected_text& want, std::string_view got, Fits&& fits)
{
    if (want.exact) return got == *want.exact;
    if (want.pattern) return fits(got, *want.pattern);
    return true;
}

/// Why what a query said is not what was expected.
template <class Fits>
std::string difference(const char* what, const std::vector<expected_text>& want, bool none,
                       const std::vector<std::string>& got, Fits&& fits)
{
    if (none && !got.empty()) return concat("unexpected ", what, ": ", got.front());
    if (want.empty()) return {};
    if (got.empty()) return concat("no ", what, " was given");
    for (const expected_text& w : want)
        if (std::none_of(got.begin(), got.end(), [&](const std::string& g) { return is_text(w, g, fits); }))
            return concat("no ", what, " fits ", w.exact ? *w.exact : w.pattern.value_or(""), ", got ", got.front());
    for (const std::string& g : got)
        if (std::none_of(want.begin(), want.end(), [&](const expected_text& w) { return is_text(w, g, fits); }))
            return concat("unexpected ", what, ": ", g);
    return {};
}

}  // namespace detail

}  // namespace pitot::promql
