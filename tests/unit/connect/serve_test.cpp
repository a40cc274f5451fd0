#include <catch.hpp>
#include <connect/http_client.hpp>

#include <pitot/collect/scrape.hpp>
#include <pitot/connect/gzip.hpp>
#include <pitot/connect/serve.hpp>
#include <pitot/pitot.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <sys/stat.h>

using namespace std::chrono_literals;
using pitot_test::body_of;
using pitot_test::has_header;
using pitot_test::raw_client;
using pitot_test::status_of;

namespace {

/// A gauge, and `padding` series of 100 bytes each.
struct plain {
    std::size_t padding = 0;
    std::atomic<int> scrapes{0};

    void collect(pitot::batch& out)
    {
        out.add(out.family("up_test", pitot::metric_type::gauge, "One."), pitot::labels_id::none, ++scrapes);
        const pitot::family_id f = out.family("padding", pitot::metric_type::gauge);
        for (std::size_t i = 0; i < padding; ++i)
            out.add(f, out.labels({{"i", out.intern(std::to_string(i) + std::string(70, 'x'))}}), 1);
    }
};

/// Stops inside collect() until it is let go.
struct gate {
    std::mutex mutex;
    std::condition_variable change;
    bool open = false;
    int inside = 0;

    void collect(pitot::batch& out)
    {
        std::unique_lock lock(mutex);
        ++inside;
        change.notify_all();
        change.wait(lock, [&] { return open; });
        out.add(out.family("gate", pitot::metric_type::gauge), pitot::labels_id::none, 1);
    }
    void wait_inside(int n = 1)
    {
        std::unique_lock lock(mutex);
        REQUIRE(change.wait_for(lock, 10s, [&] { return inside >= n; }));
    }
    void let_go()
    {
        const std::scoped_lock lock(mutex);
        open = true;
        change.notify_all();
    }
};

pitot::server must(pitot::result<pitot::server> made)
{
    if (!made) FAIL(made.error().message);
    return std::move(*made);
}

struct folder {
    std::filesystem::path path;
    folder()
    {
        std::string name = std::filesystem::temp_directory_path() / "pitot-serve-XXXXXX";
        if (::mkdtemp(name.data()) != nullptr) path = name;
    }
    ~folder() { std::filesystem::remove_all(path); }
    folder(const folder&) = delete;
    folder& operator=(const folder&) = delete;
};

}  // namespace

TEST_CASE("a registry is served in three lines")
{
    pitot::registry metrics;
    metrics.counter<"requests_total">("Requests.").inc();
    auto server = pitot::serve(metrics, "127.0.0.1:0");
    REQUIRE(server);
    raw_client client(server->port());
    const std::string answer = client.get("/metrics");
    CHECK(status_of(answer) == 200);
    CHECK(has_header(answer, "Content-Type: text/plain; version=0.0.4; charset=utf-8"));
    CHECK(body_of(answer).find("requests_total 1\n") != std::string::npos);

    const std::string om = client.get("/metrics", "Accept: application/openmetrics-text;version=1.0.0\r\n");
    CHECK(has_header(om, "Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8"));
    CHECK(body_of(om).find("# TYPE requests counter\n") != std::string::npos);
    CHECK(body_of(om).ends_with("# EOF\n"));

    const std::string proto = client.get(
        "/metrics",
        "Accept: application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited\r\n");
    CHECK(body_of(proto).find("requests_total") != std::string::npos);
    CHECK(body_of(proto).find("# TYPE") == std::string::npos);
}

