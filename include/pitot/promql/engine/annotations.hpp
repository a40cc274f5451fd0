#pragma once
// What a query has to say about itself besides its result. Each text is said once.

#include <pitot/base/numbering.hpp>
#include <pitot/base/order.hpp>
#include <pitot/base/span.hpp>
#include <pitot/base/text.hpp>
#include <pitot/base/time_text.hpp>
#include <pitot/promql/quote.hpp>
#include <pitot/store/histogram.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::promql {

struct annotation {
    bool warning = false;  ///< else an info
    std::string text;      ///< "PromQL info: …", without the place
    text_span where;
    /// Of histogram_quantile's corrections: how far they went.
    struct correction {
        double lowest_bucket = 0;
        double highest_bucket = 0;
        double largest = 0;
        std::int64_t first = 0;
        std::int64_t last = 0;
        std::size_t count = 0;
    } fixed = {};
    std::size_t overlaps = 0;  ///< of start timestamps
};

/// Go's %g.
[[nodiscard]] inline std::string go_number(double value)
{
    std::string out;
    store::detail::append_number(out, value);
    return out;
}

class annotations {
public:
    [[gnu::cold, gnu::noinline]] void warn(std::string_view text, text_span where)
    {
        add(true, concat("PromQL warning: ", text), where);
    }
    [[gnu::cold, gnu::noinline]] void info(std::string_view text, text_span where)
    {
        add(false, concat("PromQL info: ", text), where);
    }

    [[gnu::cold, gnu::noinline]] void corrected(std::string_view metric_name, text_span where,
                                                const annotation::correction& what)
    {
        annotation& a = add(
            false,
            concat("PromQL info: input to histogram_quantile needed to be fixed for monotonicity (see "
                   "https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)",
                   metric_name.empty() ? "" : concat(" for metric name ", detail::quote(metric_name))),
            where, true);
        if (a.fixed.count == 0) {
            a.fixed = what;
        } else {
            a.fixed.lowest_bucket = std::min(a.fixed.lowest_bucket, what.lowest_bucket);
            a.fixed.highest_bucket = std::max(a.fixed.highest_bucket, what.highest_bucket);
            a.fixed.largest = std::max(a.fixed.largest, what.largest);
            a.fixed.first = std::min(a.fixed.first, what.first);
            a.fixed.last = std::max(a.fixed.last, what.last);
        }
        a.fixed.count = a.fixed.count + 1;
    }
    [[gnu::cold, gnu::noinline]] void starts_overlap(std::string_view metric_name, text_span where)
    {
        ++add(true,
              concat("PromQL warning: sample has start time that overlaps with previous sample timestamp for metric ",
                     detail::quote(metric_name)),
              where, true)
              .overlaps;
    }

    [[nodiscard]] bool empty() const noexcept { return all_.empty(); }
    [[nodiscard]] std::vector<std::string> texts(bool warnings, std::string_view query) const
    {
        std::vector<std::string> out;
        for (const std::uint32_t i : order_of(all_.size(), [&](auto a, auto b) { return all_[a].text < all_[b].text; }))
            if (all_[i].warning == warnings) out.push_back(text(all_[i], query));
        return out;
    }

private:
    /// keeps_place  what is told again counts where it was told first; else last
    annotation& add(bool warning, std::string text, text_span where, bool keeps_place = false)
    {
        const std::uint32_t number = numbers_.add(text);
        const bool is_new = number == all_.size();
        if (is_new) all_.emplace_back();
        annotation& a = all_[number];
        a.warning = warning;
        if (is_new || !keeps_place) a.where = where;
        a.text = std::move(text);
        return a;
    }
    [[nodiscard, gnu::cold]] static std::string text(const annotation& a, std::string_view query)
    {
        std::string out = a.text;
        if (a.fixed.count > 0) {
            char room[64];
            const int n = std::snprintf(room, sizeof room, "%.2g", a.fixed.largest);
            out += concat(", from buckets ", go_number(a.fixed.lowest_bucket), " to ",
                          go_number(a.fixed.highest_bucket), ", with a max diff of ",
                          std::string_view(room, static_cast<std::size_t>(n)), ", over ", std::to_string(a.fixed.count),
                          " samples from ", date_time_text(a.fixed.first, 'T'), "Z", " to ",
                          date_time_text(a.fixed.last, 'T'), "Z");
        }
        if (a.overlaps > 1) out += concat(" (", std::to_string(a.overlaps), " occurrences)");
        const std::string_view before = query.substr(0, a.where.offset);
        const auto line = 1 + std::count(before.begin(), before.end(), '\n');
        const std::size_t newline = before.rfind('\n');
        const std::size_t column = newline == std::string_view::npos ? a.where.offset + 1 : a.where.offset - newline;
        return out + concat(" (", std::to_string(line), ":", std::to_string(column), ")");
    }

    numbering numbers_;  ///< of texts
    std::vector<annotation> all_;
};

}  // namespace pitot::promql
