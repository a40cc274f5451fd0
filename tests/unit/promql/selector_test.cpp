#include <pitot/promql/selector.hpp>

#include <catch.hpp>

#include <string>

namespace promql = pitot::promql;

namespace {

/// "name@offset name@offset …"
std::string names(std::string_view text)
{
    const auto found = promql::find_selectors(text);
    INFO(text);
    if (!found) return pitot::concat("error: ", found.error().message);
    std::string out;
    for (const auto& s : found->selectors) {
        if (!out.empty()) out += ' ';
        out += s.name.empty() ? "?" : s.name;
        out += pitot::concat("@", std::to_string(s.name_span.offset));
    }
    return out;
}

}  // namespace

TEST_CASE("metrics are found, labels, functions and keywords are not")
{
    CHECK(names("up") == "up@0");
    CHECK(names("sum by (job, le) (rate(x_bucket{job=\"a\",instance!~\"b\"}[5m]))") == "x_bucket@23");
    CHECK(names("sum(x) by (job)") == "x@4");
    CHECK(names("a / on (job, instance) group_left (version) b") == "a@0 b@44");
    CHECK(names("a * ignoring(x) group_right b") == "a@0 b@28");
    CHECK(names("a > bool b and c unless d atan2 e") == "a@0 b@9 c@15 d@24 e@32");
    CHECK(names("a offset 5m + b @ start() - c offset -1h30m") == "a@0 b@14 c@28");
    CHECK(names("histogram_quantile(0.9, sum(x) by (le))") == "x@28");
    CHECK(names("max_over_time(rate(x[5m])[1h:$1m])").find("error") == 0);
    CHECK(names("max_over_time(rate(x[5m])[1h:1m] offset 1d)") == "x@19");
    CHECK(names("label_replace(x, \"dst\", \"$1\", \"src\", \"(.*)\")") == "x@14");
    CHECK(names("time() - process_start_time_seconds").find("process_start_time_seconds@9") == 0);
    CHECK(names("job:rate5m:sum + :odd") == "job:rate5m:sum@0 :odd@17");
    CHECK(names("-x ^ -y") == "x@1 y@6");
    CHECK(names("vector(1)").empty());
    CHECK(names("# only\nx # y") == "x@7");
    CHECK(names("count(count by (mode) (x) > 0) without ()") == "x@23");
    CHECK(names("topk(5, x)") == "x@8");
    CHECK(names("a == bool on (x) fill_left(0) b") == "a@0 b@30");
    CHECK(names("rate(x[5m] anchored)") == "x@5");
}

TEST_CASE("keywords are metrics where an operand stands")
{
    CHECK(names("sum + by") == "sum@0 by@6");
    CHECK(names("sum{a=\"b\"}") == "sum@0");
    CHECK(names("offset offset 5m") == "offset@0");
    CHECK(names("start / end") == "start@0 end@8");
    CHECK(names("Infinity") == "Infinity@0");
}

TEST_CASE("names in braces")
{
    CHECK(names("{__name__=\"x\", a=\"b\"}") == "x@11");
    CHECK(names("{\"my.metric\", a=\"b\"}") == "my.metric@2");
    CHECK(names("{a=\"b\", \"my.metric\"}") == "my.metric@9");
    CHECK(names("{`x`}") == "x@2");
    CHECK(names("{__name__=~\"x.*\"}") == "?@0");
    CHECK(names("{job=\"a\"}") == "?@0");
    CHECK(names("sum by (\"a.b\") ({\"x.y\"})") == "x.y@18");
    CHECK(names("x{\"a.b\"=\"c\",}") == "x@0");
}

TEST_CASE("matchers and spans")
{
    const std::string_view text = "sum( x{a=\"1\", \"b.c\"!~'2' } [5m])";
    const auto found = promql::find_selectors(text);
    REQUIRE(found);
    REQUIRE(found->selectors.size() == 1);
    const auto& s = found->selectors[0];
    CHECK(text.substr(s.span.offset, s.span.length) == "x{a=\"1\", \"b.c\"!~'2' }");
    REQUIRE(s.matchers.size() == 2);
    CHECK(text.substr(s.matchers[1].label.offset, s.matchers[1].label.length) == "\"b.c\"");
    CHECK(s.matchers[1].op == promql::token_kind::regex_not_match);
    CHECK(text.substr(s.matchers[1].value.offset, s.matchers[1].value.length) == "'2'");
}

