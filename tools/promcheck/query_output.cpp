#include <promcheck/query_output.hpp>

#include <pitot/base/number.hpp>
#include <pitot/json/write.hpp>
#include <pitot/promql/engine/labels_text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace pitot::tools::promcheck {

namespace {

store::label_set labels_of(const shown_series& s)
{
    std::vector<store::label> all;
    for (const auto& [name, value] : s.labels) all.push_back({name, value});
    return store::label_set(std::move(all));
}

std::string csv_field(const std::string& text)
{
    if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + '"';
}

/// As the API writes numbers: an exponent for the very small and the very large only.
std::string api_number(double v)
{
    const double size = std::abs(v);
    return size != 0 && (size < 1e-6 || size >= 1e21) ? promql::go_number(v) : promql::plain_number(v);
}

std::string histogram_json(const store::histogram& h)
{
    std::string out = fmt::format("{{\"count\":\"{}\",\"sum\":\"{}\"", api_number(h.count), api_number(h.sum));
    std::string buckets;
    for (const store::bucket_view& b : store::all_buckets(h)) {
        const int boundary = b.lower_inclusive ? (b.upper_inclusive ? 3 : 1) : (b.upper_inclusive ? 0 : 2);
        buckets += fmt::format("{}[{},\"{}\",\"{}\",\"{}\"]", buckets.empty() ? "" : ",", boundary, api_number(b.lower),
                               api_number(b.upper), api_number(b.count));
    }
    if (!buckets.empty()) out += fmt::format(",\"buckets\":[{}]", buckets);
    return out + "}";
}

}  // namespace

shown_result shown(const promql::query_result& from, std::int64_t time)
{
    shown_result out;
    out.warnings = from.warnings;
    out.infos = from.infos;
    switch (from.type) {
    case promql::value_type::scalar: out.type = "scalar"; break;
    case promql::value_type::string: out.type = "string"; break;
    case promql::value_type::matrix: out.type = "matrix"; break;
    default: out.type = "vector";
    }
    if (out.type == "string") {
        out.series.push_back({{}, {{time, from.text, {}, from.text}}});
        return out;
    }
    for (const promql::query_series& s : from.series) {
        shown_series one;
        for (const store::label& l : s.labels) one.labels.emplace_back(l.name, l.value);
        for (const promql::query_sample sample : s.samples) {
            if (sample.hist != nullptr)
                one.samples.push_back({sample.time, {}, histogram_json(*sample.hist), store::to_text(*sample.hist)});
            else
                one.samples.push_back({sample.time, api_number(sample.value), {}, promql::plain_number(sample.value)});
        }
        out.series.push_back(std::move(one));
    }
    return out;
}

std::string series_text(const shown_series& series) { return promql::to_series_text(labels_of(series)); }

std::string seconds_text(std::int64_t milliseconds)
{
    const bool minus = milliseconds < 0;
    const std::int64_t abs = minus ? -milliseconds : milliseconds;
    std::string out = fmt::format("{}{}", minus ? "-" : "", abs / 1000);
    if (abs % 1000 != 0) out += fmt::format(".{:03}", abs % 1000);
    return out;
}

std::string to_table(const shown_result& result)
{
    std::string out;
    if (result.type == "scalar" || result.type == "string")
        return fmt::format("{}\n", result.series.front().samples.front().text);
    if (result.type == "matrix") {
        for (const shown_series& s : result.series) {
            out += series_text(s);
            out += '\n';
            for (const shown_sample& sample : s.samples)
                out += fmt::format("  {:>16}  {}\n", seconds_text(sample.time), sample.text);
        }
        return out;
    }
    std::size_t width = 0;
    std::vector<std::string> names;
    for (const shown_series& s : result.series) {
        names.push_back(series_text(s));
        if (names.back().empty()) names.back() = "{}";
        width = std::max(width, names.back().size());
    }
    width = std::min<std::size_t>(width, 100);
    for (std::size_t i = 0; i < names.size(); ++i)
        out += fmt::format("{:<{}}  {}\n", names[i], width, result.series[i].samples.front().text);
    return out;
}

