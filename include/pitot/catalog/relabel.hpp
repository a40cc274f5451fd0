#pragma once
// relabel_configs of a Prometheus configuration.

#include <pitot/base/md5.hpp>
#include <pitot/connect/regex.hpp>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::catalog {

/// Sorted by name; no empty values.
using label_list = std::vector<std::pair<std::string, std::string>>;

[[nodiscard]] inline std::string_view value_of(const label_list& in, std::string_view name) noexcept
{
    const auto at = std::lower_bound(in.begin(), in.end(), name,
                                     [](const auto& l, std::string_view n) { return l.first < n; });
    return at != in.end() && at->first == name ? std::string_view(at->second) : std::string_view();
}

/// An empty value takes the label away.
inline void set_label(label_list& in, std::string_view name, std::string_view value)
{
    const auto at = std::lower_bound(in.begin(), in.end(), name,
                                     [](const auto& l, std::string_view n) { return l.first < n; });
    const bool there = at != in.end() && at->first == name;
    if (value.empty()) {
        if (there) in.erase(at);
    } else if (there) {
        at->second = value;
    } else {
        in.insert(at, {std::string(name), std::string(value)});
    }
}

enum class relabel_action : unsigned char {
    replace,
    keep,
    drop,
    keepequal,
    dropequal,
    lowercase,
    uppercase,
    labelmap,
    labeldrop,
    labelkeep,
    hashmod
};

/// One step. source  Prometheus, configuration, relabel_config
/// modulus  of hashmod, which does nothing where it is 0
struct relabel_step {
    relabel_action action = relabel_action::replace;
    std::vector<std::string> sources;
    std::string separator = ";";
    std::string target;
    std::string replacement = "$1";
    regex pattern;
    std::uint64_t modulus = 0;
};

/// What hashmod divides: the last eight bytes of the MD5, the largest first.
/// source  Prometheus, model/relabel/relabel.go, HashMod
[[nodiscard]] inline std::uint64_t shard_hash(std::string_view text)
{
    const auto digest = md5(text);
    std::uint64_t sum = 0;
    for (std::size_t i = 8; i < digest.size(); ++i) sum = sum << 8U | digest[i];
    return sum;
}

/// False when the steps drop what has these labels.
[[nodiscard]] inline bool relabel(label_list& labels, const std::vector<relabel_step>& steps)
{
    for (const relabel_step& step : steps) {
        std::string value;
        for (std::size_t i = 0; i < step.sources.size(); ++i) {
            if (i > 0) value += step.separator;
            value += value_of(labels, step.sources[i]);
        }
        std::string made;
        switch (step.action) {
        case relabel_action::keep:
            if (!step.pattern.matches(value)) return false;
            break;
        case relabel_action::drop:
            if (step.pattern.matches(value)) return false;
            break;
        case relabel_action::keepequal:
            if (value_of(labels, step.target) != value) return false;
            break;
        case relabel_action::dropequal:
            if (value_of(labels, step.target) == value) return false;
            break;
        case relabel_action::replace:
            if (std::string target; step.pattern.expand(value, step.target, target) &&
                                    step.pattern.expand(value, step.replacement, made) && !target.empty())
                set_label(labels, target, made);
            break;
        case relabel_action::lowercase:
        case relabel_action::uppercase:
            for (char& c : value)
                c = static_cast<char>(step.action == relabel_action::lowercase
                                          ? std::tolower(static_cast<unsigned char>(c))
                                          : std::toupper(static_cast<unsigned char>(c)));
            set_label(labels, step.target, value);
            break;
        case relabel_action::labelmap: {
            const label_list before = labels;
            for (const auto& [name, text] : before)
                if (step.pattern.expand(name, step.replacement, made)) set_label(labels, made, text);
            break;
        }
        case relabel_action::labeldrop:
            std::erase_if(labels, [&](const auto& l) { return step.pattern.matches(l.first); });
            break;
        case relabel_action::labelkeep:
            std::erase_if(labels, [&](const auto& l) { return !step.pattern.matches(l.first); });
            break;
        case relabel_action::hashmod:
            if (step.modulus > 0) set_label(labels, step.target, std::to_string(shard_hash(value) % step.modulus));
            break;
        }
    }
    return true;
}

}  // namespace pitot::catalog
