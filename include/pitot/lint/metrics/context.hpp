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

enum class line_kind : unsigned char { other, type, help, unit, sample };

struct named_line {
    line_kind kind = line_kind::other;
    std::string_view name;
};

/// What a line of text 0.0.4 or OpenMetrics is about. A quoted name with escapes is given as it stands.
[[nodiscard]] inline named_line read_line(std::string_view line)
{
    named_line out{line_kind::sample, {}};
    const auto skip = [&line] { line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size())); };
    skip();
    if (line.starts_with('#')) {
        line.remove_prefix(1);
        skip();
        const std::string_view word = line.substr(0, line.find_first_of(" \t"));
        out.kind = word == "TYPE" ? line_kind::type : word == "HELP" ? line_kind::help : word == "UNIT" ? line_kind::unit : line_kind::other;
        if (out.kind == line_kind::other) return {};
        line.remove_prefix(word.size());
        skip();
    } else if (line.starts_with('{')) {
        line.remove_prefix(1);
        skip();
    }
    out.name = line.starts_with('"') ? line.substr(1, line.find('"', 1) - 1) : line.substr(0, line.find_first_of(" \t{"));
    return out.name.empty() ? named_line{} : out;
}

/// f(named_line) for every line that has a name.
template <class F>
void for_each_line(std::string_view text, F&& f)
{
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        if (const named_line line = read_line(text.substr(at, end - at)); line.kind != line_kind::other) f(line);
        at = end + 1;
    }
}

/// Names as they stand in the text (OpenMetrics' metadata names lack _total and _info).
[[nodiscard]] inline std::unordered_map<std::string_view, name_places> find_names(std::string_view text)
{
    std::unordered_map<std::string_view, name_places> places;
    for_each_line(text, [&](const named_line& line) {
        name_places& of = places[line.name];
        text_span& place = line.kind == line_kind::type   ? of.type
                           : line.kind == line_kind::help ? of.help
                           : line.kind == line_kind::unit ? of.unit
                                                          : of.sample;
        if (place.length == 0) place = {static_cast<std::size_t>(line.name.data() - text.data()), line.name.size()};
    });
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

    /// The line of a family's `index`-th series, which is a sample each; without parts of several lines (histograms,
    /// summaries) and only while no line was left out as malformed. (Labels that repeat are read once, so that their
    /// views do not tell the second from the first.)
    [[nodiscard]] text_span place_of_sample(const family_view& family, std::size_t index) const
    {
        if (in_.format == expo::format::protobuf || !in_.errors.empty() || family[index].row().detail != point_row::none)
            return place_of(family[index], family);
        if (samples_.empty())
            for_each_line(in_.text(), [&](const named_line& line) {
                if (line.kind == line_kind::sample) samples_[line.name].push_back(static_cast<std::size_t>(line.name.data() - in_.text().data()));
            });
        const auto at = samples_.find(family.name());
        if (at == samples_.end() || index >= at->second.size()) return place_of(family[index], family);
        const std::size_t first = at->second[index];
        const std::string_view line = line_at(in_.text(), first);
        const std::size_t name_end = first + family.name().size();
        const std::size_t brace = static_cast<std::size_t>(line.data() - in_.text().data()) + std::min(line.rfind('}'), line.size());
        return {first, (brace > name_end && brace < first + line.size() ? brace + 1 : name_end) - first};
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
    mutable std::unordered_map<std::string_view, std::vector<std::size_t>> samples_;  // built when first asked for
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
