// expects: a_counter_name_ends_in_total
#include <pitot/metrics/registry.hpp>

enum class method { get, post };

void use(pitot::registry& metrics)
{
#if defined(MISUSE)
    static pitot::counter c{"requests"}; c.inc();
#else
    static pitot::counter c{"requests_total"}; c.inc();
#endif
}
