#include <pitot/model/batch.hpp>

#include <catch.hpp>

#include <cmath>

using namespace pitot;

TEST_CASE("points of interleaved families are grouped, in order")
{
    batch b;
    const auto reads = b.family("reads_total", metric_type::counter);
    const auto writes = b.family("writes_total", metric_type::counter);
    for (const char* device : {"sda", "sdb"}) {
        const labels_id set = b.labels({{"device", device}});
        b.add(reads, set, 1);
        b.add(writes, set, 2);
    }
    b.finish();
    REQUIRE(b.size() == 2);
    REQUIRE(b[0].size() == 2);
    CHECK(b[0][1].labels()[0].value == "sdb");
    CHECK(b[1][0].value() == 2);
}

TEST_CASE("merging makes one family of two with the same name, and counts what does not fit")
{
    batch a;
    batch b;
    a.add(a.family("up", metric_type::gauge), a.labels({{"target", "1"}}), 1);
    {
        const std::string name = "up";  // its storage ends before the merged batch is read
        b.add(b.family(b.intern(name), metric_type::gauge, "Is it up."), b.labels({{"target", "2"}}), 0);
        b.add(b.family("a", metric_type::counter), labels_id::none, 7);
    }
    b.finish();
    CHECK(a.merge(b) == 0);
    batch c;
    c.add(c.family("up", metric_type::counter), labels_id::none, 7);
    c.finish();
    CHECK(a.merge(c) == 1);
    a.sort();
    REQUIRE(a.size() == 2);
    CHECK(a[0].name() == "a");
    CHECK(a[1].size() == 2);
    CHECK(a[1].help() == "Is it up.");
}

TEST_CASE("instants hold milliseconds at the ends of their range")
{
    for (const std::int64_t ms :
         {INT64_MIN, std::int64_t{-1}, std::int64_t{0}, std::int64_t{1'700'000'000'123}, INT64_MAX})
        CHECK(instant::from_milliseconds(ms).milliseconds() == ms);
}

TEST_CASE("a family without a type takes the first it is given, until it has points")
{
    batch b;
    b.family("a", metric_type::unknown);
    const auto a = b.family("a", metric_type::histogram, "Help.");
    CHECK(b.row(a).type == metric_type::histogram);
    CHECK(b.row(a).help == "Help.");
    const auto c = b.family("c", metric_type::unknown);
    b.add(c, labels_id::none, 1);
    CHECK(b.row(b.family("c", metric_type::histogram)).type == metric_type::unknown);  // its number would be lost
}

TEST_CASE("a merged histogram keeps buckets, spans, exemplars and times")
{
    batch a;
    batch b;
    {
        const auto f = b.family("h", metric_type::histogram);
        const classic_bucket buckets[] = {{0.5, {.integer = 1}}, {INFINITY, {.integer = 3}}};
        const bucket_span spans[] = {{-1, 2}};
        const count_cell counts[] = {{.integer = 2}, {.integer = 1}};
        histogram_row row;
        row.count.integer = 3;
        row.sum = 4.5;
        row.classic = b.add_buckets(buckets);
        row.schema = 3;
        row.positive_spans = b.add_spans(spans);
        row.positive = b.add_counts(counts);
        const point_id p = b.add(f, b.labels({{"path", "/"}}), row);
        const exemplar_row exemplar{b.labels({{"trace_id", "x"}}), 0.3, instant{5, 6}, 0};
        b.set_exemplars(p, {&exemplar, 1});
        b.set_created(p, {7, 8});
        b.finish();
    }
    a.add(a.family("h", metric_type::histogram), a.labels({{"path", "/a"}}), histogram_row{});
    CHECK(a.merge(b) == 0);
    b.clear();
    a.finish();
    REQUIRE(a.size() == 1);
    REQUIRE(a[0].size() == 2);
    const point_view p = a[0][1];
    REQUIRE(p.histogram() != nullptr);
    CHECK(label_value(p.labels(), "path") == "/");
    CHECK(a.buckets(p.histogram()->classic)[0].cumulative.integer == 1);
    CHECK(a.spans(p.histogram()->positive_spans)[0] == bucket_span{-1, 2});
    CHECK(a.counts(p.histogram()->positive)[0].integer == 2);
    REQUIRE(p.exemplars().size() == 1);
    CHECK(a.labels(p.exemplars()[0].labels)[0].value == "x");
    CHECK(p.created() == instant{7, 8});
    CHECK_FALSE(p.timestamp());
    CHECK(p.summary() == nullptr);
}

TEST_CASE("sorting orders families by name and series by labels")
{
    batch b;
    const auto z = b.family("z", metric_type::gauge);
    const auto y = b.family("y", metric_type::gauge);
    b.add(z, b.labels({{"a", "2"}}), 2);
    b.add(z, b.labels({{"a", "1"}}), 1);
    b.add(y, labels_id::none, 0);
    b.sort(true);
    CHECK(b[0].name() == "y");
    CHECK(b[1][0].value() == 1);
}

TEST_CASE("a cleared batch is empty and can be filled again")
{
    batch b;
    b.add(b.family(b.intern("a"), metric_type::gauge), b.labels({{"x", "y"}}), 1);
    b.sort();
    b.clear();
    CHECK(b.empty());
    CHECK(b.point_count() == 0);
    b.add(b.family("c", metric_type::gauge), labels_id::none, 1);
    b.finish();
    REQUIRE(b.size() == 1);
    CHECK(b[0][0].labels().empty());
}
