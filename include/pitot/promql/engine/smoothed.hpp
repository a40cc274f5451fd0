#pragma once
// A `smoothed` instant selector: the value between the samples before and after.

#include <pitot/promql/engine/extended_rate.hpp>

#include <algorithm>
#include <vector>

namespace pitot::promql {

[[nodiscard]] inline matrix smoothed_samples(evaluation& in, const std::vector<const store::series*>& from,
                                             const look_back& when, const time_grid& grid, text_span where)
{
    range_argument around;
    around.selected = from;
    around.when = when;
    matrix out(grid.count);
    range_call about{in, around, where, where};
    for (std::size_t i = 0; i < from.size(); ++i) {
        windowed_series series = around.series(in, i);
        in.check_room(out);
        const std::size_t to = out.add({&from[i]->labels, false});
        for (std::size_t step = 0; step < grid.count; ++step) {
            const std::int64_t t = when.at(grid.at(step));
            window w;
            series.cut(t - in.how.lookback, t + in.how.lookback, false, w);
            if (!w.floats.empty() && !w.histograms.empty()) {
                about.warn_mixed(w);
                continue;
            }
            const auto times = w.floats.empty() ? w.histogram_times : w.float_times;
            const auto n = static_cast<std::size_t>(std::lower_bound(times.begin(), times.end(), t) - times.begin());
            if (n < times.size() && times[n] == t) {
                out.put(to, step, w.floats.empty() ? 0 : w.floats[n], w.floats.empty() ? w.histograms[n] : nullptr);
            } else if (n > 0 && n < times.size() && !w.floats.empty()) {
                out.floats(to)[step] = detail::between(detail::point{times[n - 1], w.floats[n - 1]},
                                                       detail::point{times[n], w.floats[n]}, t, false);
            } else if (n > 0 && n < times.size()) {
                const histogram& a = *w.histograms[n - 1];
                const histogram& b = *w.histograms[n];
                const bool counter = a.hint != reset_hint::gauge_type || b.hint != reset_hint::gauge_type;
                if (a.is_custom() != b.is_custom())
                    about.warn_incompatible(w, where);
                else if (const histogram* const h = detail::between(about, w, a, times[n - 1], b, times[n], t, counter))
                    out.put(to, step, 0, h);
            } else if (n > 0 && !w.floats.empty()) {
                out.floats(to)[step] = w.floats[n - 1];
            } else if (n > 0) {
                histogram h = *w.histograms[n - 1];
                h.hint = reset_hint::unknown;
                out.put(to, step, 0, in.keep(std::move(h)));
            }
        }
    }
    out.drop_empty_rows();
    return out;
}

}  // namespace pitot::promql
