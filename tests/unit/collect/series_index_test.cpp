#include <catch.hpp>

#include <pitot/collect/series_index.hpp>

#include <string>

using pitot::batch;
using pitot::family_id;
using pitot::label_view;
using pitot::labels_id;
using pitot::metric_type;
using pitot::collect::series_index;

TEST_CASE("a series is found by family and labels in any order; an empty value is no label")
{
    batch in;
    series_index index;
    const family_id a = in.family("a", metric_type::gauge);
    const family_id b = in.family("b", metric_type::gauge);
    const label_view xy[] = {{"x", "1"}, {"y", "2"}};
    const label_view yx[] = {{"y", "2"}, {"x", "1"}, {"z", ""}};
    const label_view swapped[] = {{"x", "2"}, {"y", "1"}};
    const label_view more[] = {{"x", "1"}, {"y", "2"}, {"z", "3"}};
    CHECK_FALSE(index.find(in, a, xy));
    in.add(b, labels_id::none, 1);
    in.add(a, in.labels(xy), 1);
    CHECK(index.find(in, a, xy) == 1);
    CHECK(index.find(in, a, yx) == 1);
    CHECK_FALSE(index.find(in, b, xy));
    CHECK_FALSE(index.find(in, a, swapped));
    CHECK_FALSE(index.find(in, a, more));
    CHECK_FALSE(index.find(in, a, {}));
    CHECK(index.find(in, b, {}) == 0);
    const label_view empty[] = {{"x", ""}};
    CHECK(index.find(in, b, empty) == 0);
}

TEST_CASE("the index follows a batch that grows, names the first of twins, and forgets")
{
    batch in;
    series_index index;
    for (int round = 0; round < 2; ++round) {
        index.clear();
        in.clear();
        const family_id f = in.family("f", metric_type::gauge);
        for (int i = 0; i < 5000; ++i) {
            const std::string_view value = in.intern(std::to_string(i));
            const label_view set[] = {{"i", value}};
            if (i % 100 == 0) CHECK_FALSE(index.find(in, f, set));
            in.add(f, in.labels(set), i);
            in.add(f, in.labels(set), -1);
        }
        const label_view last[] = {{"i", "4999"}};
        CHECK(index.find(in, f, last) == 9998);
        const label_view none[] = {{"i", "5000"}};
        CHECK_FALSE(index.find(in, f, none));
    }
}
