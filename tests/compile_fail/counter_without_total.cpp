// expects: a counter's name ends in _total
#include <pitot/metrics/registry.hpp>

enum class method { get, post };

void use(pitot::registry& metrics)
{
#if defined(MISUSE)
    metrics.counter<"requests">("");
#else
    metrics.counter<"requests_total">("");
#endif
}
