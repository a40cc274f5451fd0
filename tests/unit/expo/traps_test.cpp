// The facts about the formats that implementers get wrong, one test each. Names that are escaped: escaping_test.cpp;
// content types and negotiation: format_test.cpp, negotiate_test.cpp; protobuf: protobuf_test.cpp.

#include <pitot/expo/parse.hpp>
#include <pitot/expo/serialize.hpp>
#include <pitot/expo/write.hpp>

#include <catch.hpp>

#include <cmath>
#include <limits>
#include <string>

using namespace pitot;
using expo::format;

namespace {

std::string written(batch& b, format form, bool created = false)
{
    b.finish();
    return expo::write(b, {form, expo::escaping::allow_utf8, created});
}

/// The first error's line and message, or "" when the text is accepted.
std::string refusal(std::string_view text, format form)
{
    batch b;
    const auto read = expo::parse(text, b, form);
    if (read) return {};
    return std::to_string(position_of(text, read.errors.front().where.offset).line) + ": " +
           read.errors.front().message;
}

constexpr double infinity = std::numeric_limits<double>::infinity();

histogram_row histogram(batch& b, std::initializer_list<double> bounds, std::uint64_t each)
{
    histogram_row row;
    std::vector<classic_bucket> buckets;
    for (const double bound : bounds) {
        row.count.integer += each;
        buckets.push_back({bound, row.count});
    }
    row.classic = b.add_buckets(buckets);
    row.sum = 1.5;
    return row;
}

}  // namespace

TEST_CASE("E1: a counter's metadata has _total in 0.0.4 and not in OpenMetrics; without _total it is unknown there")
{
    batch b;
    b.add(b.family("a_total", metric_type::counter, "Help."), labels_id::none, 1);
    b.add(b.family("b", metric_type::counter), labels_id::none, 2);
    CHECK(written(b, format::text) ==
          "# HELP a_total Help.\n# TYPE a_total counter\na_total 1\n# TYPE b counter\nb 2\n");
    CHECK(written(b, format::openmetrics) ==
          "# TYPE a counter\n# HELP a Help.\na_total 1\n# TYPE b unknown\nb 2\n# EOF\n");
}

TEST_CASE("E2: OpenMetrics ends with # EOF and has no blank lines, comments or carriage returns; 0.0.4 has")
{
    CHECK(refusal("a 1\n", format::openmetrics) == "2: the text must end with \"# EOF\"");
    CHECK(refusal("a 1\n# EOF\na 2\n", format::openmetrics).substr(0, 2) == "3:");
    CHECK(refusal("a 1\n\n# EOF\n", format::openmetrics).substr(0, 2) == "2:");
    CHECK(refusal("# hello\na 1\n# EOF\n", format::openmetrics).substr(0, 2) == "1:");
    CHECK(refusal("a 1\r\n# EOF\n", format::openmetrics).substr(0, 2) == "1:");
    CHECK(refusal("a{x=\"1\"} 1\nb 1\na{x=\"2\"} 1\n# EOF\n", format::openmetrics).substr(0, 2) == "3:");
    CHECK(refusal("a 1\n# EOF", format::openmetrics).empty());
    CHECK(refusal("\n# hello\n   \na 1\nb 1\na{x=\"2\"} 1\n# EOF\n", format::text).empty());
}

TEST_CASE("E3: help escapes \" in OpenMetrics only; label values escape \\, \" and newline in both")
{
    batch b;
    b.add(b.family("a", metric_type::gauge, "a \"b\" \\ \n."), b.labels({{"x", "a \"b\" \\ \n."}}), 1);
    CHECK(written(b, format::text) == "# HELP a a \"b\" \\\\ \\n.\n# TYPE a gauge\na{x=\"a \\\"b\\\" \\\\ \\n.\"} 1\n");
    CHECK(written(b, format::openmetrics) ==
          "# TYPE a gauge\n# HELP a a \\\"b\\\" \\\\ \\n.\na{x=\"a \\\"b\\\" \\\\ \\n.\"} 1\n# EOF\n");
}

