// expects: use real_counter for seconds and other fractions
#include <pitot/metrics/registry.hpp>

enum class method { get, post };

void use(pitot::registry& metrics)
{
#if defined(MISUSE)
    metrics.counter<"c_total">("").inc(0.5);
#else
    metrics.real_counter<"c_total">("").inc(0.5);
#endif
}
