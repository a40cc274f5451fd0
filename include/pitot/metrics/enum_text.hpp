#pragma once
// The texts of an enum used as a label: given by hand, or read from the compiler's spelling of the enumerators.

#include <algorithm>  // std::min
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>  // std::index_sequence

namespace pitot {

/// One value of an enum label and the text it has in the exposition.
template <class E>
struct enum_entry {
    E value;
    std::string_view text;
};

/// Specialise to choose the texts, or when enumerators lie outside 0 to 127:
///     template <> struct pitot::enum_text<method> {
///         static constexpr pitot::enum_entry<method> entries[] = {{method::get, "GET"}, {method::post, "POST"}};
///     };
/// Without it the texts are the enumerators' names as written, of those from 0 to 127. A value that has no text is no
/// label value: what is written to its series is dropped and counted.
template <class E>
struct enum_text;

namespace detail {

inline constexpr std::size_t reflected_values = 128;

/// Both compilers spell the values in here as `E::name`, or as `(E)7` where no enumerator has the value.
template <class E, E... Values>
constexpr std::string_view spelled() noexcept
{
    return __PRETTY_FUNCTION__;
}

template <class E, std::size_t... I>
constexpr std::string_view spelled_all(std::index_sequence<I...>) noexcept
{
    return spelled<E, static_cast<E>(I)...>();
}

/// Texts by value; empty where there is no enumerator.
template <class E>
constexpr std::array<std::string_view, reflected_values> reflect() noexcept
{
    std::array<std::string_view, reflected_values> texts{};
    std::string_view text = spelled_all<E>(std::make_index_sequence<reflected_values>());
    // "… [with E = method; E ...Values = {method::get, method::post, (method)2}; std::string_view = …]" (GCC)
    // "… [E = method, Values = <method::get, method::post, (method)2>]" (clang)
#if defined(__clang__)
    text.remove_prefix(text.find("Values = <") + 10);
    text = text.substr(0, text.rfind('>'));
#else
    text.remove_prefix(text.find("Values = {") + 10);
    text = text.substr(0, std::min(text.find("};"), text.find("}]")));  // not the one of "{anonymous}::"
#endif
    for (std::size_t i = 0; i < reflected_values; ++i) {
        const std::size_t end = text.find(", ");
        const std::string_view one = text.substr(0, end);
        const std::size_t cast = one.rfind(')');  // of "(method)2", or of "(anonymous namespace)::method::get"
        if (cast == std::string_view::npos || one[cast + 1] == ':') {
            const std::size_t scope = one.rfind("::");
            texts[i] = scope == std::string_view::npos ? one : one.substr(scope + 2);
        }
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 2);
    }
    return texts;
}

template <class E>
concept has_enum_text = requires { enum_text<E>::entries; };

/// Number, order and texts of an enum's (or bool's) label values.
template <class E>
struct enum_values {
    static_assert(
        has_enum_text<E> || requires { E{0}; },
        "an enum without a fixed underlying type needs a specialisation of pitot::enum_text");

    static consteval std::size_t count_values()
    {
        if constexpr (has_enum_text<E>) {
            return std::size(enum_text<E>::entries);
        } else {
            std::size_t n = 0;
            for (const std::string_view text : reflect<E>()) n += text.empty() ? 0U : 1U;
            return n;
        }
    }
    static constexpr std::size_t count = count_values();
    static_assert(count > 0, "an enum label has at least one enumerator from 0 to 127, or a pitot::enum_text");

    static consteval std::array<enum_entry<E>, count> list()
    {
        std::array<enum_entry<E>, count> out{};
        if constexpr (has_enum_text<E>) {
            for (std::size_t i = 0; i < count; ++i) out[i] = enum_text<E>::entries[i];
        } else {
            const auto texts = reflect<E>();
            std::size_t n = 0;
            for (std::size_t i = 0; i < reflected_values; ++i)
                if (!texts[i].empty()) out[n++] = {static_cast<E>(i), texts[i]};
        }
        return out;
    }
    static constexpr std::array<enum_entry<E>, count> entries = list();

    static consteval bool counts_from_zero()
    {
        for (std::size_t i = 0; i < count; ++i)
            if (static_cast<std::uint64_t>(entries[i].value) != i) return false;
        return true;
    }

    /// Position of a value among the entries; count when it has no text.
    static constexpr std::size_t index(E value) noexcept
    {
        if constexpr (counts_from_zero()) {
            const auto i = static_cast<std::uint64_t>(value);
            return i < count ? static_cast<std::size_t>(i) : count;
        } else {
            for (std::size_t i = 0; i < count; ++i)
                if (entries[i].value == value) return i;
            return count;
        }
    }
    static constexpr std::string_view text(std::size_t i) noexcept { return entries[i].text; }
};

template <>
struct enum_values<bool> {
    static constexpr std::size_t count = 2;
    static constexpr std::size_t index(bool value) noexcept { return value ? 1 : 0; }
    static constexpr std::string_view text(std::size_t i) noexcept { return i != 0 ? "true" : "false"; }
};

}  // namespace detail
}  // namespace pitot
