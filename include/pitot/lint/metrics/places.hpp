#pragma once
// Where names and series stand in a text of lines. A batch does not say: labels that repeat are read once, so that
// views into the text don't tell the second from the first.

#include <pitot/base/span.hpp>
#include <pitot/base/text.hpp>
#include <pitot/expo/assemble.hpp>  // hash_labels, same_labels
#include <pitot/expo/line.hpp>
#include <pitot/model/batch.hpp>

#include <algorithm>  // std::min
#include <cstddef>
#include <functional>  // std::less
#include <string>
#include <string_view>
#include <unordered_map>
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
        out.kind = word == "TYPE"   ? line_kind::type
                   : word == "HELP" ? line_kind::help
                   : word == "UNIT" ? line_kind::unit
                                    : line_kind::other;
        if (out.kind == line_kind::other) return {};
        line.remove_prefix(word.size());
        skip();
    } else if (line.starts_with('{')) {
        line.remove_prefix(1);
        skip();
    }
    out.name = line.starts_with('"') ? line.substr(1, line.find('"', 1) - 1)
                                     : line.substr(0, line.find_first_of(" \t{"));
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

/// The places in one text. Built as they are asked for: a text without findings costs nothing.
class text_places {
public:
    /// text    must outlive the places; empty for what has no lines (protobuf)
    text_places(std::string_view text, expo::text_format format) : text_(text), format_(format) {}

    /// The best place to show for a family: its TYPE line's name, its HELP line's, its first sample's; empty: nowhere.
    [[nodiscard]] text_span of_family(std::string_view family) const
    {
        build();
        std::vector<std::string> names{std::string(family)};
        for (const std::string_view suffix : {"_total", "_info"})  // metadata of OpenMetrics lacks them
            if (family.size() > suffix.size() && family.ends_with(suffix))
                names.emplace_back(family.substr(0, family.size() - suffix.size()));
        for (const std::string_view suffix : {"_bucket", "_sum", "_count", "_gsum", "_gcount"})
            names.push_back(concat(family, suffix));
        for (const std::string& name : names) {
            const auto at = names_.find(name);
            if (at == names_.end()) continue;
            for (const text_span where : {at->second.type, at->second.help, at->second.unit, at->second.sample})
                if (where.length != 0) return where;
        }
        return {};
    }

    /// A series' first line, from its name to the closing brace; empty: not found.
    [[nodiscard]] text_span of_series(std::string_view family, labels_view labels) const
    {
        const expo::sample_line* const line = series_line(family, labels);
        return line == nullptr ? text_span{} : head_of(line->name);
    }

    /// A label's name in a series' first line.
    [[nodiscard]] text_span of_label(std::string_view family, labels_view labels, std::string_view name) const
    {
        const expo::sample_line* const line = series_line(family, labels);
        if (line != nullptr)
            for (const label_view& l : line->labels)
                if (l.name == name && is_inside(l.name)) return {offset(l.name.data()), l.name.size()};
        return {};
    }

    /// The line of the `index`-th sample of a name; empty: there are fewer.
    [[nodiscard]] text_span of_sample(std::string_view name, std::size_t index) const
    {
        build();
        const auto at = samples_.find(name);
        if (at == samples_.end() || index >= at->second.size()) return {};
        return head_of(text_.substr(at->second[index], name.size()));
    }

private:
    [[nodiscard]] std::size_t offset(const char* at) const noexcept
    {
        return static_cast<std::size_t>(at - text_.data());
    }
    [[nodiscard]] bool is_inside(std::string_view part) const noexcept
    {
        const std::less<> before;
        return !part.empty() && !before(part.data(), text_.data()) && before(part.data(), text_.data() + text_.size());
    }

    /// name{…}, seen from the name in the text.
    [[nodiscard]] text_span head_of(std::string_view name) const
    {
        if (!is_inside(name)) return {};
        const std::size_t first = offset(name.data());
        const std::string_view rest = text_.substr(first, std::min(text_.find('\n', first), text_.size()) - first);
        bool quoted = false;
        for (std::size_t i = name.size(); i < rest.size(); ++i) {
            if (rest[i] == '\\' && quoted)
                ++i;
            else if (rest[i] == '"')
                quoted = !quoted;
            else if (rest[i] == '}' && !quoted)
                return {first, i + 1};
            else if (rest[i] != ' ' && rest[i] != '\t' && rest[i] != '{' && i == name.size())
                break;
        }
        return {first, name.size()};
    }

    void build() const
    {
        if (built_) return;
        built_ = true;
        names_ = find_names(text_);
        for_each_line(text_, [&](const named_line& line) {
            if (line.kind == line_kind::sample) samples_[line.name].push_back(offset(line.name.data()));
        });
    }

    /// The lines of one family are read again when they are first asked for; only the last family's are kept.
    [[nodiscard]] const expo::sample_line* series_line(std::string_view family, labels_view labels) const
    {
        build();
        if (family != family_) read_family(family);
        const auto [first, last] = by_hash_.equal_range(expo::hash_labels(labels, {}));
        std::size_t found = lines_.size();  // the first in the text: the multimap keeps no order
        for (auto at = first; at != last; ++at)
            if (at->second < found && is_series(labels, at->second)) found = at->second;
        return found < lines_.size() ? &lines_[found] : nullptr;
    }

    /// same_labels() leaves the label out on both sides; the labels asked for have none to leave out.
    [[nodiscard]] bool is_series(labels_view labels, std::size_t line) const
    {
        for (const label_view& l : labels)
            if (l.name == without_[line] && !without_[line].empty()) return false;
        return expo::same_labels(labels, lines_[line].labels, without_[line]);
    }

    void read_family(std::string_view family) const
    {
        family_ = family;
        lines_.clear();
        without_.clear();
        by_hash_.clear();
        keep_.clear();
        for (const std::string_view suffix : {"_bucket", "", "_sum", "_count", "_gsum", "_gcount"}) {
            const auto at = samples_.find(concat(family, suffix));
            if (at == samples_.end()) continue;
            for (const std::size_t where : at->second) {
                std::size_t first = where;
                while (first > 0 && text_[first - 1] != '\n') --first;
                expo::line_parser parser(text_, keep_, format_);  // a fresh one: nothing is shared with the line before
                expo::sample_line line;
                if (!parser.parse(text_.substr(first, std::min(text_.find('\n', first), text_.size()) - first), line))
                    continue;
                const std::string_view without = suffix == "_bucket" ? "le" : suffix.empty() ? "quantile" : "";
                const bool has = std::any_of(line.labels.begin(), line.labels.end(),
                                             [&](const label_view& l) { return l.name == without; });
                for (const std::string_view leave_out : {has ? without : std::string_view(), std::string_view()}) {
                    by_hash_.emplace(expo::hash_labels(line.labels, leave_out), lines_.size());
                    lines_.push_back(line);
                    without_.push_back(leave_out);
                    if (!has) break;
                }
            }
        }
    }

    std::string_view text_;
    expo::text_format format_;
    mutable bool built_ = false;
    mutable std::unordered_map<std::string_view, name_places> names_;
    mutable std::unordered_map<std::string_view, std::vector<std::size_t>> samples_;
    mutable std::string family_;
    mutable std::vector<expo::sample_line> lines_;
    mutable std::vector<std::string_view> without_;
    mutable std::unordered_multimap<std::size_t, std::size_t> by_hash_;
    mutable arena keep_;
};

}  // namespace pitot::lint::metrics
