// expects: an info's name ends in _info
#include <pitot/metrics/registry.hpp>

enum class method { get, post };

void use(pitot::registry& metrics)
{
#if defined(MISUSE)
    metrics.info<"build", pitot::label<"version">>("");
#else
    metrics.info<"build_info", pitot::label<"version">>("");
#endif
}
