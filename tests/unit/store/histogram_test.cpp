#include <pitot/store/histogram_reset.hpp>
#include <pitot/store/histogram_sum.hpp>
#include <pitot/store/histogram_trim.hpp>

#include <catch.hpp>

#include <limits>

using namespace pitot;
using store::histogram;

namespace {

histogram exponential(int schema, std::vector<store::bucket> positive, double zero = 0, double width = 0)
{
    histogram h;
    h.schema = schema;
    h.zero_count = zero;
    h.zero_threshold = width;
    h.count = zero;
    for (const store::bucket& b : positive) h.count += b.count;
    h.positive = std::move(positive);
    return h;
}
histogram custom(std::vector<double> bounds, std::vector<store::bucket> positive)
{
    histogram h = exponential(histogram::custom_schema, std::move(positive));
    h.bounds = std::move(bounds);
    return h;
}

}  // namespace

TEST_CASE("bounds of exponential buckets are exact at powers of two")
{
    CHECK(store::exponential_bound(0, 0) == 1);
    CHECK(store::exponential_bound(-3, 0) == 0.125);
    CHECK(store::exponential_bound(16, 3) == 4);
    CHECK(store::exponential_bound(1, -1) == 4);
    CHECK(store::exponential_bound(1, 1) == Approx(1.4142135623730951));
    CHECK(store::exponential_bound(1024, 0) == std::numeric_limits<double>::max());
}

TEST_CASE("histograms of different resolution are added in the coarser one")
{
    histogram a = exponential(1, {{1, 2}, {2, 3}, {3, 4}});
    const histogram b = exponential(0, {{1, 10}, {5, 1}});
    CHECK_FALSE(store::add(a, b).incompatible);
    CHECK(a.schema == 0);
    CHECK(a.positive == std::vector<store::bucket>{{1, 15}, {2, 4}, {5, 1}});
    CHECK(a.count == 20);
    CHECK(store::add(a, b, -1).collision == false);
    CHECK(a.positive == std::vector<store::bucket>{{1, 5}, {2, 4}, {5, 0}});
    a.compact();
    CHECK(a.positive.size() == 2);
}

TEST_CASE("a sum of histograms laid out alike is the one of histograms laid out anew")
{
    histogram first = exponential(1, {{1, 2}, {2, 3}, {9, 4}}, 3, 0.5);
    first.negative = {{1, 7}, {4, 1}};
    histogram alike = exponential(1, {{-9, 5}, {1, 1}, {9, 2}}, 2, 0.5);  // the first lies inside the zero bucket
    alike.negative = {{-8, 1}, {4, 6}};
    for (const double sign : {1.0, -1.0}) {
        store::histogram_sum sum(first);
        CHECK_FALSE(sum.add(alike, sign).incompatible);
        histogram expected = first;
        histogram spread = alike;  // another bucket, empty: what is laid out otherwise takes the general way
        spread.positive.insert(spread.positive.begin() + 2, {5, 0});
        CHECK_FALSE(store::add(expected, spread, sign).incompatible);
        histogram got = sum.result();
        got.compact();
        expected.compact();
        CHECK(got.positive == expected.positive);
        CHECK(got.negative == expected.negative);
        CHECK(got.zero_count == expected.zero_count);
        CHECK(got.count == expected.count);
        CHECK(got.positive == std::vector<store::bucket>{{1, 2 + sign}, {2, 3}, {9, 4 + sign * 2}});
    }
    store::histogram_sum sums(custom({1, 2}, {{1, 4}, {3, 1}}));
    CHECK_FALSE(sums.add(custom({1, 2}, {{3, 5}}), 1).incompatible);
    CHECK(sums.result().positive == std::vector<store::bucket>{{1, 4}, {3, 6}});
    CHECK(sums.result().count == 10);
}

TEST_CASE("a sum gives back what rounding took, and what it never added")
{
    const histogram one = exponential(0, {{1, 1}});
    const histogram big = exponential(0, {{1, 1e16}, {3, 2}}, 1e16, 0.5);
    store::histogram_sum sum(exponential(0, {{1, 1}}, 1, 0.5));
    CHECK_FALSE(sum.add(big).incompatible);
    for (int i = 0; i < 2; ++i) CHECK_FALSE(sum.add(exponential(0, {{1, 1}}, 1, 0.5)).incompatible);
    CHECK_FALSE(sum.add(big, -1).incompatible);
    CHECK(sum.result().positive == std::vector<store::bucket>{{1, 3}, {3, 0}});
    CHECK(sum.result().zero_count == 3);
    CHECK(sum.result().count == 6);

    bool infinite = false;
    store::histogram_sum mean(exponential(0, {{1, 1e308}}));
    CHECK_FALSE(mean.add_unless_infinite(one, infinite).incompatible);
    CHECK_FALSE(infinite);
    CHECK_FALSE(mean.add_unless_infinite(exponential(0, {{1, 1e308}}), infinite).incompatible);
    CHECK(infinite);
    CHECK(mean.result().positive == std::vector<store::bucket>{{1, 1e308}});
    CHECK(mean.add_unless_infinite(custom({1}, {{0, 1}}), infinite).incompatible);
    CHECK_FALSE(infinite);
}

