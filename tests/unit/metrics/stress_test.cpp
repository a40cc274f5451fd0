// Everything at once, for the thread sanitizer: increments, makes, removes, expires, scrapes, and forgets handles.
#include <pitot/metrics/registry.hpp>

#include <catch.hpp>

#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace pitot;

namespace {
enum class http_method { get, post };

/// Count, sum and the last bucket of every series of a histogram family.
struct seen {
    std::uint64_t count = 0;
    std::uint64_t last = 0;
    double sum = 0;
};
std::vector<seen> histograms_of(const registry& metrics, std::string_view name)
{
    batch b;
    metrics.collect(b);
    b.finish();
    std::vector<seen> out;
    const auto id = b.find(name);
    if (!id) return out;
    for (const point_row& row : family_view(b, *id).points()) {
        const point_view p(b, row);
        const auto buckets = b.buckets(p.histogram()->classic);
        out.push_back({p.histogram()->count.integer, buckets.empty() ? 0 : buckets.back().cumulative.integer,
                       p.histogram()->sum});
    }
    return out;
}
}  // namespace

TEST_CASE("threads write, make, remove, expire and scrape at once, and nothing is lost that was kept")
{
    registry metrics;
    auto& dense = metrics.counter<"dense_total", label<"m", http_method>>("");
    auto& spread = metrics.counter<"spread_total", sharded<4>>("");
    auto& texts = metrics.counter<"texts_total", label<"m", http_method>, label<"path">>("", {.expire_after = 0.001});
    auto& latency = metrics.histogram<"latency_seconds", label<"path">>("", buckets{0.5, 1.5});
    auto& native = metrics.native_histogram<"native_seconds">("", native_buckets{.max_buckets = 16}, buckets{0.5, 1.5});
    auto& total = metrics.summary<"summary_seconds">("");
    auto& traced = metrics.counter<"traced_total", exemplars>("");
    auto& state = metrics.state_set<"state", http_method>("");
    constexpr unsigned writers = 4;
    constexpr std::uint64_t rounds = 3000;

    const auto held = texts.handle(http_method::get, "kept");  // a series with a handle does not expire

    std::vector<std::thread> threads;
    for (unsigned t = 0; t < writers; ++t)
        threads.emplace_back([&, t] {
            auto kept = texts.handle(http_method::get, "kept");
            std::optional<handle<std::remove_reference_t<decltype(texts)>::kind>> passing;
            for (std::uint64_t i = 0; i < rounds; ++i) {
                dense.with(http_method::post).inc();
                spread.inc();
                kept.inc();
                const std::string path = std::to_string((i * 7 + t) % 50);
                texts.with(http_method::get, path).inc();
                if (i % 16 == 0) passing.emplace(texts.handle(http_method::post, path));
                passing->inc();
                if (i % 3 == 0) texts.remove(http_method::post, path);
                latency.with("/").observe(1);
                if (i % 64 == t) latency.with(path).observe(2);
                native.observe(static_cast<double>(i % 100 + 1));
                total.observe(1);
                traced.inc(1, {{"trace_id", path}});
                state.set(i % 2 == 0 ? http_method::get : http_method::post);
                if (i % 500 == 0) { auto timing = latency.with("timed").time(); }
            }
        });
    int wrong = 0;
    std::thread scraper([&] {
        for (int i = 0; i < 60; ++i) {
            for (const seen& h : histograms_of(metrics, "latency_seconds")) wrong += h.count != h.last ? 1 : 0;
            for (const seen& h : histograms_of(metrics, "native_seconds")) wrong += h.count != h.last ? 1 : 0;
            batch rest;
            std::size_t bytes = 0;
            metrics.write_text(direct_format::text, rest, [&](const char*, std::size_t n) { bytes += n; });
            wrong += bytes == 0 ? 1 : 0;
            latency.remove(std::to_string(i % 50));
        }
    });
    for (std::thread& t : threads) t.join();
    scraper.join();

    CHECK(wrong == 0);
    CHECK(dense.with(http_method::post).value() == writers * rounds);
    CHECK(spread.value() == writers * rounds);
    CHECK(traced.value() == writers * rounds);
    CHECK(texts.with(http_method::get, "kept").value() == writers * rounds);
    CHECK(held.value() == writers * rounds);
    for (const char* name : {"native_seconds", "summary_seconds"}) {
        batch b;
        metrics.collect(b);
        b.finish();
        const point_view p = family_view(b, *b.find(name))[0];
        CHECK((p.histogram() != nullptr ? p.histogram()->count.integer : p.summary()->count.integer) ==
              writers * rounds);
    }
    texts.clear();
    CHECK(texts.size() == 0);
}

TEST_CASE("a scrape never sees a histogram's sum apart from its count, however many threads observe")
{
    registry metrics;
    auto& one = metrics.histogram<"one">("", buckets{1, 2, 3});
    auto& lanes = metrics.histogram<"lanes", sharded<2>>("", buckets{1, 2, 3});
    constexpr std::uint64_t rounds = 20000;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            for (std::uint64_t i = 0; i < rounds; ++i) {
                one.observe(2);
                lanes.observe(2);
            }
        });
    int apart = 0;
    std::uint64_t before = 0;
    for (int i = 0; i < 200; ++i) {
        for (const char* name : {"one", "lanes"})
            for (const seen& h : histograms_of(metrics, name))
                apart += h.sum == 2.0 * static_cast<double>(h.count) ? 0 : 1;
        const std::uint64_t now = histograms_of(metrics, "one")[0].count;
        apart += now < before ? 1 : 0;
        before = now;
    }
    for (std::thread& t : threads) t.join();
    CHECK(apart == 0);
    CHECK(histograms_of(metrics, "one")[0].count == 4 * rounds);
    CHECK(histograms_of(metrics, "lanes")[0].sum == 8.0 * rounds);
}

TEST_CASE("memory of removed series comes back: slabs, table and queue")
{
    registry metrics;
    auto& c = metrics.counter<"c_total", label<"x">>("");
    const std::size_t before = c.memory();
    auto kept = c.handle("kept");
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 20000; ++i) c.with(std::to_string(i)).inc();
        CHECK(c.memory() > 20000 * 32);
        c.clear();
        for (int i = 0; i < 4; ++i) metrics.expire();
        CHECK(c.memory() < before + 300'000);  // the kept handle's slab, and one that is open
    }
    kept.inc();
    CHECK(kept.value() == 1);
    c.with("again").inc();
    CHECK(c.with("again").value() == 1);
}

TEST_CASE("what a family leaves behind lives on in its handles")
{
    std::optional<handle<detail::counter_kind<std::uint64_t, 1, false>>> left;
    {
        registry metrics;
        auto& c = metrics.counter<"c_total", label<"x">>("");
        left.emplace(c.handle("1"));
    }
    left->inc(2);
    const auto copy = *left;
    CHECK(copy.value() == 2);
}
