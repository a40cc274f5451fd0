#include <pitot/model/batch.hpp>
#include <pitot/store/scrape.hpp>

#include <catch.hpp>

using namespace pitot;

TEST_CASE("a scrape becomes series under the target's labels")
{
    batch b;
    const label_view own[] = {{"job", "mine"}, {"code", "200"}};
    b.add(b.family("requests_total", metric_type::counter), b.labels(own), 5);
    b.finish();
    store::series_store data;
    store::put_scrape(data, b, {{{"job", "app"}, {"instance", "a:1"}}, false}, 1000);
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
    store::put_scrape(honored, b, {{{"job", "app"}}, true}, 1000);
    CHECK(honored.named("requests_total")[0]->labels.get("job") == "mine");
    CHECK(honored.named("up")[0]->labels.get("job") == "app");
}
