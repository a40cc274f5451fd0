#pragma once
// Described series into a store, as Prometheus's storage would give them back.

#include <pitot/promql/testing/series_text.hpp>
#include <pitot/store/histogram_flaw.hpp>
#include <pitot/store/histogram_reset.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::promql {

/// Described samples that may be held at a time, of all series.
inline constexpr std::size_t max_described = 10'000'000;

/// What the storage knows of a histogram's counter reset: it compares with the sample before, and trusts only "gauge"
/// and "reset" of what it is told. source  Prometheus, tsdb/chunkenc
[[nodiscard]] inline reset_hint stored_hint(const store::series& s, std::int64_t time, store::histogram now)
{
    if (now.hint == reset_hint::gauge_type) return reset_hint::gauge_type;
    const auto& h = s.histograms;
    const auto at = static_cast<std::size_t>(std::lower_bound(h.times.begin(), h.times.end(), time) - h.times.begin());
    if (at == 0 || now.hint == reset_hint::reset) return reset_hint::unknown;
    const auto float_at = std::lower_bound(s.floats.times.begin(), s.floats.times.end(), time);
    if (float_at != s.floats.times.begin() && *(float_at - 1) > h.times[at - 1]) return reset_hint::unknown;
    const store::histogram& before = *h.values[at - 1];
    if (before.hint == reset_hint::gauge_type || store::is_stale(before.sum) || before.schema != now.schema ||
        before.zero_threshold != now.zero_threshold || before.bounds != now.bounds)
        return reset_hint::unknown;
    now.hint = reset_hint::unknown;
    return store::was_reset(now, before) ? reset_hint::unknown : reset_hint::not_reset;
}

/// error  too_many where the store is full; invalid_value for a histogram that the storage would refuse
inline result<void> put_sample(store::series_store& to, store::series& s, std::int64_t time,
                               const described_sample& sample, std::int64_t start)
{
    if (sample.missing) return {};
    if (!to.has_room(sample.hist == nullptr ? 1 : sample.hist->weight())) return to.too_many();
    if (sample.hist == nullptr) {
        s.floats.put(time, sample.value, start);
        return {};
    }
    if (std::string why = store::flaw_of(*sample.hist); !why.empty())
        return unexpected(errc::invalid_value, std::move(why));
    store::histogram h = *sample.hist;
    h.hint = stored_hint(s, time, h);
    s.histograms.put(time, to.keep(std::move(h)), start);
    return {};
}

/// Puts sample i at origin + i * step.
/// error  of put_sample()
inline result<void> load(store::series_store& to, const described_series& from, std::int64_t origin, std::int64_t step,
                         const described_starts* starts = nullptr)
{
    store::series& s = to.at(from.label_set());
    for (std::size_t i = 0; i < from.samples.size(); ++i) {
        const std::int64_t time = origin + static_cast<std::int64_t>(i) * step;
        std::int64_t start = 0;
        if (starts != nullptr && i < starts->offsets.size() && starts->offsets[i]) start = time + *starts->offsets[i];
        if (auto put = put_sample(to, s, time, from.samples[i], start); !put) return put;
    }
    return {};
}

/// Classic histograms among some series as native ones with custom buckets, put under the name without _bucket.
inline result<void> load_custom_buckets(store::series_store& to, const std::vector<described_series>& from,
                                        std::int64_t origin, std::int64_t step)
{
    struct classic {
        std::map<double, const described_series*> buckets;
        const described_series* count = nullptr;
        const described_series* sum = nullptr;
    };
    std::map<std::vector<std::pair<std::string, std::string>>, classic> all;
    for (const described_series& s : from) {
        auto labels = s.labels;
        const auto name = std::find_if(labels.begin(), labels.end(),
                                       [](const auto& l) { return l.first == "__name__"; });
        if (name == labels.end()) continue;
        const auto without = [&](std::string_view suffix) {
            if (!name->second.ends_with(suffix)) return false;
            name->second.resize(name->second.size() - suffix.size());
            return true;
        };
        if (without("_bucket")) {
            const auto le = std::find_if(labels.begin(), labels.end(), [](const auto& l) { return l.first == "le"; });
            if (le == labels.end()) continue;
            const auto limit = parse_number(le->second);
            if (!limit || std::isnan(*limit)) continue;
            labels.erase(le);
            all[labels].buckets[*limit] = &s;
        } else if (without("_count")) {
            all[labels].count = &s;
        } else if (without("_sum")) {
            all[labels].sum = &s;
        }
    }
    for (const auto& [labels, c] : all) {
        described_series out;
        out.labels = labels;
        std::size_t n = 0;
        for (const auto& [limit, s] : c.buckets) n = std::max(n, s->samples.size());
        for (const described_series* const s : {c.count, c.sum})
            if (s != nullptr) n = std::max(n, s->samples.size());
        const auto value = [](const described_series* s, std::size_t i, double& v) {
            if (s == nullptr || i >= s->samples.size() || s->samples[i].missing || s->samples[i].hist) return false;
            v = s->samples[i].value;
            return true;
        };
        for (std::size_t i = 0; i < n; ++i) {
            store::histogram h;
            h.schema = store::histogram::custom_schema;
            double v = 0;
            double before = 0;
            bool any = false;
            bool has_count = false;
            if (value(c.count, i, v)) {
                h.count = v;
                any = has_count = true;
            }
            if (value(c.sum, i, v)) {
                h.sum = v;
                any = true;
            }
            std::int32_t index = 0;
            for (const auto& [limit, s] : c.buckets) {
                if (!value(s, i, v)) continue;
                any = true;
                if (!std::isinf(limit)) h.bounds.push_back(limit);
                if (std::isinf(limit) && !has_count) h.count = v;
                h.positive.push_back({index++, v - before});
                before = v;
            }
            if (any && !has_count && h.count == 0) h.count = before;
            if (any && h.count > before) h.positive.push_back({index, h.count - before});
            h.compact();
            described_sample sample;
            sample.missing = !any;
            if (any) sample.hist = std::make_shared<store::histogram>(std::move(h));
            out.samples.push_back(std::move(sample));
        }
        if (out.samples.empty()) continue;
        if (auto put = load(to, out, origin, step); !put) return put;
    }
    return {};
}

}  // namespace pitot::promql
