// Two shared objects that were not told of each other write to one registry, linked or opened at run time.
#include <pitot/metrics/registry.hpp>
#include <pitot/metrics/testing.hpp>

#include <dlfcn.h>

#include <cstdio>

extern "C" void part_one();

int main(int count, char** arguments)
{
    if (count < 2) return 2;
    part_one();
    void* const opened = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
    if (opened == nullptr) {
        std::fprintf(stderr, "%s\n", dlerror());
        return 2;
    }
    const auto part_two = reinterpret_cast<void (*)()>(dlsym(opened, "part_two"));
    if (part_two == nullptr) return 2;
    part_two();
    part_two();
    const auto found = pitot::testing::compare(pitot::default_registry(),
                                               "calls_total 3\nby_method_total{method=\"get\",path=\"/\"} 3\n",
                                               {"calls_total", "by_method_total"});
    std::fputs(found.c_str(), stderr);
    return found.empty() && pitot::testing::value(pitot::default_registry(), "seconds_count") == 3.0 ? 0 : 1;
}
