#include <pitot/logql/parse.hpp>

#include <catch.hpp>

#include <string>

namespace logql = pitot::logql;

TEST_CASE("log queries")
{
    for (const auto* good :
         {"{app=\"x\"}", "{app=\"x\", env=~`a|b`}", "{app!=\"\"}",
          "{a=\"b\"} |= \"x\" != `y` |~ \"z\" !~ \"w\" |> \"<_>\" !> \"q\"", "{a=\"b\"} |= \"x\" or \"y\"",
          "{a=\"b\"} |= ip(\"10.0.0.0/8\")", "{a=\"b\"} | json", "{a=\"b\"} | json x=\"a.b\", y=\"c\" | x > 5",
          "{a=\"b\"} | logfmt --strict --keep-empty level, host=\"h\"",
          "{a=\"b\"} | regexp `(?P<x>.*)` | pattern \"<ip> - <_>\"",
          "{a=\"b\"} | unpack | decolorize | line_format \"{{.x}}\" | label_format a=b, c=\"{{.d}}\"",
          "{a=\"b\"} | drop x, y=\"z\" | keep k",
          "{a=\"b\"} | x=\"y\" and (n >= 10ms or size < 5KiB), z!=ip(\"::1\") | t == 1.5",
          "{a=\"b\"} # comment\n | json", "({a=\"b\"} |= \"c\")", "{a=\"b\"} | n > 0x10",
          "{a=\"b\"} | regexp `(?<x>.)(?P<1>.)`", "{a=\"b\"} | JSON | n > 5 and m=~\"x\""}) {
        const auto read = logql::parse(good);
        INFO(good << (read ? "" : read.error().message));
        CHECK(read.has_value());
        if (read) CHECK_FALSE(read->metric);
    }
}

TEST_CASE("metric queries")
{
    for (const auto* good :
         {"rate({a=\"b\"}[5m])",
          "sum by (x) (rate({a=\"b\"} |= \"e\" | json [5m]))",
          "sum(count_over_time({a=\"b\"}[1h] |= \"e\")) by (l)",
          "quantile_over_time(0.99, {a=\"b\"} | logfmt | unwrap duration(d) | __error__=\"\" [5m]) by (x)",
          "topk(10, sum(rate({a=\"b\"}[5m])) by (x))",
          "rate(({a=\"b\"} |= \"x\")[5m])",
          "rate({a=\"b\"}[5m] offset 1h)",
          "sum(rate({a=\"b\"}[1m])) / on (x) group_left sum(rate({a=\"c\"}[1m])) > bool 0.5 or vector(0)",
          "label_replace(rate({a=\"b\"}[1m]), \"x\", \"$1\", \"y\", \"(.*)\")",
          "1 + 2 * 3",
          "-1",
          "absent_over_time({a=\"b\"}[5m])",
          "sum_over_time({a=\"b\"} | unwrap bytes [5m])",
          "sort_desc(sum without (x) (bytes_rate({a=\"b\"}[5m])))",
          "RATE({a=\"b\"}[5m])",
          "rate({a=\"b\"}[5m] | json)",
          "sum_over_time({a=\"b\"}[5m] | unwrap n | n > 5)",
          "sum_over_time((({a=\"b\"} | unwrap n)[5m]))",
          "sum_over_time(({a=\"b\"})[5m] | unwrap n)",
          "1_000 * 2",
          "approx_topk(5, rate({a=\"b\"}[5m]))",
          "variants(rate({a=\"b\"}[5m]), 5) of ({a=\"b\"} | logfmt [5m])"}) {
        const auto read = logql::parse(good);
        INFO(good << (read ? "" : read.error().message));
        CHECK(read.has_value());
        if (read) CHECK(read->metric);
    }
}

TEST_CASE("streams have their matchers and places")
{
    const std::string text = "sum(rate({app=\"x\", env!~\"y\"}[1m])) / sum(rate({app=\"z\"}[1m]))";
    const auto read = logql::parse(text);
    REQUIRE(read);
    REQUIRE(read->streams.size() == 2);
    CHECK(text.substr(read->streams[0].span.offset, read->streams[0].span.length) == "{app=\"x\", env!~\"y\"}");
    REQUIRE(read->streams[0].matchers.size() == 2);
    CHECK(read->streams[0].matchers[1].op == logql::match_op::not_regex);
    CHECK(read->streams[0].matchers[1].value == "y");
    CHECK(text.substr(read->streams[0].matchers[0].span.offset, read->streams[0].matchers[0].span.length) ==
          "app=\"x\"");
    const auto& named = read->streams[1].matchers[0];
    CHECK(text.substr(named.name_span.offset, named.name_span.length) == "app");
    CHECK(text.substr(named.value_span.offset, named.value_span.length) == "z");
}

