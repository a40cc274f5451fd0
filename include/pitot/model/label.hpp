#pragma once
// Labels as views.

#include <algorithm>  // std::lexicographical_compare
#include <cstddef>
#include <span>
#include <string_view>

namespace pitot {

/// A label of a series. An empty value is the same as no label.
struct label_view {
    std::string_view name;
    std::string_view value;
    friend constexpr bool operator==(const label_view&, const label_view&) = default;
    friend constexpr auto operator<=>(const label_view& a, const label_view& b) noexcept
    {
        const int by_name = a.name.compare(b.name);
        return by_name != 0 ? by_name <=> 0 : a.value.compare(b.value) <=> 0;
    }
};

using labels_view = std::span<const label_view>;

/// The value of a label, or an empty view.
[[nodiscard]] constexpr std::string_view label_value(labels_view labels, std::string_view name) noexcept
{
    for (const label_view& label : labels)
        if (label.name == name) return label.value;
    return {};
}

}  // namespace pitot
