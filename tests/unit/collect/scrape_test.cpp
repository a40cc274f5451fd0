#include <catch.hpp>

#include <pitot/collect/scrape.hpp>
#include <pitot/expo/text_writer.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using pitot::batch;
using pitot::errc;
using pitot::labels_id;
using pitot::metric_type;
using pitot::result;
using pitot::unexpected;
using pitot::collect::named_collector;
using pitot::collect::run_mode;
using pitot::collect::scrape_context;
using pitot::collect::scraper;

namespace {

struct one {
    std::string family = "one";
    metric_type type = metric_type::gauge;
    double value = 1;

    void collect(batch& out) const
    {
        const std::string_view name = out.intern(family);
        out.add(out.family(name, type, "Help."), out.labels({{"from", out.intern(std::to_string(value))}}), value);
    }
};

/// Hangs until it is let go; says how many threads were in it at once. Held by shared_ptr, so that the runner may go
/// first.
struct hanging {
    std::atomic<bool> free{false};
    std::atomic<int> inside{0};
    std::atomic<int> most{0};

    void collect(batch& out)
    {
        most = std::max(most.load(), ++inside);
        while (!free) std::this_thread::sleep_for(1ms);
        out.add(out.family("hanging", metric_type::gauge), labels_id::none, 1);
        --inside;
    }
};

bool has(const batch& in, std::string_view line)
{
    return ("\n" + pitot::expo::write_text(in)).find("\n" + std::string(line) + "\n") != std::string::npos;
}

}  // namespace

TEST_CASE("anything that collects can be named: values, pointers, with a deadline or a result")
{
    struct asks_deadline {
        result<void> collect(batch& out, const scrape_context& context) const
        {
            out.add(out.family("left", metric_type::gauge), labels_id::none, context.expired() ? 1 : 0);
            return unexpected(errc::io, "half of it");
        }
    };
    one kept;
    batch out;
    CHECK(named_collector("value", one{}).collect(out, {}).has_value());
    CHECK(named_collector("raw", &kept).collect(out, {}).has_value());
    CHECK(named_collector("unique", std::make_unique<one>()).collect(out, {}).has_value());
    CHECK(named_collector("shared", std::make_shared<one>()).collect(out, {}).has_value());
    const auto half = named_collector("deadline", asks_deadline{}).collect(out, {scrape_context::clock::now() - 1s});
    REQUIRE_FALSE(half.has_value());
    CHECK(half.error().message == "half of it");
    out.finish();
    CHECK(out.point_count() == 5);
    CHECK(has(out, "left 1"));
}

TEST_CASE("families of one name become one, and the runner says how it went")
{
    scraper all;
    REQUIRE(all.add({"a", one{"shared_family", metric_type::gauge, 1}}));
    REQUIRE(all.add({"b", one{"shared_family", metric_type::gauge, 2}}));
    for (int i = 0; i < 3; ++i) {
        const batch& got = all.run();
        CHECK(got[got.size() - 1].name() == "shared_family");
        CHECK(got[got.size() - 1].size() == 2);
        CHECK(has(got, "pitot_collector_up{collector=\"a\"} 1"));
        CHECK(has(got, "pitot_collector_samples{collector=\"b\"} 1"));
        CHECK(has(got, "pitot_collector_errors_total{collector=\"b\"} 0"));
        CHECK(has(got, "pitot_build_info{version=\"" + std::string(pitot::version) + "\"} 1"));
        for (std::size_t f = 1; f < got.size(); ++f) CHECK(got[f - 1].name() < got[f].name());
    }
}

TEST_CASE("names are unique and not empty")
{
    scraper all;
    CHECK(all.add({"a", one{}}));
    CHECK(all.add({"a", one{}}).error().code == errc::duplicate);
    CHECK(all.add({"", one{}}).error().code == errc::invalid_value);
    CHECK(all.names() == std::vector<std::string>{"a"});
}

TEST_CASE("a family of another type is left out, counted and said")
{
    std::string said;
    scraper all({.on_change = [&](std::string_view name, const pitot::error* e) {
        said += std::string(name) + ": " + (e != nullptr ? e->message : "ok") + "\n";
    }});
    REQUIRE(all.add({"a", one{"x", metric_type::gauge}}));
    REQUIRE(all.add({"b", one{"x", metric_type::counter}}));
    const batch& got = all.run();
    CHECK(has(got, "pitot_collector_up{collector=\"a\"} 1"));
    CHECK(has(got, "pitot_collector_up{collector=\"b\"} 0"));
    CHECK(has(got, "pitot_collector_samples{collector=\"b\"} 0"));
    CHECK(said == "b: 1 samples left out: another collector has given their family another type\n");
}

