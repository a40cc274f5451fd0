#pragma once
// What exists: the names, types, units, labels and label values of metrics, gathered from any number of batches.

#include <pitot/base/number.hpp>
#include <pitot/base/text.hpp>
#include <pitot/model/batch.hpp>

#include <algorithm>  // std::lower_bound
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::catalog {

/// The values of a label, sorted.
/// complete  false when values were cut or are open-ended: then a missing value proves nothing
struct label_values {
    std::vector<std::string> values;
    bool complete = true;

    [[nodiscard]] bool contains(std::string_view value) const noexcept
    {
        const auto at = std::lower_bound(values.begin(), values.end(), value);
        return at != values.end() && *at == value;
    }
    friend bool operator==(const label_values&, const label_values&) = default;
};

/// A family: counters with _total and infos with _info (if they have it), histograms and summaries by their base name.
/// labels   of its series, with le of classic histograms and quantile of summaries
/// native   a histogram with native buckets: its base name is a series too
/// created  its _created samples are series too (OpenMetrics text)
/// absent   series that its type has and that were never seen: a bit for each of series_suffixes()
struct metric {
    std::string name;
    metric_type type = metric_type::unknown;
    std::string unit;
    std::string help;
    std::vector<std::string> jobs;  ///< sorted; empty when no job was told
    std::map<std::string, label_values, std::less<>> labels;
    bool native = false;
    bool created = false;
    std::uint8_t absent = 0;
    friend bool operator==(const metric&, const metric&) = default;
};

/// A series name that exists, and the family that exposes it.
/// suffix  "_bucket", "_sum", "_count", … of histograms and summaries, "_created", else empty
struct series_name {
    const metric* of = nullptr;
    std::string_view suffix;

    /// A label that such a series may have; `job` and `instance`, which the scrape adds, only if they were told.
    [[nodiscard]] const label_values* label(std::string_view name) const
    {
        const bool histogram = of->type == metric_type::histogram || of->type == metric_type::gauge_histogram;
        if (name == "le" && histogram && suffix != "_bucket") return nullptr;
        if (name == "quantile" && of->type == metric_type::summary && !suffix.empty()) return nullptr;
        const auto at = of->labels.find(name);
        return at == of->labels.end() ? nullptr : &at->second;
    }
};

/// The suffixes of the series that a family of a type may expose; "" is the family's own name. _created is apart: it
/// takes the place of _total.
[[nodiscard]] inline std::span<const std::string_view> series_suffixes(metric_type type) noexcept
{
    static constexpr std::string_view histogram[] = {"_bucket", "_sum", "_count", ""};
    static constexpr std::string_view gauge_histogram[] = {"_bucket", "_gsum", "_gcount", ""};
    static constexpr std::string_view summary[] = {"", "_sum", "_count"};
    static constexpr std::string_view plain[] = {""};
    switch (type) {
    case metric_type::histogram: return histogram;
    case metric_type::gauge_histogram: return gauge_histogram;
    case metric_type::summary: return summary;
    default: return plain;
    }
}

/// Names of series that Prometheus makes by itself: up, scrape_* and ALERTS.
inline constexpr std::string_view made_by_prometheus[] = {
    "up",
    "ALERTS",
    "ALERTS_FOR_STATE",
    "scrape_duration_seconds",
    "scrape_samples_scraped",
    "scrape_samples_post_metric_relabeling",
    "scrape_series_added",
    "scrape_timeout_seconds",
    "scrape_sample_limit",
    "scrape_body_size_bytes",
};
[[nodiscard]] constexpr bool is_made_by_prometheus(std::string_view name) noexcept
{
    for (const std::string_view own : made_by_prometheus)
        if (name == own) return true;
    return false;
}

[[nodiscard]] inline std::string_view without_total(std::string_view name) noexcept
{
    constexpr std::string_view total = "_total";
    return name.ends_with(total) ? name.substr(0, name.size() - total.size()) : name;
}

/// Where a batch came from, as the scrape labels it.
/// job     empty: unknown
/// labels  more labels of the target (instance, cluster, …)
struct target {
    std::string job;
    std::vector<std::pair<std::string, std::string>> labels;
};

/// Everything that exists. Not for one thread to fill while another reads.
class listing {
public:
    /// max_values  of one label of one metric; beyond it the list is cut and no longer complete
    explicit listing(std::size_t max_values = 1000) : max_values_(max_values) {}

    /// Adds what a finished batch holds. A family without series is listed, but exposes no name.
    /// A label of the target that a series already has moves the series' own to exported_NAME, as a scrape does.
    /// A family that another batch has with another type becomes unknown.
    /// created_series  _created samples are series of their own (OpenMetrics text)
    void add(const batch& in, const target& from = {}, bool created_series = false)
    {
        for (std::size_t i = 0; i < in.size(); ++i) add(in[i], in, from, created_series);
    }

    /// Adds or replaces a family as it stands (from a file, or from a collector's table).
    void add(metric what)
    {
        std::string name = what.name;
        metrics_.insert_or_assign(std::move(name), std::move(what));
    }

    [[nodiscard]] const std::map<std::string, metric, std::less<>>& metrics() const noexcept { return metrics_; }
    [[nodiscard]] bool empty() const noexcept { return metrics_.empty(); }

    /// Is there a series of that name? The family of that very name comes first, then histograms and summaries.
    [[nodiscard]] std::optional<series_name> find(std::string_view name) const
    {
        if (const auto at = metrics_.find(name); at != metrics_.end() && has_suffix(at->second, ""))
            return series_name{&at->second, {}};
        for (const std::string_view suffix : {"_bucket", "_sum", "_count", "_gsum", "_gcount"}) {
            if (!name.ends_with(suffix)) continue;
            const auto at = metrics_.find(name.substr(0, name.size() - suffix.size()));
            if (at != metrics_.end() && has_suffix(at->second, suffix)) return series_name{&at->second, suffix};
        }
        if (!name.ends_with(created)) return std::nullopt;
        const std::string_view base = name.substr(0, name.size() - created.size());
        auto at = metrics_.find(concat(base, total));
        if (at == metrics_.end() && !base.ends_with(total)) at = metrics_.find(base);
        if (at == metrics_.end() || !at->second.created) return std::nullopt;
        return series_name{&at->second, created};
    }

    /// Is there a series of that name, or one that Prometheus makes by itself?
    [[nodiscard]] bool exposes(std::string_view name) const { return is_made_by_prometheus(name) || find(name); }

    /// Every series name, sorted.
    [[nodiscard]] std::vector<std::string> names() const
    {
        std::vector<std::string> all;
        for (const auto& [name, m] : metrics_) {
            for (const std::string_view suffix : series_suffixes(m.type))
                if (has_suffix(m, suffix)) all.push_back(concat(name, suffix));
            if (m.created) all.push_back(concat(without_total(name), created));
        }
        std::sort(all.begin(), all.end());
        all.erase(std::unique(all.begin(), all.end()), all.end());
        return all;
    }

private:
    static constexpr std::string_view total = "_total";
    static constexpr std::string_view created = "_created";

    static bool has_suffix(const metric& m, std::string_view suffix) noexcept
    {
        const auto all = series_suffixes(m.type);
        const bool histogram = m.type == metric_type::histogram || m.type == metric_type::gauge_histogram;
        if (histogram && suffix.empty()) return m.native;
        for (std::size_t i = 0; i < all.size(); ++i)
            if (all[i] == suffix) return (m.absent >> i & 1U) == 0;
        return false;
    }

    /// Bits of series_suffixes() that a point exposes.
    static unsigned parts_of(const point_view& point, metric_type type) noexcept
    {
        if (const histogram_row* const h = point.histogram()) {
            if (h->classic.count == 0 && h->has_native()) return 0;
            return 1U | (h->has_sum ? 2U : 0U) | (h->has_count ? 4U : 0U);
        }
        if (const summary_row* const s = point.summary())
            return (s->quantiles.count > 0 ? 1U : 0U) | (s->has_sum ? 2U : 0U) | (s->has_count ? 4U : 0U);
        return (1U << series_suffixes(type).size()) - 1;
    }

    void add(const family_view& family, const batch& in, const target& from, bool created_series)
    {
        auto at = metrics_.find(family.name());
        const bool fresh = at == metrics_.end();
        if (fresh) {
            at = metrics_.emplace(std::string(family.name()), metric{}).first;
            at->second.name = family.name();
            at->second.type = family.type();
        }
        metric& m = at->second;
        if (m.type != family.type()) {
            m.type = metric_type::unknown;
            m.absent = 0;
        }
        unsigned seen = 0;
        for (std::size_t i = 0; i < family.size(); ++i) {
            seen |= parts_of(family[i], family.type());
            m.created = m.created || (created_series && family[i].created().has_value());
        }
        if (m.type == family.type()) {
            const unsigned missing = ~seen & 7U & ((1U << series_suffixes(m.type).size()) - 1);
            m.absent = static_cast<std::uint8_t>(fresh ? missing : m.absent & missing);
        }
        if (m.help.empty()) m.help = family.help();
        if (m.unit.empty()) m.unit = family.unit();
        if (!from.job.empty()) {
            const auto place = std::lower_bound(m.jobs.begin(), m.jobs.end(), from.job);
            if (place == m.jobs.end() || *place != from.job) m.jobs.insert(place, from.job);
        }
        char room[number_size];
        std::string exported;
        for (std::size_t i = 0; i < family.size(); ++i) {
            const point_view point = family[i];
            for (const label_view& l : point.labels()) {
                if (l.value.empty()) continue;
                const bool taken = (l.name == "job" && !from.job.empty()) ||
                                   std::any_of(from.labels.begin(), from.labels.end(),
                                               [&](const auto& t) { return t.first == l.name; });
                if (taken) exported = concat("exported_", l.name);
                insert(m, taken ? std::string_view(exported) : l.name, l.value);
            }
            if (const histogram_row* const row = point.histogram(); row != nullptr) {
                m.native = m.native || row->has_native();
                for (const classic_bucket& b : in.buckets(row->classic))
                    insert(m, "le", {room, static_cast<std::size_t>(write_go_number(room, b.upper) - room)});
            } else if (const summary_row* const summary = point.summary(); summary != nullptr) {
                for (const summary_quantile& q : in.quantiles(summary->quantiles))
                    insert(m, "quantile", {room, static_cast<std::size_t>(write_go_number(room, q.rank) - room)});
            }
        }
        if (!from.job.empty()) insert(m, "job", from.job);
        for (const auto& [name, value] : from.labels) insert(m, name, value);
    }

    void insert(metric& m, std::string_view label, std::string_view value)
    {
        auto at = m.labels.find(label);
        if (at == m.labels.end()) at = m.labels.emplace(std::string(label), label_values{}).first;
        label_values& to = at->second;
        const auto place = std::lower_bound(to.values.begin(), to.values.end(), value);
        if (place != to.values.end() && *place == value) return;
        if (to.values.size() >= max_values_) {
            to.complete = false;
            return;
        }
        to.values.insert(place, std::string(value));
    }

    std::map<std::string, metric, std::less<>> metrics_;
    std::size_t max_values_;
};

}  // namespace pitot::catalog
