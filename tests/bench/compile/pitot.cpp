#include <pitot/metrics/counter.hpp>

#include <cstdio>

pitot::counter requests("app_requests_total", "Requests handled.");

int main()
{
    requests.inc();
    char text[512];
    std::fwrite(text, 1, requests.write_text(text, sizeof text), stdout);
}