TEST_CASE("E4: a unit is a suffix of the name, and infos and state sets have none")
{
    batch b;
    b.add(b.family("a_seconds", metric_type::gauge, "", "seconds"), labels_id::none, 1);
    b.add(b.family("b_ms", metric_type::gauge, "", "seconds"), labels_id::none, 1);
    b.add(b.family("c_seconds_total", metric_type::counter, "", "seconds"), labels_id::none, 1);
    b.add(b.family("d_info", metric_type::info, "", "info"), labels_id::none, 1);
    CHECK(written(b, format::openmetrics) ==
          "# TYPE a_seconds gauge\n# UNIT a_seconds seconds\na_seconds 1\n# TYPE b_ms gauge\nb_ms 1\n"
          "# TYPE c_seconds counter\n# UNIT c_seconds seconds\nc_seconds_total 1\n# TYPE d info\nd_info 1\n# EOF\n");
    CHECK(refusal("# TYPE a gauge\n# UNIT a seconds\na 1\n# EOF\n", format::openmetrics) != "");
    CHECK(refusal("# TYPE x_s stateset\n# UNIT x_s s\n# EOF\n", format::openmetrics) != "");
}

TEST_CASE("E5: le is Go's shortest form in 0.0.4 and a canonical float in OpenMetrics")
{
    batch b;
    b.add(b.family("h", metric_type::histogram), labels_id::none,
          histogram(b, {0.0001, 0.005, 1, 100000, 1e6, 123456789, infinity}, 1));
    const std::string text = written(b, format::text);
    for (const char* le : {"0.0001", "0.005", "1", "100000", "1e+06", "1.23456789e+08", "+Inf"})
        CHECK(text.find("{le=\"" + std::string(le) + "\"}") != std::string::npos);
    const std::string om = written(b, format::openmetrics);
    for (const char* le : {"0.0001", "0.005", "1.0", "100000.0", "1e+06", "1.23456789e+08", "+Inf"})
        CHECK(om.find("{le=\"" + std::string(le) + "\"}") != std::string::npos);
}

TEST_CASE("E6: buckets are cumulative, end with +Inf and agree with the count; negative bounds forbid the sum")
{
    const std::string head = "# TYPE h histogram\n";
    CHECK(
        refusal(head + "h_bucket{le=\"1.0\"} 2\nh_bucket{le=\"+Inf\"} 1\n# EOF\n", format::openmetrics).substr(0, 2) ==
        "3:");
    CHECK(refusal(head + "h_bucket{le=\"1.0\"} 2\nh_count 2\nh_sum 1\n# EOF\n", format::openmetrics) != "");
    CHECK(refusal(head + "h_bucket{le=\"+Inf\"} 2\nh_count 3\nh_sum 1\n# EOF\n", format::openmetrics) != "");
    CHECK(refusal(head + "h_bucket{le=\"+Inf\"} 2\nh_count 2\n# EOF\n", format::openmetrics) != "");
    batch b;
    b.add(b.family("h", metric_type::histogram), labels_id::none, histogram(b, {-1, infinity}, 2));
    const std::string om = written(b, format::openmetrics);
    CHECK(om == head + "h_bucket{le=\"-1.0\"} 2\nh_bucket{le=\"+Inf\"} 4\n# EOF\n");
    CHECK(refusal(om, format::openmetrics).empty());
}

TEST_CASE("E7: NaN and infinities are values, but not of counters in OpenMetrics")
{
    batch b;
    const auto g = b.family("g", metric_type::gauge);
    b.add(g, b.labels({{"x", "1"}}), std::nan(""));
    b.add(g, b.labels({{"x", "2"}}), infinity);
    b.add(g, b.labels({{"x", "3"}}), -infinity);
    b.add(g, b.labels({{"x", "4"}}), 12345678);
    b.add(g, b.labels({{"x", "5"}}), 0.1);
    CHECK(written(b, format::text) ==
          "# TYPE g gauge\ng{x=\"1\"} NaN\ng{x=\"2\"} +Inf\ng{x=\"3\"} -Inf\ng{x=\"4\"} 12345678\ng{x=\"5\"} 0.1\n");
    for (const char* value : {"NaN", "-1"})
        CHECK(refusal("# TYPE a counter\na_total " + std::string(value) + "\n# EOF\n", format::openmetrics) != "");
}

