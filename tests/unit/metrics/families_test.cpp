// What each kind of family counts.
#include <pitot/expo/serialize.hpp>
#include <pitot/metrics/family_names.hpp>
#include <pitot/metrics/registry.hpp>
#include <pitot/metrics/testing.hpp>

#include <catch.hpp>

#include <chrono>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#if !defined(_WIN32)
#include <sys/wait.h>
#include <unistd.h>
#endif

using namespace pitot;

namespace {
enum class phase { idle, busy };
constexpr double inf = std::numeric_limits<double>::infinity();
const double nan_value = std::numeric_limits<double>::quiet_NaN();

histogram_row row_of(const registry& metrics, std::string_view name, batch& b)
{
    b.clear();
    metrics.collect(b);
    b.finish();
    return *family_view(b, *b.find(name))[0].histogram();
}
}  // namespace

TEST_CASE("counters and gauges by themselves write their own text")
{
    static counter requests{"requests_total", "Line\nand \\."};
    requests.inc();
    requests.inc(2);
    requests.inc(-5);
    char page[256];
    CHECK(std::string(page, requests.write_text(page, sizeof page)) ==
          "# HELP requests_total Line\\nand \\\\.\n# TYPE requests_total counter\nrequests_total 3\n");
    CHECK(requests.ignored_values() == 1);
    CHECK(requests.write_text(page, 40) == 0);
    gauge depth{"depth"};
    depth.set(1.5);
    depth.dec();
    {
        const auto now = depth.in_flight();
        CHECK(depth.value() == 1.5);
    }
    depth.inc(nan_value);
    CHECK(std::string(page, depth.write_text(page, sizeof page)) == "# TYPE depth gauge\ndepth NaN\n");
    integer_gauge open{"open"};
    open.dec(3);
    CHECK(open.value() == -3);
}

TEST_CASE("a classic histogram counts a bound into its bucket, and NaN into +Inf")
{
    registry metrics;
    auto& h = metrics.histogram<"h">("", buckets{-1, 0, 2.5});
    for (const double v : {-1.0, -0.5, 0.0, 2.5, 2.6, inf}) h.observe(v);
    CHECK(testing::compare(
              metrics, "h_bucket{le=\"-1\"} 1\nh_bucket{le=\"0\"} 3\nh_bucket{le=\"2.5\"} 4\nh_bucket{le=\"+Inf\"} 6\n"
                       "h_sum +Inf\nh_count 6\n") == "");
    h.observe(nan_value);
    CHECK(testing::value(metrics, "h_count") == 7);
    CHECK(std::isnan(*testing::value(metrics, "h_sum")));
    std::string text;
    batch rest;
    metrics.write_text(direct_format::openmetrics, rest, [&](const char* p, std::size_t n) { text.append(p, n); });
    CHECK(text == "# TYPE h histogram\nh_bucket{le=\"-1.0\"} 1\nh_bucket{le=\"0.0\"} 3\nh_bucket{le=\"2.5\"} "
                  "4\nh_bucket{le=\"+Inf\"} 7\n");
}

TEST_CASE("bucket layouts are what they say")
{
    CHECK(buckets::linear(1, 2, 3) == buckets{1, 3, 5});
    CHECK(buckets::exponential(0.5, 2, 3) == buckets{0.5, 1, 2});
    CHECK(buckets::exponential_range(1, 100, 3) == buckets{1, 10, 100});
    for (std::size_t n = 1; n < 20; ++n) {
        const auto b = buckets::linear(0, 1, n).bounds();
        for (double v = -0.5; v < 20.5; v += 0.5) {
            std::size_t expected = 0;
            while (expected < n && b[expected] < v) ++expected;
            CHECK(detail::find_bucket(b, v) == expected);
        }
    }
}