TEST_CASE("a wider zero bucket swallows what lies in it, and grows to where a bucket ends")
{
    histogram narrow = exponential(0, {{-2, 3}, {1, 5}}, 1, 0.01);
    const histogram wide = exponential(0, {{1, 2}}, 4, 0.2);
    CHECK_FALSE(store::add(narrow, wide).incompatible);
    CHECK(narrow.zero_threshold == 0.25);  // the bucket from 0.125 to 0.25 is not cut
    CHECK(narrow.zero_count == 8);
    CHECK(narrow.positive == std::vector<store::bucket>{{1, 7}});
}

TEST_CASE("custom bounds that differ leave what they have in common")
{
    histogram a = custom({1, 5, 10}, {{0, 1}, {1, 2}, {2, 3}, {3, 4}});
    const histogram b = custom({5, 10, 20}, {{0, 1}, {1, 1}, {2, 1}, {3, 1}});
    const store::combination said = store::add(a, b);
    CHECK(said.reconciled);
    CHECK(a.bounds == std::vector<double>{5, 10});
    CHECK(a.positive == std::vector<store::bucket>{{0, 4}, {1, 4}, {2, 6}});
    CHECK(store::add(a, exponential(0, {})).incompatible);
}

TEST_CASE("resets are seen in counts, buckets, schemas and hints")
{
    const histogram before = exponential(1, {{1, 2}, {3, 4}});
    CHECK_FALSE(store::was_reset(before, before));
    CHECK(store::was_reset(exponential(1, {{1, 1}, {3, 9}}), before));
    CHECK(store::was_reset(exponential(1, {{3, 9}}), before));
    CHECK_FALSE(store::was_reset(exponential(0, {{1, 2}, {2, 4}}), before));
    CHECK(store::was_reset(exponential(0, {{1, 9}, {2, 3}}), before));
    const histogram inside = exponential(1, {{-9, 4}, {3, 4}}, 2, 0.5);  // its first bucket lies in the zero bucket
    CHECK_FALSE(store::was_reset(exponential(1, {{3, 9}}, 2, 0.5), inside));
    CHECK(store::was_reset(exponential(1, {{-9, 9}, {3, 3}}, 2, 0.5), inside));
    CHECK(store::was_reset(custom({1, 2}, {{0, 1}, {2, 9}}), custom({1, 2}, {{0, 2}, {2, 3}})));
    CHECK_FALSE(store::was_reset(custom({1, 2}, {{0, 2}, {2, 9}}), custom({1, 3}, {{0, 2}, {2, 3}})));
    CHECK(store::was_reset(custom({1, 2}, {{0, 1}, {2, 9}}), custom({1, 3}, {{0, 2}, {2, 3}})));
    CHECK(store::was_reset(exponential(2, {{1, 20}, {3, 40}}), before));
    histogram told = before;
    told.hint = reset_hint::reset;
    CHECK(store::was_reset(told, before));
    told = exponential(1, {{1, 0}});
    told.hint = reset_hint::not_reset;
    CHECK_FALSE(store::was_reset(told, before));
}

TEST_CASE("conflicting hints collide, a gauge wins")
{
    histogram a = exponential(0, {});
    histogram b = a;
    a.hint = reset_hint::reset;
    b.hint = reset_hint::not_reset;
    CHECK(store::add(a, b).collision);
    CHECK(a.hint == reset_hint::unknown);
    b.hint = reset_hint::gauge_type;
    CHECK_FALSE(store::add(a, b).collision);
    CHECK(a.hint == reset_hint::gauge_type);
}

TEST_CASE("a trimmed histogram keeps its part of the bucket that is cut")
{
    histogram h = custom({1, 5, 10}, {{0, 2}, {1, 4}, {2, 6}});
    store::trim(h, 3, true);
    CHECK(h.positive == std::vector<store::bucket>{{0, 2}, {1, 2}});
    CHECK(h.count == 4);
    CHECK(h.sum == 2 * 0.5 + 2 * 2.0);
}

TEST_CASE("histograms are shown as Prometheus shows them")
{
    histogram h = exponential(0, {{1, 4}}, 2, 0.5);
    h.sum = 2.5;
    h.negative = {{1, 1}};
    CHECK(store::to_text(h) == "{count:6, sum:2.5, [-2,-1):1, [-0.5,0.5]:2, (1,2]:4}");
    CHECK(store::to_text(custom({1}, {{0, 1}, {1, 2}})) == "{count:3, sum:0, [-Inf,1]:1, (1,+Inf]:2}");
}
