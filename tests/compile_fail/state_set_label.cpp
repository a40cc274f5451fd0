// expects: the name of a state set is the name of its own label
#include <pitot/metrics/registry.hpp>

enum class method { get, post };

void use(pitot::registry& metrics)
{
#if defined(MISUSE)
    metrics.state_set<"m", method, pitot::label<"m">>("");
#else
    metrics.state_set<"m", method, pitot::label<"n">>("");
#endif
}
