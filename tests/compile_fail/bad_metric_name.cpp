// expects: a metric name has letters, digits, underscores and colons
#include <pitot/metrics/registry.hpp>

enum class method { get, post };

void use(pitot::registry& metrics)
{
#if defined(MISUSE)
    metrics.gauge<"queue-depth">("");
#else
    metrics.gauge<"queue_depth">("");
#endif
}
