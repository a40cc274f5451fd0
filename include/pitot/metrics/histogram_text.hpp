#pragma once
// The lines of a classic histogram, put together from pieces: name, bounds and suffixes are rendered once a family.

#include <pitot/metrics/direct_text.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pitot::detail {

class histogram_text {
public:
    histogram_text(std::string_view name, std::span<const double> bounds)
        : bucket_(with(name, "_bucket{")), sum_(with(name, "_sum")), count_(with(name, "_count")),
          negative_(!bounds.empty() && bounds.front() < 0)
    {
        for (std::size_t i = 0; i <= bounds.size(); ++i) {
            char room[number_size];
            const double bound = i < bounds.size() ? bounds[i] : __builtin_inf();
            for (const bool om : {false, true}) {
                char* const end = om ? write_canonical_number(room, bound) : write_go_number(room, bound);
                std::string text = "le=\"";
                text.append(room, end);
                text += "\"} ";
                le_[om ? 1 : 0].emplace_back(std::move(text));
            }
        }
    }

    /// Most bytes of a series whose labels take `labels` bytes.
    [[nodiscard]] std::size_t most(std::size_t labels) const noexcept
    {
        return (le_[0].size() + 2) * (bucket_.size() + labels + 3 * number_size + 16) + 2 * piece::slack;
    }

    /// Writes a series: buckets, sum, count. labels are without braces, escaped.
    /// counts  one a bucket, not cumulative
    char* put(char* to, direct_format format, std::string_view labels, std::span<const std::uint64_t> counts,
              double sum) const noexcept
    {
        const bool om = format == direct_format::openmetrics;
        const std::vector<piece>& le = le_[om ? 1 : 0];
        std::uint64_t total = 0;
        for (std::size_t i = 0; i < counts.size(); ++i) {
            total += counts[i];
            to = bucket_.put(to);
            if (!labels.empty()) {
                std::memcpy(to, labels.data(), labels.size());
                to += labels.size();
                *to++ = ',';
            }
            to = le[i].put(to);
            to = put_number(to, total);
            *to++ = '\n';
        }
        if (om && negative_) return to;  // OpenMetrics: no sum, and then no count, where values may be negative
        const auto last = [&](const piece& name) {
            to = name.put(to);
            if (!labels.empty()) {
                *to++ = '{';
                std::memcpy(to, labels.data(), labels.size());
                to += labels.size();
                *to++ = '}';
            }
            *to++ = ' ';
        };
        last(sum_);
        to = put_number(to, sum);
        *to++ = '\n';
        last(count_);
        to = put_number(to, total);
        *to++ = '\n';
        return to;
    }

private:
    static std::string with(std::string_view name, std::string_view suffix) { return std::string(name).append(suffix); }

    piece bucket_;
    piece sum_;
    piece count_;
    std::vector<piece> le_[2];  ///< as the text format and as OpenMetrics spell numbers
    bool negative_;
};

}  // namespace pitot::detail