TEST_CASE("the labels that a pipeline makes")
{
    struct made {
        const char* text;
        const char* labels;  ///< of each stream, and * where any label may be
    };
    for (const made& m :
         {made{"{a=\"b\"} |= \"x\" | y=\"z\"", ";"}, made{"{a=\"b\"} | json", "*;"}, made{"{a=\"b\"} | unpack", "*;"},
          made{"{a=\"b\"} | json x=\"a.b\", y | x > 5", "x y ;"},
          made{"{a=\"b\"} | logfmt --strict level, host=\"h\"", "level host ;"},
          made{"{a=\"b\"} | regexp `(?P<ip>\\S+) (?P<code>\\d+) (x)`", "ip code ;"},
          made{"{a=\"b\"} | pattern \"<ip> <_> <a2> < b> <c\"", "ip a2 ;"},
          made{"{a=\"b\"} | label_format to=from, t=\"{{.x}}\"", "to t ;"},
          made{"{a=\"b\"} | line_format \"<x>\" | drop q | keep k", ";"},
          made{"({a=\"b\"} | logfmt | label_format z=y)", "* z ;"},
          made{"sum(rate({a=\"b\"} | logfmt | unwrap d [1m])) / sum(rate({c=\"d\"} | pattern `<m>` [1m]))", "*;m ;"}}) {
        const auto read = logql::parse(m.text);
        INFO(m.text);
        REQUIRE(read);
        std::string all;
        for (const auto& s : read->streams) {
            if (s.any_made) all += s.made.empty() ? "*" : "* ";
            for (const auto& l : s.made) {
                CHECK(std::string_view(m.text).substr(l.span.offset, l.span.length) == l.name);
                all += std::string(l.name) + " ";
            }
            all += ";";
        }
        CHECK(all == m.labels);
    }
}

TEST_CASE("patterns that Loki refuses")
{
    struct refused {
        const char* pattern;
        const char* place;
    };
    for (const refused& r : {refused{"| pattern `x <a><_>`", "<_>"}, refused{"| pattern `<a> <a>`", "a"},
                             refused{"| pattern \"<_> <1> \"", "<_> <1> "}, refused{"| pattern ``", ""},
                             refused{"|> `<_><_>`", "<_>"}, refused{"!> \"x\" or `<_> <a>`", "a"}}) {
        const std::string text = std::string("{a=\"b\"} ") + r.pattern;
        const auto read = logql::parse(text);
        INFO(text);
        REQUIRE_FALSE(read);
        CHECK(text.substr(read.error().where.offset, read.error().where.length) == r.place);
    }
    for (const char* good : {"| pattern `<a> <b>`", "| pattern `<a`", "|> ``", "|> `<_> <1>`", "|> `<a`", "|= `<a><b>`",
                             "| pattern `<$a><b>`", "| pattern `<_><$a>`"}) {
        INFO(good);
        CHECK(logql::parse(std::string("{a=\"b\"} ") + good).has_value() ==
              (std::string_view(good) != "| pattern `<a`"));
    }
}

TEST_CASE("the labels that a result may have")
{
    const auto may_have = [](const char* text) {
        const auto read = logql::parse(text);
        INFO(text);
        REQUIRE(read);
        std::string out;
        for (const char* label : {"a", "b", "c"})
            if (read->labels.may_have(label)) out += label;
        return out;
    };
    const std::string streams = "rate({x=\"y\"}[5m])";
    const auto of = [&](std::string before, std::string after = "") {
        return may_have((before + "(" + streams + ")" + after).c_str());
    };
    CHECK(may_have(streams.c_str()) == "abc");
    CHECK(of("sum") == "");
    CHECK(of("sum by (a, b)") == "ab");
    CHECK(of("max", " by (c)") == "c");
    CHECK(of("min without (a)") == "bc");
    CHECK(of("topk by (a) (3, sum by (b, c)", ")") == "bc");
    CHECK(of("sum without (a) (sum by (a, b)", ")") == "b");
    CHECK(of("sum by (a)", " + 5") == "a");
    CHECK(of("5 - sum by (a)") == "a");
    CHECK(of("sum by (a)", " or vector(0)") == "a");
    CHECK(of("sum by (a)", " or sum by (b) (" + streams + ")") == "ab");
    CHECK(of("sum without (a, b)", " or sum by (b) (" + streams + ")") == "bc");
    CHECK(of("sum by (b)", " or sum without (a, b) (" + streams + ")") == "bc");
    CHECK(of("sum without (a, b)", " or sum without (b, c) (" + streams + ")") == "ac");
    CHECK(of("label_replace(sum", ", \"c\", \"\", \"\", \"\")") == "c");
    CHECK(of("label_replace(sum", ", \"$d\", \"\", \"\", \"\")") == "abc");
    CHECK(may_have("max_over_time({x=\"y\"} | unwrap n [5m]) by (a)") == "a");
    CHECK(may_have("max_over_time({x=\"y\"} | unwrap n [5m]) without (a)") == "bc");
    CHECK(may_have("{x=\"y\"}") == "abc");
}

