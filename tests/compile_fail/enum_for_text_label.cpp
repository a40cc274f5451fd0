// expects: a label value has another type than its label
#include <pitot/metrics/registry.hpp>

enum class method { get, post };

void use(pitot::registry& metrics)
{
#if defined(MISUSE)
    metrics.counter<"c_total", pitot::label<"m">>("").with(method::get).inc();
#else
    metrics.counter<"c_total", pitot::label<"m">>("").with("get").inc();
#endif
}
