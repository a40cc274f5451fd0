// expects: a label name has letters, digits and underscores
#include <pitot/metrics/registry.hpp>

enum class method { get, post };

void use(pitot::registry& metrics)
{
#if defined(MISUSE)
    metrics.gauge<"g", pitot::label<"a:b">>("");
#else
    metrics.gauge<"g", pitot::label<"a_b">>("");
#endif
}