TEST_CASE("E8: timestamps are whole milliseconds in 0.0.4 and seconds in OpenMetrics, without loss")
{
    batch b;
    const auto g = b.family("g", metric_type::gauge);
    b.set_timestamp(b.add(g, b.labels({{"x", "1"}}), 1), instant{1700000000, 123'000'000});
    b.set_timestamp(b.add(g, b.labels({{"x", "2"}}), 1), instant{-2, 500'000'000});
    CHECK(written(b, format::text) == "# TYPE g gauge\ng{x=\"1\"} 1 1700000000123\ng{x=\"2\"} 1 -1500\n");
    CHECK(written(b, format::openmetrics) == "# TYPE g gauge\ng{x=\"1\"} 1 1700000000.123\ng{x=\"2\"} 1 -1.5\n# EOF\n");
    CHECK(refusal("a 1 1.5\n", format::text) != "");
}

TEST_CASE("E9: _created is off by default, named like the family, and clashes with a gauge of that name")
{
    batch b;
    const auto c = b.add(b.family("foo_total", metric_type::counter), b.labels({{"x", "1"}}), 1);
    b.set_created(c, instant{1700000000, 500'000'000});
    CHECK(written(b, format::openmetrics) == "# TYPE foo counter\nfoo_total{x=\"1\"} 1\n# EOF\n");
    CHECK(written(b, format::openmetrics, true) ==
          "# TYPE foo counter\nfoo_total{x=\"1\"} 1\nfoo_created{x=\"1\"} 1700000000.5\n# EOF\n");
    CHECK(written(b, format::text, true) == "# TYPE foo_total counter\nfoo_total{x=\"1\"} 1\n");
    CHECK(refusal("# TYPE foo counter\nfoo_total 1\n# TYPE foo_created gauge\nfoo_created 1\n# EOF\n",
                  format::openmetrics) != "");
}

TEST_CASE("E10: exemplars stand on _total and _bucket, in OpenMetrics only, with at most 128 characters")
{
    batch b;
    const auto c = b.add(b.family("foo_total", metric_type::counter), labels_id::none, 1);
    const exemplar_row e{b.labels({{"trace_id", "abc"}}), 0.5, instant{1700000000, 0}, exemplar_row::no_bucket};
    b.set_exemplars(c, {&e, 1});
    const auto h = b.add(b.family("h", metric_type::histogram), labels_id::none, histogram(b, {1, infinity}, 1));
    const exemplar_row in_second{labels_id::none, 3, {}, 1};
    b.set_exemplars(h, {&in_second, 1});
    const auto longer = b.add(b.family("long_total", metric_type::counter), labels_id::none, 1);
    const std::string text(130, 'x');
    const exemplar_row too_long{b.labels({{"t", text}}), 1, {}, exemplar_row::no_bucket};
    b.set_exemplars(longer, {&too_long, 1});
    const std::string om = written(b, format::openmetrics);
    CHECK(om.find("foo_total 1 # {trace_id=\"abc\"} 0.5 1700000000\n") != std::string::npos);
    CHECK(om.find("h_bucket{le=\"1.0\"} 1\nh_bucket{le=\"+Inf\"} 2 # {} 3\n") != std::string::npos);
    CHECK(om.find("long_total 1\n") != std::string::npos);
    CHECK(refusal(om, format::openmetrics).empty());
    CHECK(written(b, format::text).find(" # {") == std::string::npos);
    CHECK(refusal("a 1 # {} 1\n", format::text) != "");
    CHECK(refusal("# TYPE a gauge\na 1 # {} 1\n# EOF\n", format::openmetrics) != "");
}

