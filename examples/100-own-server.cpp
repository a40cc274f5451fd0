// In a program that has an HTTP server: give it the request's Accept header, send what comes back.
#include <pitot/pitot.hpp>

#include <cstdio>

int main()
{
    pitot::registry metrics;
    metrics.counter<"visits_total">("Visits.").inc();

    for (const char* accept :
         {"text/plain;version=0.0.4", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5", "text/html"}) {
        const pitot::expo::response answer = pitot::expo::serialize(metrics, accept);
        std::printf("--- Accept: %s\nContent-Type: %s\n\n%s", accept, answer.content_type.c_str(), answer.body.c_str());
    }
}
