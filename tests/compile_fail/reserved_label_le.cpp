// expects: le, quantile and names that begin with __ are reserved
#include <pitot/metrics/registry.hpp>

enum class method { get, post };

void use(pitot::registry& metrics)
{
#if defined(MISUSE)
    metrics.histogram<"h", pitot::label<"le">>("");
#else
    metrics.histogram<"h", pitot::label<"lee">>("");
#endif
}
