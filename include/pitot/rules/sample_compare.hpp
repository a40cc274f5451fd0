#pragma once
// Samples as tests of rules compare and show them. source  Prometheus 3.14, cmd/promtool/unittest.go

#include <pitot/promql/testing/expectation.hpp>
#include <pitot/store/histogram.hpp>

#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

namespace pitot::rules::detail {

/// fuzzy  the number beside it will do
[[nodiscard]] inline bool same(double want, double got, bool fuzzy)
{
    if (want == got) return true;
    return fuzzy && (std::nextafter(want, -INFINITY) == got || std::nextafter(want, INFINITY) == got);
}

/// What is told of a histogram when it is written: every NaN is the same, and -0 is nothing.
[[nodiscard]] inline store::histogram as_written(store::histogram h)
{
    const auto write = [](double& v) {
        if (v == 0) v = 0;
        if (std::isnan(v)) v = std::numeric_limits<double>::quiet_NaN();
    };
    for (double* const v : {&h.count, &h.sum, &h.zero_count, &h.zero_threshold}) write(*v);
    for (auto* const side : {&h.positive, &h.negative})
        for (store::bucket& b : *side) write(b.count);
    return h;
}
/// Histograms are compared as they are written, each by itself.
[[nodiscard]] inline bool same(const store::histogram& want, const store::histogram& got)
{
    return want.hint == got.hint && store::equal(as_written(want), as_written(got));
}

[[nodiscard]] inline std::string shown(const store::histogram& h)
{
    constexpr std::string_view hints[] = {"", "reset", "not_reset", "gauge"};
    std::string out = store::to_text(h);
    if (const std::string_view hint = hints[static_cast<std::size_t>(h.hint)]; !hint.empty())
        out += concat(" counter_reset_hint:", hint);
    return out;
}

}  // namespace pitot::rules::detail
