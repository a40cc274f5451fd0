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
    std::atomic<int> runs{0};

    void collect(batch& out)
    {
        most = std::max(most.load(), ++inside);
        while (!free) std::this_thread::sleep_for(1ms);
        const int run = runs++;  // several that share it give a series each
        out.add(out.family("hanging", metric_type::gauge),
                run == 0 ? labels_id::none : out.labels({{"run", out.intern(std::to_string(run))}}), 1);
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
    CHECK(has(got, "pitot_collector_dropped_samples_total{collector=\"b\"} 1"));
    CHECK(said == "b: 1 samples dropped, the first x{from=\"1.000000\"}: its family has type counter here and type "
                  "gauge from collector 'a'\n");
}

namespace {

/// Series of gauges: "family{name=value,…}" each.
struct series {
    struct sample {
        std::string family;
        std::vector<std::pair<std::string, std::string>> labels;
        double value;
    };
    std::vector<sample> all;

    void collect(batch& out) const
    {
        for (const sample& s : all) {
            std::vector<pitot::label_view> set;
            for (const auto& [name, value] : s.labels) set.push_back({out.intern(name), out.intern(value)});
            out.add(out.family(out.intern(s.family), metric_type::gauge), out.labels(set), s.value);
        }
    }
};

}  // namespace

TEST_CASE("a series that two collectors give is kept once, counted and said once with both names")
{
    std::vector<std::string> said;
    scraper all({.on_change = [&](std::string_view name, const pitot::error* e) {
        said.push_back(std::string(name) + ": " + (e != nullptr ? e->message : "ok"));
    }});
    REQUIRE(all.add({"apart", series{{{"y", {}, 0}}}}));
    REQUIRE(all.add({"a", series{{{"x", {{"p", "1"}, {"q", "2"}}, 1}, {"x", {{"p", "2"}}, 1}, {"x", {}, 1}}}}));
    REQUIRE(all.add({"b", series{{{"x", {{"q", "2"}, {"p", "1"}}, 2},  // the order of labels says nothing
                                  {"x", {{"p", "2"}, {"q", ""}}, 2},   // and neither does an empty value
                                  {"x", {{"p", "3"}}, 2},              // another value
                                  {"x", {{"other", "2"}}, 2},          // other labels: no conflict
                                  {"only_b", {}, 2}}}}));
    REQUIRE(all.add({"c", series{{{"x", {{"p", "3"}}, 3}}}}));
    for (int i = 1; i <= 3; ++i) {
        const batch& got = all.run();
        const std::string text = pitot::expo::write_text(got);
        CHECK(text.find("x{p=\"1\",q=\"2\"} 1\n") != std::string::npos);
        CHECK(text.find("x{p=\"2\"} 1\n") != std::string::npos);
        CHECK(has(got, "x 1"));
        CHECK(has(got, "x{p=\"3\"} 2"));
        CHECK(has(got, "x{other=\"2\"} 2"));
        CHECK(has(got, "only_b 2"));
        CHECK(text.find("q=\"2\",p") == std::string::npos);
        CHECK(text.find("x{p=\"3\"} 3") == std::string::npos);
        CHECK(has(got, "pitot_collector_samples{collector=\"b\"} 3"));
        CHECK(has(got, "pitot_collector_dropped_samples_total{collector=\"a\"} 0"));
        CHECK(
            has(got, pitot::concat("pitot_collector_dropped_samples_total{collector=\"b\"} ", std::to_string(2 * i))));
        CHECK(has(got, pitot::concat("pitot_collector_dropped_samples_total{collector=\"c\"} ", std::to_string(i))));
        CHECK(has(got, "pitot_collector_up{collector=\"b\"} 0"));
    }
    CHECK(said == std::vector<std::string>{
                      "b: 2 samples dropped, the first x{q=\"2\",p=\"1\"}: collector 'a' has given the same",
                      "c: 1 samples dropped, the first x{p=\"3\"}: collector 'b' has given the same"});
    static_cast<void>(all.run({}, {{"b"}, {}}));  // alone there is nothing to drop
    CHECK(said.back() == "b: ok");
}

