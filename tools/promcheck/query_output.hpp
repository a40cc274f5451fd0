#pragma once
// The result of a query: a table, a plot, CSV, or JSON in the form of Prometheus's API.

#include <pitot/promql/engine/query.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace pitot::tools::promcheck {

/// time   milliseconds since 1970
/// value  as the API writes it; empty when there is a histogram
/// hist   a histogram's JSON
struct shown_sample {
    std::int64_t time = 0;
    std::string value;
    std::string hist;
    std::string text;  ///< either, for people
};

struct shown_series {
    std::vector<std::pair<std::string, std::string>> labels;
    std::vector<shown_sample> samples;
};

/// type  "vector", "matrix", "scalar" or "string"
struct shown_result {
    std::string type;
    std::vector<shown_series> series;
    std::vector<std::string> warnings;
    std::vector<std::string> infos;
};

/// time  when it was asked, of a text
[[nodiscard]] shown_result shown(const promql::query_result& from, std::int64_t time);
[[nodiscard]] std::string to_table(const shown_result& result);
/// Each series as a line of blocks, as wide as the terminal lets it be.
[[nodiscard]] std::string to_plot(const shown_result& result, std::size_t width);
[[nodiscard]] std::string to_csv(const shown_result& result);
[[nodiscard]] std::string to_json(const shown_result& result);
/// up{job="node"}
[[nodiscard]] std::string series_text(const shown_series& series);
/// Seconds with milliseconds where there are any.
[[nodiscard]] std::string seconds_text(std::int64_t milliseconds);

}  // namespace pitot::tools::promcheck
