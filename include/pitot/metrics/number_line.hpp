#pragma once
// A family of one number in the text format, written without a registry.

#include <charconv>  // std::to_chars
#include <cstddef>
#include <cstdint>
#include <cstring>  // std::memcpy
#include <string_view>
#include <type_traits>

namespace pitot::detail {

/// HELP, TYPE and the sample. Help is escaped (\ and newline).
/// returns  bytes written, or 0 when they do not fit
template <class T>
std::size_t write_number_family(char* out, std::size_t size, std::string_view name, std::string_view help,
                                std::string_view type, T value) noexcept
{
    constexpr std::size_t fixed = 64;  // "# HELP  \n# TYPE  \n \n", the number
    if (size < fixed + 3 * name.size() + 2 * help.size() + type.size()) return 0;
    char* at = out;
    const auto put = [&at](std::string_view text) {
        if (!text.empty()) std::memcpy(at, text.data(), text.size());
        at += text.size();
    };
    if (!help.empty()) {
        put("# HELP ");
        put(name);
        put(" ");
        for (const char c : help) {
            if (c == '\\' || c == '\n') *at++ = '\\';
            *at++ = c == '\n' ? 'n' : c;
        }
        put("\n");
    }
    put("# TYPE ");
    put(name);
    put(" ");
    put(type);
    put("\n");
    put(name);
    put(" ");
    if constexpr (std::is_integral_v<T>) {
        at = std::to_chars(at, at + 24, value).ptr;
    } else if (value != value) {
        put("NaN");
    } else if (value - value != 0) {
        put(value > 0 ? "+Inf" : "-Inf");
    } else {
        at = std::to_chars(at, at + 32, value).ptr;
    }
    put("\n");
    return static_cast<std::size_t>(at - out);
}

}  // namespace pitot::detail
