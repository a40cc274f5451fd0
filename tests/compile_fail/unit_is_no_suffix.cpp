// expects: the unit is a suffix of the family's name
#include <pitot/metrics/registry.hpp>

enum class method { get, post };

void use(pitot::registry& metrics)
{
#if defined(MISUSE)
    metrics.gauge<"age", pitot::unit<"seconds">>("");
#else
    metrics.gauge<"age_seconds", pitot::unit<"seconds">>("");
#endif
}
