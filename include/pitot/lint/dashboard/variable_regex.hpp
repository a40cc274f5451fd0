#pragma once
// The regex of a variable: which of what its query gave it keeps, and what part of that.

#include <pitot/base/text.hpp>
#include <pitot/catalog/matcher.hpp>  // regex

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::lint::dashboards {

/// As Grafana reads it: /…/ with flags is searched for, another text fits the whole value.
/// source  Grafana, packages/grafana-data, stringToJsRegex; scenes, metricNamesToVariableValues
class variable_regex {
public:
    /// Nothing for what RE2 does not take, as (?!…).
    [[nodiscard]] static std::optional<variable_regex> read(std::string_view written)
    {
        std::string pattern;
        const bool is_whole = !written.starts_with('/');
        bool is_global = false;
        if (is_whole) {
            pattern = concat("^", written, "$");
        } else {
            const std::size_t end = written.rfind('/');
            const std::string_view flags = written.substr(end + 1);
            if (end == 0 || flags.find_first_not_of("gimy") != std::string_view::npos) return {};
            for (const char flag : {'i', 'm'})
                if (flags.find(flag) != std::string_view::npos)
                    pattern += concat("(?", std::string_view(&flag, 1), ")");
            pattern += written.substr(1, end - 1);
            is_global = flags.find('g') != std::string_view::npos;
        }
        // JavaScript names groups as RE2 of Debian 12 does not.
        for (std::size_t at = pattern.find("(?<"); at != std::string::npos; at = pattern.find("(?<", at + 1)) {
            if (at + 3 < pattern.size() && (pattern[at + 3] == '=' || pattern[at + 3] == '!')) return {};
            pattern.insert(at + 2, "P");
        }
        auto made = regex::compile(pattern, false);
        if (!made) return {};
        return variable_regex(std::move(*made), is_global);
    }

    [[nodiscard]] bool keeps(std::string_view text) const { return made_.matches(text); }

    /// What becomes of a text: nothing, itself, its first group or the one named value, of /…/g the first group of
    /// every match.
    [[nodiscard]] std::vector<std::string> values_of(std::string_view text) const
    {
        std::vector<std::string> out;
        if (!keeps(text)) return out;
        std::string value;
        for (const std::string_view named : {"${value}", "${text}"})
            if (made_.expand(text, named, value) && !value.empty()) return {value};
        if (made_.groups() == 0) return {std::string(text)};
        std::size_t at = 0;
        do {
            const auto end = made_.expand_from(text, at, "$1", value);
            if (!end) break;
            if (!value.empty()) out.push_back(value);
            at = *end;
        } while (is_global_ && at < text.size());
        return out;
    }

private:
    variable_regex(regex made, bool is_global) : made_(std::move(made)), is_global_(is_global) {}

    regex made_;
    bool is_global_;
};

}  // namespace pitot::lint::dashboards
