// A native histogram: no bounds to choose, 9 % resolution over the whole range of doubles. Only protobuf carries it;
// with classic buckets beside it, every format has something to show.
#include <pitot/pitot.hpp>

#include <cstdio>

int main()
{
    pitot::registry metrics;
    auto& size = metrics.native_histogram<"message_size_bytes", pitot::unit<"bytes">>(
        "Size of a message.", pitot::native_buckets{}, pitot::buckets({1024, 1048576}));

    for (double bytes = 1; bytes < 1e7; bytes *= 3) size.observe(bytes);

    std::fputs(pitot::expo::serialize(metrics, "text/plain").body.c_str(), stdout);

    const auto answer = pitot::expo::serialize(
        metrics, "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited");
    std::printf("--- %s\n", answer.content_type.c_str());
    pitot::batch back;
    if (!pitot::expo::parse(answer.body, back, pitot::expo::format::protobuf)) return 1;
    std::puts("reads back");
}
