// Facts as labels, and which of several states holds; OpenMetrics has types of their own for both.
#include <pitot/pitot.hpp>

#include <cstdio>

enum class phase { starting, running, draining };

int main()
{
    pitot::registry metrics;
    metrics.info<"app_build_info", pitot::label<"version">, pitot::label<"branch">>("What runs.")
        .replace("1.4.2", "main");
    auto& state = metrics.state_set<"app_phase", phase>("Where the app is in its life.");
    state.set(phase::running);

    std::fputs(pitot::expo::serialize(metrics, "application/openmetrics-text;version=1.0.0").body.c_str(), stdout);
}
