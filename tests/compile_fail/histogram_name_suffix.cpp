// expects: does not end in _bucket, _count or _sum
#include <pitot/metrics/registry.hpp>

enum class method { get, post };

void use(pitot::registry& metrics)
{
#if defined(MISUSE)
    metrics.histogram<"size_count">("");
#else
    metrics.histogram<"size">("");
#endif
}