TEST_CASE("a native histogram's buckets hold what lies between their bounds, for every schema")
{
    for (int schema = -4; schema <= 8; ++schema) {
        const auto fractions = detail::fraction_bounds(schema);
        for (double v : {5e-324, 1e-310, 2.2250738585072014e-308, 1e-9, 0.1, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 1e6,
                         1.7976931348623157e308}) {
            const auto i = detail::bucket_index(v, schema, schema, fractions);
            CAPTURE(schema, v, i);
            CHECK(v <= detail::bucket_upper(schema, i) * (1 + 1e-15));
            if (v > 1e-300) CHECK(v > detail::bucket_upper(schema, i - 1) * (1 - 1e-15));
            if (schema > -4) {  // a coarser histogram that began finer agrees with one that began coarse
                CHECK(detail::bucket_index(v, schema - 1, schema, fractions) ==
                      detail::bucket_index(v, schema - 1, schema - 1, detail::fraction_bounds(schema - 1)));
                CHECK(detail::bucket_index(v, schema - 1, schema, fractions) == (i + 1) >> 1);
            }
        }
        CHECK(detail::bucket_index(inf, schema, schema, fractions) ==
              detail::bucket_index(1.7976931348623157e308, schema, schema, fractions) + 1);
    }
    CHECK(detail::bucket_index(1, 3, 3, detail::fraction_bounds(3)) == 0);
    CHECK(detail::bucket_index(2, 3, 3, detail::fraction_bounds(3)) == 8);
    CHECK(detail::bucket_index(0.5, 0, 0, {}) == -1);
    CHECK(detail::bucket_index(65537, -4, -4, {}) == 2);
    CHECK(native_buckets::growing_by(1.1).schema == 3);
    CHECK(native_buckets::growing_by(2).schema == 0);
}

TEST_CASE("one observation goes into native and classic buckets, and both agree")
{
    registry metrics;
    auto& h = metrics.native_histogram<"h">("", native_buckets{.schema = 0}, buckets{1, 4});
    for (const double v : {-3.0, 0.0, 1.0, 1.5, 2.0, 64.0, inf, nan_value}) h.observe(v);
    batch b;
    const histogram_row row = row_of(metrics, "h", b);
    CHECK(row.count.integer == 8);
    CHECK(b.buckets(row.classic).back().cumulative.integer == 8);
    CHECK(b.buckets(row.classic)[0].cumulative.integer == 3);
    CHECK(row.zero_count.integer == 1);
    CHECK(row.schema == 0);
    // 1.0 → bucket 0, 1.5 and 2 → 1, 64 → 6, +Inf → 1025
    const auto spans = b.spans(row.positive_spans);
    REQUIRE(spans.size() == 3);
    CHECK(spans[0] == bucket_span{0, 2});
    CHECK(spans[1] == bucket_span{4, 1});
    CHECK(spans[2] == bucket_span{1018, 1});
    CHECK(b.counts(row.positive)[1].integer == 2);
    CHECK(b.spans(row.negative_spans)[0] == bucket_span{2, 1});
    CHECK(std::isnan(row.sum));
}

TEST_CASE("too many native buckets: start again, widen zero, halve the resolution, in this order")
{
    registry metrics;
    batch b;
    auto& halved = metrics.native_histogram<"halved">("", native_buckets{.schema = 8, .max_buckets = 8});
    for (int i = 1; i <= 1000; ++i) halved.observe(i);
    histogram_row row = row_of(metrics, "halved", b);
    CHECK(row.schema < 1);
    std::uint64_t sum = row.zero_count.integer;
    for (const count_cell& n : b.counts(row.positive)) sum += n.integer;
    CHECK(sum == 1000);

    auto& widened = metrics.native_histogram<"widened">(
        "", native_buckets{.schema = 0, .max_buckets = 8, .max_zero_threshold = 8});
    for (int i = 0; i <= 10; ++i) widened.observe(std::ldexp(1, i));
    row = row_of(metrics, "widened", b);
    CHECK(row.schema == 0);
    CHECK(row.zero_threshold == 4);
    CHECK(row.zero_count.integer == 3);
    CHECK(row.count.integer == 11);

    auto& reset = metrics.native_histogram<"reset">(
        "", native_buckets{.schema = 0, .max_buckets = 8, .min_reset_duration = 1e-9});
    for (int i = 0; i <= 8; ++i) reset.observe(std::ldexp(1, i));
    row = row_of(metrics, "reset", b);
    CHECK(row.count.integer == 1);
    CHECK(row.sum == 256);

    auto& last = metrics.native_histogram<"last">("", native_buckets{.schema = -4, .max_buckets = 8});
    for (int i = -1000; i < 1000; i += 10) last.observe(std::ldexp(1, i));
    row = row_of(metrics, "last", b);
    CHECK(row.count.integer == 200);
    sum = row.zero_count.integer;
    for (const count_cell& n : b.counts(row.positive)) sum += n.integer;
    CHECK(sum == 200);
    CHECK_THROWS_AS(metrics.native_histogram<"bad">("", native_buckets{.schema = 9}), registration_error);
    CHECK_THROWS_AS(metrics.native_histogram<"bad">("", native_buckets{.zero_threshold = nan_value}),
                    registration_error);
}

