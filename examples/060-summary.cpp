// Quantiles computed in the program, over a sliding window; they cannot be added up over instances as histograms can.
#include <pitot/pitot.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>

int main()
{
    pitot::registry metrics;
    auto& latency = metrics.summary<"rpc_duration_seconds">("Time of a call.", pitot::quantiles{{0.5, 0.9}, 60});

    for (int i = 1; i <= 100; ++i) latency.observe(i / 100.0);

    const std::string text = pitot::expo::serialize(metrics, "").body;
    std::fputs(text.substr(text.find("rpc_duration_seconds_sum")).c_str(), stdout);
    const auto at = text.find("{quantile=\"0.5\"} ");
    const double median = std::strtod(text.c_str() + at + 17, nullptr);
    std::puts(median > 0.49 && median < 0.52 ? "the median is right within 2 %" : text.c_str());
}
