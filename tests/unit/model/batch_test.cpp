#include <pitot/model/batch.hpp>

#include <catch.hpp>

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
    for (const std::int64_t ms : {INT64_MIN, std::int64_t{-1}, std::int64_t{0}, std::int64_t{1'700'000'000'123}, INT64_MAX})
        CHECK(instant::from_milliseconds(ms).milliseconds() == ms);
}
