// Gauges go up and down; a guard counts what is in flight; a callback is asked at each scrape.
#include <pitot/pitot.hpp>

#include <cstdio>
#include <vector>

int main()
{
    pitot::registry metrics;
    auto& temperature = metrics.gauge<"oven_temperature_celsius">("Of the middle of the oven.");
    auto& open = metrics.integer_gauge<"requests_in_flight">("Requests that are being handled.");

    std::vector<int> queue{1, 2, 3};
    const auto asked = metrics.gauge_function<"queue_length">("Jobs that wait.", [&queue] { return queue.size(); });

    temperature.set(180.5);
    {
        const auto guard = open.in_flight();
        std::fputs(pitot::expo::serialize(metrics, "").body.c_str(), stdout);
    }
    queue.clear();
    std::puts("--- later");
    std::fputs(pitot::expo::serialize(metrics, "").body.c_str(), stdout);
}
