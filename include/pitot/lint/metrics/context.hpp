#pragma once
// What a rule on expositions is given: the families, and where in the text they stand.

#include <pitot/catalog/exposition.hpp>
#include <pitot/lint/finding.hpp>
#include <pitot/lint/metrics/places.hpp>
#include <pitot/lint/metrics/protobuf_places.hpp>
#include <pitot/lint/source.hpp>

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace pitot::lint::metrics {

/// A finding before it is put into words for a report.
struct remark {
    std::string_view rule;
    severity level = severity::warning;
    text_span where;
    std::string message;
    std::string suggestion;
};

/// One exposition under judgement.
class context {
public:
    /// in  must outlive the context
    explicit context(const catalog::exposition& in)
        : in_(in), places_(in.format == expo::format::protobuf ? std::string_view() : in.text(),
                           in.format == expo::format::openmetrics ? expo::text_format::openmetrics_1_0
                                                                  : expo::text_format::text_0_0_4)
    {
        if (is_binary()) binary_places_ = find_families(in.text());
    }

    /// Protobuf: places are those of families' names, and have bytes but no lines.
    [[nodiscard]] bool is_binary() const noexcept { return in_.format == expo::format::protobuf; }

    [[nodiscard]] const batch& families() const noexcept { return in_.families; }
    [[nodiscard]] const catalog::exposition& exposition() const noexcept { return in_; }

    /// Where a family stands: its TYPE line, else its HELP line, else its first sample.
    [[nodiscard]] text_span place_of(const family_view& family) const
    {
        if (!is_binary()) return places_.of_family(family.name());
        const auto at = binary_places_.find(family.name());
        return at == binary_places_.end() ? text_span{} : at->second;
    }

    /// Where a series stands, else its family.
    [[nodiscard]] text_span place_of(const point_view& point, const family_view& family) const
    {
        return otherwise(places_.of_series(family.name(), point.labels()), family);
    }

    /// A label's name in a series, else the family.
    [[nodiscard]] text_span place_of(const label_view& label, const point_view& point, const family_view& family) const
    {
        return otherwise(places_.of_label(family.name(), point.labels(), label.name), family);
    }

    /// The line of a family's `index`-th series, of types that have one line a series and while every line could be
    /// read; else as place_of().
    [[nodiscard]] text_span place_of_sample(const family_view& family, std::size_t index) const
    {
        const point_view point = family[index];
        if (!in_.errors.empty() || point.row().detail != point_row::none) return place_of(point, family);
        return otherwise(places_.of_sample(family.name(), index), family);
    }

private:
    [[nodiscard]] text_span otherwise(text_span where, const family_view& family) const
    {
        return where.length != 0 ? where : place_of(family);
    }

    const catalog::exposition& in_;
    text_places places_;
    std::unordered_map<std::string_view, text_span> binary_places_;
};

/// Takes the remarks of one rule.
using remarks = std::vector<remark>;

/// A rule on expositions: what it says of itself, and its check of one family.
struct metrics_rule {
    rule about;
    void (*check)(const context& in, const family_view& family, const rule& about, remarks& out);
};

inline void add(remarks& out, const rule& about, text_span where, std::string message, std::string suggestion = {})
{
    out.push_back({about.id, about.level, where, std::move(message), std::move(suggestion)});
}

}  // namespace pitot::lint::metrics