TEST_CASE("what is no LogQL is refused at its place")
{
    struct wrong {
        const char* text;
        std::size_t offset;
    };
    for (const wrong& w :
         {wrong{"", 0}, wrong{"rate({a=\"b\"})", 12}, wrong{"{a=b}", 3}, wrong{"{a=\"b\"", 6}, wrong{"{a=\"b\"} |", 9},
          wrong{"{a=\"b\"} | json |= 5", 18}, wrong{"sum({a=\"b\"})", 11}, wrong{"{a=\"b\"} + 1", 8},
          wrong{"foo({a=\"b\"}[5m])", 0}, wrong{"rate({a=\"b\"}[])", 13}, wrong{"{a=\"b\"} |= \"x", 11},
          wrong{"{a=\"b\"} | x", 11}, wrong{"topk(sum(rate({a=\"b\"}[1m])))", 5},
          // What Loki 3.7 refuses too
          wrong{"{}", 0}, wrong{"{a=~\".*\", b!=\"c\"}", 0}, wrong{"{a=\"b\",}", 7}, wrong{"{a='b'}", 3},
          wrong{"{a=\"\\d\"}", 4}, wrong{"({a=\"b\"}) | json", 10}, wrong{"{a=\"b\"} offset 5m", 8},
          wrong{"{a=\"b\"} | json x,", 17}, wrong{"{a=\"b\"} | regexp \"(.*)\"", 18},
          wrong{"{a=\"b\"} | pattern \"<x> <x>\"", 24}, wrong{"{a=\"b\"} | label_format x=y, x=z", 28},
          wrong{"{a=\"b\"} | distinct x", 19}, wrong{"{a=\"b\"} | x > \"5\"", 14}, wrong{"{a=\"b\"} | x =~ 5", 15},
          wrong{"{a=\"b\"} | x > 5xyz", 14}, wrong{"{a=\"b\"} | x > ip(\"::1\")", 14}, wrong{"{a=\"b\"} | unwrap n", 8},
          wrong{"{a=\"b\"} |~ ip(\"::1\")", 11}, wrong{"rate({a=\"b\"}[1.5h])", 13},
          wrong{"rate({a=\"b\"}[5m]) by (x)", 0}, wrong{"sum_over_time({a=\"b\"}[5m])", 0},
          wrong{"count_over_time({a=\"b\"} | unwrap n [5m])", 0},
          wrong{"max_over_time({a=\"b\"} | unwrap n | json [5m])", 35},
          wrong{"max_over_time({a=\"b\"} | unwrap f(n) [5m])", 31}, wrong{"topk(0, rate({a=\"b\"}[5m]))", 5},
          wrong{"sort(rate({a=\"b\"}[5m])) by (x)", 0}, wrong{"sum(5)", 5}, wrong{"--1", 1},
          wrong{"-rate({a=\"b\"}[5m])", 1}, wrong{"rate({a=\"b\"}[5m]) and 1", 18}, wrong{"0x10", 0},
          wrong{"sum(variants(rate({a=\"b\"}[5m])) of ({a=\"b\"}[5m]))", 4}, wrong{"5m", 0}, wrong{"vector(-1)", 7},
          wrong{"variants(rate({a=\"b\"}[5m]))", 27}}) {
        const auto read = logql::parse(w.text);
        INFO(w.text);
        REQUIRE_FALSE(read);
        INFO(read.error().message);
        CHECK(read.error().where.offset == w.offset);
    }
    CHECK_FALSE(logql::parse(std::string(100'000, '(')));
    CHECK_FALSE(logql::parse(pitot::concat("{a=\"b\"} | ", std::string(100'000, '('))));
}
