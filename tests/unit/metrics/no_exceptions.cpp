// Compiled with -fno-exceptions -fno-rtti: a refused family works, is not exposed, and is counted.
#include <pitot/metrics/registry.hpp>
#include <pitot/metrics/testing.hpp>

int main()
{
    pitot::registry metrics;
    metrics.counter<"a_total", pitot::label<"x">>("").with("1").inc();
    metrics.gauge<"a_gauge">("").set(1);
    auto& refused = metrics.counter<"a_total", pitot::label<"y">>("");
    refused.with("1").inc();
    metrics.histogram<"h">("", pitot::buckets{2, 1}).observe(1);
    const bool counted = pitot::testing::value(metrics, "pitot_registration_errors_total") == 2.0;
    const bool unseen = !pitot::testing::value(metrics, "a_total", {{"y", "1"}});
    return counted && unseen && !metrics.last_error().empty() ? 0 : 1;
}
