#pragma once
// A batch as JSON, for programs that read no exposition format.
//
// [{"name","type","unit","help","series":[{"labels":{…},"value":1,"timestamp":SECONDS,"created":SECONDS,
//   "exemplars":[{"labels":{…},"value","timestamp"}]}]}]
// Histograms have "count","sum","buckets":[[UPPER,CUMULATIVE]…] instead of "value", native ones
// "native":{"schema","zero_threshold","zero_count","positive":[[INDEX,COUNT]…],"negative":[…]}, summaries
// "count","sum","quantiles":[[RANK,VALUE]…]. NaN and infinities are strings, as Prometheus' API writes them.

#include <pitot/json/write.hpp>
#include <pitot/model/batch.hpp>

#include <string>
#include <string_view>

namespace pitot::catalog {

namespace detail {

inline void write_labels(json::writer& w, labels_view labels)
{
    w.key("labels").begin_object();
    for (const label_view& l : labels) w.member(l.name, l.value);
    w.end_object();
}

inline void write_count(json::writer& w, count_cell count, bool is_float)
{
    if (is_float)
        w.value(count.real);
    else
        w.value(count.integer);
}

inline void write_native(json::writer& w, const batch& in, std::string_view name, slice spans, slice counts,
                         bool is_float)
{
    w.key(name).begin_array();
    std::int64_t index = 0;
    std::size_t next = 0;
    const auto cells = in.counts(counts);
    for (const bucket_span& span : in.spans(spans)) {
        index += span.offset;
        for (std::uint32_t i = 0; i < span.length && next < cells.size(); ++i, ++index) {
            w.begin_array().value(index);
            write_count(w, cells[next++], is_float);
            w.end_array();
        }
    }
    w.end_array();
}

inline void write_histogram(json::writer& w, const batch& in, const histogram_row& row)
{
    if (row.has_count) {
        w.key("count");
        write_count(w, row.count, row.float_counts);
    }
    if (row.has_sum) w.member("sum", row.sum);
    if (row.classic.count > 0) {
        w.key("buckets").begin_array();
        for (const classic_bucket& bucket : in.buckets(row.classic)) {
            w.begin_array().value(bucket.upper);
            write_count(w, bucket.cumulative, row.float_counts);
            w.end_array();
        }
        w.end_array();
    }
    if (!row.has_native()) return;
    w.key("native")
        .begin_object()
        .member("schema", row.schema)
        .member("zero_threshold", row.zero_threshold)
        .key("zero_count");
    write_count(w, row.zero_count, row.float_counts);
    write_native(w, in, "positive", row.positive_spans, row.positive, row.float_counts);
    write_native(w, in, "negative", row.negative_spans, row.negative, row.float_counts);
    w.end_object();
}

inline void write_series(json::writer& w, const batch& in, const point_view& point)
{
    w.begin_object();
    write_labels(w, point.labels());
    if (const histogram_row* const row = point.histogram(); row != nullptr) {
        write_histogram(w, in, *row);
    } else if (const summary_row* const summary = point.summary(); summary != nullptr) {
        if (summary->has_count) {
            w.key("count");
            write_count(w, summary->count, summary->float_counts);
        }
        if (summary->has_sum) w.member("sum", summary->sum);
        w.key("quantiles").begin_array();
        for (const summary_quantile& q : in.quantiles(summary->quantiles))
            w.begin_array().value(q.rank).value(q.value).end_array();
        w.end_array();
    } else {
        w.member("value", point.value());
    }
    if (const auto when = point.timestamp()) w.member("timestamp", when->as_double());
    if (const auto when = point.created()) w.member("created", when->as_double());
    if (!point.exemplars().empty()) {
        w.key("exemplars").begin_array();
        for (const exemplar_row& e : point.exemplars()) {
            w.begin_object();
            write_labels(w, in.labels(e.labels));
            w.member("value", e.value);
            if (e.timestamp) w.member("timestamp", e.timestamp->as_double());
            w.end_object();
        }
        w.end_array();
    }
    w.end_object();
}

}  // namespace detail

/// indent  blanks a level, 0 for one line
[[nodiscard]] inline std::string to_json(const batch& in, std::size_t indent = 2)
{
    json::writer w(indent);
    w.begin_array();
    for (std::size_t i = 0; i < in.size(); ++i) {
        const family_view family = in[i];
        w.begin_object()
            .member("name", family.name())
            .member("type", to_string(family.type()))
            .member("unit", family.unit());
        w.member("help", family.help()).key("series").begin_array();
        for (std::size_t p = 0; p < family.size(); ++p) detail::write_series(w, in, family[p]);
        w.end_array().end_object();
    }
    w.end_array();
    std::string text = std::move(w).text();
    text += '\n';
    return text;
}

}  // namespace pitot::catalog
