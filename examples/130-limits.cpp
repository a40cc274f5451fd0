// A family that strangers can fill (a path as a label) gets a limit; what is dropped is counted, nothing is lost
// silently.
#include <pitot/pitot.hpp>

#include <cstdio>
#include <string>

int main()
{
    pitot::registry metrics;
    auto& hits = metrics.counter<"hits_total", pitot::label<"path">>(
        "Hits.", {.constant_labels = {{"site", "a"}}, .max_series = 2});
    for (int i = 0; i < 5; ++i) hits.with("/" + std::to_string(i)).inc();
    hits.remove("/0");

    std::fputs(pitot::expo::serialize(metrics, "").body.c_str(), stdout);
}
