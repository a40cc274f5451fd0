// expects: after the name stand label<...>, unit<...>, sharded<...> or exemplars
#include <pitot/metrics/registry.hpp>

enum class method { get, post };

void use(pitot::registry& metrics)
{
#if defined(MISUSE)
    metrics.gauge<"g", int>("");
#else
    metrics.gauge<"g", pitot::label<"a", int>>("");
#endif
}
