// expects: a family has each label once
#include <pitot/metrics/registry.hpp>

enum class method { get, post };

void use(pitot::registry& metrics)
{
#if defined(MISUSE)
    metrics.gauge<"g", pitot::label<"a">, pitot::label<"a">>("");
#else
    metrics.gauge<"g", pitot::label<"a">, pitot::label<"b">>("");
#endif
}
