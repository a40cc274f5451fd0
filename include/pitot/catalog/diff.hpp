#pragma once
// What changed between two catalogs, in the words of those who query them.

#include <pitot/base/text.hpp>
#include <pitot/catalog/listing.hpp>

#include <algorithm>  // std::find
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::catalog {

/// removed and renamed series break queries; added ones do not.
enum class change_kind : unsigned char {
    removed,
    renamed,
    type_changed,
    label_removed,
    value_removed,
    added,
    label_added,
    value_added,
    unit_changed
};

[[nodiscard]] constexpr std::string_view to_string(change_kind kind) noexcept
{
    switch (kind) {
    case change_kind::removed: return "removed";
    case change_kind::renamed: return "renamed";
    case change_kind::type_changed: return "type-changed";
    case change_kind::label_removed: return "label-removed";
    case change_kind::value_removed: return "value-removed";
    case change_kind::added: return "added";
    case change_kind::label_added: return "label-added";
    case change_kind::value_added: return "value-added";
    case change_kind::unit_changed: return "unit-changed";
    }
    return "removed";
}

/// Can a query that worked before stop working?
[[nodiscard]] constexpr bool breaks(change_kind kind) noexcept { return kind < change_kind::added; }

/// name     the metric as it was (added: as it is)
/// label    whose name or value changed, else empty
/// before, after  what stands there: names, types, units or values
struct change {
    change_kind kind;
    std::string name;
    std::string label;
    std::string before;
    std::string after;
};

namespace detail {

/// Are the series of a histogram or summary metrics of their own on the other side, which was not told its type?
[[nodiscard]] inline bool is_in_parts(const metric& whole, const listing& other)
{
    const auto parts = series_suffixes(whole.type);
    if (parts.size() < 2 || whole.native) return false;
    bool any = false;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const bool is_native = parts[i].empty() && whole.type != metric_type::summary;
        if (is_native || (whole.absent >> i & 1U) != 0) continue;
        const auto at = other.metrics().find(concat(whole.name, parts[i]));
        if (at == other.metrics().end() || at->second.type != metric_type::unknown) return false;
        any = true;
    }
    return any;
}
/// Is a metric such a part of one of the other side?
[[nodiscard]] inline bool is_part(std::string_view name, const listing& own, const listing& other)
{
    for (const std::string_view suffix : {"_bucket", "_sum", "_count"}) {
        if (!name.ends_with(suffix)) continue;
        const auto at = other.metrics().find(name.substr(0, name.size() - suffix.size()));
        if (at != other.metrics().end() && is_in_parts(at->second, own)) return true;
    }
    return false;
}

}  // namespace detail

/// Every change from one catalog to another, by metric name. Values are compared where both lists are complete. A
/// histogram or summary that lost its _sum or _count has that removed. A metric that is gone counts as renamed when the
/// other side has a new one of the same type and help, or the name with or without _total.
[[nodiscard]] inline std::vector<change> diff(const listing& before, const listing& after)
{
    std::vector<change> out;
    std::vector<std::string_view> renamed_to;
    const auto successor = [&](const metric& old) -> const metric* {
        const metric* found = nullptr;
        for (const auto& [name, m] : after.metrics()) {
            if (before.metrics().contains(name) ||
                std::find(renamed_to.begin(), renamed_to.end(), name) != renamed_to.end())
                continue;
            const bool total = name == concat(old.name, "_total") || old.name == concat(name, "_total");
            if (total) return &m;
            if (!old.help.empty() && m.help == old.help && m.type == old.type) {
                if (found != nullptr) return nullptr;  // several: nobody can tell
                found = &m;
            }
        }
        return found;
    };
    for (const auto& [name, old] : before.metrics()) {
        const auto at = after.metrics().find(name);
        const metric* now = at == after.metrics().end() ? successor(old) : &at->second;
        if (now == nullptr) {
            if (detail::is_in_parts(old, after))
                out.push_back({change_kind::type_changed,
                               name,
                               {},
                               std::string(to_string(old.type)),
                               std::string(to_string(metric_type::unknown))});
            else if (!detail::is_part(name, before, after))
                out.push_back({change_kind::removed, name, {}, {}, {}});
            continue;
        }
        if (now->name != name) {
            renamed_to.push_back(now->name);
            out.push_back({change_kind::renamed, name, {}, name, now->name});
        }
        if (now->type != old.type)
            out.push_back({change_kind::type_changed,
                           name,
                           {},
                           std::string(to_string(old.type)),
                           std::string(to_string(now->type))});
        if (now->type == old.type) {
            const auto parts = series_suffixes(old.type);
            for (std::size_t i = 0; i < parts.size(); ++i) {
                const bool was = (old.absent >> i & 1U) == 0;
                const bool is = (now->absent >> i & 1U) == 0;
                if (was == is || parts[i].empty()) continue;
                out.push_back({was ? change_kind::removed : change_kind::added, concat(name, parts[i]), {}, {}, {}});
            }
        }
        if (now->unit != old.unit) out.push_back({change_kind::unit_changed, name, {}, old.unit, now->unit});
        for (const auto& [label, values] : old.labels) {
            const auto other = now->labels.find(label);
            if (other == now->labels.end()) {
                out.push_back({change_kind::label_removed, name, label, {}, {}});
                continue;
            }
            if (!values.complete || !other->second.complete) continue;
            for (const std::string& value : values.values)
                if (!other->second.contains(value)) out.push_back({change_kind::value_removed, name, label, value, {}});
            for (const std::string& value : other->second.values)
                if (!values.contains(value)) out.push_back({change_kind::value_added, name, label, {}, value});
        }
        for (const auto& [label, values] : now->labels)
            if (!old.labels.contains(label)) out.push_back({change_kind::label_added, name, label, {}, {}});
    }
    for (const auto& [name, m] : after.metrics())
        if (!before.metrics().contains(name) &&
            std::find(renamed_to.begin(), renamed_to.end(), name) == renamed_to.end() &&
            !detail::is_part(name, after, before))
            out.push_back(
                {detail::is_in_parts(m, before) ? change_kind::type_changed : change_kind::added,
                 name,
                 {},
                 detail::is_in_parts(m, before) ? std::string(to_string(metric_type::unknown)) : std::string(),
                 detail::is_in_parts(m, before) ? std::string(to_string(m.type)) : std::string()});
    return out;
}

}  // namespace pitot::catalog
