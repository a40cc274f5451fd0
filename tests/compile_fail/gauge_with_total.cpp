// expects: only a counter's name ends in _total
#include <pitot/metrics/registry.hpp>

enum class method { get, post };

void use(pitot::registry& metrics)
{
#if defined(MISUSE)
    metrics.gauge<"jobs_total">("");
#else
    metrics.gauge<"jobs">("");
#endif
}