TEST_CASE("what stands under absent, and the operands of or")
{
    const auto found = promql::find_selectors("absent(a) or (sum(b or c) + d) or absent_over_time(rate(e)[5m:]) + f");
    REQUIRE(found);
    const auto& s = found->selectors;
    REQUIRE(s.size() == 6);
    CHECK(s[0].under_absent);
    CHECK_FALSE(s[1].under_absent);
    CHECK(s[4].under_absent);
    CHECK_FALSE(s[5].under_absent);
    const auto& op = found->operands;
    CHECK(op[s[1].operand].level == op[s[2].operand].level);  // b or c
    CHECK(s[1].operand != s[2].operand);
    const auto outer = [&](std::uint32_t at) {
        while (op[at].parent != at) at = op[at].parent;
        return at;
    };
    CHECK(outer(s[0].operand) != outer(s[1].operand));
    CHECK(outer(s[1].operand) == outer(s[3].operand));  // b and d are one operand of the outer or
    CHECK(op[outer(s[0].operand)].level == op[outer(s[3].operand)].level);
    CHECK(op[outer(s[5].operand)].level == op[outer(s[3].operand)].level);
}

TEST_CASE("what is no query is refused with its reason")
{
    CHECK(names("") == "error: the query is empty");
    CHECK(names("a b") == "error: an operator is expected before 'b'");
    CHECK(names("a +") == "error: the query ends where an operand is expected");
    CHECK(names("sum()") == "error: an operand is expected before ')'");
    CHECK(names("a[]") == "error: a duration is expected before ']'");
    CHECK(names("* a") == "error: an operand is expected before '*'");
    CHECK(names("a{b}") == "error: one of = != =~ !~ is expected before '}'");
    CHECK(names("a{b=c}") == "error: a value in quotes is expected before 'c'");
    CHECK(names("a{b=\"c\" d=\"e\"}") == "error: ',' or '}' is expected before 'd'");
    CHECK(names("sum by job (a)").find("error: ") == 0);
    CHECK(names("a + group_left b").find("b@") != std::string::npos);
    CHECK(names("a{__name__=\"b\"}") == "error: the metric's name is set twice, 'a' and 'b'");
    CHECK(names("a:b(c)") == "error: 'a:b' is no function");
    CHECK(names("rate(x[5m]) by (job)") == "error: an operator is expected before 'by'");
    CHECK(names("on") == "error: an operand is expected before 'on'");
    CHECK(names("a, b") == "error: an operator is expected before ','");
    const auto found = promql::find_selectors("abc  def");
    REQUIRE_FALSE(found.has_value());
    CHECK(found.error().where == pitot::text_span{5, 3});
}

TEST_CASE("the words of VictoriaMetrics are known as such")
{
    for (const char* text :
         {"a default 0", "a if b", "rate(a) keep_metric_names", "(a, b)", "{a=\"1\" or b=\"2\"}", "WITH (x = a) x"}) {
        const auto found = promql::find_selectors(text);
        INFO(text);
        REQUIRE(found);
        CHECK(found->metricsql);
    }
    CHECK_FALSE(promql::find_selectors("sum(a)")->metricsql);
}

TEST_CASE("ranges hold durations and arithmetic")
{
    for (const char* good : {"x[5m]", "x[300]", "x[1h:1m]", "x[1h:]", "x[2 * 5m + -1s]", "x[step()]",
                             "x[min_of(1m, range()) * (2 + 3):step()]"}) {
        INFO(good);
        CHECK(names(good) == "x@0");
    }
    for (const char* bad : {"x[5 minutes]", "x[5m 1m]", "x[]", "x[:1m]", "x[*5m]", "x[\"5m\"]", "x[5m (1)]", "x[a[1m]]",
                            "x[(a[1m] + g(b))] + (c)", "x[{}]", "x[1 > 2]"}) {
        INFO(bad);
        CHECK(names(bad).find("error") == 0);
    }
}

TEST_CASE("deep nesting costs no stack")
{
    const std::string deep = std::string(200'000, '(') + "x" + std::string(200'000, ')');
    CHECK(names(deep) == "x@200000");
}