TEST_CASE("a summary's quantiles are within 1.1 % and slide with the window")
{
    registry metrics;
    auto& s = metrics.summary<"s">("", quantiles{{0, 0.5, 0.9, 1}, 600});
    CHECK(std::isnan(*testing::value(metrics, "s", {{"quantile", "0.5"}})));
    for (int i = 1; i <= 1000; ++i) s.observe(i);
    CHECK(*testing::value(metrics, "s", {{"quantile", "0.5"}}) == Approx(500).epsilon(0.0115));
    CHECK(*testing::value(metrics, "s", {{"quantile", "0.9"}}) == Approx(900).epsilon(0.0115));
    CHECK(*testing::value(metrics, "s", {{"quantile", "0"}}) == 1);
    CHECK(*testing::value(metrics, "s", {{"quantile", "1"}}) == 1000);
    auto& mixed = metrics.summary<"mixed">("", quantiles{{0.5}});
    for (const double v : {-2.0, -1.0, 0.0, 1.0, 2.0}) mixed.observe(v);
    CHECK(*testing::value(metrics, "mixed", {{"quantile", "0.5"}}) == 0);
    auto& brief = metrics.summary<"brief">("", quantiles{{0.5}, 0.05});
    brief.observe(3);
    CHECK(*testing::value(metrics, "brief", {{"quantile", "0.5"}}) == 3);
    std::this_thread::sleep_for(std::chrono::milliseconds(120));
    CHECK(std::isnan(*testing::value(metrics, "brief", {{"quantile", "0.5"}})));
    CHECK(*testing::value(metrics, "brief_count") == 1);
    CHECK_THROWS_AS(metrics.summary<"bad">("", quantiles{{0.5, 0.5}}), registration_error);
    CHECK_THROWS_AS(metrics.summary<"bad">("", quantiles{{1.5}}), registration_error);
}

TEST_CASE("infos, state sets and gauge histograms")
{
    registry metrics;
    auto& build = metrics.info<"app_build_info", label<"version">>("");
    build.replace("1");
    build.replace("2");
    auto& state = metrics.state_set<"job_state", phase, label<"job">>("");
    state.with("a").set(phase::idle);
    state.with("a").set(phase::busy);
    state.with("b").enable(phase::idle);
    state.with("b").set(static_cast<phase>(9));
    auto& sizes = metrics.gauge_histogram<"sizes">("", buckets{10});
    sizes.enter(5);
    sizes.enter(50);
    sizes.leave(5);
    CHECK(testing::compare(metrics,
                           "app_build_info{version=\"2\"} 1\n"
                           "job_state{job=\"a\",job_state=\"busy\"} 1\njob_state{job=\"a\",job_state=\"idle\"} 0\n"
                           "job_state{job=\"b\",job_state=\"busy\"} 0\njob_state{job=\"b\",job_state=\"idle\"} 1\n"
                           "sizes_bucket{le=\"10\"} 0\nsizes_bucket{le=\"+Inf\"} 1\nsizes_gsum 50\nsizes_gcount 1\n") ==
          "");
}

