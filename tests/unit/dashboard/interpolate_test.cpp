#include <pitot/dashboard/interpolate.hpp>
#include <pitot/promql/selector.hpp>

#include <catch.hpp>

namespace dashboard = pitot::dashboard;

namespace {
std::string text_of(std::string_view query) { return dashboard::interpolate(query).text; }
}  // namespace

TEST_CASE("a stand-in fits its position")
{
    CHECK(text_of("rate(x[$__rate_interval])") == "rate(x[5m])");
    CHECK(text_of("rate(x[${__range_s}s])") == "rate(x[5s])");
    CHECK(text_of("rate(x[${m}m])") == "rate(x[5m])");
    CHECK(text_of("rate(x[[[i]]])") == "rate(x[5m])");
    CHECK(text_of("max_over_time(x[$a:$b])") == "max_over_time(x[5m:5m])");
    CHECK(text_of("x offset $o") == "x offset 5m");
    CHECK(text_of("x offset -$o") == "x offset -5m");
    CHECK(text_of("x{$label=\"a\"}") == "x{v=\"a\"}");
    CHECK(text_of("x{pre_$label=~\"a\"}") == "x{pre_v=~\"a\"}");
    CHECK(text_of("x{a=$v}") == "x{a=\"v\"}");
    CHECK(text_of("x{$filter}") == "x{v=\"v\"}");
    CHECK(text_of("x{a=\"b\" $filter}") == "x{a=\"b\" , v=\"v\"}");
    CHECK(text_of("x{$filter a=\"b\"}") == "x{v=\"v\",  a=\"b\"}");
    CHECK(text_of("sum by ($g) (x)") == "sum by (v) (x)");
    CHECK(text_of("sum by (job $g) (x)") == "sum by (job , v) (x)");
    CHECK(text_of("sum by (${g:csv}, job) (x)") == "sum by (v, job) (x)");
    CHECK(text_of("topk($n, x)") == "topk(1, x)");
    CHECK(text_of("topk by (a) ($n, x)") == "topk by (a) (1, x)");
    CHECK(text_of("x > $limit") == "x > 1");
    CHECK(text_of("x @ ${__to:date:seconds}") == "x @ 1");
    CHECK(text_of("clamp_max(x, $m)") == "clamp_max(x, 1)");
    CHECK(text_of("$agg(x)") == "sum(x)");
    CHECK(text_of("$agg by (a) (x)") == "sum by (a) (x)");
    CHECK(text_of("$f(x[5m])") == "rate(x[5m])");
    CHECK(text_of("$f(0.5, x{a=\")[\"}[$i] offset 5m)") == "rate(0.5, x{a=\")[\"}[5m] offset 5m)");
    CHECK(text_of("$agg(rate(x[5m]))") == "sum(rate(x[5m]))");
    CHECK(text_of("$f([[a]])") == "sum(v)");
    CHECK(text_of("$f(x[[[i]]])") == "rate(x[5m])");
    CHECK(text_of("a[1m] + $f(x) # (y[1m]") == "a[1m] + sum(x) # (y[1m]");
    CHECK(text_of("${agg}_over_time(x[5m])") == "count_over_time(x[5m])");
    CHECK(text_of("${agg}_over_time({a=\"b\"} | unwrap c [5m])") == "sum_over_time({a=\"b\"} | unwrap c [5m])");
}

TEST_CASE("a likely value stands in outside of strings and ranges")
{
    const dashboard::variable_values likely = {
        {"op", {{">"}}}, {"by", {{"by (job)", "x"}}}, {"none", {{""}}}, {"i", {{"1h"}}}};
    const auto read = [&likely](std::string_view query) { return dashboard::interpolate(query, nullptr, &likely); };
    CHECK(read("x{a=\"$op\"} $op 5").text == "x{a=\"$op\"} > 5");
    CHECK(read("sum $by (x $none)").text == "sum by (job) (x )");
    CHECK(read("rate(x[$i])").text == "rate(x[5m])");
    CHECK(read("x > $other").text == "x > 1");
    const dashboard::interpolated one = read("x $op 5");
    CHECK(one.is_variable({2, 1}));
    CHECK(one.original_span({2, 3}).length == 5);
}

