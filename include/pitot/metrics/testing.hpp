#pragma once
// For tests of programs that use Pitot: the value of a series, and an expected exposition.

#include <pitot/base/number.hpp>
#include <pitot/base/text.hpp>
#include <pitot/metrics/direct_text.hpp>
#include <pitot/model/batch.hpp>
#include <pitot/model/collector.hpp>

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <iterator>  // std::back_inserter
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::testing {

namespace detail {

struct sample {
    std::string_view family;
    std::string name;
    std::vector<label_view> labels;  ///< by name; a bucket's le, a quantile's rank are here too
    double value;
};

/// The samples of a batch, named as in the text format.
inline std::vector<sample> samples(batch& all)
{
    all.sort(true);
    std::vector<sample> out;
    for (std::size_t f = 0; f < all.size(); ++f) {
        const family_view family = all[f];
        for (std::size_t i = 0; i < family.size(); ++i) {
            const point_view p = family[i];
            const std::vector<label_view> own(p.labels().begin(), p.labels().end());
            const auto add = [&](std::string_view suffix, double value, std::string_view extra = {}, double bound = 0) {
                sample s{family.name(), concat(family.name(), suffix), own, value};
                char room[number_size];
                if (!extra.empty())
                    s.labels.push_back(
                        {extra, all.intern({room, static_cast<std::size_t>(write_go_number(room, bound) - room)})});
                std::sort(s.labels.begin(), s.labels.end());
                out.push_back(std::move(s));
            };
            if (const histogram_row* h = p.histogram()) {
                const bool gauge = family.type() == metric_type::gauge_histogram;
                for (const classic_bucket& b : all.buckets(h->classic))
                    add("_bucket", b.cumulative.as_double(h->float_counts), "le", b.upper);
                add(gauge ? "_gsum" : "_sum", h->sum);
                add(gauge ? "_gcount" : "_count", h->count.as_double(h->float_counts));
            } else if (const summary_row* s = p.summary()) {
                for (const summary_quantile& q : all.quantiles(s->quantiles)) add({}, q.value, "quantile", q.rank);
                add("_sum", s->sum);
                add("_count", s->count.as_double(s->float_counts));
            } else {
                add({}, p.value());
            }
        }
    }
    return out;
}

inline std::string line(const sample& s)
{
    std::string text = s.name;
    for (std::size_t i = 0; i < s.labels.size(); ++i) {
        text += i == 0 ? '{' : ',';
        text += s.labels[i].name;
        text += "=\"";
        pitot::detail::escape_into(text, s.labels[i].value, true);
        text += '"';
    }
    if (!s.labels.empty()) text += '}';
    return concat(text, " ", to_text(s.value), "\n");
}

}  // namespace detail

/// The value of one sample of a collector (a registry, a family by itself), or nothing when there is none.
/// name    as in the text format: of histograms with _count, _sum or _bucket (and then the label le)
/// labels  all of the series, in any order
template <class C>
    requires collector<C>
[[nodiscard]] std::optional<double> value(const C& from, std::string_view name,
                                          std::initializer_list<label_view> labels = {})
{
    batch all;
    from.collect(all);
    std::vector<label_view> wanted(labels);
    std::sort(wanted.begin(), wanted.end());
    for (const detail::sample& s : detail::samples(all))
        if (s.name == name && s.labels == wanted) return s.value;
    return std::nullopt;
}

/// Every sample as a line of text, by name and labels, labels by name: the same for the same samples whatever the order
/// they were made in. Families given by name only, or all. Compare it with compare().
template <class C>
    requires collector<C>
[[nodiscard]] std::string exposition(const C& from, std::initializer_list<std::string_view> families = {})
{
    batch all;
    from.collect(all);
    const auto asked_for = [&](std::string_view family) {
        return families.size() == 0 || std::find(families.begin(), families.end(), family) != families.end();
    };
    std::string text;
    for (const detail::sample& s : detail::samples(all))
        if (asked_for(s.family)) text += detail::line(s);
    return text;
}

/// What differs between a collector's samples and the expected lines (in any order; comments and empty lines do not
/// matter): lines with "-" that are missing and "+" that were not expected. Empty when all is as expected.
template <class C>
    requires collector<C>
[[nodiscard]] std::string compare(const C& from, std::string_view expected,
                                  std::initializer_list<std::string_view> families = {})
{
    const auto lines = [](std::string_view text) {
        std::vector<std::string> out;
        while (!text.empty()) {
            const std::size_t end = std::min(text.find('\n'), text.size());
            std::string_view one = text.substr(0, end);
            text.remove_prefix(std::min(end + 1, text.size()));
            while (!one.empty() && (one.front() == ' ' || one.front() == '\t')) one.remove_prefix(1);
            if (!one.empty() && one.front() != '#') out.emplace_back(one);
        }
        std::sort(out.begin(), out.end());
        return out;
    };
    const auto wanted = lines(expected);
    const auto found = lines(exposition(from, families));
    std::vector<std::string> missing;
    std::vector<std::string> extra;
    std::set_difference(wanted.begin(), wanted.end(), found.begin(), found.end(), std::back_inserter(missing));
    std::set_difference(found.begin(), found.end(), wanted.begin(), wanted.end(), std::back_inserter(extra));
    std::string text;
    for (const std::string& s : missing) text += concat("- ", s, "\n");
    for (const std::string& s : extra) text += concat("+ ", s, "\n");
    return text;
}

}  // namespace pitot::testing
