// A program as a user of the library writes it; built against each way of using it.
#ifdef SINGLE
#include <pitot.hpp>
#else
#include <pitot/pitot.hpp>
#endif

#include <cstdio>

int main()
{
    pitot::registry metrics;
    auto& visits = metrics.counter<"visits_total", pitot::label<"page">>("Pages shown.");
    auto& requests = metrics.counter<"requests_total">("Requests handled.");
    auto& latency = metrics.histogram<"latency_seconds">("Time to answer.");
    visits.with("home").inc();
    requests.inc(2);
    latency.observe(0.02);
    const pitot::expo::response answer = pitot::expo::serialize(metrics, "text/plain;version=0.0.4");
    std::fputs(answer.body.c_str(), stdout);
    return answer.body.find("visits_total{page=\"home\"} 1\n") != std::string::npos &&
                   answer.body.find("requests_total 2\n") != std::string::npos &&
                   answer.body.find("latency_seconds_count 1\n") != std::string::npos
               ? 0
               : 1;
}
