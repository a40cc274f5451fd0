// expects: with() takes one value for each label of the family
#include <pitot/metrics/registry.hpp>

enum class method { get, post };

void use(pitot::registry& metrics)
{
#if defined(MISUSE)
    metrics.counter<"c_total", pitot::label<"a">, pitot::label<"b">>("").with("1").inc();
#else
    metrics.counter<"c_total", pitot::label<"a">, pitot::label<"b">>("").with("1", "2").inc();
#endif
}
