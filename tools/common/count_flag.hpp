#pragma once
// Flags whose value is a number of things.

#include <common/flags.hpp>

#include <fmt/format.h>

#include <charconv>
#include <cstddef>
#include <string>

namespace pitot::tools {

/// most   that is allowed; the least is 1
/// error  invalid_value naming the flag and what it may be
[[nodiscard]] inline result<std::size_t> count_flag(const arguments& given, const char* name,
                                                    std::size_t most = std::size_t{1} << 40U)
{
    const std::string text = given.get(name);
    std::size_t n = 0;
    const auto [stop, code] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (code != std::errc() || stop != text.data() + text.size() || n == 0 || n > most)
        return unexpected(errc::invalid_value,
                          fmt::format("--{} {}: a number from 1 to {} is expected", name, text, most));
    return n;
}

}  // namespace pitot::tools
