// An exemplar leads from a bucket to one trace; OpenMetrics and protobuf carry it.
#include <pitot/pitot.hpp>

#include <cstdio>
#include <string>

int main()
{
    pitot::registry metrics;
    auto& latency = metrics.histogram<"latency_seconds", pitot::exemplars>("Time to answer.", pitot::buckets({0.1, 1}));
    latency.observe(0.7, {{"trace_id", "4bf92f3577b34da6"}});

    const std::string text = pitot::expo::serialize(metrics, "application/openmetrics-text;version=1.0.0").body;
    const auto at = text.find(" # {trace_id=\"4bf92f3577b34da6\"} 0.7 ");  // then the time of the observation
    std::puts(at != std::string::npos ? "the bucket knows a trace" : text.c_str());
}
