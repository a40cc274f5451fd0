#pragma once
// A scrape into the store: what a target exposed at a time, under the labels that the scrape gives it.

#include <pitot/base/number.hpp>
#include <pitot/base/text.hpp>
#include <pitot/model/batch.hpp>
#include <pitot/store/series.hpp>

#include <algorithm>  // std::any_of, std::binary_search, std::sort, std::stable_sort
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::store {

/// labels        of the target: job, instance, …
/// honor_labels  the exposition's own labels win, empty ones too; else they become exported_NAME
/// type_and_unit_labels  what the family is becomes __type__ and __unit__, as Prometheus's feature of this name does it
/// created_series  moments of creation are series, as the lines NAME_created of OpenMetrics are
struct scrape_target {
    std::vector<std::pair<std::string, std::string>> labels;
    bool honor_labels = false;
    bool type_and_unit_labels = false;
    bool created_series = false;
};

/// The series that a target's last scrape gave, but those whose samples had times of their own.
using scraped_series = std::vector<series*>;

namespace detail {

class scrape_sink {
public:
    scrape_sink(series_store& to, const scrape_target& from, std::int64_t time)
        : to_(to), from_(from), time_(time), given_(from.labels)
    {
        std::stable_sort(given_.begin(), given_.end(),
                         [](const auto& a, const auto& b) { return a.first.size() < b.first.size(); });
    }

    /// False when the store is full.
    [[nodiscard]] bool add(const batch& in)
    {
        for (std::size_t f = 0; f < in.size(); ++f)
            for (std::size_t p = 0; p < in[f].size(); ++p) {
                if (!to_.has_room(room(in, in[f][p]))) return false;
                add(in, in[f], in[f][p]);
            }
        return true;
    }
    void put(std::string_view name, double value)
    {
        own_.clear();
        put_float(at(name), value, 0);
    }
    /// Ends what the scrape before gave and this one did not.
    void end_others(scraped_series& before)
    {
        std::sort(seen_.begin(), seen_.end());
        for (series* const s : before)
            if (!std::binary_search(seen_.begin(), seen_.end(), s)) s->floats.put(time_, stale_marker(), 0);
        before = std::move(seen_);
    }

private:
    /// The samples that a point becomes.
    [[nodiscard]] static std::size_t room(const batch& in, const point_view& point)
    {
        if (const summary_row* const s = point.summary()) return in.quantiles(s->quantiles).size() + 2;
        const histogram_row* const h = point.histogram();
        return h == nullptr ? 1 : in.buckets(h->classic).size() + 2 + 16 + h->positive.count + h->negative.count;
    }

    void add(const batch& in, const family_view& family, const point_view& point)
    {
        own_.clear();
        for (const label_view& l : point.labels()) own_.emplace_back(l.name, l.value);
        if (from_.type_and_unit_labels && family.type() != metric_type::unknown)
            own_.emplace_back("__type__", to_string(family.type()));
        if (from_.type_and_unit_labels && !family.unit().empty()) own_.emplace_back("__unit__", family.unit());
        const auto told = point.timestamp();
        at_ = told ? told->milliseconds() : time_;
        is_timed_ = told.has_value();
        const auto created = point.created();
        start_ = created ? created->milliseconds() : 0;
        const std::string_view name = family.name();
        if (created && from_.created_series) {
            constexpr std::string_view total = "_total";
            const std::string_view bare = name.ends_with(total) ? name.substr(0, name.size() - total.size()) : name;
            put_float(at(concat(bare, "_created")), static_cast<double>(start_) / 1000, 0);
        }
        if (const histogram_row* const h = point.histogram()) {
            add(in, *h, name, family.type() == metric_type::gauge_histogram);
        } else if (const summary_row* const s = point.summary()) {
            for (const summary_quantile& q : in.quantiles(s->quantiles))
                with("quantile", q.rank, [&] { put_float(at(name), q.value, 0); });
            if (s->has_sum) put_float(at(concat(name, "_sum")), s->sum, start_);
            if (s->has_count) put_float(at(concat(name, "_count")), s->count.as_double(s->float_counts), start_);
        } else {
            put_float(at(name), point.value(), start_);
        }
    }

    void add(const batch& in, const histogram_row& h, std::string_view name, bool gauge)
    {
        if (h.has_native()) {
            histogram out;
            out.schema = h.schema;
            out.hint = gauge ? reset_hint::gauge_type : h.hint;
            out.zero_threshold = h.zero_threshold;
            out.zero_count = h.zero_count.as_double(h.float_counts);
            out.count = h.count.as_double(h.float_counts);
            out.sum = h.sum;
            if (h.custom_bounds.count > 0) {
                const auto bounds = in.bounds(h.custom_bounds);
                out.bounds.assign(bounds.begin(), bounds.end());
            }
            fill(in, h, h.positive_spans, h.positive, out.positive);
            fill(in, h, h.negative_spans, h.negative, out.negative);
            at(name).histograms.put(at_, to_.keep(std::move(out)), start_);
        }
        if (h.has_native() && h.classic.count == 0) return;
        for (const classic_bucket& b : in.buckets(h.classic))
            with("le", b.upper,
                 [&] { put_float(at(concat(name, "_bucket")), b.cumulative.as_double(h.float_counts), start_); });
        if (h.has_sum) put_float(at(concat(name, gauge ? "_gsum" : "_sum")), h.sum, start_);
        if (h.has_count)
            put_float(at(concat(name, gauge ? "_gcount" : "_count")), h.count.as_double(h.float_counts), start_);
    }
    static void fill(const batch& in, const histogram_row& h, slice spans, slice counts, std::vector<bucket>& to)
    {
        const auto all = in.counts(counts);
        std::size_t next = 0;
        std::int32_t index = 0;
        for (const bucket_span& span : in.spans(spans)) {
            index += span.offset;
            for (std::uint32_t i = 0; i < span.length && next < all.size(); ++i)
                to.push_back({index++, all[next++].as_double(h.float_counts)});
        }
    }

    /// A series that stands twice in a scrape has its first value.
    void put_float(series& to, double value, std::int64_t start)
    {
        if (to.floats.times.empty() || to.floats.times.back() != at_) to.floats.put(at_, value, start);
    }

    /// With one more label, whose value is a number as Prometheus 3 keeps it: 1.0, 0.5, +Inf.
    template <class F>
    void with(std::string_view label, double value, F&& put)
    {
        char room[number_size];
        own_.emplace_back(label, std::string(room, write_canonical_number(room, value)));
        put();
        own_.pop_back();
    }

    /// The series of a name with the labels at hand and the target's.
    /// source  Prometheus, scrape/scrape.go, resolveConflictingExposedLabels
    series& at(std::string_view name)
    {
        std::vector<std::pair<std::string, std::string>> all = own_;
        const auto is_among = [](const auto& labels, std::string_view label) {
            return std::any_of(labels.begin(), labels.end(), [label](const auto& l) { return l.first == label; });
        };
        for (const auto& [label, value] : given_) {  // as Prometheus moves what clashes: short names first
            bool there = false;
            for (auto& l : all) {
                if (l.first != label || (l.second.empty() && !from_.honor_labels)) continue;
                there = true;
                if (from_.honor_labels) continue;
                std::string free = concat("exported_", label);
                while (is_among(all, free) || is_among(from_.labels, free)) free.insert(0, "exported_");
                l.first = std::move(free);
            }
            if (!there || !from_.honor_labels) all.emplace_back(label, value);
        }
        std::vector<label> views;
        views.reserve(all.size() + 1);
        for (const auto& [label, value] : all) views.push_back({label, value});
        views.push_back({name_label, name});
        series& found = to_.at(label_set(std::move(views)));
        if (!is_timed_) seen_.push_back(&found);
        return found;
    }

    series_store& to_;
    const scrape_target& from_;
    std::int64_t time_;
    std::vector<std::pair<std::string, std::string>> given_;
    std::int64_t at_ = time_;
    std::int64_t start_ = 0;
    bool is_timed_ = false;
    std::vector<std::pair<std::string, std::string>> own_;
    scraped_series seen_;
};

}  // namespace detail

/// Adds what a batch holds, and `up`. Samples with a time of their own keep it.
/// time    of the scrape, milliseconds since 1970
/// before  the target's last scrape: what it gave and this one did not, ends here. This one's afterwards; null for one
///         scrape alone
/// error   too_many where the store is full; what was put before stays
inline result<void> put_scrape(series_store& to, const batch& in, const scrape_target& from, std::int64_t time,
                               scraped_series* before = nullptr)
{
    detail::scrape_sink sink(to, from, time);
    sink.put("up", 1);
    if (!sink.add(in)) return to.too_many();
    if (before != nullptr) sink.end_others(*before);
    return {};
}

}  // namespace pitot::store
