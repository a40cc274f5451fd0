#include <pitot/promql/engine/query.hpp>

#include <cstdio>

int main()
{
    const pitot::store::series_store data;
    const pitot::promql::engine_options how;
    const auto got = pitot::promql::query("sum(rate(x_total[5m]))", data, pitot::promql::query_times::at(0), how);
    std::puts(got ? "answered" : got.error().message.c_str());
}
