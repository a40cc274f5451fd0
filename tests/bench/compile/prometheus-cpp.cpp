#include <prometheus/counter.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <cstdio>

int main()
{
    prometheus::Registry registry;
    auto& requests =
        prometheus::BuildCounter().Name("app_requests_total").Help("Requests handled.").Register(registry).Add({});
    requests.Increment();
    const std::string text = prometheus::TextSerializer().Serialize(registry.Collect());
    std::fwrite(text.data(), 1, text.size(), stdout);
}
