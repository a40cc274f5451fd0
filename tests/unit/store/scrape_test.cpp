#include <pitot/catalog/exposition.hpp>
#include <pitot/model/batch.hpp>
#include <pitot/store/scrape.hpp>

#include <catch.hpp>

#include <cstdint>
#include <utility>
#include <vector>

using namespace pitot;

TEST_CASE("a scrape becomes series under the target's labels")
{
    batch b;
    const label_view own[] = {{"job", "mine"}, {"code", "200"}};
    b.add(b.family("requests_total", metric_type::counter), b.labels(own), 5);
    b.finish();
    store::series_store data;
    REQUIRE(store::put_scrape(data, b, {{{"job", "app"}, {"instance", "a:1"}}, false}, 1000));
    REQUIRE(data.named("requests_total").size() == 1);
    const store::series& s = *data.named("requests_total")[0];
    CHECK(s.labels.get("job") == "app");
    CHECK(s.labels.get("exported_job") == "mine");
    CHECK(s.labels.get("instance") == "a:1");
    CHECK(s.labels.get("code") == "200");
    CHECK(s.floats.times == std::vector<std::int64_t>{1000});
    CHECK(s.floats.values == std::vector<double>{5});
    REQUIRE(data.named("up").size() == 1);

    store::series_store honored;
    REQUIRE(store::put_scrape(honored, b, {{{"job", "app"}}, true}, 1000));
    CHECK(honored.named("requests_total")[0]->labels.get("job") == "mine");
    CHECK(honored.named("up")[0]->labels.get("job") == "app");
}

TEST_CASE("a store that is full says so and keeps what it has")
{
    batch b;
    for (const std::string_view i : {"0", "1", "2", "3", "4", "5", "6", "7"}) {
        const label_view own[] = {{"i", i}};
        b.add(b.family("a", metric_type::gauge), b.labels(own), 1);
    }
    b.finish();
    store::series_store data(40);
    const auto put = store::put_scrape(data, b, {}, 1000);
    REQUIRE_FALSE(put);
    CHECK(put.error().code == errc::too_many);
    CHECK(put.error().message == "there are too many samples: 40 may be held, a series counts as eight");
    CHECK(data.named("a").size() == 4);
    data.clear();
    CHECK_FALSE(store::put_scrape(data, b, {}, 1000));
    store::series_store enough(1000);
    CHECK(store::put_scrape(enough, b, {}, 1000));
}

TEST_CASE("a family's type and unit become labels where that is wanted")
{
    batch b;
    const label_view own[] = {{"a", "1"}};
    b.add(b.family("wait_seconds", metric_type::gauge, {}, "seconds"), b.labels(own), 5);
    b.add(b.family("other", metric_type::unknown), b.labels(own), 5);
    b.finish();
    store::series_store data;
    store::scrape_target from;
    from.type_and_unit_labels = true;
    REQUIRE(store::put_scrape(data, b, from, 1000));
    const store::label_set& typed = data.named("wait_seconds")[0]->labels;
    CHECK(typed.get("__type__") == "gauge");
    CHECK(typed.get("__unit__") == "seconds");
    CHECK(data.named("other")[0]->labels.get("__type__").empty());
}

TEST_CASE("an empty label of the exposition is honored, too")
{
    batch b;
    const label_view own[] = {{"instance", ""}, {"job", "backup"}};
    b.add(b.family("push_time_seconds", metric_type::gauge), b.labels(own), 5);
    b.finish();
    for (const bool honor : {true, false}) {
        store::series_store data;
        REQUIRE(store::put_scrape(data, b, {{{"job", "push"}, {"instance", "push:9091"}}, honor}, 1000));
        const store::label_set& labels = data.named("push_time_seconds")[0]->labels;
        CHECK(labels.get("job") == (honor ? "backup" : "push"));
        CHECK(labels.get("instance") == (honor ? "" : "push:9091"));
        CHECK(labels.get("exported_job") == (honor ? "" : "backup"));
    }
}

TEST_CASE("a label that would be called as another becomes exported once more")
{
    batch b;
    const label_view own[] = {{"job", "mine"}, {"exported_job", "other"}};
    b.add(b.family("m", metric_type::gauge), b.labels(own), 5);
    b.finish();
    store::series_store data;
    REQUIRE(store::put_scrape(data, b, {{{"job", "app"}}, false}, 1000));
    const store::label_set& labels = data.named("m")[0]->labels;
    CHECK(labels.get("job") == "app");
    CHECK(labels.get("exported_job") == "other");
    CHECK(labels.get("exported_exported_job") == "mine");
}

TEST_CASE("limits are kept as Prometheus 3 keeps them")
{
    const auto read = catalog::read_exposition(
        "x", "# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n"
             "# TYPE s summary\ns{quantile=\"0.5\"} 1\ns{quantile=\"1\"} 1\ns_sum 1\ns_count 1\n");
    store::series_store data;
    REQUIRE(store::put_scrape(data, read.families, {}, 1000));
    CHECK(data.named("h_bucket")[0]->labels.get("le") == "+Inf");
    CHECK(data.named("h_bucket")[1]->labels.get("le") == "1.0");
    CHECK(data.named("s")[1]->labels.get("quantile") == "1.0");
}

TEST_CASE("what a target gives no more ends with the next scrape")
{
    store::series_store data;
    store::scraped_series last;
    for (const auto& [text, time] :
         {std::pair{"a 1\nb 1\nc 1 500\n", 1000}, std::pair{"a 2\n", 2000}, std::pair{"a 3\nb 3\n", 3000}})
        REQUIRE(store::put_scrape(data, catalog::read_exposition("x", text).families, {}, time, &last));
    CHECK(data.named("a")[0]->floats.times.size() == 3);
    const auto& b = data.named("b")[0]->floats;
    REQUIRE(b.times == std::vector<std::int64_t>{1000, 2000, 3000});
    CHECK(store::is_stale(b.values[1]));
    CHECK(data.named("c")[0]->floats.times.size() == 1);  // it has times of its own
}

TEST_CASE("moments of creation are series where they were")
{
    const auto read = catalog::read_exposition("x", "# TYPE c counter\nc_total 5\nc_created 12.5\n# EOF\n");
    store::series_store data;
    store::scrape_target from;
    from.created_series = true;
    REQUIRE(store::put_scrape(data, read.families, from, 60'000));
    REQUIRE(data.named("c_created").size() == 1);
    CHECK(data.named("c_created")[0]->floats.values == std::vector<double>{12.5});
    CHECK(data.named("c_total").size() == 1);
}
