// expects: the number of shards is a power of two
#include <pitot/metrics/registry.hpp>

enum class method { get, post };

void use(pitot::registry& metrics)
{
#if defined(MISUSE)
    metrics.counter<"c_total", pitot::sharded<3>>("");
#else
    metrics.counter<"c_total", pitot::sharded<4>>("");
#endif
}
