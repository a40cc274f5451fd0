#pragma once
// What a rule on expositions is given: the families, and where in the text they stand.

#include <pitot/catalog/exposition.hpp>
#include <pitot/lint/finding.hpp>
#include <pitot/lint/source.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace pitot::lint::metrics {

/// Where a name stands: in its TYPE, HELP and UNIT lines and in the first of its samples. A length of 0: nowhere.
struct name_places {
    text_span type;
    text_span help;
    text_span unit;
    text_span sample;
};

/// Names as they stand in the text (OpenMetrics' metadata names lack _total and _info).
[[nodiscard]] inline std::unordered_map<std::string_view, name_places> find_names(std::string_view text)
{
    std::unordered_map<std::string_view, name_places> places;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        std::string_view line = text.substr(at, end - at);
        at = end + 1;
        const auto skip = [&line] { line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size())); };
        text_span name_places::*kind = &name_places::sample;
        skip();
        if (line.starts_with('#')) {
            line.remove_prefix(1);
            skip();
            const std::string_view word = line.substr(0, line.find_first_of(" \t"));
            if (word == "TYPE") kind = &name_places::type;
            else if (word == "HELP") kind = &name_places::help;
            else if (word == "UNIT") kind = &name_places::unit;
            else continue;
            line.remove_prefix(word.size());
            skip();
        } else if (line.starts_with('{')) {
            line.remove_prefix(1);
            skip();
        }
        std::string_view name;
        if (line.starts_with('"')) {  // a quoted name; one with escapes is not found again, which costs only its place
            name = line.substr(1, line.find('"', 1) - 1);
        } else {
            name = line.substr(0, line.find_first_of(" \t{"));
        }
        if (name.empty()) continue;
        text_span& place = places[name].*kind;
        if (place.length == 0) place = {static_cast<std::size_t>(name.data() - text.data()), name.size()};
    }
    return places;
}

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
    explicit context(const catalog::exposition& in) : in_(in)
    {
        if (in.format != expo::format::protobuf) places_ = find_names(in.text());
    }

    [[nodiscard]] const batch& families() const noexcept { return in_.families; }
    [[nodiscard]] const catalog::exposition& exposition() const noexcept { return in_; }
    [[nodiscard]] bool is_openmetrics() const noexcept { return in_.format == expo::format::openmetrics; }

    /// The best place to show for a family: its TYPE line's name, its HELP line's, its first sample's. Empty when the
    /// text has no lines (protobuf).
    [[nodiscard]] text_span place_of(const family_view& family) const
    {
        for (const std::string_view name : names_of(family)) {
            const auto at = places_.find(name);
            if (at == places_.end()) continue;
            for (const text_span where : {at->second.type, at->second.help, at->second.unit, at->second.sample})
                if (where.length != 0) return where;
        }
        for (const std::string_view suffix : {"_bucket", "_sum", "_count", "_total", "_info", "_created"}) {
            const auto at = places_.find(concat(family.name(), suffix));
            if (at != places_.end() && at->second.sample.length != 0) return at->second.sample;
        }
        return {};
    }

    /// A part of the text itself (views of the batch point into it, unless there were escapes), or nothing.
    [[nodiscard]] text_span place_of(std::string_view part) const noexcept
    {
        const std::string_view text = in_.text();
        const std::less<const char*> before;
        if (part.empty() || before(part.data(), text.data()) || !before(part.data(), text.data() + text.size())) return {};
        return {static_cast<std::size_t>(part.data() - text.data()), part.size()};
    }

    /// A label's name where it stands, else its family.
    [[nodiscard]] text_span place_of(const label_view& label, const family_view& family) const
    {
        const text_span where = place_of(label.name);
        return where.length != 0 ? where : place_of(family);
    }

    /// A series: its labels where they stand, else its family.
    [[nodiscard]] text_span place_of(const point_view& point, const family_view& family) const
    {
        const labels_view labels = point.labels();
        if (labels.empty()) return place_of(family);
        const text_span first = place_of(labels.front().name);
        const text_span last = place_of(labels.back().value);
        if (first.length == 0) return place_of(family);
        if (last.offset < first.offset || last.offset - first.offset > 1000) return first;
        return {first.offset, last.end() - first.offset};
    }

private:
    [[nodiscard]] static std::vector<std::string_view> names_of(const family_view& family)
    {
        std::vector<std::string_view> names{family.name()};
        for (const std::string_view suffix : {"_total", "_info"})
            if (family.name().size() > suffix.size() && family.name().ends_with(suffix))
                names.push_back(family.name().substr(0, family.name().size() - suffix.size()));
        return names;
    }

    const catalog::exposition& in_;
    std::unordered_map<std::string_view, name_places> places_;
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
