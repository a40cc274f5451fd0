#pragma once
// Units as metric names spell them, and the base units to use instead.
// source  Prometheus, "Metric and label naming"; the words are those that promtool knows

#include <iterator>
#include <optional>
#include <string_view>

namespace pitot::lint::metrics {

struct unit_word {
    std::string_view word;
    std::string_view base;
};

inline constexpr unit_word unit_words[] = {
    {"amperes", "amperes"}, {"bytes", "bytes"},     {"celsius", "celsius"}, {"grams", "grams"},
    {"joules", "joules"},   {"kelvin", "kelvin"},   {"meters", "meters"},   {"metres", "metres"},
    {"seconds", "seconds"}, {"volts", "volts"},     {"minutes", "seconds"}, {"hours", "seconds"},
    {"days", "seconds"},    {"weeks", "seconds"},   {"kelvins", "kelvin"},  {"fahrenheit", "celsius"},
    {"rankine", "celsius"}, {"inches", "meters"},   {"yards", "meters"},    {"miles", "meters"},
    {"bits", "bytes"},      {"calories", "joules"}, {"pounds", "grams"},    {"ounces", "grams"},
};

inline constexpr std::string_view unit_prefixes[] = {
    "pico", "nano", "micro", "milli", "centi", "deci", "deca", "hecto", "kilo", "kibi",
    "mega", "mibi", "mebi",  "giga",  "gibi",  "tera", "tebi", "peta",  "pebi",
};

/// Short forms that a reader has to guess: is m minutes, meters or milli?
inline constexpr std::string_view unit_abbreviations[] = {
    "s", "ms", "us", "ns", "sec", "b", "kb", "mb", "gb", "tb", "pb", "m", "h", "d",
};

[[nodiscard]] constexpr std::string_view base_unit_of(std::string_view word) noexcept
{
    for (const unit_word& unit : unit_words)
        if (unit.word == word) return unit.base;
    return {};
}

/// The first word of a name (words stand between underscores) that is a unit, with or without prefix, and its base
/// unit. A word with a prefix is not its own base: kilobytes are counted in bytes.
[[nodiscard]] constexpr std::optional<unit_word> unit_in(std::string_view name) noexcept
{
    while (!name.empty()) {
        const std::string_view word = name.substr(0, name.find('_'));
        if (const std::string_view base = base_unit_of(word); !base.empty()) return unit_word{word, base};
        for (const std::string_view prefix : unit_prefixes) {
            if (!word.starts_with(prefix)) continue;
            if (const std::string_view base = base_unit_of(word.substr(prefix.size())); !base.empty())
                return unit_word{word, base};
        }
        name.remove_prefix(word.size() < name.size() ? word.size() + 1 : word.size());
    }
    return std::nullopt;
}

}  // namespace pitot::lint::metrics
