#include <pitot/metrics/registry.hpp>

#include <catch.hpp>

#include <limits>
#include <string>

using namespace pitot;

namespace {
enum class method { get, post };

std::string direct(const registry& metrics, direct_format format = direct_format::text)
{
    std::string text;
    batch rest;
    metrics.write_text(format, rest, [&](const char* data, std::size_t size) { text.append(data, size); });
    return text;
}

double value_in(const registry& metrics, std::string_view family, std::string_view label = {},
                std::string_view wanted = {})
{
    batch b;
    metrics.collect(b);
    b.finish();
    const auto id = b.find(family);
    if (!id) return -1;
    for (const point_row& row : family_view(b, *id).points()) {
        const point_view p(b, row);
        if (label.empty() || label_value(p.labels(), label) == wanted) return p.value();
    }
    return -1;
}
}  // namespace

TEST_CASE("a registered family is written and collected with its labels")
{
    registry metrics;
    auto& requests = metrics.counter<"http_requests_total", label<"method", method>, label<"path">>(
        "Requests handled.");
    requests.with(method::get, "/").inc();
    requests.with(method::post, "/\"a\\\n").inc(3);
    CHECK(direct(metrics) == "# HELP http_requests_total Requests handled.\n# TYPE http_requests_total counter\n"
                             "http_requests_total{method=\"get\",path=\"/\"} "
                             "1\nhttp_requests_total{method=\"post\",path=\"/\\\"a\\\\\\n\"} 3\n");
    CHECK(value_in(metrics, "http_requests_total", "path", "/\"a\\\n") == 3);
    CHECK(requests.size() == 2);
}

TEST_CASE("the same registration again is the same family, another one is refused")
{
    registry metrics;
    auto& a = metrics.counter<"a_total", label<"x">>("First.");
    CHECK(&metrics.counter<"a_total", label<"x">>("Second.") == &a);
    CHECK_THROWS_AS((metrics.counter<"a_total", label<"y">>("")), registration_error);
    CHECK_THROWS_AS((metrics.real_counter<"a_total", label<"x">>("")), registration_error);
    CHECK_THROWS_AS((metrics.counter<"a_total", label<"x">>("", {.constant_labels = {{"zone", "1"}}})),
                    registration_error);
    CHECK(value_in(metrics, "pitot_registration_errors_total") == 3);
    try {
        metrics.counter<"a_total", label<"y">>("");
    } catch (const registration_error& e) {
        CHECK(e.why().code == errc::type_conflict);
        CHECK(std::string(e.what()).find("a_total") == 0);
    }
    metrics.histogram<"h">("", buckets{1, 2});
    CHECK_THROWS_AS(metrics.histogram<"h">("", buckets{1, 3}), registration_error);
}

TEST_CASE("NaN, unsorted, infinite or no bucket bounds are refused")
{
    registry metrics;
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK_THROWS_AS(metrics.histogram<"h">("", buckets{1, nan}), registration_error);
    CHECK_THROWS_AS(metrics.histogram<"h">("", buckets{2, 1}), registration_error);
    CHECK_THROWS_AS(metrics.histogram<"h">("", buckets{1, 1}), registration_error);
    CHECK_THROWS_AS(metrics.histogram<"h">("", buckets(std::span<const double>())), registration_error);
    CHECK_THROWS_AS(metrics.histogram<"h">("", buckets::linear(0, 1, 1001)), registration_error);
    CHECK_NOTHROW(metrics.histogram<"h">("", buckets{1, std::numeric_limits<double>::infinity()}));
}

TEST_CASE("a removed series is gone; its handle still works, and its labels begin again from zero")
{
    registry metrics;
    auto& c = metrics.counter<"c_total", label<"x">>("");
    auto kept = c.handle("1");
    kept.inc(5);
    CHECK(c.remove("1"));
    CHECK_FALSE(c.remove("1"));
    kept.inc();
    CHECK(kept.value() == 6);
    CHECK(value_in(metrics, "c_total") == -1);
    c.with("1").inc();
    CHECK(value_in(metrics, "c_total", "x", "1") == 1);
    CHECK(kept.value() == 6);
}

TEST_CASE("series beyond the limit and impossible values are dropped and counted")
{
    registry metrics;
    auto& c = metrics.counter<"c_total", label<"m", method>, label<"x">>("", {.max_series = 2});
    for (const char* x : {"1", "2", "3", "3", "1"}) c.with(method::get, x).inc();
    CHECK(c.size() == 2);
    CHECK(value_in(metrics, "c_total", "x", "1") == 2);
    CHECK(value_in(metrics, "pitot_dropped_series_total", "family", "c_total") == 2);
    c.remove(method::get, "1");
    c.with(static_cast<method>(7), "1").inc();
    c.with(method::get, std::string(20000, 'x')).inc();
    CHECK(c.dropped_series() == 4);
    c.with(method::get, std::string(10000, 'x')).inc();
    CHECK(c.size() == 2);
    auto& d = metrics.counter<"d_total", label<"m", method>>("");
    d.with(static_cast<method>(7)).inc();
    CHECK(d.dropped_series() == 1);
}

TEST_CASE("a counter never goes down: negative and NaN are ignored and counted")
{
    registry metrics;
    auto& c = metrics.real_counter<"c_seconds_total", unit<"seconds">>("");
    c.inc(0.5);
    c.inc(-1);
    c.inc(std::numeric_limits<double>::quiet_NaN());
    auto& n = metrics.counter<"n_total", label<"x">>("");
    n.with("").inc(-1);
    CHECK(c.value() == 0.5);
    CHECK(value_in(metrics, "pitot_ignored_values_total", "family", "c_seconds_total") == 2);
    CHECK(n.ignored_values() == 1);
}

TEST_CASE("a label value that is no UTF-8 has its bad bytes replaced, always into the same series")
{
    registry metrics;
    auto& c = metrics.counter<"c_total", label<"x">>("");
    for (int i = 0; i < 2; ++i) c.with("a\xff\xc3(").inc();
    const std::string longer(300, '\xff');
    c.with(longer).inc();
    CHECK(c.size() == 2);
    CHECK(value_in(metrics, "c_total", "x", "a\xEF\xBF\xBD\xEF\xBF\xBD(") == 2);
    CHECK(c.remove("a\xff\xc3("));
}
