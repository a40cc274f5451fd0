// expects: le, quantile and names that begin with __ are reserved
#include <pitot/metrics/registry.hpp>

enum class method { get, post };

void use(pitot::registry& metrics)
{
#if defined(MISUSE)
    metrics.gauge<"g", pitot::label<"__name">>("");
#else
    metrics.gauge<"g", pitot::label<"_name">>("");
#endif
}