TEST_CASE("every path and method has its answer")
{
    plain source;
    auto server = must(pitot::serve(source, "127.0.0.1:0", {.title = "A <b>", .about = "\"x\" & y"}));
    raw_client client(server.port());
    const std::string landing = client.get("/");
    CHECK(status_of(landing) == 200);
    CHECK(has_header(landing, "Content-Type: text/html; charset=utf-8"));
    CHECK(body_of(landing).find("<h1>A &lt;b&gt;</h1>") != std::string::npos);
    CHECK(body_of(landing).find("&quot;x&quot; &amp; y") != std::string::npos);
    CHECK(status_of(client.get("/-/healthy")) == 200);
    CHECK(status_of(client.get("/-/ready")) == 200);
    CHECK(status_of(client.get("/nothing")) == 404);
    CHECK(status_of(client.get("/metrics/")) == 404);
    CHECK(source.scrapes == 0);

    client.send("HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string head = client.answer(true);
    CHECK(status_of(head) == 200);
    CHECK(body_of(head).empty());
    CHECK(head.find("Content-Length: ") != std::string::npos);
    CHECK(status_of(client.get("/metrics")) == 200);  // the same connection: nothing of the body was sent

    for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "FOO"}) {
        raw_client other(server.port());
        other.send(std::string(method) + " /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
        const std::string refused = other.answer();
        CHECK(status_of(refused) == 405);
        CHECK(has_header(refused, "Allow: GET, HEAD"));
    }
    raw_client with_body(server.port());
    with_body.send("GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
    CHECK(status_of(with_body.answer()) == 200);
}

TEST_CASE("/-/ready asks the program")
{
    plain source;
    std::atomic<bool> ready{false};
    auto server = must(pitot::serve(source, "127.0.0.1:0", {.ready = [&ready] { return ready.load(); }}));
    raw_client client(server.port());
    CHECK(status_of(client.get("/-/ready")) == 503);
    CHECK(status_of(client.get("/-/healthy")) == 200);
    ready = true;
    CHECK(status_of(client.get("/-/ready")) == 200);
}

TEST_CASE("gzip for those who accept it")
{
    plain source;
    source.padding = 5000;
    auto server = must(pitot::serve(source, "127.0.0.1:0"));
    raw_client client(server.port());
    const std::string packed = client.get("/metrics", "Accept-Encoding: gzip\r\n");
    REQUIRE(has_header(packed, "Content-Encoding: gzip"));
    std::string text;
    REQUIRE(pitot::gunzip(body_of(packed), text));
    CHECK(text.find("up_test 1\n") != std::string::npos);
    CHECK(body_of(packed).size() * 5 < text.size());
    const std::string plain_text = client.get("/metrics", "Accept-Encoding: gzip;q=0\r\n");
    CHECK(plain_text.find("Content-Encoding") == std::string::npos);
    CHECK(body_of(plain_text).size() == text.size());
}

TEST_CASE("a connection is kept for the next request, also when both come at once")
{
    plain source;
    auto server = must(pitot::serve(source, "127.0.0.1:0"));
    raw_client client(server.port());
    for (int i = 1; i <= 20; ++i)
        CHECK(body_of(client.get("/metrics")).find("up_test " + std::to_string(i) + "\n") != std::string::npos);
    client.send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\nGET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(body_of(client.answer()).find("up_test 21\n") != std::string::npos);
    CHECK(body_of(client.answer()) == "Healthy.\n");
    CHECK(server.connections() == 1);
    client.send("GET /-/healthy HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    CHECK(status_of(client.answer()) == 200);
    CHECK(client.closes(5s));
}

TEST_CASE("a slow collector does not keep /-/healthy waiting, and who waits for the same gets the same")
{
    gate source;
    auto server = must(pitot::serve(source, "127.0.0.1:0"));
    raw_client first(server.port());
    first.send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    source.wait_inside();
    std::vector<std::unique_ptr<raw_client>> more;
    for (int i = 0; i < 10; ++i) {
        more.push_back(std::make_unique<raw_client>(server.port()));
        more.back()->send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    raw_client prober(server.port());
    CHECK(status_of(prober.get("/-/healthy")) == 200);
    more.pop_back();  // hangs up while it waits
    std::this_thread::sleep_for(50ms);
    source.let_go();
    CHECK(status_of(first.answer()) == 200);
    for (const auto& c : more) CHECK(body_of(c->answer()).find("gate 1\n") != std::string::npos);
    const std::scoped_lock lock(source.mutex);
    CHECK(source.inside <= 3);  // one ran, the others shared the next (two if some came late)
}

TEST_CASE("a client that does not read delays nobody and is cut off")
{
    plain source;
    source.padding = 100'000;  // 10 MB: more than the socket buffers take
    auto server = must(pitot::serve(source, "127.0.0.1:0", {.send_timeout = 1500ms}));
    raw_client slow(server.port(), 4096);
    slow.send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    std::this_thread::sleep_for(200ms);
    raw_client other(server.port());
    const auto start = std::chrono::steady_clock::now();
    CHECK(status_of(other.get("/-/healthy")) == 200);
    CHECK(body_of(other.get("/metrics")).size() > 8'000'000);
    CHECK(std::chrono::steady_clock::now() - start < 5s);
    for (int i = 0; i < 100 && server.connections() > 1; ++i) std::this_thread::sleep_for(50ms);
    CHECK(server.connections() == 1);
}

TEST_CASE("answers that nobody takes are bounded")
{
    plain source;
    source.padding = 100'000;
    auto server = must(pitot::serve(source, "127.0.0.1:0", {.max_unsent_bytes = 5'000'000}));
    raw_client slow(server.port(), 4096);
    slow.send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    raw_client other(server.port());
    std::string answer;
    for (int i = 0; i < 50 && status_of(answer) != 503; ++i) answer = other.get("/metrics");
    CHECK(status_of(answer) == 503);
    CHECK(body_of(answer) == "Too many bytes wait for slow clients.\n");
    slow.close();
    for (int i = 0; i < 100 && status_of(answer) != 200; ++i) {
        std::this_thread::sleep_for(20ms);
        answer = other.get("/metrics");
    }
    CHECK(status_of(answer) == 200);
}

TEST_CASE("a client that never ends its header is cut off, one that says nothing too")
{
    plain source;
    auto server = must(pitot::serve(source, "127.0.0.1:0", {.header_timeout = 600ms, .idle_timeout = 900ms}));
    raw_client silent(server.port());
    raw_client dripping(server.port());
    raw_client idle(server.port());
    CHECK(status_of(idle.get("/-/healthy")) == 200);
    const auto start = std::chrono::steady_clock::now();
    bool alive = true;
    std::string_view drops =
        "GET /metrics HTTP/1.1\r\nX-A: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    while (alive && !drops.empty() && std::chrono::steady_clock::now() - start < 5s) {
        alive = dripping.send(drops.substr(0, 1)) && !dripping.closes(50ms);
        drops.remove_prefix(1);
    }
    CHECK_FALSE(alive);
    CHECK(std::chrono::steady_clock::now() - start < 3s);
    CHECK(silent.closes(3s));
    CHECK(idle.closes(3s));
    CHECK(source.scrapes == 0);
}

TEST_CASE("a huge header is refused, a huge number of connections waits")
{
    plain source;
    auto server = must(pitot::serve(source, "127.0.0.1:0", {.max_connections = 2, .max_header_bytes = 8192}));
    {
        raw_client large(server.port());
        large.send("GET /metrics HTTP/1.1\r\nHost: x\r\nX-Large: " + std::string(20'000, 'a') + "\r\n\r\n");
        const int status = status_of(large.answer());
        CHECK((status == 431 || status == 413 || status == 0));  // 0: cut off while it still sent
    }
    raw_client one(server.port());
    raw_client two(server.port());
    CHECK(status_of(one.get("/-/healthy")) == 200);
    CHECK(status_of(two.get("/-/healthy")) == 200);
    raw_client three(server.port());
    three.send("GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(three.answer(false, 300ms).empty());
    one.close();
    CHECK(status_of(three.answer()) == 200);
}

TEST_CASE("what is no HTTP is refused and harms nobody")
{
    plain source;
    auto server = must(pitot::serve(source, "127.0.0.1:0"));
    for (const std::string& bytes :
         {std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), std::string("GET\r\n\r\n"),
          std::string("\0\0\0\0\r\n\r\n", 8), std::string("GET /metrics HTTP/9.9\r\n\r\n"),
          std::string("GET /metrics?collect[]=%00%ff& HTTP/1.1\r\nHost: x\r\n\r\n"),
          std::string("GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n"), std::string(5000, '\n')}) {
        raw_client client(server.port());
        client.send(bytes);
        static_cast<void>(client.answer(false, 100ms));
    }
    raw_client client(server.port());
    CHECK(status_of(client.get("/metrics")) == 200);
}

TEST_CASE("unix sockets: mode, a stale file, a file that is no socket, one in use")
{
    const folder in;
    const std::string path = in.path / "m.sock";
    plain source;
    {
        auto server = must(pitot::serve(source, "unix:" + path, {.unix_mode = 0600}));
        CHECK(server.addresses() == std::vector<std::string>{"unix:" + path});
        CHECK(server.port() == 0);
        struct stat found = {};
        REQUIRE(::stat(path.c_str(), &found) == 0);
        CHECK((found.st_mode & 0777) == 0600);
        raw_client client(path);
        CHECK(status_of(client.get("/metrics")) == 200);
        const auto again = pitot::serve(source, "unix:" + path);
        REQUIRE_FALSE(again);
        CHECK(again.error().message == "cannot listen on unix:" + path + ": Address already in use");
    }
    CHECK_FALSE(std::filesystem::exists(path));

    const int stale = ::socket(AF_UNIX, SOCK_STREAM, 0);  // left by a process that crashed
    sockaddr_un at = {};
    at.sun_family = AF_UNIX;
    std::memcpy(at.sun_path, path.c_str(), path.size() + 1);
    REQUIRE(::bind(stale, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
    ::close(stale);
    {
        auto server = must(pitot::serve(source, "unix:" + path));
        raw_client client(path);
        CHECK(status_of(client.get("/metrics")) == 200);
    }
    std::filesystem::create_directory(path);
    const auto blocked = pitot::serve(source, "unix:" + path);
    REQUIRE_FALSE(blocked);
    CHECK(blocked.error().code == pitot::errc::duplicate);
    CHECK(std::filesystem::is_directory(path));
    const auto too_long = pitot::serve(source, "unix:/" + std::string(200, 'a'));
    REQUIRE_FALSE(too_long);
    CHECK(too_long.error().code == pitot::errc::too_large);
}

TEST_CASE("several addresses, IPv6 among them, share one source")
{
    const folder in;
    const std::string path = in.path / "m.sock";
    plain source;
    auto made = pitot::serve(source, std::vector<std::string>{"127.0.0.1:0", "[::1]:0", "unix:" + path});
    if (!made && made.error().message.find("[::1]") != std::string::npos) {
        WARN("no IPv6 here: " << made.error().message);
        made = pitot::serve(source, std::vector<std::string>{"127.0.0.1:0", "localhost:0", "unix:" + path});
    }
    auto server = must(std::move(made));
    REQUIRE(server.addresses().size() == 3);
    CHECK(server.addresses()[1].find(":0") == std::string::npos);
    raw_client tcp(server.port());
    raw_client local(path);
    CHECK(status_of(tcp.get("/metrics")) == 200);
    CHECK(status_of(local.get("/metrics")) == 200);
    CHECK(source.scrapes == 2);
}

TEST_CASE("an address that cannot be had is an error that names it")
{
    plain source;
    auto server = must(pitot::serve(source, "127.0.0.1:0"));
    const std::string taken = server.addresses()[0];
    const auto again = pitot::serve(source, std::vector<std::string>{"127.0.0.1:0", taken});
    REQUIRE_FALSE(again);
    CHECK(again.error().message == "cannot listen on " + taken + ": Address already in use");
    for (const char* bad :
         {"", "localhost", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:-1", "::1:80",
          "[::1:80", "[]:80", "unix:", "203.0.113.1:0", "no-such-host.invalid:80"}) {
        INFO(bad);
        const auto refused = pitot::serve(source, bad);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().message.find("cannot listen on") == 0);
    }
    CHECK_FALSE(pitot::serve(source, std::vector<std::string>{}));
    CHECK_FALSE(pitot::serve(source, "127.0.0.1:0", {.path = "metrics"}));
}

TEST_CASE("the scraper's timeout, less an offset, is the deadline")
{
    const pitot::serve_options options;
    CHECK(pitot::scrape_time("10", options) == 9500ms);
    CHECK(pitot::scrape_time("0.6", options) == 300ms);
    CHECK(pitot::scrape_time("1e9", options) == 3'599'500ms);
    for (const char* bad : {"", "0", "-1", "nan", "x", "10s", "1e999"}) {
        INFO(bad);
        CHECK(pitot::scrape_time(bad, options) == 10s);
    }

    struct patient {
        std::chrono::steady_clock::duration left{};
        void collect(pitot::batch&, const pitot::collect::scrape_context& context) { left = context.remaining(); }
    } source;
    auto server = must(pitot::serve(source, "127.0.0.1:0"));
    raw_client client(server.port());
    CHECK(status_of(client.get("/metrics", "X-Prometheus-Scrape-Timeout-Seconds: 4\r\n")) == 200);
    CHECK(source.left > 2500ms);
    CHECK(source.left <= 3500ms);
}

TEST_CASE("a scraper's collectors can be chosen")
{
    pitot::collect::scraper all;
    REQUIRE(all.add({"a", std::make_unique<plain>()}));
    REQUIRE(all.add({"b", std::make_unique<gate>(), {pitot::collect::run_mode::worker, 50ms}}));
    auto server = must(pitot::serve(all, {"127.0.0.1:0"}));
    raw_client client(server.port());
    const std::string chosen = body_of(client.get("/metrics?collect[]=a"));
    CHECK(chosen.find("pitot_collector_up{collector=\"a\"} 1\n") != std::string::npos);
    CHECK(chosen.find("collector=\"b\"") == std::string::npos);
    CHECK(body_of(client.get("/metrics?exclude%5B%5D=b")).find("collector=\"b\"") == std::string::npos);
    const std::string unknown = client.get("/metrics?collect[]=c");
    CHECK(status_of(unknown) == 400);
    CHECK(body_of(unknown) == "There is no collector 'c'. There are: a b\n");
    const std::string late = body_of(client.get("/metrics"));
    CHECK(late.find("pitot_collector_up{collector=\"b\"} 0\n") != std::string::npos);
    CHECK(late.find("up_test 3\n") != std::string::npos);
}

TEST_CASE("a source that throws gives 500, and the next scrape works")
{
    struct moody {
        bool angry = true;
        void collect(pitot::batch& out)
        {
            if (std::exchange(angry, false)) throw std::runtime_error("no wind");
            out.add(out.family("calm", pitot::metric_type::gauge), pitot::labels_id::none, 1);
        }
    } source;
    std::mutex mutex;
    std::string told;
    auto server = must(pitot::serve(source, "127.0.0.1:0", {.on_problem = [&](const pitot::error& e) {
                                        const std::scoped_lock lock(mutex);
                                        told = e.message;
                                    }}));
    raw_client client(server.port());
    const std::string failed = client.get("/metrics");
    CHECK(status_of(failed) == 500);
    CHECK(body_of(failed) == "The scrape failed: no wind\n");
    CHECK(body_of(client.get("/metrics")).find("calm 1\n") != std::string::npos);
    const std::scoped_lock lock(mutex);
    CHECK(told == "a scrape failed: no wind");
}

TEST_CASE("what a format cannot carry is told, and the rest is served")
{
    struct source_type {
        void collect(pitot::batch& out) const
        {
            out.add(out.family("a.b", pitot::metric_type::gauge), pitot::labels_id::none, 1);
            out.add(out.family("a_b", pitot::metric_type::gauge), pitot::labels_id::none, 2);
        }
    } source;
    std::mutex mutex;
    std::string told;
    auto server = must(pitot::serve(source, "127.0.0.1:0", {.on_problem = [&](const pitot::error& e) {
                                        const std::scoped_lock lock(mutex);
                                        told = e.message;
                                    }}));
    raw_client client(server.port());
    CHECK(body_of(client.get("/metrics")).find("a_b 1\n") != std::string::npos);
    const std::scoped_lock lock(mutex);
    CHECK(told == "the families a.b and a_b are both a_b when escaped");
}

TEST_CASE("stopping lets a scrape end and refuses what comes after")
{
    auto source = std::make_unique<gate>();
    auto server = must(pitot::serve(*source, "127.0.0.1:0"));
    const std::uint16_t port = server.port();
    raw_client running(port);
    raw_client waiting(port);
    running.send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    source->wait_inside();
    waiting.send("GET /metrics HTTP/1.1\r\nHost: x\r\nAccept: application/openmetrics-text\r\n\r\n");
    std::this_thread::sleep_for(50ms);
    std::thread letting([&] {
        std::this_thread::sleep_for(200ms);
        source->let_go();
    });
    server.stop();
    letting.join();
    const std::string whole = running.answer();
    CHECK(status_of(whole) == 200);
    CHECK(has_header(whole, "Connection: close"));
    CHECK(body_of(whole).find("gate 1\n") != std::string::npos);
    CHECK(status_of(waiting.answer()) == 503);
    raw_client late(port);
    CHECK_FALSE(late.connected());
    server.stop();  // again: nothing
}

TEST_CASE("stopping takes a bounded time whatever hangs")
{
    auto source = std::make_shared<gate>();  // the collector that hangs keeps it alive
    struct shared_gate {
        std::shared_ptr<gate> of;
        void collect(pitot::batch& out) { of->collect(out); }
    };
    class owning final : public pitot::serve_source {
    public:
        explicit owning(std::shared_ptr<gate> g) : from_{std::move(g)} {}
        pitot::result<void> write(const pitot::expo::write_options&, const pitot::collect::scrape_context&,
                                  const pitot::collect::scrape_filter&, const pitot::serve_sink&) override
        {
            pitot::batch out;
            from_.collect(out);
            return {};
        }

    private:
        shared_gate from_;
    };
    const auto start = std::chrono::steady_clock::now();
    std::unique_ptr<raw_client> client;
    {
        auto server = must(pitot::serve(std::make_unique<owning>(source), std::vector<std::string>{"127.0.0.1:0"},
                                        {.stop_timeout = 600ms}));
        client = std::make_unique<raw_client>(server.port());
        client->send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
        source->wait_inside();
    }
    CHECK(std::chrono::steady_clock::now() - start < 3s);
    const std::string answer = client->answer();
    CHECK(status_of(answer) == 503);
    CHECK(body_of(answer) == "Stopping.\n");
    source->let_go();
    while (source.use_count() > 1) std::this_thread::sleep_for(10ms);  // its thread ends by itself
}

TEST_CASE("many clients come and go while the server stops")
{
    for (int round = 0; round < 10; ++round) {
        plain source;
        source.padding = 200;
        auto server = must(pitot::serve(source, "127.0.0.1:0", {.stop_timeout = 2s}));
        const std::uint16_t port = server.port();
        std::atomic<bool> enough{false};
        std::atomic<int> wrong{0};
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&, t] {
                while (!enough) {
                    raw_client client(port);
                    if (!client.connected()) break;
                    client.send("GET /metrics HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n");
                    if (t == 0) continue;  // hangs up at once
                    const std::string answer = client.answer();
                    if (!answer.empty() && status_of(answer) != 200 && status_of(answer) != 503) ++wrong;
                }
            });
        std::this_thread::sleep_for(30ms);
        server.stop();
        enough = true;
        for (std::thread& t : threads) t.join();
        CHECK(wrong == 0);
    }
}
