// expects: only counters and classic histograms keep exemplars
#include <pitot/metrics/registry.hpp>

enum class method { get, post };

void use(pitot::registry& metrics)
{
#if defined(MISUSE)
    metrics.gauge<"g", pitot::exemplars>("");
#else
    metrics.counter<"g_total", pitot::exemplars>("");
#endif
}