TEST_CASE("E11: info and state set are gauges in 0.0.4")
{
    batch b;
    b.add(b.family("build_info", metric_type::info), b.labels({{"version", "1"}}), 1);
    const auto s = b.family("state", metric_type::state_set);
    b.add(s, b.labels({{"state", "on"}}), 1);
    b.add(s, b.labels({{"state", "off"}}), 0);
    CHECK(written(b, format::text) == "# TYPE build_info gauge\nbuild_info{version=\"1\"} 1\n# TYPE state "
                                      "gauge\nstate{state=\"on\"} 1\nstate{state=\"off\"} 0\n");
    const std::string om = written(b, format::openmetrics);
    CHECK(om == "# TYPE build info\nbuild_info{version=\"1\"} 1\n# TYPE state stateset\nstate{state=\"on\"} "
                "1\nstate{state=\"off\"} 0\n# EOF\n");
    CHECK(refusal(om, format::openmetrics).empty());
    CHECK(refusal("# TYPE i info\ni_info 2\n# EOF\n", format::openmetrics) != "");
    CHECK(refusal("# TYPE s stateset\ns{s=\"x\"} 2\n# EOF\n", format::openmetrics) != "");
    CHECK(refusal("# TYPE s stateset\ns{t=\"x\"} 1\n# EOF\n", format::openmetrics) != "");
}

TEST_CASE("E12: an empty label value is written as it is; a label twice is refused")
{
    CHECK(refusal("a{x=\"1\",x=\"2\"} 1\n", format::text) == "1: the label x is given twice");
    CHECK(refusal("a{x=\"\"} 1\n# EOF\n", format::openmetrics).empty());
}

TEST_CASE("E16: names beyond the legacy alphabet stand quoted inside the braces")
{
    batch b;
    const auto f = b.family("my.metric", metric_type::gauge, "Help.");
    b.add(f, b.labels({{"x", "1"}, {"la.bel", "2"}}), 1);
    b.add(f, labels_id::none, 2);
    const std::string text = written(b, format::text);
    CHECK(text == "# HELP \"my.metric\" Help.\n# TYPE \"my.metric\" gauge\n{\"my.metric\",x=\"1\",\"la.bel\"=\"2\"} "
                  "1\n{\"my.metric\"} 2\n");
    batch again;
    REQUIRE(expo::parse(text, again, format::text));
    CHECK(written(again, format::text) == text);
    // an unquoted name that is not legal stays refused behind a quoted line
    CHECK(refusal("{\"m\",\"a.b\"=\"x\"} 1\nm{a.b=\"x\"} 1\n", format::text).substr(0, 2) == "2:");
    CHECK(refusal("{\"a b\"} 1\na b 1\n", format::text).substr(0, 2) == "2:");
}

TEST_CASE("E18: a native histogram has no text: its count and sum go out with the +Inf bucket")
{
    batch b;
    histogram_row row;
    row.schema = 3;
    row.count.integer = 7;
    row.sum = 2.5;
    b.add(b.family("h", metric_type::histogram), b.labels({{"x", "1"}}), row);
    CHECK(written(b, format::text) ==
          "# TYPE h histogram\nh_bucket{x=\"1\",le=\"+Inf\"} 7\nh_sum{x=\"1\"} 2.5\nh_count{x=\"1\"} 7\n");
}

