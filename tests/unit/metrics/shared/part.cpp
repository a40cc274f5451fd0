// Built twice, as two shared objects with hidden symbols: each counts in the default registry.
#include <pitot/metrics/registry.hpp>

enum class method { get, post };

extern "C" __attribute__((visibility("default"))) void PART_NAME()
{
    auto& metrics = pitot::default_registry();
    metrics.counter<"calls_total">("Calls of both.").inc();
    metrics.counter<"by_method_total", pitot::label<"method", method>, pitot::label<"path">>("")
        .with(method::get, "/")
        .inc();
    metrics.histogram<"seconds">("").observe(1);
}
