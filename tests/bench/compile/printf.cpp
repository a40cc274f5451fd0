#include <cinttypes>
#include <cstdint>
#include <cstdio>

static std::uint64_t requests;

int main()
{
    __atomic_fetch_add(&requests, 1, __ATOMIC_RELAXED);
    std::printf(
        "# HELP app_requests_total Requests handled.\n# TYPE app_requests_total counter\napp_requests_total %" PRIu64
        "\n",
        requests);
}
