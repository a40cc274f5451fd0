// A counter, and the text a Prometheus server would scrape.
#include <pitot/pitot.hpp>

#include <cstdio>

int main()
{
    pitot::registry metrics;
    auto& requests = metrics.counter<"http_requests_total">("Requests handled.");

    requests.inc();
    requests.inc(2);

    std::fputs(pitot::expo::serialize(metrics, "").body.c_str(), stdout);
}
