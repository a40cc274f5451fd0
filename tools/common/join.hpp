#pragma once
// Lists in messages. (fmt::join makes GCC 12 warn falsely about its own header.)

#include <string>
#include <string_view>

namespace pitot::tools {

/// The words with a separator between them.
/// words  a range of things that convert to std::string_view
template <class Words>
[[nodiscard]] std::string join(const Words& words, std::string_view separator)
{
    std::string text;
    bool first = true;
    for (const auto& word : words) {
        if (!first) text.append(separator);
        first = false;
        text.append(std::string_view(word));
    }
    return text;
}

}  // namespace pitot::tools
