// Every rule on expositions: one exposition that has the finding, with the words it points at, and one that has not.

#include <pitot/catalog/exposition.hpp>
#include <pitot/expo/write.hpp>
#include <pitot/lint/metrics/check.hpp>

#include <catch.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace lint = pitot::lint;
using lint::metrics::rules;

namespace {

std::vector<lint::finding> findings(std::string text, std::string_view rule)
{
    const auto in = pitot::catalog::read_exposition("x", std::move(text));
    const lint::source source("x", std::string(in.text()));
    auto all = lint::metrics::check(in, source);
    std::erase_if(all, [&](const lint::finding& f) { return f.rule != rule; });
    return all;
}

struct rule_case {
    std::string_view rule;
    std::string_view bad;
    std::size_t line;      ///< of the finding
    std::string_view at;   ///< what is marked there
    std::string_view why;  ///< in the message
    std::string_view good;
};

constexpr rule_case cases[] = {
    {"exposition-syntax", "a 1\nb{x=1} 2\n", 2, "1", "", "a 1\nb{x=\"1\"} 2\n"},
    {"duplicate-series", "a{x=\"1\"} 1\na{x=\"2\"} 1\na{x=\"1\"} 2\n", 3, "a{x=\"1\"}", "is exposed twice",
     "a{x=\"1\"} 1\na{x=\"2\"} 1\n"},
    {"duplicate-series", "a{x=\"1\",y=\"2\"} 1\na{y=\"2\",x=\"1\"} 2\n", 2, "a{y=\"2\",x=\"1\"}", "is exposed twice",
     "a{x=\"1\",y=\"2\"} 1\na{y=\"1\",x=\"2\"} 2\n"},
    {"histogram-buckets", "# TYPE h histogram\nh_bucket{le=\"1\"} 5\nh_bucket{le=\"+Inf\"} 3\nh_count 3\nh_sum 1\n", 2,
     "h_bucket{le=\"1\"}", "fall at le=\"+Inf\"",
     "# TYPE h histogram\nh_bucket{le=\"1\"} 3\nh_bucket{le=\"+Inf\"} 3\nh_count 3\nh_sum 1\n"},
    {"histogram-buckets", "# TYPE h histogram\nh_bucket{le=\"1\"} 5\nh_count 5\nh_sum 1\n", 2, "h_bucket{le=\"1\"}",
     "no bucket le=\"+Inf\"", "# TYPE h histogram\nh_bucket{le=\"+Inf\"} 5\nh_count 5\nh_sum 1\n"},
    {"histogram-buckets", "# TYPE h histogram\nh_bucket{le=\"+Inf\"} 5\nh_count 6\nh_sum 1\n", 2,
     "h_bucket{le=\"+Inf\"}", "differs from its _count",
     "# TYPE h histogram\nh_bucket{le=\"+Inf\"} 6\nh_count 6\nh_sum 1\n"},
    {"name-collision", "# TYPE x histogram\nx_bucket{le=\"+Inf\"} 1\nx_count 1\n# TYPE x_sum gauge\nx_sum{a=\"b\"} 3\n",
     4, "x_sum", "x_sum is also a series of the histogram x", "# TYPE x gauge\nx 1\n# TYPE x_sum gauge\nx_sum 3\n"},
    {"name-collision", "# TYPE x summary\nx{quantile=\"0.5\"} 1\n# TYPE x_sum gauge\nx_sum 3\n", 3, "x_sum",
     "series of the summary x", "# TYPE x summary\nx{quantile=\"0.5\"} 1\n# TYPE x_bucket gauge\nx_bucket 3\n"},
    {"missing-help", "# TYPE a gauge\na 1\n", 1, "a", "no help", "# HELP a A.\n# TYPE a gauge\na 1\n"},
    {"base-unit", "# TYPE t_milliseconds gauge\nt_milliseconds 1\n", 1, "t_milliseconds", "base unit seconds",
     "# TYPE t_seconds gauge\nt_seconds 1\n"},
    {"counter-total", "# TYPE c counter\nc 1\n", 1, "c", "does not end in _total",
     "# TYPE c_total counter\nc_total 1\n"},
    {"counter-total", "# TYPE g_total gauge\ng_total 1\n", 1, "g_total", "is a gauge", "g_total 1\n"},
    {"reserved-suffix", "# TYPE jobs_count gauge\njobs_count 1\n", 1, "jobs_count", "suffix _count",
     "# TYPE jobs gauge\njobs 1\n"},
    {"reserved-label", "# TYPE t gauge\nt{a=\"1\",le=\"5\"} 1\n", 2, "le", "belongs to histograms",
     "# TYPE t gauge\nt{limit=\"5\"} 1\n"},
    {"reserved-label", "# TYPE t gauge\nt{quantile=\"5\"} 1\n", 2, "quantile", "belongs to summaries",
     "# TYPE t summary\nt{quantile=\"0.5\"} 1\nt_sum 1\nt_count 1\n"},
    {"reserved-label", "# TYPE t gauge\nt{__x=\"5\"} 1\n", 2, "__x", "Prometheus itself",
     "# TYPE t gauge\nt{_x=\"5\"} 1\n"},
    {"type-in-name", "# TYPE a_gauge gauge\na_gauge 1\n", 1, "a_gauge", "type name 'gauge'",
     "# TYPE gauged gauge\ngauged 1\n"},
    {"reserved-character", "a:b 1\n", 1, "a:b", "':'", "a_b 1\n"},
    {"camel-case", "aB 1\n", 1, "aB", "camelCase", "ab 1\n"},
    {"camel-case", "a{statusCode=\"1\"} 1\n", 1, "statusCode", "label statusCode", "a{status_code=\"1\"} 1\n"},
    {"unit-abbreviation", "# TYPE d_ms gauge\nd_ms 1\n", 1, "d_ms", "'ms'", "# TYPE d_seconds gauge\nd_seconds 1\n"},
    {"missing-type", "# HELP a A.\na 1\n", 1, "a", "no type", "# TYPE a gauge\na 1\n"},
    {"inconsistent-labels", "a{x=\"1\"} 1\na{y=\"1\"} 1\n", 2, "a{y=\"1\"}", "have the label",
     "a{x=\"1\"} 1\na{x=\"2\"} 1\n"},
};

}  // namespace

