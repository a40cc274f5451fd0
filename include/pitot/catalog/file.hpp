#pragma once
// The catalog file: what exists, written down to be committed and compared.
//
// {"version":1,"metrics":[{"name","type","unit","help","jobs":[…],"labels":{"NAME":{"values":[…],"complete":true}}}]}
// Metrics are sorted by name, labels and values too, so that two files compare line by line. Where it applies there are
// also "native":true (a histogram with native buckets), "created":true (_created samples are series, too) and
// "absent":["_sum"] (series that the type has and that were never seen). Unknown members are ignored.

#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>
#include <pitot/catalog/listing.hpp>
#include <pitot/json/reader.hpp>
#include <pitot/json/write.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace pitot::catalog {

[[nodiscard]] inline std::string save(const listing& what)
{
    json::writer w(2);
    w.begin_object().member("version", 1).key("metrics").begin_array();
    for (const auto& [name, m] : what.metrics()) {
        w.begin_object()
            .member("name", name)
            .member("type", to_string(m.type))
            .member("unit", m.unit)
            .member("help", m.help);
        if (m.native) w.member("native", true);
        if (m.created) w.member("created", true);
        if (m.absent != 0) {
            w.key("absent").begin_array();
            const auto suffixes = series_suffixes(m.type);
            for (std::size_t i = 0; i < suffixes.size(); ++i)
                if ((m.absent >> i & 1U) != 0) w.value(suffixes[i]);
            w.end_array();
        }
        w.key("jobs").begin_array();
        for (const std::string& job : m.jobs) w.value(std::string_view(job));
        w.end_array().key("labels").begin_object();
        for (const auto& [label, values] : m.labels) {
            w.key(label).begin_object().key("values").begin_array();
            for (const std::string& value : values.values) w.value(std::string_view(value));
            w.end_array().member("complete", values.complete).end_object();
        }
        w.end_object().end_object();
    }
    w.end_array().end_object();
    std::string text = std::move(w).text();
    text += '\n';
    return text;
}

namespace detail {

inline std::optional<metric_type> type_from(std::string_view name) noexcept
{
    for (const metric_type t :
         {metric_type::unknown, metric_type::counter, metric_type::gauge, metric_type::histogram,
          metric_type::gauge_histogram, metric_type::summary, metric_type::info, metric_type::state_set})
        if (to_string(t) == name) return t;
    if (name == "untyped" || name.empty()) return metric_type::unknown;
    return std::nullopt;
}

inline result<metric> read_metric(json::value from)
{
    const auto bad = [](json::value at, std::string why) {
        return unexpected(errc::invalid_value, std::move(why), at.span());
    };
    metric out;
    if (!from.is_object()) return bad(from, "a metric is an object");
    if (!from["name"].is_string() || from["name"].text().empty()) return bad(from, "a metric needs a \"name\"");
    out.name = from["name"].text();
    for (const auto& [key, to] : {std::pair{"unit", &out.unit}, std::pair{"help", &out.help}}) {
        const json::value text = from[std::string_view(key)];
        if (text && !text.is_string()) return bad(text, concat("\"", key, "\" is a text"));
        *to = text.text();
    }
    if (const json::value type = from["type"]) {
        const auto known = type_from(type.text());
        if (!known || !type.is_string())
            return bad(type,
                       "the type is counter, gauge, histogram, gaugehistogram, summary, info, stateset or unknown");
        out.type = *known;
    }
    out.native = from["native"].as_bool().value_or(false);
    out.created = from["created"].as_bool().value_or(false);
    for (const json::value missing : from["absent"]) {
        const auto suffixes = series_suffixes(out.type);
        const auto at = std::find(suffixes.begin(), suffixes.end(), missing.text());
        if (at == suffixes.end()) return bad(missing, "\"absent\" lists suffixes of series that the type has");
        out.absent = static_cast<std::uint8_t>(out.absent | 1U << (at - suffixes.begin()));
    }
    const auto texts = [&](json::value list, std::vector<std::string>& to) {
        for (const json::value item : list) {
            if (!item.is_string()) return false;
            to.emplace_back(item.text());
        }
        std::sort(to.begin(), to.end());
        to.erase(std::unique(to.begin(), to.end()), to.end());
        return !list || list.is_array();
    };
    if (!texts(from["jobs"], out.jobs)) return bad(from["jobs"], "\"jobs\" is a list of texts");
    const json::value labels = from["labels"];
    if (labels && !labels.is_object()) return bad(labels, "\"labels\" is an object of labels");
    for (const json::value label : labels) {
        label_values values;
        if (!label.is_object() || !texts(label["values"], values.values))
            return bad(label, "a label is {\"values\":[TEXT…],\"complete\":true}");
        values.complete = label["complete"].as_bool().value_or(false);
        out.labels.insert_or_assign(std::string(label.key().text()), std::move(values));
    }
    return out;
}

}  // namespace detail

/// Reads a catalog file.
/// error  what json::parse() gives; unsupported for another version; invalid_value with the place of what is not as
/// above;
///        duplicate for a metric that stands twice
[[nodiscard]] inline result<listing> load(std::string_view text)
{
    auto document = json::parse(text);
    if (!document) return unexpected(std::move(document.error()));
    const json::value root = document->root();
    if (!root.is_object() || !root["metrics"].is_array())
        return unexpected(errc::invalid_value,
                          "this is no catalog: an object with \"version\" and \"metrics\" is expected", root.span());
    if (root["version"].as_int() != 1) {
        const json::value at = root["version"] ? root["version"] : root;
        return unexpected(errc::unsupported, "only version 1 of the catalog file is known", at.span());
    }
    listing out;
    for (const json::value item : root["metrics"]) {
        auto m = detail::read_metric(item);
        if (!m) return unexpected(std::move(m.error()));
        if (out.metrics().contains(m->name))
            return unexpected(errc::duplicate, concat("the metric ", m->name, " stands twice"), item["name"].span());
        out.add(std::move(*m));
    }
    return out;
}

}  // namespace pitot::catalog