std::string to_plot(const shown_result& result, std::size_t width)
{
    constexpr const char* levels[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    std::string out;
    std::int64_t first = INT64_MAX;
    std::int64_t last = INT64_MIN;
    for (const shown_series& s : result.series)
        for (const shown_sample& sample : s.samples) {
            first = std::min(first, sample.time);
            last = std::max(last, sample.time);
        }
    width = std::clamp<std::size_t>(width, 10, 200) - 2;
    for (const shown_series& s : result.series) {
        double low = INFINITY;
        double high = -INFINITY;
        std::vector<double> columns(width, NAN);
        for (const shown_sample& sample : s.samples) {
            const auto value = parse_number(sample.value);
            if (!value || !std::isfinite(*value)) continue;
            low = std::min(low, *value);
            high = std::max(high, *value);
            const double share = last > first
                                     ? static_cast<double>(sample.time - first) / static_cast<double>(last - first)
                                     : 0;
            columns[static_cast<std::size_t>(share * static_cast<double>(width - 1))] = *value;
        }
        out += series_text(s).empty() ? "{}" : series_text(s);
        if (low > high) {
            out += "\n  no number\n";
            continue;
        }
        out += fmt::format("   {} to {}\n  ", to_text(low), to_text(high));
        for (const double v : columns)
            out += std::isnan(v) ? " "
                                 : levels[high > low ? static_cast<std::size_t>((v - low) / (high - low) * 7.0) : 3];
        out += '\n';
    }
    if (!result.series.empty()) out += fmt::format("  {} … {}\n", seconds_text(first), seconds_text(last));
    return out;
}

std::string to_csv(const shown_result& result)
{
    std::vector<std::string> names;
    for (const shown_series& s : result.series)
        for (const auto& [name, value] : s.labels)
            if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    std::sort(names.begin(), names.end());
    std::string out = "timestamp";
    for (const std::string& n : names) {
        std::string column = n;  // of a name of its own
        while (column == "timestamp" || column == "value" ||
               (column != n && std::binary_search(names.begin(), names.end(), column)))
            column.insert(0, "label_");
        out += fmt::format(",{}", csv_field(column));
    }
    out += ",value\n";
    for (const shown_series& s : result.series)
        for (const shown_sample& sample : s.samples) {
            out += seconds_text(sample.time);
            for (const std::string& n : names) {
                out += ',';
                for (const auto& [name, value] : s.labels)
                    if (name == n) out += csv_field(value);
            }
            out += fmt::format(",{}\n", csv_field(sample.text));
        }
    return out;
}

std::string to_json(const shown_result& result)
{
    const auto quoted = [](const std::string& text) {
        std::string out;
        json::append_string(out, text);
        return out;
    };
    const auto sample_text = [&](const shown_sample& s) {
        return fmt::format("[{},{}]", seconds_text(s.time), s.hist.empty() ? quoted(s.value) : s.hist);
    };
    std::string out = fmt::format("{{\"status\":\"success\",\"data\":{{\"resultType\":\"{}\",\"result\":", result.type);
    if (result.type == "scalar" || result.type == "string") {
        out += sample_text(result.series.front().samples.front());
    } else {
        out += '[';
        for (const shown_series& s : result.series) {
            out += &s == &result.series.front() ? "{\"metric\":{" : ",{\"metric\":{";
            for (const auto& [name, value] : s.labels)
                out += fmt::format("{}{}:{}", &name == &s.labels.front().first ? "" : ",", quoted(name), quoted(value));
            out += '}';
            if (result.type == "vector") {
                const shown_sample& sample = s.samples.front();
                out += fmt::format(",\"{}\":{}", sample.hist.empty() ? "value" : "histogram", sample_text(sample));
            } else {
                for (const bool histograms : {false, true}) {
                    std::string all;
                    for (const shown_sample& sample : s.samples)
                        if (sample.hist.empty() != histograms)
                            all += fmt::format("{}{}", all.empty() ? "" : ",", sample_text(sample));
                    if (!all.empty()) out += fmt::format(",\"{}\":[{}]", histograms ? "histograms" : "values", all);
                }
            }
            out += '}';
        }
        out += ']';
    }
    out += '}';
    for (const auto& [key, texts] : {std::pair{"warnings", &result.warnings}, std::pair{"infos", &result.infos}}) {
        if (texts->empty()) continue;
        out += fmt::format(",\"{}\":[", key);
        for (const std::string& t : *texts) out += fmt::format("{}{}", &t == &texts->front() ? "" : ",", quoted(t));
        out += ']';
    }
    return out + "}\n";
}

}  // namespace pitot::tools::promcheck
