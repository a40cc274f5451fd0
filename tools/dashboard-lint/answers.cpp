#include <dashboard-lint/answers.hpp>

#include <pitot/base/percent.hpp>
#include <pitot/connect/regex.hpp>

#include <fmt/format.h>

#include <set>
#include <utility>

namespace pitot::tools::dashboard_lint {

namespace {

void refuse(lint::answered& to, std::string_view why)
{
    to.status = lint::asking::refused;
    to.message = why;
}

void take(lint::answered& to, std::size_t series, std::string first)
{
    to.status = series == 0 ? lint::asking::no_data : lint::asking::data;
    to.series = series;
    to.value = std::move(first);
}

/// A histogram of the API, as PromQL writes it.
std::string histogram_text(json::value from)
{
    constexpr std::string_view open[] = {"(", "[", "(", "["};
    constexpr std::string_view close[] = {"]", ")", ")", "]"};
    std::string out = fmt::format("{{count:{}, sum:{}", from["count"].text(), from["sum"].text());
    for (const json::value bucket : from["buckets"]) {
        const auto ends = static_cast<std::size_t>(bucket[0].as_int().value_or(0)) % 4;
        out += fmt::format(", {}{},{}{}:{}", open[ends], bucket[1].text(), bucket[2].text(), close[ends],
                           bucket[3].text());
    }
    return out + "}";
}

/// The first sample of a series of the API; instant vectors have one, range vectors a list.
std::string first_value(json::value series)
{
    if (const json::value one = series["value"]) return std::string(one[1].text());
    if (const json::value all = series["values"]) return std::string(all[0][1].text());
    if (const json::value one = series["histogram"]) return histogram_text(one[1]);
    const json::value all = series["histograms"];
    return all ? histogram_text(all[0][1]) : std::string();
}

/// name{label="value",…}: labels as pairs of names and values, each in its order.
template <class Labels>
std::string series_text(std::string_view name, const Labels& labels)
{
    std::string text;
    for (const auto& [label, value] : labels)
        if (label != store::name_label) text += fmt::format("{}{}=\"{}\"", text.empty() ? "" : ",", label, value);
    return fmt::format("{}{{{}}}", name, text);
}

std::string series_text(json::value metric)
{
    std::vector<std::pair<std::string_view, std::string_view>> labels;
    for (const json::value label : metric) labels.emplace_back(label.key().text(), label.text());
    return series_text(metric["__name__"].text(), labels);
}

std::string value_text(const promql::query_sample& s)
{
    return s.hist != nullptr ? store::to_text(*s.hist) : promql::plain_number(s.value);
}

}  // namespace

engine_answers::engine_answers(const store::series_store& data, std::int64_t now) : data_(data), now_(now)
{
    how_.regex = promql::regexes_of<regex>();
}

result<promql::query_result> engine_answers::run(const std::string& expr) const
{
    return promql::query(expr, data_, promql::query_times::at(now_), how_, promql::parse_options::everything());
}

/// As a server does it, which takes no other expression here.
result<promql::query_result> engine_answers::select(const std::string& selector) const
{
    if (const auto read = promql::parse_selector(selector); !read) return unexpected(read.error());
    return run(selector);
}

result<void> engine_answers::query(const std::string& expr, lint::answered& to)
{
    const auto got = run(expr);
    if (!got)
        refuse(to, got.error().message);
    else if (got->series.empty())
        take(to, 0, {});
    else
        take(to, got->series.size(), value_text(got->series.front().samples.front()));
    return {};
}

result<answers::texts> engine_answers::label_values(const std::string& selector, const std::string& label)
{
    const auto got = select(selector.empty() ? "{__name__!=\"\"}" : selector);
    if (!got) return texts();
    std::set<std::string, std::less<>> all;
    for (const promql::query_series& s : got->series)
        if (const std::string_view value = s.labels.get(label); !value.empty()) all.emplace(value);
    return texts(std::in_place, all.begin(), all.end());
}

result<answers::texts> engine_answers::label_names(const std::string& selector)
{
    const auto got = select(selector.empty() ? "{__name__!=\"\"}" : selector);
    if (!got) return texts();
    std::set<std::string, std::less<>> all;
    for (const promql::query_series& s : got->series)
        for (const auto& label : s.labels) all.emplace(label.name);
    return texts(std::in_place, all.begin(), all.end());
}

result<answers::texts> engine_answers::series(const std::string& selector)
{
    const auto got = select(selector);
    if (!got) return texts();
    std::vector<std::string> all;
    for (const promql::query_series& s : got->series) all.push_back(series_text(s.labels.metric_name(), s.labels));
    return texts(std::move(all));
}

result<answers::texts> engine_answers::lines(const std::string& expr)
{
    const auto got = run(expr);
    if (!got) return texts();
    std::vector<std::string> all;
    for (const promql::query_series& s : got->series) {
        const promql::query_sample sample = s.samples.front();
        all.push_back(got->type == promql::value_type::scalar
                          ? value_text(sample)
                          : fmt::format("{} {} {}", series_text(s.labels.metric_name(), s.labels), value_text(sample),
                                        sample.time));
    }
    return texts(std::move(all));
}

server_answers::server_answers(const std::string& url, const http::options& how, std::int64_t now) : server_(url, how)
{
    constexpr std::int64_t hours_shown = 6;  // as a new dashboard does
    const std::int64_t end = now / 1000;
    hours_ = fmt::format("start={}&end={}", end - hours_shown * 3600, end);
}

result<void> server_answers::query(const std::string& expr, lint::answered& to)
{
    const auto got = server_.post("/api/v1/query", concat("query=", percent_encoded(expr)));
    if (!got) return unexpected(got.error());
    const json::value data = got->data()["result"];
    const std::string_view type = got->data()["resultType"].text();
    if (!got->success())
        refuse(to, got->refusal());
    else if (type == "scalar" || type == "string")
        take(to, 1, std::string(data[1].text()));
    else
        take(to, data.size(), first_value(data[0]));
    return {};
}

result<answers::texts> server_answers::list(const std::string& path, const std::string& selector)
{
    const auto got = server_.ask(path,
                                 selector.empty() ? hours_ : concat(hours_, "&match[]=", percent_encoded(selector)));
    if (!got) return unexpected(got.error());
    if (!got->success()) return texts();
    std::vector<std::string> all;
    for (const json::value one : got->data())
        all.push_back(one.is_object() ? series_text(one) : std::string(one.text()));
    return texts(std::move(all));
}

result<answers::texts> server_answers::label_values(const std::string& selector, const std::string& label)
{
    return list(fmt::format("/api/v1/label/{}/values", percent_encoded(label)), selector);
}

result<answers::texts> server_answers::label_names(const std::string& selector)
{
    return list("/api/v1/labels", selector);
}

result<answers::texts> server_answers::series(const std::string& selector) { return list("/api/v1/series", selector); }

result<answers::texts> server_answers::lines(const std::string& expr)
{
    const auto got = server_.post("/api/v1/query", concat("query=", percent_encoded(expr)));
    if (!got) return unexpected(got.error());
    if (!got->success()) return texts();
    const json::value data = got->data()["result"];
    if (got->data()["resultType"].text() == "scalar") return texts(std::in_place, 1, std::string(data[1].text()));
    std::vector<std::string> all;
    for (const json::value s : data)
        all.push_back(fmt::format("{} {} {:.0f}", series_text(s["metric"]), first_value(s),
                                  s["value"][0].as_double().value_or(0) * 1000));
    return texts(std::move(all));
}

}  // namespace pitot::tools::dashboard_lint