TEST_CASE("exemplars are kept newest, and refused when they are too long")
{
    registry metrics;
    auto& c = metrics.counter<"c_total", exemplars>("");
    c.inc(1, {{"trace_id", "a"}});
    c.inc(2, {{"trace_id", "b"}});
    c.inc(1, {{"trace_id", std::string(130, 'x')}});
    c.inc(1, {{"bad-name", "x"}});
    auto& h = metrics.histogram<"h", exemplars>("", buckets{1});
    h.observe(0.5, {{"trace_id", "low"}});
    h.observe(5, {{"trace_id", "high"}});
    batch b;
    metrics.collect(b);
    b.finish();
    const point_view p = family_view(b, *b.find("c_total"))[0];
    CHECK(p.value() == 5);
    REQUIRE(p.exemplars().size() == 1);
    CHECK(b.labels(p.exemplars()[0].labels)[0].value == "b");
    CHECK(p.exemplars()[0].value == 2);
    CHECK(p.exemplars()[0].timestamp.has_value());
    CHECK(c.ignored_values() == 2);
    const point_view q = family_view(b, *b.find("h"))[0];
    REQUIRE(q.exemplars().size() == 2);
    CHECK(q.exemplars()[1].bucket == 1);
}

TEST_CASE("series expire that nobody looks up, and come back from zero")
{
    registry metrics;
    auto& c = metrics.counter<"c_total", label<"x">>("", {.expire_after = 0.05});
    c.with("idle").inc();
    const auto kept = c.handle("kept");
    metrics.expire();
    for (int i = 0; i < 30; ++i) {
        c.with("used").inc();
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        metrics.expire();
    }
    CHECK(testing::compare(metrics, "c_total{x=\"kept\"} 0\nc_total{x=\"used\"} 30\n") == "");
    c.with("idle").inc();
    CHECK(testing::value(metrics, "c_total", {{"x", "idle"}}) == 1);
}

TEST_CASE("labels of every type, empty values, constant labels, and a series longer than a chunk")
{
    registry metrics;
    auto& c = metrics.counter<"c_total", label<"code", int>, label<"ok", bool>, label<"text", std::string>>(
        "", {.constant_labels = {{"zone", "a\"b"}}});
    c.with(-5, true, "x").inc();
    c.with(-5, false, std::string()).inc();
    CHECK(testing::compare(metrics, "c_total{code=\"-5\",ok=\"true\",text=\"x\",zone=\"a\\\"b\"} 1\n"
                                    "c_total{code=\"-5\",ok=\"false\",zone=\"a\\\"b\"} 1\n") == "");
    CHECK(c.remove_if([](const auto& values) { return values[0] == "-5" && values[2].empty(); }) == 1);
    auto& h = metrics.histogram<"long", label<"path">>("", buckets::linear(0, 1, 500));
    const std::string path(3000, 'p');
    h.with(path).observe(3);
    h.with("short").observe(3);
    h.with(path + "2").observe(3);
    std::string text;
    batch rest;
    std::size_t largest = 0;
    metrics.write_text(direct_format::text, rest, [&](const char* p, std::size_t n) {
        text.append(p, n);
        largest = n > largest ? n : largest;
    });
    CHECK(largest <= std::size_t{64} << 10U);
    CHECK(text.find("long_bucket{path=\"short\",le=\"3\"} 1\n") != std::string::npos);
    std::size_t lines = 0;
    for (const char ch : text) lines += ch == '\n' ? 1U : 0U;
    CHECK(lines == 2 + 1 + 3 * 503);
    CHECK(text.find("c_total{zone=\"a\\\"b\",code=\"-5\",ok=\"true\",text=\"x\"} 1\n") != std::string::npos);
    CHECK_THROWS_AS((metrics.counter<"d_total", label<"x">>("", {.constant_labels = {{"x", "1"}}})),
                    registration_error);
    CHECK_THROWS_AS((metrics.counter<"d_total">("", {.constant_labels = {{"le", "1"}}})), registration_error);
    CHECK_THROWS_AS((metrics.counter<"d_total">("bad \xff")), registration_error);
}

