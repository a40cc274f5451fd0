// How long things take: buckets that a server can add up over many instances.
#include <pitot/pitot.hpp>

#include <cstdio>
#include <string>

int main()
{
    pitot::registry metrics;
    auto& latency = metrics.histogram<"http_request_duration_seconds", pitot::label<"path">, pitot::unit<"seconds">>(
        "Time to answer.", pitot::buckets::exponential(0.005, 2, 5));

    for (const double seconds : {0.003, 0.007, 0.03, 0.2}) latency.with("/").observe(seconds);

    auto& work = metrics.histogram<"job_duration_seconds">("Time of a job.", pitot::buckets({1, 60}));
    {
        const auto timing = work.time();  // observes when it goes out of scope
    }

    const std::string text = pitot::expo::serialize(metrics, "").body;
    std::fputs(text.substr(0, text.find("# HELP job")).c_str(), stdout);
    std::puts(text.find("job_duration_seconds_count 1\n") != std::string::npos ? "one job was timed"
                                                                               : "no job was timed");
}