TEST_CASE("an error is told when it comes, changes and goes, not at every scrape; what was gathered stays")
{
    struct moody {
        int* turn;
        result<void> collect(batch& out) const
        {
            out.add(out.family("moody", metric_type::gauge), labels_id::none, *turn);
            if (*turn == 4) throw std::runtime_error("thrown");
            if (*turn == 0 || *turn == 5) return {};
            return unexpected(errc::io, *turn < 3 ? "first" : "second");
        }
    };
    int turn = 0;
    std::vector<std::string> said;
    scraper all({.on_change = [&](std::string_view, const pitot::error* e) {
        said.push_back(e != nullptr ? e->message : "ok");
    }});
    REQUIRE(all.add({"m", moody{&turn}}));
    for (; turn < 6; ++turn) CHECK(has(all.run(), "moody " + std::to_string(turn)));
    CHECK(said == std::vector<std::string>{"first", "second", "thrown", "ok"});
    CHECK(has(all.run(), "pitot_collector_errors_total{collector=\"m\"} 5"));
}

TEST_CASE("a slow collector is left behind, not started twice, and comes back")
{
    const auto slow = std::make_shared<hanging>();
    scraper all;
    REQUIRE(all.add({"quick", one{}}));
    REQUIRE(all.add({"slow", slow, {run_mode::worker}}));
    for (int i = 1; i <= 3; ++i) {
        const auto start = std::chrono::steady_clock::now();
        const batch& got = all.run(scrape_context::within(40ms));
        CHECK(std::chrono::steady_clock::now() - start < 2s);
        CHECK(has(got, "pitot_collector_up{collector=\"quick\"} 1"));
        CHECK(has(got, "pitot_collector_up{collector=\"slow\"} 0"));
        CHECK(has(got, "pitot_collector_errors_total{collector=\"slow\"} " + std::to_string(i)));
        CHECK_FALSE(has(got, "hanging 1"));
    }
    CHECK(slow->most == 1);
    CHECK(all.threads() == 1);
    slow->free = true;
    bool back = false;
    for (int i = 0; i < 500 && !back; ++i) {  // its former run has to end first
        std::this_thread::sleep_for(10ms);
        back = has(all.run(scrape_context::within(1s)), "hanging 1");
    }
    CHECK(back);
}

TEST_CASE("threads are bounded; who finds none free says so")
{
    const auto slow = std::make_shared<hanging>();
    std::mutex mutex;
    std::vector<std::string> said;
    scraper all({.max_threads = 2, .on_change = [&](std::string_view name, const pitot::error* e) {
                     const std::scoped_lock lock(mutex);
                     if (e != nullptr) said.push_back(std::string(name) + ": " + e->message);
                 }});
    for (int i = 0; i < 5; ++i) REQUIRE(all.add({"slow" + std::to_string(i), slow, {run_mode::worker, 60ms}}));
    static_cast<void>(all.run());
    CHECK(all.threads() == 2);
    CHECK(slow->most <= 2);
    const auto free_ones = std::count_if(said.begin(), said.end(), [](const std::string& s) {
        return s.find("no worker thread was free") != std::string::npos;
    });
    CHECK(free_ones == 3);
    slow->free = true;
    bool back = false;
    for (int i = 0; i < 500 && !back; ++i) {
        std::this_thread::sleep_for(10ms);
        back = has(all.run(), "pitot_collector_up{collector=\"slow4\"} 1");
    }
    CHECK(back);
}

TEST_CASE("the runner goes while a collector hangs")
{
    const auto slow = std::make_shared<hanging>();
    const auto start = std::chrono::steady_clock::now();
    {
        scraper all;
        REQUIRE(all.add({"slow", slow, {run_mode::worker, 20ms}}));
        static_cast<void>(all.run());
    }
    CHECK(std::chrono::steady_clock::now() - start < 5s);
    slow->free = true;
    while (slow.use_count() > 1) std::this_thread::sleep_for(1ms);
}

TEST_CASE("an expired scrape runs nothing in line")
{
    scraper all;
    REQUIRE(all.add({"a", one{}}));
    const batch& got = all.run({scrape_context::clock::now() - 1s});
    CHECK(has(got, "pitot_collector_up{collector=\"a\"} 0"));
    CHECK_FALSE(has(got, "one{from=\"1.000000\"} 1"));
}
