#include <pitot/promql/infer.hpp>
#include <pitot/promql/parse.hpp>
#include <pitot/promql/print.hpp>

#include <catch.hpp>

#include <string>
#include <vector>

namespace promql = pitot::promql;

namespace {

std::string printed(std::string_view text)
{
    const auto read = promql::parse(text, promql::parse_options::everything());
    INFO(text);
    REQUIRE(read);
    return promql::to_text(read->root());
}

std::string refusal(std::string_view text, const promql::parse_options& how = {})
{
    const auto read = promql::parse(text, how);
    INFO(text);
    REQUIRE_FALSE(read);
    const auto& where = read.error().where;
    return std::to_string(where.offset) + "+" + std::to_string(where.length) + " " + read.error().message;
}

}  // namespace

TEST_CASE("precedence and associativity")
{
    CHECK(printed("a+b*c^d^e") == "a + b * c ^ d ^ e");
    const auto left = promql::parse("a - b - c");
    const auto* const outer = promql::as<promql::binary_node>(left->root());
    REQUIRE(outer != nullptr);
    CHECK(promql::to_text(outer->left) == "a - b");
    const auto right = promql::parse("2 ^ 3 ^ 2");
    CHECK(promql::to_text(promql::as<promql::binary_node>(right->root())->right) == "3 ^ 2");
    const auto sign = promql::parse("-a ^ b");
    CHECK(promql::as<promql::unary_node>(sign->root()) != nullptr);
    const auto product = promql::parse("-a * b");
    CHECK(promql::as<promql::binary_node>(product->root()) != nullptr);
}

