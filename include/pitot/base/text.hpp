#pragma once
// Putting sentences together without a formatting library.

#include <string>
#include <string_view>

namespace pitot {

/// Joins texts in one allocation. (GCC 12 also warns falsely about `"literal" + std::string` at -O3; this does not.)
template <class... Parts>
[[nodiscard]] std::string concat(const Parts&... parts)
{
    std::string text;
    text.reserve((std::string_view(parts).size() + ... + 0));
    (text.append(std::string_view(parts)), ...);
    return text;
}

}  // namespace pitot
