// Serves one of every kind of metric, with values that the judges know. Prints where, and ends with its standard input.
#include <pitot/connect/serve.hpp>
#include <pitot/pitot.hpp>

#include <chrono>
#include <cstdio>
#include <limits>

namespace {

enum class method { get, post };
enum class phase { starting, running, draining };

/// Names that only a UTF-8 scheme can write, and what typed metrics cannot hold.
class foreign {
public:
    explicit foreign(pitot::instant started) : started_(started) {}

    void collect(pitot::batch& out) const
    {
        const auto bytes = out.family("über.größe", pitot::metric_type::gauge, "A name beyond the old letters.");
        const pitot::label_view labels[] = {{"straße.nr", "5 ½"}};
        out.add(bytes, out.labels(labels), 7.5);
        const auto odd = out.family("judge_odd_values", pitot::metric_type::gauge,
                                    "Values that formats disagree about.");
        const auto add = [&](std::string_view kind, double value) {
            const pitot::label_view of[] = {{"kind", kind}};
            out.add(odd, out.labels(of), value);
        };
        add("inf", std::numeric_limits<double>::infinity());
        add("minus_inf", -std::numeric_limits<double>::infinity());
        add("nan", std::numeric_limits<double>::quiet_NaN());
        add("minus_zero", -0.0);
        add("tiny", 5e-324);
        add("huge", 1.7976931348623157e308);
        add("odd", 9007199254740992.0);
        const auto jobs = out.family("judge_jobs_total", pitot::metric_type::counter, "With a created time.");
        out.set_created(out.add(jobs, pitot::labels_id::none, 9), started_);
        const auto stamped = out.family("judge_stamped", pitot::metric_type::gauge, "With a time of its own.");
        out.set_timestamp(out.add(stamped, pitot::labels_id::none, 4), started_);
    }

private:
    pitot::instant started_;
};

}  // namespace

int main()
{
    using namespace pitot;
    registry metrics;
    auto& requests = metrics.counter<"judge_requests_total", label<"method", method>, label<"path">, exemplars>(
        "Requests.");
    requests.with(method::get, "/").inc(41);
    requests.with(method::get, "/").inc(1, {{"trace_id", "abc"}});
    requests.with(method::post, "quote\" back\\slash\nline ümlaut {x=\"1\"}, # no comment").inc(3);
    metrics.real_counter<"judge_seconds_total", unit<"seconds">>("Time.").inc(1.5);
    metrics.gauge<"judge_temperature_celsius", unit<"celsius">>("Line one\nline two, back\\slash \"quoted\".")
        .set(-3.25);

    auto& classic = metrics.histogram<"judge_classic_seconds", exemplars>("Classic.", buckets({0.1, 0.5, 1}));
    for (const double v : {0.05, 0.2, 0.3, 0.75, 2.0}) classic.observe(v);
    classic.observe(0.4, {{"trace_id", "def"}});
    auto& native = metrics.native_histogram<"judge_native_seconds">("Native.", native_buckets{.schema = 3});
    auto& both = metrics.native_histogram<"judge_both_seconds">("Both.", native_buckets{.schema = 0},
                                                                buckets({1, 4, 16}));
    for (const double v : {-2.0, 0.0, 0.5, 1.0, 1.5, 3.0, 8.0, 100.0}) {
        native.observe(v);
        both.observe(v);
    }
    auto& summary = metrics.summary<"judge_wait_seconds">("Summary.", quantiles{{0.5, 0.9}, 600});
    for (int i = 1; i <= 100; ++i) summary.observe(i);
    metrics.info<"judge_build_info", label<"version">>("Build.").replace("1.2.3");
    metrics.state_set<"judge_phase", phase>("Phase.").set(phase::running);
    auto& queue = metrics.gauge_histogram<"judge_queue_bytes">("Sizes in the queue.", buckets({10, 100}));
    for (const double v : {5.0, 50.0, 500.0}) queue.enter(v);
    const auto started = pitot::instant::from_milliseconds(
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
            .count());
    foreign others(started);
    const auto guard = metrics.add(others);

    serve_options how;
    how.created = true;
    const auto server = serve(metrics, "127.0.0.1:0", how);
    if (!server) {
        std::fprintf(stderr, "%s\n", server.error().message.c_str());
        return 1;
    }
    std::printf("started=%lld\n", static_cast<long long>(started.milliseconds()));
    std::printf("address=%s\n", server->addresses().front().c_str());
    std::fflush(stdout);
    while (std::getchar() != EOF) {}
    return 0;
}
