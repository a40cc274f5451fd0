// expects: the series of a family with only enum labels are always there
#include <pitot/metrics/registry.hpp>

enum class method { get, post };

void use(pitot::registry& metrics)
{
#if defined(MISUSE)
    metrics.counter<"c_total", pitot::label<"m", method>>("").remove(method::get);
#else
    metrics.counter<"c_total", pitot::label<"m">>("").remove("get");
#endif
}
