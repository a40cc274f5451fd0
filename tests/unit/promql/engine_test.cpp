#include <pitot/promql/engine/query.hpp>
#include <pitot/promql/testing/load.hpp>

#include <catch.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

using namespace pitot;
using promql::query_times;

namespace {

store::series_store loaded(std::initializer_list<const char*> lines)
{
    store::series_store data;
    for (const char* const line : lines) REQUIRE(promql::load(data, *promql::read_series(line), 0, 60'000));
    return data;
}
std::string refusal(std::string_view expr, const store::series_store& data, const query_times& when,
                    promql::engine_options how = {})
{
    const auto got = promql::query(expr, data, when, how, promql::parse_options::everything());
    return got ? "" : got.error().message;
}

/// Histograms with a gap, a reset, another schema, a gauge and a float among them.
store::series_store odd_histograms()
{
    return loaded({
        "h{l=\"1\",k=\"a\"} {{schema:1 count:4 sum:2 z_bucket:1 z_bucket_w:0.01 buckets:[1 2]}}"
        "+{{schema:1 count:3.1 sum:1.7 z_bucket_w:0.01 buckets:[1.1 2]}}x30",
        "h{l=\"2\",k=\"a\"} {{schema:1 count:3 sum:2 buckets:[1 2]}}x3 _x4 {{schema:1 count:5 sum:2.3 buckets:[2 "
        "3]}}x2 "
        "{{schema:0 count:1 sum:1 buckets:[1]}}+{{schema:0 count:2 sum:0.1 offset:1 buckets:[2]}}x9",
        "h{l=\"3\",k=\"b\"} {{schema:3 count:6.3 sum:1e16 offset:-3 buckets:[1 2.3 3] n_buckets:[0.1]}}x5 1 2 "
        "{{schema:3 count:7 sum:-1 buckets:[7]}}x8 stale {{schema:1 count:2 counter_reset_hint:gauge buckets:[2]}}x9",
        "h{l=\"4\",k=\"b\"} 1+0.1x12 _x3 7-0.3x9",
    });
}
/// Its series, a line for each sample.
std::string shown(std::string_view expr, const store::series_store& data, const query_times& when,
                  promql::engine_options how = {})
{
    const auto got = promql::query(expr, data, when, how, promql::parse_options::everything());
    if (!got) return got.error().message;
    std::string out;
    for (const promql::query_series& s : got->series)
        for (const promql::query_sample sample : s.samples)
            out += concat(promql::to_series_text(s.labels), " ", std::to_string(sample.time), " ",
                          sample.hist != nullptr ? store::to_text(*sample.hist) : promql::go_number(sample.value),
                          "\n");
    return out;
}

}  // namespace

TEST_CASE("an instant query and a range query")
{
    const store::series_store data = loaded({"x_total{a=\"b\"} 0+60x10", "y 1"});
    const auto one = promql::query("rate(x_total[5m])", data, query_times::at(300'000), {});
    REQUIRE(one);
    REQUIRE(one->series.size() == 1);
    CHECK(promql::to_series_text(one->series[0].labels) == "{a=\"b\"}");
    CHECK(one->series[0].samples.front().value == 1);
    const auto many = promql::query("y or x_total", data, {0, 600'000, 120'000}, {});
    REQUIRE(many);
    CHECK(many->type == promql::value_type::matrix);
    REQUIRE(many->series.size() == 2);
    CHECK(many->series[0].labels.metric_name() == "x_total");
    CHECK(many->series[0].samples.size() == 6);
    CHECK(many->series[1].samples.size() == 3);  // the lookback ends
}

TEST_CASE("a result outlives the text of its query")
{
    const store::series_store data = loaded({"x 1"});
    std::string text = "label_join(x, \"long_enough_to_be_on_the_heap\", \"-\", \"__name__\")";
    const auto got = promql::query(text, data, query_times::at(0), {});
    text.assign(text.size(), '?');
    REQUIRE(got);
    CHECK(got->series[0].labels.get("long_enough_to_be_on_the_heap") == "x");
}

TEST_CASE("limits are errors that say what was too much")
{
    const store::series_store data = loaded({"a{l=\"1\"} 1x100", "a{l=\"2\"} 1x100"});
    promql::engine_options small;
    small.max_samples = 100;
    CHECK(refusal("a", data, {0, 6'000'000, 60'000}, small) ==
          "query processing would load too many samples into memory in query execution");
    CHECK(refusal("a", data, {0, INT64_MAX / 2, 1}) == "the query has too many steps");
    CHECK(refusal("sum_over_time(a[100y:1ms])", data, query_times::at(0)) == "the subquery has too many steps");
    std::string deep = "a";
    for (int i = 0; i < 3000; ++i) deep += " + a";
    CHECK(refusal(deep, data, query_times::at(0)) == "the expression is nested too deep to be evaluated");
    promql::engine_options hasty;
    hasty.deadline = -1;
    CHECK(refusal("a", data, query_times::at(0), hasty) == "query timed out in expression evaluation");
    CHECK(refusal("a =~ b", data, query_times::at(0)) != "");
    CHECK(refusal("a{l=~\"1\"}", data, query_times::at(0)) == "no regular expressions here");
}

TEST_CASE("errors of pairs have Prometheus's words and the operation's place")
{
    const store::series_store data = loaded({"a{l=\"1\",m=\"x\"} 1", "a{l=\"1\",m=\"y\"} 1", "b{l=\"1\"} 1"});
    const auto got = promql::query("1 + (b * on (l) a)", data, query_times::at(0), {});
    REQUIRE_FALSE(got);
    CHECK(got.error().message ==
          "found duplicate series for the match group {l=\"1\"} on the right hand-side of the operation: "
          "[{__name__=\"a\", l=\"1\", m=\"x\"}, {__name__=\"a\", l=\"1\", m=\"y\"}];many-to-many matching not allowed: "
          "matching labels must be unique on one side");
    CHECK(got.error().where.offset == 5);
}

TEST_CASE("series of tests: repetitions, gaps, histograms, and what is none")
{
    const auto s = promql::read_series("m{a=\"b\"} 1 _ 2x1 3-1x2 stale {{sum:1 count:2 buckets:[1 1]}}x1");
    REQUIRE(s);
    REQUIRE(s->samples.size() == 10);
    CHECK(s->samples[1].missing);
    CHECK(s->samples[6].value == 1);
    CHECK(store::is_stale(s->samples[7].value));
    CHECK(s->samples[9].hist->positive.size() == 2);
    for (const char* const wrong : {"m 1+1", "m 1y", "m{a} 1", "m{a=\"b\",a=\"c\"} 1", "m {{sum}}", "m {{nope:1}}",
                                    "m 1x99999999", "m {{schema:9}}", "m{a=\"b\" 1", "m \"x\""})
        CHECK_FALSE(promql::read_series(wrong));
}

TEST_CASE("an engine refuses what is switched off")
{
    store::series_store data;
    REQUIRE(promql::load(data, *promql::read_series("a 1 2 3"), 0, 60'000));
    promql::engine_options how;
    how.at_modifier = how.negative_offset = false;
    const auto ask = [&](std::string_view text) -> std::string {
        const auto got = promql::query(text, data, promql::query_times::at(60'000), how);
        return got ? "answered" : got.error().message;
    };
    CHECK(ask("sum(a @ 0)") == "@ modifier is disabled");
    CHECK(ask("rate(a[1m:] @ start())") == "@ modifier is disabled");
    CHECK(ask("rate(a[1m] offset -1m)") == "negative offset is disabled");
    CHECK(ask("a offset 1m") == "answered");
}

TEST_CASE("histograms that only their counts are asked of are found at shifted and pinned times")
{
    store::series_store data;
    const auto series = promql::read_series("h {{schema:0 count:1 sum:2 buckets:[1]}}+{{count:1 sum:4 buckets:[1]}}x9 "
                                            "stale 5");
    REQUIRE(series);
    REQUIRE(promql::load(data, *series, 0, 60'000));
    const auto values = [&](std::string_view text) {
        const auto got = promql::query(text, data, {60'000, 180'000, 60'000}, {});
        REQUIRE(got);
        std::vector<double> out;
        for (const auto& s : got->series)
            for (const auto& sample : s.samples) out.push_back(sample.value);
        return out;
    };
    using numbers = std::vector<double>;
    CHECK(values("histogram_count(h)") == numbers{2, 3, 4});
    CHECK(values("histogram_count(h offset -1m)") == numbers{3, 4, 5});
    CHECK(values("histogram_sum(h @ end())") == numbers{14, 14, 14});
    CHECK(values("histogram_count(h @ end() offset -1m)") == numbers{5, 5, 5});
    CHECK(values("histogram_count(sum_over_time(h[2m] offset -2m))") == numbers{7, 9, 11});
    CHECK(values("histogram_count(h offset -9m)") == numbers{});  // stale, and a float after it
}

TEST_CASE("a range has its floats and histograms in the order of time")
{
    store::series_store data;
    const auto series = promql::read_series("m 1 {{schema:0 count:2 sum:2 buckets:[2]}} 3 4 "
                                            "{{schema:0 count:5 sum:5 buckets:[5]}}");
    REQUIRE(series);
    REQUIRE(promql::load(data, *series, 0, 60'000));
    const auto got = promql::query("m[10m]", data, query_times::at(300'000), {});
    REQUIRE(got);
    REQUIRE(got->series.size() == 1);
    std::int64_t time = 0;
    std::vector<double> seen;
    for (const auto& s : got->series[0].samples) {
        CHECK(s.time == time);
        time += 60'000;
        seen.push_back(s.hist != nullptr ? s.hist->count : s.value);
    }
    CHECK(seen == std::vector<double>{1, 2, 3, 4, 5});
}

TEST_CASE("rows that are passed on to an aggregation are those that are kept")
{
    const store::series_store data = odd_histograms();
    const query_times when{0, 1'800'000, 30'000};
    for (const char* const op : {"sum", "avg", "count", "min", "max", "group", "stddev", "quantile"})
        for (const char* const of :
             {"h", "rate(h[5m])", "increase(h[2m])", "delta(h[4m])", "last_over_time(h[2m])", "sum_over_time(h[3m])",
              "avg_over_time(h[3m:1m])", "h offset 2m", "rate(h[5m] @ 600)", "absent_over_time(h[15s])"})
            for (const char* const by : {"", " by (k)", " by (l)"}) {
                const std::string head = concat(op, by, op == std::string_view("quantile") ? " (0.3, " : " (", of);
                INFO(head);
                const std::string passed = shown(concat(head, ")"), data, when);
                CHECK(passed == shown(concat(head, " * 1)"), data, when));
                CHECK_FALSE((passed.empty() && op == std::string_view("count")));
            }
}

TEST_CASE("a range query gives at each step what an instant query gives")
{
    const store::series_store data = odd_histograms();
    for (const char* const expr :
         {"rate(h[3m])", "increase(h[10m])", "delta(h[3m])", "sum by (l) (rate(h[5m]))", "avg by (k) (h)",
          "histogram_count(sum by (l) (rate(h[7m])))", "histogram_sum(rate(h[7m]))", "histogram_avg(avg by (l) (h))"}) {
        std::string each;
        for (std::int64_t time = 0; time <= 1'800'000; time += 30'000)
            each += shown(concat("sort_by_label(", expr, ", \"l\")"), data, query_times::at(time));
        std::string all = shown(expr, data, {0, 1'800'000, 30'000});
        const auto sorted = [](const std::string& text) {
            std::vector<std::string> lines;
            for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1)
                lines.push_back(text.substr(at, text.find('\n', at) - at));
            std::sort(lines.begin(), lines.end());
            return lines;
        };
        INFO(expr);
        CHECK(sorted(all).size() > 30);
        CHECK(sorted(all) == sorted(each));
    }
}

TEST_CASE("rows that are one without their names are merged before they are added")
{
    const query_times when{0, 1'800'000, 60'000};
    CHECK(refusal("sum(rate({l=\"1\"}[5m]))", loaded({"a{l=\"1\"} 0+1x30", "b{l=\"1\"} 0+1x30"}), when) ==
          "vector cannot contain metrics with the same labelset");
    const store::series_store apart = loaded({"a{l=\"1\"} 0+1x10", "b{l=\"1\"} _x20 0+2x10"});
    const std::string sum = shown("sum(rate({l=\"1\"}[5m]))", apart, when);
    CHECK(sum == shown("sum(rate({l=\"1\"}[5m]) * 1)", apart, when));
    CHECK(std::count(sum.begin(), sum.end(), '\n') == 23);
    CHECK(shown("count(rate({l=\"1\"}[5m]) > 0)", apart, query_times::at(600'000)) == "{} 600000 1\n");
}

TEST_CASE("of rows that are one with delayed removal the first sample says whether the name goes")
{
    const store::series_store data = loaded({"a 0+1x10"});
    promql::engine_options how;
    how.delayed_name_removal = true;
    const query_times from_the_start{0, 120'000, 60'000};  // where one sample makes no difference yet
    CHECK(shown("delta(a[2m]) or a", data, from_the_start, how).starts_with("a 0 0\na 60000 "));
    CHECK(shown("a offset 2m or delta(a[2m])", data, from_the_start, how).starts_with("{} 60000 "));
}

TEST_CASE("what is said has a place: the outer of two sorts, none for a subquery")
{
    const store::series_store data = loaded({"a 0+1x10"});
    const auto sorts = promql::query("sort(sort_desc(a))", data, {0, 120'000, 60'000}, {});
    REQUIRE(sorts);
    REQUIRE(sorts->warnings.size() == 1);
    CHECK(sorts->warnings[0].ends_with(" (1:1)"));
    const auto rates = promql::query("1 + rate(a[5m])", data, query_times::at(120'000), {});
    const auto subqueries = promql::query("1 + rate(a[5m:1m])", data, query_times::at(120'000), {});
    REQUIRE((rates && subqueries && rates->infos.size() == 1 && subqueries->infos.size() == 1));
    CHECK(rates->infos[0].ends_with("\"a\" (1:10)"));
    CHECK(subqueries->infos[0].ends_with("\"a\" (1:1)"));  // as Prometheus has it
}

TEST_CASE("absent() tells the labels of equalities, unless another matcher for them follows")
{
    const store::series_store data = loaded({"y 1"});
    std::int64_t at = -600'000;  // before all data nobody asks the storage, and matchers stay in their order
    const auto labels = [&](std::string_view expr) {
        const auto got = promql::query(expr, data, query_times::at(at), {});
        REQUIRE((got && got->series.size() == 1));
        return promql::to_series_text(got->series[0].labels);
    };
    CHECK(labels("absent(x{a=\"1\",b!=\"2\"})") == "{a=\"1\"}");
    CHECK(labels("absent(x{a!=\"2\",a=\"1\"})") == "{a=\"1\"}");
    CHECK(labels("absent(x{a=\"1\",a!=\"2\"})") == "{}");
    CHECK(labels("absent(x{a=\"1\",a=\"1\",b=\"2\"})") == "{b=\"2\"}");
    CHECK(labels("absent(x{a=\"1\",a!=\"2\",a=\"3\"})") == "{}");
    CHECK(labels("absent_over_time(x{a!=\"2\",a=\"1\"}[5m])") == "{a=\"1\"}");
    at = 0;
    for (const std::string_view taken :
         {"absent(x{a!=\"2\",a=\"1\"})", "absent_over_time(x{a!=\"2\",a=\"1\"}[5m])", "absent(y{a=\"1\",a=\"1\"})"})
        CHECK(labels(taken) == "{}");
    CHECK(labels("absent(x{a!=\"\",a=\"1\"})") == "{a=\"1\"}");
}

TEST_CASE("what is the same at every step is evaluated once, with the parameter of the first step")
{
    const store::series_store data = loaded({"n 0+1x10", "x{i=\"a\"} 0+1x10", "x{i=\"b\"} 1+1x10"});
    const query_times when{60'000, 180'000, 60'000};
    CHECK(shown("topk(scalar(n), x @ 120)", data, when) ==
          "x{i=\"b\"} 60000 3\nx{i=\"b\"} 120000 3\nx{i=\"b\"} 180000 3\n");
    const auto warnings = [&](std::string_view expr) {
        return promql::query(expr, data, when, {}, promql::parse_options::everything())->warnings.size();
    };
    CHECK(warnings("sort(info(x @ 120))") == 0);
    CHECK(warnings("sort(info(x @ 120 + x @ 60))") == 1);  // of two times: at every step
    CHECK(warnings("sort(vector(start()))") == 0);
    CHECK(warnings("sort(vector(time()))") == 1);
}

TEST_CASE("quantiles of histogram_quantiles are told apart step by step, 0 and -0 are not")
{
    const store::series_store data = loaded({"h {{schema:0 sum:5 count:7 buckets:[2 4 1]}}x10", "z 0 -0 0.5 0.5 1"});
    const std::string got = shown("histogram_quantiles(h, \"q\", scalar(z))", data, {0, 240'000, 60'000});
    CHECK(got == "{q=\"0.0\"} 0 0.5\n{q=\"0.0\"} 60000 0.5\n{q=\"0.5\"} 120000 1.2968395546510096\n"
                 "{q=\"0.5\"} 180000 1.2968395546510096\n{q=\"1.0\"} 240000 4\n");
}

TEST_CASE("a vector of pairs that do not go together tells of the last at each step")
{
    const store::series_store data = loaded({"z -1 NaN 2", "f{i=\"b\"} 1x10",
                                             "h{i=\"a\"} {{schema:0 sum:5 count:7 buckets:[2 4 1]}}x10",
                                             "h{i=\"b\"} {{schema:0 sum:5 count:7 buckets:[2 4 1]}}x10"});
    const auto got = promql::query("(f or h) > bool on (i) group_left () h", data, query_times::at(60'000), {});
    REQUIRE((got && got->infos.size() == 1));
    CHECK(got->infos[0].find("histogram > histogram") != std::string::npos);
    const auto nan = promql::query("quantile(scalar(z), f)", data, {0, 120'000, 60'000}, {});
    REQUIRE((nan && nan->warnings.size() == 1));
    CHECK(nan->warnings[0].find("got NaN") != std::string::npos);
}