TEST_CASE("timers observe seconds once")
{
    registry metrics;
    auto& h = metrics.histogram<"h_seconds", label<"x">>("", buckets{0.001, 10});
    {
        auto first = h.with("a").time();
        CHECK(first.stop() >= 0);
        auto second = h.with("a").time();
        second.discard();
        const auto third = h.with("a").time();
        h.remove("b");
    }
    CHECK(testing::value(metrics, "h_seconds_count", {{"x", "a"}}) == 2);
}

TEST_CASE("there is one default registry") { CHECK(&default_registry() == &default_registry()); }

#if !defined(_WIN32)
TEST_CASE("after fork the child writes, removes and gives memory back on its own")
{
    registry metrics;
    auto& c = metrics.counter<"c_total", label<"x">>("");
    c.with("1").inc();
    bool stop = false;
    std::thread reader([&] {
        while (!detail::load<detail::acquire>(stop)) c.with("1").inc();
    });
    const pid_t child = fork();
    if (child == 0) {
        // The reader is not here, but its slot may say that it is reading.
        for (int i = 0; i < 2000; ++i) c.with(std::to_string(i)).inc();
        c.clear();
        for (int i = 0; i < 5; ++i) metrics.expire();
        _exit(c.memory() < 60'000 && c.size() == 0 ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    detail::store<detail::release>(stop, true);
    reader.join();
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}
#endif

TEST_CASE("what counts says since when: the family's registration, the series' first use, a native histogram's restart")
{
    registry metrics;
    const instant before = detail::now_instant();
    auto& fixed = metrics.counter<"fixed_total", label<"phase", phase>>("");
    auto& later = metrics.counter<"later_total", label<"path">>("");
    auto& gauge = metrics.gauge<"gauge">("");
    auto& native = metrics.native_histogram<"native">(
        "", native_buckets{.schema = 0, .max_buckets = 8, .min_reset_duration = 1e-9});
    auto& summary = metrics.summary<"summary">("");
    const instant registered = detail::now_instant();
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    const instant used = detail::now_instant();
    later.with("/").inc();
    const auto since = [&](std::string_view name) {
        batch b;
        metrics.collect(b);
        b.finish();
        return family_view(b, *b.find(name))[0].created();
    };
    for (const char* name : {"fixed_total", "native", "summary"}) {
        CAPTURE(name);
        REQUIRE(since(name));
        CHECK(before <= *since(name));
        CHECK(*since(name) <= registered);
    }
    REQUIRE(since("later_total"));
    CHECK(used <= *since("later_total"));
    CHECK_FALSE(since("gauge"));
    for (int i = 0; i <= 8; ++i) native.observe(std::ldexp(1, i));
    CHECK(used <= *since("native"));
    CHECK(later.remove("/"));
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    const instant again = detail::now_instant();
    later.with("/").inc();
    CHECK(again <= *since("later_total"));
    fixed.with(phase::idle).inc();
    gauge.set(1);
    summary.observe(1);
}

TEST_CASE("a family can be a member by its name")
{
    struct served {
        pitot::registry metrics;
        pitot::counter_family<pitot::label<"path">>& requests = metrics.counter<"requests_total", pitot::label<"path">>(
            "Requests.");
        pitot::gauge_family<>& open = metrics.gauge<"open">("Open.");
        pitot::histogram_family<>& latency = metrics.histogram<"latency_seconds">("Latency.");
    } one;
    one.requests.with("/").inc();
    one.open.set(2);
    one.latency.observe(0.1);
    const std::string text = pitot::expo::serialize(one.metrics, "").body;
    CHECK(text.find("requests_total{path=\"/\"} 1\n") != std::string::npos);
    CHECK(text.find("open 2\n") != std::string::npos);
    CHECK(text.find("latency_seconds_count 1\n") != std::string::npos);
}
