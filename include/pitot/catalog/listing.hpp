#pragma once
// What exists: the names, types, units, labels and label values of metrics, gathered from any number of batches.

#include <pitot/base/nearest.hpp>
#include <pitot/base/number.hpp>
#include <pitot/base/text.hpp>
#include <pitot/model/batch.hpp>

#include <algorithm>  // std::lower_bound
#include <cstddef>
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
/// labels  of its series, with le of classic histograms and quantile of summaries
/// native  a histogram with native buckets: its base name is a series too
struct metric {
    std::string name;
    metric_type type = metric_type::unknown;
    std::string unit;
    std::string help;
    std::vector<std::string> jobs;  ///< sorted; empty when no job was told
    std::map<std::string, label_values, std::less<>> labels;
    bool native = false;
    friend bool operator==(const metric&, const metric&) = default;
};

/// A series name that exists, and the family that exposes it.
/// suffix  "_bucket", "_sum", "_count", … of histograms and summaries, else empty
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

/// The suffixes of the series that a family of a type exposes; "" is the family's own name.
[[nodiscard]] inline std::span<const std::string_view> series_suffixes(metric_type type, bool native = false) noexcept
{
    constexpr std::size_t n = 4;
    static constexpr std::string_view histogram[n] = {"_bucket", "_sum", "_count", ""};
    static constexpr std::string_view gauge_histogram[n] = {"_bucket", "_gsum", "_gcount", ""};
    static constexpr std::string_view summary[] = {"", "_sum", "_count"};
    static constexpr std::string_view plain[] = {""};
    switch (type) {
    case metric_type::histogram: return {histogram, native ? n : n - 1};
    case metric_type::gauge_histogram: return {gauge_histogram, native ? n : n - 1};
    case metric_type::summary: return summary;
    default: return plain;
    }
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

    /// Adds what a finished batch holds. A family without series counts too: its labels are unknown.
    /// A label of the target that a series already has moves the series' own to exported_NAME, as a scrape does.
    /// A family that another batch has with another type becomes unknown.
    void add(const batch& in, const target& from = {})
    {
        for (std::size_t i = 0; i < in.size(); ++i) add(in[i], in, from);
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
        return std::nullopt;
    }

    /// Every series name, sorted.
    [[nodiscard]] std::vector<std::string> names() const
    {
        std::vector<std::string> all;
        for (const auto& [name, m] : metrics_)
            for (const std::string_view suffix : series_suffixes(m.type, m.native)) all.push_back(concat(name, suffix));
        std::sort(all.begin(), all.end());
        all.erase(std::unique(all.begin(), all.end()), all.end());
        return all;
    }

    /// The name that was probably meant: with _total or without, behind or before another prefix, with a histogram's
    /// suffix, or a few letters away. Empty when none is near.
    [[nodiscard]] std::string nearest_name(std::string_view name) const
    {
        if (name.empty()) return {};
        if (find(concat(name, "_total"))) return concat(name, "_total");
        if (name.ends_with("_total") && find(name.substr(0, name.size() - 6)))
            return std::string(name.substr(0, name.size() - 6));
        for (const std::string_view suffix : {"_bucket", "_count"})
            if (metrics_.find(name) != metrics_.end() && find(concat(name, suffix))) return concat(name, suffix);
        const std::vector<std::string> all = names();
        const std::string_view stem = name.ends_with("_total") ? name.substr(0, name.size() - 6) : name;
        std::string_view best;
        for (const std::string& known : all) {  // pg_x → postgresql_pg_x_total, node_x → x; the shortest
            const std::string_view known_stem = known.ends_with("_total")
                                                    ? std::string_view(known).substr(0, known.size() - 6)
                                                    : known;
            const bool longer = known_stem.size() > stem.size() + 1 && known_stem.ends_with(stem) &&
                                known_stem[known_stem.size() - stem.size() - 1] == '_';
            const bool shorter = stem.size() > known_stem.size() + 1 && known_stem.size() > 3 &&
                                 stem.ends_with(known_stem) && stem[stem.size() - known_stem.size() - 1] == '_' &&
                                 known_stem.find('_') != std::string_view::npos;
            if ((longer || shorter) && (best.empty() || distance(known, name) < distance(best, name))) best = known;
        }
        return std::string(best.empty() ? nearest(name, all) : best);
    }

private:
    static std::size_t distance(std::string_view a, std::string_view b) noexcept
    {
        return a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
    }

    static bool has_suffix(const metric& m, std::string_view suffix) noexcept
    {
        for (const std::string_view s : series_suffixes(m.type, m.native))
            if (s == suffix) return true;
        return false;
    }

    void add(const family_view& family, const batch& in, const target& from)
    {
        auto at = metrics_.find(family.name());
        if (at == metrics_.end()) {
            at = metrics_.emplace(std::string(family.name()), metric{}).first;
            at->second.name = family.name();
            at->second.type = family.type();
        }
        metric& m = at->second;
        if (m.type != family.type()) m.type = metric_type::unknown;
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
