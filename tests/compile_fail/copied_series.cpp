// expects: deleted
#include <pitot/metrics/registry.hpp>

enum class method { get, post };

void use(pitot::registry& metrics)
{
#if defined(MISUSE)
    auto a = metrics.counter<"c_total", pitot::label<"m">>("").with("1"); auto b = a; b.inc();
#else
    auto a = metrics.counter<"c_total", pitot::label<"m">>("").handle("1"); auto b = a; b.inc();
#endif
}
