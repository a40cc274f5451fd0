// expects: inc
#include <pitot/metrics/registry.hpp>

enum class method { get, post };

void use(pitot::registry& metrics)
{
#if defined(MISUSE)
    metrics.counter<"c_total", pitot::label<"a">>("").inc();
#else
    metrics.counter<"c_total">("").inc();
#endif
}