TEST_CASE("names made of variables are names")
{
    CHECK(text_of("$metric{a=\"b\"}") == "v{a=\"b\"}");
    CHECK(text_of("rate($metric[5m])") == "rate(v[5m])");
    CHECK(text_of("foo_${s}_total") == "foo_v_total");
    CHECK(text_of("${a}_$b") == "v_v");
    CHECK(text_of("$a$b") == "vv");
    CHECK(text_of("$job:rate5m") == "v:rate5m");
    CHECK(text_of("sum($metric)") == "sum(v)");
    CHECK(text_of("histogram_quantile(0.9, $metric)") == "histogram_quantile(0.9, v)");
    CHECK(text_of("label_replace($metric, \"a\", \"$1\", \"b\", \"(.*)\")") ==
          "label_replace(v, \"a\", \"$1\", \"b\", \"(.*)\")");
}

TEST_CASE("strings and comments are left alone")
{
    for (const char* text :
         {"x{a=\"$b\"}", "x{a=~'${b:regex}'}", "x{a=`[[b]]`}", "x # $y\n", "x{a=\"\\\"$b\"}", "\"$", "x # $", "'\\"}) {
        const auto out = dashboard::interpolate(text);
        CHECK(out.text == text);
        CHECK(out.stand_ins.empty());
    }
    CHECK(text_of("x # [\n + rate(y[$i])") == "x # [\n + rate(y[5m])");
}

TEST_CASE("a value that was told takes the reference's place, in strings too")
{
    const dashboard::variable_values values{
        {"one", {{"a.b\\c"}}}, {"many", {{"a.b", "c"}, true}}, {"range", {{"1m"}}}, {"metric", {{"up"}}}};
    const auto of = [&values](std::string_view query) { return dashboard::interpolate(query, &values).text; };
    CHECK(of("$metric{a=\"$one\",b=~\"x$many\"}[$range]") == "up{a=\"a.b\\\\c\",b=~\"x(a\\\\.b|c)\"}[1m]");
    CHECK(of("x{a=~'${many:pipe}', b=~`${many:regex}`, c=\"${many:csv}$unknown\"}") ==
          "x{a=~'a.b|c', b=~`(a\\.b|c)`, c=\"a.b,c$unknown\"}");
    const auto out = dashboard::interpolate("$metric + $other", &values);
    CHECK_FALSE(out.is_variable({0, 2}));
    CHECK(out.is_variable({5, 1}));
    CHECK(out.original_span({0, 2}) == pitot::text_span{0, 7});
}

TEST_CASE("places lead back to the query as written")
{
    const std::string_view query = "sum by ($group) (rate(x{a=\"1\"}[$__rate_interval])) / ${metric}_total";
    const auto out = dashboard::interpolate(query);
    REQUIRE(out.text == "sum by (v) (rate(x{a=\"1\"}[5m])) / v_total");
    const auto written = [&](std::string_view part) {
        const pitot::text_span span = out.original_span({out.text.find(part), part.size()});
        return query.substr(span.offset, span.length);
    };
    CHECK(written("x{a=\"1\"}") == "x{a=\"1\"}");
    CHECK(written("v") == "$group");
    CHECK(written("5m") == "$__rate_interval");
    CHECK(written("v_total") == "${metric}_total");
    CHECK(written("[5m])) /") == "[$__rate_interval])) /");
    CHECK(out.original_offset(out.text.size()) == query.size());
    CHECK(out.is_variable({out.text.find("v_total"), 7}));
    CHECK_FALSE(out.is_variable({out.text.find("x{"), 1}));
    CHECK_FALSE(out.is_variable({out.text.find("_total"), 6}));
}

TEST_CASE("unbalanced and hostile texts pass through")
{
    for (const char* text :
         {")", "]]", "}", "$a)", "[$a", "{$a", "($a", "\"", "[[a]]]]", "by ($", "offset", "$a$", "{${a}$b=", "-$a"})
        CHECK_NOTHROW(dashboard::interpolate(text));
}
