#pragma once
#include <pitot/lint/metrics/context.hpp>

namespace pitot::lint::metrics {

inline constexpr metrics_rule reserved_label{
    {"reserved-label", severity::warning,
     "a label is called le or quantile, or begins with __, where that name is not free",
     "le belongs to histograms and quantile to summaries: functions such as histogram_quantile() take every series "
     "that has them for a part "
     "of one. Labels that begin with two underscores belong to Prometheus, which drops them after relabelling.",
     "# TYPE temperature gauge\ntemperature{le=\"5\"} 1", "temperature{limit=\"5\"} 1"},
    [](const context& in, const family_view& family, const rule& about, remarks& out) {
        const metric_type type = family.type();
        std::vector<std::string_view> said;  // once for each name, at its first series
        for (std::size_t i = 0; i < family.size(); ++i) {
            const point_view point = family[i];
            for (const label_view& label : point.labels()) {
                std::string_view owner;
                if (label.name == "le" && type != metric_type::histogram && type != metric_type::gauge_histogram &&
                    type != metric_type::unknown)
                    owner = "histograms";
                else if (label.name == "quantile" && type != metric_type::summary && type != metric_type::unknown)
                    owner = "summaries";
                else if (is_reserved_label_name(label.name) && label.name != "__name__")
                    owner = "Prometheus itself";
                if (owner.empty() || std::find(said.begin(), said.end(), label.name) != said.end()) continue;
                said.push_back(label.name);
                add(out, about, in.place_of(label, point, family),
                    concat("the ", to_string(type), " ", family.name(), " has the label ", label.name,
                           ", which belongs to ", owner));
            }
        }
    }};

}  // namespace pitot::lint::metrics