TEST_CASE("each rule finds what it is for, at its place, and nothing in what is right")
{
    for (const rule_case& c : cases) {
        INFO(c.rule << ": " << c.bad);
        CHECK(findings(std::string(c.good), c.rule).empty());
        const auto found = findings(std::string(c.bad), c.rule);
        REQUIRE(found.size() == 1);
        const lint::finding& f = found.front();
        CHECK(f.begin.line == c.line);
        CHECK(c.bad.substr(f.where.offset, f.where.length) == c.at);
        CHECK(f.excerpt.substr(f.mark.offset, f.mark.length) == c.at);
        CHECK(f.message.find(c.why) != std::string::npos);
    }
}

TEST_CASE("every rule has a case, says why it is there, and stands once in the list")
{
    std::set<std::string_view> tested;
    for (const rule_case& c : cases) tested.insert(c.rule);
    std::set<std::string_view> seen;
    for (const lint::metrics::metrics_rule& r : rules) {
        INFO(r.about.id);
        CHECK(tested.contains(r.about.id));
        CHECK(seen.insert(r.about.id).second);
        CHECK_FALSE(r.about.summary.empty());
        CHECK_FALSE(r.about.why.empty());
        CHECK_FALSE(r.about.example.empty());
        CHECK_FALSE(r.about.fix.empty());
    }
    CHECK(seen.size() == tested.size());
}

TEST_CASE("what a rule shows as its fix does not have its finding")
{
    for (const lint::metrics::metrics_rule& r : rules) {
        INFO(r.about.id << ": " << r.about.fix);
        CHECK(findings(pitot::concat(r.about.fix, "\n"), r.about.id).empty());
    }
}

TEST_CASE("a rule that is switched off says nothing, the others go on")
{
    const auto in = pitot::catalog::read_exposition("x", "# TYPE aB counter\naB 1\n");
    const lint::source source("x", std::string(in.text()));
    const auto all = lint::metrics::check(in, source);
    const auto less = lint::metrics::check(in, source, {"camel-case"});
    CHECK(less.size() + 1 == all.size());
    CHECK(std::none_of(less.begin(), less.end(), [](const auto& f) { return f.rule == "camel-case"; }));
}

TEST_CASE("in protobuf a finding has the bytes of its family's name, and no line")
{
    const auto text = pitot::catalog::read_exposition("x",
                                                      "# HELP good_total G.\n# TYPE good_total counter\ngood_total "
                                                      "1\n# HELP d_ms D.\n# TYPE d_ms gauge\nd_ms{aB=\"1\"} 1\n");
    std::string bytes;
    pitot::expo::write_options options;
    options.form = pitot::expo::format::protobuf;
    pitot::expo::chunk_writer out([&bytes](const char* data, std::size_t size) { bytes.append(data, size); });
    pitot::expo::write(text.families, out, options);
    out.finish();
    const auto in = pitot::catalog::read_exposition("x", bytes, pitot::expo::format::protobuf);
    REQUIRE(in.errors.empty());
    const auto found = lint::metrics::check(in, lint::source("x", {}));
    REQUIRE(found.size() == 2);
    for (const lint::finding& f : found) {
        CHECK(bytes.substr(f.where.offset, f.where.length) == "d_ms");
        CHECK(f.begin.line == 0);
        CHECK(f.message.find("d_ms") != std::string::npos);
    }
    const auto cut = pitot::catalog::read_exposition("x", bytes.substr(0, bytes.size() - 1),
                                                     pitot::expo::format::protobuf);
    const auto broken = lint::metrics::check(cut, lint::source("x", {}));
    REQUIRE(broken.size() == 1);
    CHECK(broken[0].rule == "exposition-syntax");
    CHECK(broken[0].begin.line == 0);
    CHECK(broken[0].where.offset > 0);
}
