// expects: this family keeps no exemplars: register it with pitot::exemplars
#include <pitot/metrics/registry.hpp>

enum class method { get, post };

void use(pitot::registry& metrics)
{
#if defined(MISUSE)
    metrics.counter<"c_total">("").inc(1, {{"trace_id", "x"}});
#else
    metrics.counter<"c_total", pitot::exemplars>("").inc(1, {{"trace_id", "x"}});
#endif
}