TEST_CASE("many collectors that share families give each series once")
{
    scraper all;
    for (int c = 0; c < 40; ++c) {
        series s;
        for (int i = 0; i < 100; ++i)
            s.all.push_back({pitot::concat("shared_", std::to_string(i % 7)),
                             {{"n", std::to_string(i)}, {"c", std::to_string(c / 2)}},
                             1.0 * c});
        REQUIRE(all.add({pitot::concat("c", std::to_string(c)), std::move(s)}));
    }
    for (int round = 1; round <= 2; ++round) {
        const batch& got = all.run();
        std::size_t shared = 0;
        for (std::size_t f = 0; f < got.size(); ++f)
            if (got[f].name().starts_with("shared_")) shared += got[f].size();
        CHECK(shared == 2000);  // every second collector repeats the one before it
        CHECK(has(got, "pitot_collector_dropped_samples_total{collector=\"c38\"} 0"));
        CHECK(has(got, pitot::concat("pitot_collector_dropped_samples_total{collector=\"c39\"} ",
                                     std::to_string(100 * round))));
    }
}

TEST_CASE("the scrape's own families and the program's belong to nobody else")
{
    scraper all({.own = [](batch& out) { out.add(out.family("mine", metric_type::gauge), labels_id::none, 7); }});
    REQUIRE(all.add(
        {"thief", series{{{"pitot_collector_up", {{"collector", "x"}}, 1}, {"mine", {}, 8}, {"good", {}, 9}}}}));
    const batch& got = all.run();
    CHECK(has(got, "mine 7"));
    CHECK(has(got, "good 9"));
    CHECK_FALSE(has(got, "mine 8"));
    CHECK_FALSE(has(got, "pitot_collector_up{collector=\"x\"} 1"));
    CHECK(has(got, "pitot_collector_up{collector=\"thief\"} 0"));
    CHECK(has(got, "pitot_collector_dropped_samples_total{collector=\"thief\"} 2"));
}

TEST_CASE("what a collector had to leave out itself is counted, too")
{
    struct leaves_out {
        void collect(batch& out) const { out.leave_out(3); }
    };
    scraper all;
    REQUIRE(all.add({"l", leaves_out{}}));
    static_cast<void>(all.run());
    CHECK(has(all.run(), "pitot_collector_dropped_samples_total{collector=\"l\"} 6"));
}

TEST_CASE("a collector's own error and what was dropped of it are both said")
{
    struct both {
        result<void> collect(batch& out) const
        {
            out.add(out.family("one", metric_type::gauge), out.labels({{"from", "1.000000"}}), 2);
            return unexpected(errc::io, "half of it");
        }
    };
    std::string said;
    scraper all({.on_change = [&](std::string_view, const pitot::error* e) { said += e->message + "\n"; }});
    REQUIRE(all.add({"a", one{}}));
    REQUIRE(all.add({"b", both{}}));
    static_cast<void>(all.run());
    static_cast<void>(all.run());
    CHECK(said ==
          "half of it; 1 samples dropped, the first one{from=\"1.000000\"}: collector 'a' has given the same\n");
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
        CHECK(has(got, pitot::concat("pitot_collector_errors_total{collector=\"slow\"} ", std::to_string(i))));
        CHECK_FALSE(has(got, "hanging 1"));
    }
    CHECK(slow->most == 1);
    CHECK(all.threads() == 1);
    slow->free = true;
    bool back = false;
    for (int i = 0; i < 500 && !back; ++i) {  // its former run has to end first
        std::this_thread::sleep_for(10ms);
        back = has(all.run(scrape_context::within(1s)), "hanging{run=\"1\"} 1");
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
