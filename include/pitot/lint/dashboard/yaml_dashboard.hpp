#pragma once
// A dashboard that is written in YAML itself, as tools that keep Grafana's resources in files do.

#include <pitot/base/text.hpp>
#include <pitot/connect/yaml.hpp>
#include <pitot/json/pointer.hpp>
#include <pitot/json/reader.hpp>
#include <pitot/json/write.hpp>
#include <pitot/lint/dashboard/check.hpp>
#include <pitot/lint/dashboard/yaml_text.hpp>

#include <algorithm>  // std::min, std::partition_point
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::lint::dashboards::detail {

/// A value of YAML as JSON, and where each part of that stands in YAML.
class yaml_as_json {
public:
    /// most  bytes of JSON; what has more, as aliases of aliases have, is not written
    yaml_as_json(const yaml::node& from, std::size_t most) : most_(most) { write(from, ""); }

    [[nodiscard]] bool is_whole() const noexcept { return text_.size() <= most_; }
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

    /// The place in YAML of a part of the JSON; the beginning of what it stands in where that is no single value.
    /// file   the YAML
    /// first  where the document begins in it
    [[nodiscard]] text_span place(std::string_view file, std::size_t first, text_span part) const
    {
        const auto behind = std::partition_point(pieces_.begin(), pieces_.end(),
                                                 [part](const piece& p) { return p.where.offset <= part.offset; });
        if (behind == pieces_.begin()) return {first, 1};
        const piece& in = *(behind - 1);
        const text_span value{first + in.at, 1};
        if (!in.is_text || part.offset <= in.where.offset || part.end() > in.where.end()) return value;
        const std::size_t begin = meant(in.where.offset + 1, part.offset);
        const std::size_t end = meant(in.where.offset + 1, std::min(part.end(), in.where.end() - 1));
        return place_in_yaml(file, value, in.meaning, {begin, end - begin});
    }
    /// The same for what a pointer leads to.
    [[nodiscard]] std::size_t place(std::size_t first, const std::string& pointer) const
    {
        const auto at = by_pointer_.find(pointer);
        return first + (at == by_pointer_.end() ? 0 : pieces_[at->second].at);
    }

private:
    /// where    in the JSON
    /// at       in the document
    /// meaning  of a text
    struct piece {
        text_span where;
        std::size_t at;
        bool is_text;
        std::string meaning;
    };

    void write(const yaml::node& from, const std::string& pointer)
    {
        if (!is_whole()) return;
        const std::size_t number = pieces_.size();
        by_pointer_.emplace(pointer, number);
        pieces_.push_back({{text_.size(), 0}, from.span().offset, false, {}});
        switch (from.kind()) {
        case yaml::kind::null: text_ += "null"; break;
        case yaml::kind::scalar: write_scalar(from, number); break;
        case yaml::kind::list: write_list(from, pointer); break;
        case yaml::kind::map: write_map(from, pointer); break;
        }
        pieces_[number].where.length = text_.size() - pieces_[number].where.offset;
    }
    void write_scalar(const yaml::node& from, std::size_t number)
    {
        std::string value = from.as<std::string>().value_or("");
        if (from.is_plain()) {
            using word = std::pair<std::string_view, std::string_view>;
            for (const auto& [written, means] : {word{"true", "true"}, word{"false", "false"}, word{"yes", "true"},
                                                 word{"no", "false"}, word{"on", "true"}, word{"off", "false"}})
                if (equal_lower(value, written)) value = means;
            if (value == "true" || value == "false" || is_number(value)) {
                text_ += value;
                return;
            }
        }
        json::append_string(text_, value);
        pieces_[number].is_text = true;
        pieces_[number].meaning = std::move(value);
    }
    void write_list(const yaml::node& from, const std::string& pointer)
    {
        text_ += '[';
        if (const auto all = from.items())
            for (std::size_t i = 0; i < all->size(); ++i) {
                if (i > 0) text_ += ',';
                write((*all)[i], concat(pointer, "/", std::to_string(i)));
            }
        text_ += ']';
    }
    void write_map(const yaml::node& from, const std::string& pointer)
    {
        text_ += '{';
        bool is_first = true;
        if (const auto all = from.members())
            for (const auto& m : *all) {
                if (!is_first) text_ += ',';
                is_first = false;
                json::append_string(text_, m.name, ":");
                std::string below = pointer;
                json::append_token(below, m.name);
                write(m.value, below);
            }
        text_ += '}';
    }
    [[nodiscard]] static bool is_number(std::string_view text)
    {
        const auto read = json::parse(text);
        return read && read->root().as_double().has_value();
    }
    /// Bytes of the text that a part of its JSON means.
    [[nodiscard]] std::size_t meant(std::size_t first, std::size_t last) const
    {
        const std::string literal = concat("\"", std::string_view(text_).substr(first, last - first), "\"");
        const auto read = json::parse(literal);
        return read ? read->root().text().size() : last - first;
    }

    std::size_t most_;
    std::string text_;
    std::vector<piece> pieces_;
    std::map<std::string, std::size_t, std::less<>> by_pointer_;
};

/// Has a map what a dashboard has, or a file of Grafana's own alert rules? Panels of Perses are a map.
[[nodiscard]] inline bool is_written_dashboard(const yaml::node& of)
{
    if (of.find("apiVersion") &&
        (of.find("groups") || of.get<std::string>("kind", "").value_or("") == "GrafanaAlertRuleGroup"))
        return true;
    bool is_one = false;
    for (const std::string_view key : {"title", "schemaVersion", "uid", "templating", "layout", "timezone"})
        is_one = is_one || of.find(key).has_value();
    if (!is_one) return false;
    for (const std::string_view list : {"panels", "rows"})
        if (const auto found = of.find(list); found && found->kind() == yaml::kind::list) return true;
    const auto elements = of.find("elements");
    return elements && elements->kind() == yaml::kind::map;
}

/// Judges a map of YAML as a dashboard. False when it is none.
/// first  where its document begins in the file
[[nodiscard]] inline bool check_written(const source& file, const yaml::node& from, std::size_t first,
                                        const world& sources, const json::limits& allowed, verdicts& out)
{
    const auto spec = from.find("spec");
    if (!is_written_dashboard(from) && !(spec && is_written_dashboard(*spec))) return false;
    const yaml_as_json made(from, allowed.size);
    if (!made.is_whole() || !check(source(file.name(), made.text()), sources, allowed, out, false)) return false;
    for (finding& f : out.findings) {
        f.where = made.place(file.text(), first, f.where);
        f.begin = file.position(f.where.offset);
        f.end = file.position(f.where.end());
        if (f.query.empty()) {
            const text_span line = file.line(f.where.offset);
            lint::detail::show(f, file.text().substr(line.offset, line.length),
                               {f.where.offset - line.offset, f.where.length});
        }
    }
    for (judgement& j : out.judged) j.at = file.position(made.place(first, j.pointer));
    return true;
}

}  // namespace pitot::lint::dashboards::detail