TEST_CASE("a gauge histogram in 0.0.4 is a histogram with its sum and count as gauges of their own")
{
    batch b;
    b.add(b.family("q", metric_type::gauge_histogram), labels_id::none, histogram(b, {1, infinity}, 1));
    CHECK(written(b, format::text) == "# TYPE q histogram\nq_bucket{le=\"1\"} 1\nq_bucket{le=\"+Inf\"} 2\n# TYPE "
                                      "q_gcount gauge\nq_gcount 2\n# TYPE q_gsum gauge\nq_gsum 1.5\n");
    CHECK(written(b, format::openmetrics) ==
          "# TYPE q gaugehistogram\nq_bucket{le=\"1.0\"} 1\nq_bucket{le=\"+Inf\"} 2\nq_gsum 1.5\nq_gcount 2\n# EOF\n");

    batch helped;
    helped.add(helped.family("q", metric_type::gauge_histogram, "Help."), labels_id::none,
               histogram(helped, {1, infinity}, 1));
    CHECK(written(helped, format::text).find("# HELP q_gcount Help.\n# TYPE q_gcount gauge\n") != std::string::npos);
    CHECK(written(helped, format::text).find("# HELP q_gsum Help.\n# TYPE q_gsum gauge\n") != std::string::npos);
}

TEST_CASE("E19: a second TYPE or HELP line is refused at its place")
{
    CHECK(refusal("# TYPE a gauge\na 1\n# TYPE a gauge\n", format::text) == "3: a second TYPE line for a");
    CHECK(refusal("# HELP a x\n# HELP a x\na 1\n", format::text) == "2: a second HELP line for a");
    CHECK(refusal("# TYPE a gauge\n# TYPE a gauge\na 1\n# EOF\n", format::openmetrics).substr(0, 2) == "2:");
}

TEST_CASE("a native histogram with custom bounds goes out as the classic one that it amounts to, in every format")
{
    batch b;
    histogram_row row;
    row.count.integer = 9;
    row.sum = 12;
    row.schema = custom_buckets_schema;
    const double bounds[] = {1, 2, 4};
    row.custom_bounds = b.add_bounds(bounds);
    const bucket_span spans[] = {{0, 1}, {1, 2}};
    row.positive_spans = b.add_spans(spans);
    const count_cell counts[] = {{.integer = 2}, {.integer = 3}, {.integer = 4}};
    row.positive = b.add_counts(counts);
    b.add(b.family("h", metric_type::histogram), labels_id::none, row);
    b.finish();
    const std::string text = "# TYPE h histogram\nh_bucket{le=\"1\"} 2\nh_bucket{le=\"2\"} 2\nh_bucket{le=\"4\"} 5\n"
                             "h_bucket{le=\"+Inf\"} 9\nh_sum 12\nh_count 9\n";
    CHECK(expo::write(b) == text);
    batch back;
    const std::string protobuf = expo::write(b, {.form = expo::format::protobuf});
    REQUIRE(expo::parse(protobuf, back, expo::format::protobuf));
    back.finish();
    CHECK(expo::write(back) == text);
    batch again;
    const std::string openmetrics = expo::write(b, {.form = expo::format::openmetrics});
    REQUIRE(expo::parse(openmetrics, again, expo::format::openmetrics));
    again.finish();
    CHECK(expo::write(again) == text);
}

TEST_CASE("an exemplar that OpenMetrics cannot carry is left out, and said")
{
    struct source {
        void collect(batch& out) const
        {
            const point_id p = out.add(out.family("a_total", metric_type::counter), labels_id::none, 1);
            const std::string value(130, 'x');
            const label_view labels[] = {{"trace_id", out.intern(value)}};
            exemplar_row e;
            e.labels = out.labels(labels);
            e.value = 1;
            out.set_exemplars(p, {&e, 1});
        }
    };
    const auto om = expo::serialize(source{}, "application/openmetrics-text;version=1.0.0");
    CHECK(om.body == "# TYPE a counter\na_total 1\n# EOF\n");
    REQUIRE(om.problems.size() == 1);
    CHECK(om.problems[0].code == errc::too_large);
    CHECK(om.problems[0].message.find("a_total: 1 exemplars") == 0);
    CHECK(expo::serialize(source{}, "").problems.empty());
}

TEST_CASE("options that are not const write the same")
{
    batch b;
    b.add(b.family("a", metric_type::gauge), labels_id::none, 1);
    b.finish();
    expo::write_options options;
    options.form = expo::format::openmetrics;
    CHECK(expo::write(b, options) == "# TYPE a gauge\na 1\n# EOF\n");
}
