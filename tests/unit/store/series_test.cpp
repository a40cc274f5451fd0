#include <pitot/store/series.hpp>

#include <catch.hpp>

using namespace pitot;

TEST_CASE("labels are sorted, without empty ones, the last of a name")
{
    const store::label_set labels({{"b", "1"}, {"a", "x"}, {"c", ""}, {"b", "2"}});
    REQUIRE(labels.size() == 2);
    CHECK(labels.begin()->name == "a");
    CHECK(labels.get("b") == "2");
    CHECK(labels.get("c").empty());
    store::label_set other = labels;
    other.set("b", "");
    other.set("__name__", "m");
    other.drop_metadata();
    CHECK(other == store::label_set{{"a", "x"}});
    CHECK(other < labels);
    CHECK(store::hash(other) != store::hash(labels));
}

TEST_CASE("the hash of labels is Prometheus's")
{
    CHECK(store::detail::xxhash64("") == 0xEF46DB3751D8E999U);
    CHECK(store::detail::xxhash64("a") == 0xD24EC4F1A98C6E5BU);
    CHECK(store::detail::xxhash64("abc") == 0x44BC2CF5AD770999U);
    CHECK(store::detail::xxhash64("Nobody inspects the spammish repetition") == 0xFBCEA83C8A378BF1U);
}

TEST_CASE("a series is found again, keeps its texts and comes by name")
{
    store::series_store data;
    {
        const std::string name = "metric";
        data.at(store::label_set{{"__name__", name}, {"l", "2"}}).floats.put(10, 1, 0);
        data.at(store::label_set{{"__name__", name}, {"l", "1"}}).floats.put(10, 2, 0);
        data.at(store::label_set{{"__name__", name}, {"l", "1"}}).floats.put(20, 3, 0);
        data.at(store::label_set{{"__name__", "other"}});
    }
    REQUIRE(data.named("metric").size() == 2);
    CHECK(data.named("metric")[0]->labels.get("l") == "1");
    CHECK(data.named("metric")[0]->floats.size() == 2);
    CHECK(data.sorted().size() == 3);
    CHECK(data.named("nobody").empty());
}

TEST_CASE("samples come in order; one at the same time takes the other's place")
{
    store::samples<double> s;
    s.put(20, 2, 0);
    s.put(10, 1, 5);
    s.put(30, 3, 0);
    s.put(20, 4, 15);
    CHECK(s.times == std::vector<std::int64_t>{10, 20, 30});
    CHECK(s.values == std::vector<double>{1, 4, 3});
    CHECK(s.starts == std::vector<std::int64_t>{5, 15, 0});
    CHECK_FALSE(s.ends);
    s.put(40, store::stale_marker(), 0);
    CHECK(s.ends);
}
