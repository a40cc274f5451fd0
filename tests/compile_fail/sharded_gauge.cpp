// expects: only counters and classic histograms can be sharded
#include <pitot/metrics/registry.hpp>

enum class method { get, post };

void use(pitot::registry& metrics)
{
#if defined(MISUSE)
    metrics.gauge<"g", pitot::sharded<4>>("");
#else
    metrics.counter<"g_total", pitot::sharded<4>>("");
#endif
}