TEST_CASE("every node has its place")
{
    const std::string text = "sum by (job) (rate(http_total{code=~\"5..\"}[5m] offset 1h)) / 2";
    const auto read = promql::parse(text);
    REQUIRE(read);
    const auto at = [&](const pitot::text_span& s) { return text.substr(s.offset, s.length); };
    const auto* const ratio = promql::as<promql::binary_node>(read->root());
    CHECK(at(ratio->span) == text);
    CHECK(at(ratio->op_span) == "/");
    const auto* const sum = promql::as<promql::aggregation>(ratio->left);
    CHECK(at(sum->span) == "sum by (job) (rate(http_total{code=~\"5..\"}[5m] offset 1h))");
    CHECK(at(sum->grouping_span) == "by (job)");
    CHECK(at(sum->grouping[0].span) == "job");
    const auto* const rate = promql::as<promql::call_node>(sum->of);
    CHECK(at(rate->span) == "rate(http_total{code=~\"5..\"}[5m] offset 1h)");
    CHECK(at(rate->name_span) == "rate");
    const auto* const range = promql::as<promql::matrix_selector>(rate->arguments[0]);
    const auto* const v = promql::as<promql::vector_selector>(range->of);
    CHECK(at(v->span) == "http_total{code=~\"5..\"}");
    CHECK(at(v->name_span) == "http_total");
    CHECK(at(v->matchers[0].name_span) == "code");
    CHECK(at(v->matchers[0].value_span) == "\"5..\"");
    CHECK(v->shift.offset == 3'600'000'000'000);
    CHECK(range->range == 300'000'000'000);
}

TEST_CASE("a tree outlives the text it was read from")
{
    auto read = [] {
        const std::string text = "a_rather_long_metric_name{with=\"a value\"} + 1";
        return promql::parse(text);
    }();
    REQUIRE(read);
    CHECK(promql::to_text(read->root()) == "a_rather_long_metric_name{with=\"a value\"} + 1");
}

TEST_CASE("what is wrong is said where it is, in Prometheus's words")
{
    CHECK(refusal("rate(x)") == "5+1 expected type range vector in call to function \"rate\", got instant vector");
    CHECK(refusal("sum(x") == "5+0 unclosed left parenthesis");
    CHECK(refusal("x{a=b}") == "4+1 unexpected identifier \"b\" in label matching, expected string");
    CHECK(refusal("nope(x)") == "0+4 unknown function with name \"nope\"");
    CHECK(refusal("limitk(2, x)") ==
          "0+12 limitk() is experimental and must be enabled with --enable-feature=promql-experimental-functions");
    CHECK(refusal("a + fill(0) b") == "0+13 binop fill modifiers are experimental and not enabled");
    CHECK(refusal("{a=~\"x*\"}") == "0+9 vector selector must contain at least one non-empty matcher");
    CHECK(printed("{a=~\"x+\"}") == "{a=~\"x+\"}");
}

TEST_CASE("what cannot be read is told once, behind what was wrong before it")
{
    promql::tree_arena memory;
    std::vector<promql::parse_error> errors;
    promql::parse_into(memory, "sum(a,) + 1 offset 5m $ foo", {}, errors);
    REQUIRE(errors.size() == 3);
    CHECK(errors[0].message == "trailing commas not allowed in function call args");
    CHECK(errors[1].message == "unexpected character: '$'");
    CHECK(errors[1].span() == pitot::text_span{22, 5});
    CHECK(errors[2].message.starts_with("offset modifier must be preceded"));
    promql::parse_into(memory, "sum(a) $", {}, errors);
    REQUIRE(errors.size() == 1);
    CHECK(errors[0].message == "unexpected character: '$'");
    promql::parse_into(memory, "sum(a)", {}, errors);
    CHECK(errors.empty());
}

TEST_CASE("regular expressions are looked at by whoever can")
{
    promql::parse_options how;
    how.regex_error = [](std::string_view pattern) {
        return pattern == "(" ? std::string("open group") : std::string();
    };
    CHECK(refusal("x{a=~\"(\"}", how) == "2+6 open group");
    CHECK(promql::parse("x{a=~\"(\"}").has_value());
}

TEST_CASE("nesting and length have limits")
{
    const std::string deep = std::string(2000, '(') + "1" + std::string(2000, ')');
    CHECK(refusal(deep).find("nested more than 500 levels deep") != std::string::npos);
    CHECK(refusal(std::string(100'000, '-') + "1").find("nested more than") != std::string::npos);
    std::string lengthy = "a[" + std::string(3000, '(') + "1" + std::string(3000, ')') + "]";
    CHECK(refusal(lengthy).find("nested more than") != std::string::npos);
    std::string chain = "a";
    for (int i = 0; i < 20'000; ++i) chain += "+a";
    CHECK(refusal(chain).find("more than 10000 operators") != std::string::npos);
}

TEST_CASE("a selector by itself")
{
    CHECK(promql::parse_selector("up{job=\"x\"}").has_value());
    CHECK(promql::parse_selector("{__name__=~\"a.*\"}").has_value());
    CHECK_FALSE(promql::parse_selector("rate(up[5m])").has_value());
    CHECK_FALSE(promql::parse_selector("(up)").has_value());
    CHECK_FALSE(promql::parse_selector("").has_value());
    CHECK_FALSE(promql::parse_selector("up offset 5m").has_value());
}

TEST_CASE("does an expression match the empty text")
{
    for (const auto* yes :
         {"", ".*", "a*", "(a|)", "a?b*", "()", "(?i)", "(?:x|y)*", "a{0,3}", "^$", "x{0}", "[a]*", "\\Qab\\E*|"})
        CHECK(promql::matches_empty(yes));
    for (const auto* no : {"a", ".+", "a|b", "[*]", "(a)+", "a{1,2}", "\\*", "\\d", "(?P<n>a)", "[]*]", "x{,2}"})
        CHECK_FALSE(promql::matches_empty(no));
}

TEST_CASE("long expressions are broken over lines")
{
    const auto read = promql::parse(
        "sum by (a) (rate(some_metric_name_total{label=\"value\"}[5m])) / sum(another_metric_name)");
    CHECK(promql::pretty(read->root(), 40) ==
          "  sum by (a) (\n    rate(\n      some_metric_name_total{label=\"value\"}[5m]\n    )\n  )\n/\n"
          "  sum(another_metric_name)");
    CHECK(promql::pretty(read->root(), 200) == promql::to_text(read->root()));
}

TEST_CASE("what can be without series")
{
    const auto empty = [](std::string_view text) {
        return pitot::promql::can_be_empty(
            pitot::promql::parse(text, pitot::promql::parse_options::everything())->root());
    };
    for (const char* const may : {"up", "sum(up)", "up > 1", "vector(1) > 1", "absent(up)", "up and vector(1)",
                                  "vector(1) unless up", "topk(0, vector(1))", "topk(scalar(up), vector(1))",
                                  "rate(x[5m])", "vector(1) + vector(2)", "limit_ratio(0.5, vector(1))"})
        CHECK(empty(may));
    for (const char* const never :
         {"1", "vector(1)", "up or vector(0)", "sum(up) or on () vector(0)", "-vector(1)", "sum(up or vector(0))",
          "vector(1) > bool 1", "scalar(up) * 2", "abs(vector(1)) + 1", "topk(2, vector(1))",
          "label_replace(vector(1), \"a\", \"b\", \"\", \"\")", "hour()"})
        CHECK_FALSE(empty(never));
}

TEST_CASE("what is experimental is refused in Prometheus's words unless it is enabled")
{
    promql::parse_options how;
    CHECK(refusal("rate(x[5m] anchored)") == "5+5 anchored modifier is experimental and not enabled");
    CHECK(refusal("x smoothed") == "0+1 smoothed modifier is experimental and not enabled");
    how.extended_range_selectors = true;
    CHECK(promql::parse("rate(x[5m] anchored)", how));
    CHECK(promql::parse("x smoothed", how));
    CHECK(promql::parse("rate(x[2*5m])"));  // duration expressions are no longer experimental

    CHECK(refusal("mad_over_time(x[5m])", how) == "0+13 function \"mad_over_time\" is not enabled");
    CHECK(refusal("limitk(1, x)", how) ==
          "0+12 limitk() is experimental and must be enabled with --enable-feature=promql-experimental-functions");
    CHECK(refusal("x + fill(0) y", how) == "0+13 binop fill modifiers are experimental and not enabled");
}
