#pragma once
// From Vector's names to the exporter's: what the tables know about moving a query from one profile to the other.

#include <pitot/base/text.hpp>
#include <pitot/collect/table.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::collect {

/// A metric that both profiles have, with the labels and label values that are called differently. Labels that only one
/// of them has are not listed: Vector's collector and host go, what the exporter has more need not be asked for.
struct renaming {
    struct value_change {
        std::string_view label;  ///< in Vector's profile
        std::string_view from;
        std::string_view to;
    };
    std::string vector;  ///< with prefix
    std::string_view exporter;
    std::vector<std::pair<std::string_view, std::string_view>> labels;  ///< Vector's, the exporter's
    std::vector<value_change> values;
};

namespace detail {
constexpr std::string_view cut(std::string_view& rest, char at) noexcept
{
    const std::size_t end = rest.find(at);
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return part;
}
}  // namespace detail

/// prefix  of Vector's names, without the underscore
inline std::vector<renaming> migration_map(std::span<const metric_table> tables, std::string_view prefix = "host")
{
    std::vector<renaming> all;
    for (const metric_table& table : tables)
        for (const metric& m : table.metrics) {
            if (m.name.empty() || m.vector.empty()) continue;
            renaming r{prefix.empty() ? std::string(m.vector) : concat(prefix, "_", m.vector), m.name, {}, {}};
            std::string_view theirs = m.vector_labels == same_labels ? m.labels : m.vector_labels;
            std::string_view ours = m.labels;
            while (!theirs.empty() && !ours.empty()) {
                std::string_view their_values = detail::cut(theirs, ',');
                std::string_view our_values = detail::cut(ours, ',');
                const std::string_view their_name = detail::cut(their_values, '=');
                const std::string_view our_name = detail::cut(our_values, '=');
                if (their_name != our_name) r.labels.emplace_back(their_name, our_name);
                while (!their_values.empty() && !our_values.empty()) {
                    const std::string_view from = detail::cut(their_values, '|');
                    const std::string_view to = detail::cut(our_values, '|');
                    if (from != to) r.values.push_back({their_name, from, to});
                }
            }
            all.push_back(std::move(r));
        }
    return all;
}

}  // namespace pitot::collect
