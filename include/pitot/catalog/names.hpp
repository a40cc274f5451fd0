#pragma once
// The series names that sources expose, and the nearest of them to a name that none does.

#include <pitot/base/nearest.hpp>
#include <pitot/base/text.hpp>
#include <pitot/model/batch.hpp>

#include <cstddef>
#include <set>
#include <string>
#include <string_view>

namespace pitot::catalog {

/// Names as queries write them: of a histogram its _bucket, _sum and _count, of a native one its own name, of a summary
/// its quantiles, _sum and _count.
class metric_names {
public:
    /// Adds what a scrape of these families stores.
    /// created_series  _created samples are series of their own (OpenMetrics text)
    void add(const batch& families, bool created_series)
    {
        for (std::size_t i = 0; i < families.size(); ++i) add(families[i], created_series);
    }
    void add(std::string_view name) { names_.emplace(name); }

    /// `up`, the scrape_* series and ALERTS, which Prometheus makes by itself, are always there.
    [[nodiscard]] bool contains(std::string_view name) const
    {
        return names_.contains(name) || is_made_by_prometheus(name);
    }
    [[nodiscard]] bool empty() const noexcept { return names_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return names_.size(); }

    [[nodiscard]] static constexpr bool is_made_by_prometheus(std::string_view name) noexcept
    {
        return name == "up" || name == "ALERTS" || name == "ALERTS_FOR_STATE" || name == "scrape_duration_seconds" ||
               name == "scrape_samples_scraped" || name == "scrape_samples_post_metric_relabeling" ||
               name == "scrape_series_added" || name == "scrape_timeout_seconds" || name == "scrape_sample_limit" ||
               name == "scrape_body_size_bytes";
    }

    /// The exposed name that is meant by one that is not, or "": with or without _total, with more words behind, with
    /// another prefix, or with a slip of the pen, in this order.
    [[nodiscard]] std::string_view nearest_to(std::string_view name) const
    {
        constexpr std::string_view total = "_total";
        if (const auto at = names_.find(concat(name, total)); at != names_.end()) return *at;
        const std::string_view bare = name.ends_with(total) ? name.substr(0, name.size() - total.size()) : name;
        if (bare != name)
            if (const auto at = names_.find(bare); at != names_.end()) return *at;
        if (const std::string_view longer = shortest_beginning_with(concat(bare, "_")); !longer.empty()) return longer;
        if (const std::string_view other = with_other_prefix(name, bare); !other.empty()) return other;
        const std::size_t limit = name.size() < 8 ? 1 : name.size() / 6;
        std::string_view best;
        std::size_t least = limit + 1;
        for (const std::string& candidate : names_) {
            const std::size_t distance = edit_distance(name, candidate, least - 1);
            if (distance >= least) continue;
            best = candidate;
            least = distance;
            if (least == 1) break;
        }
        return best;
    }

private:
    void add(const family_view& family, bool created_series)
    {
        if (family.size() == 0) return;
        const std::string_view name = family.name();
        bool created = false;
        for (std::size_t i = 0; i < family.size(); ++i) {
            const point_view point = family[i];
            created = created || point.created().has_value();
            if (const histogram_row* h = point.histogram()) {
                const bool gauge = family.type() == metric_type::gauge_histogram;
                if (h->has_native()) add(name);
                if (h->classic.count > 0 || !h->has_native()) {
                    add(concat(name, "_bucket"));
                    if (h->has_sum) add(concat(name, gauge ? "_gsum" : "_sum"));
                    if (h->has_count) add(concat(name, gauge ? "_gcount" : "_count"));
                }
            } else if (const summary_row* s = point.summary()) {
                if (s->quantiles.count > 0) add(name);
                if (s->has_sum) add(concat(name, "_sum"));
                if (s->has_count) add(concat(name, "_count"));
            } else {
                add(name);
            }
        }
        if (created && created_series)
            add(concat(name.ends_with("_total") ? name.substr(0, name.size() - 6) : name, "_created"));
    }

    [[nodiscard]] std::string_view shortest_beginning_with(std::string_view start) const
    {
        std::string_view best;
        for (auto at = names_.lower_bound(start); at != names_.end() && at->starts_with(start); ++at)
            if (best.empty() || at->size() < best.size()) best = *at;
        return best;
    }

    /// `x_rest` for `rest`, `rest` for `x_rest`, `y_rest` for `x_rest` (rest of two words at least); _total may differ.
    [[nodiscard]] std::string_view with_other_prefix(std::string_view name, std::string_view bare) const
    {
        const auto same_but_total = [](std::string_view a, std::string_view b) {
            return a == b || (a.size() == b.size() + 6 && a.starts_with(b) && a.ends_with("_total")) ||
                   (b.size() == a.size() + 6 && b.starts_with(a) && b.ends_with("_total"));
        };
        const std::size_t cut = name.find('_');
        const std::string_view rest = cut == std::string_view::npos ? std::string_view{} : name.substr(cut + 1);
        const bool rest_tells = rest.find('_') != std::string_view::npos;
        std::string_view best;
        for (const std::string& candidate : names_) {
            const std::string_view c = candidate;
            bool fits = rest_tells && same_but_total(c, rest);
            for (std::size_t at = c.find('_'); !fits && at != std::string_view::npos; at = c.find('_', at + 1)) {
                const std::string_view tail = c.substr(at + 1);
                if (tail.size() + 6 < bare.size() && tail.size() + 6 < rest.size()) break;
                fits = (bare.find('_') != std::string_view::npos && same_but_total(tail, name)) ||
                       (rest_tells && same_but_total(tail, rest));
            }
            if (fits && (best.empty() || c.size() < best.size())) best = c;
        }
        return best;
    }

    std::set<std::string, std::less<>> names_;
};

}  // namespace pitot::catalog
