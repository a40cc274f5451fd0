#pragma once
// JSON Pointer (RFC 6901): the address of a value in a document.

#include <pitot/json/document.hpp>

#include <string>
#include <string_view>

namespace pitot::json {

namespace detail {

/// A reference token as a key: "~1" is '/', "~0" is '~'. False when a '~' is followed by anything else.
inline bool unescape_token(std::string_view token, std::string& key)
{
    key.clear();
    for (std::size_t i = 0; i < token.size(); ++i) {
        if (token[i] != '~') {
            key += token[i];
            continue;
        }
        ++i;
        if (i == token.size() || (token[i] != '0' && token[i] != '1')) return false;
        key += token[i] == '0' ? '~' : '/';
    }
    return true;
}

/// An array index without sign or leading zero; npos for any other token ("-", the place behind the last, too).
constexpr std::size_t token_index(std::string_view token) noexcept
{
    constexpr auto none = static_cast<std::size_t>(-1);
    if (token.empty() || token.size() > 9 || (token.size() > 1 && token[0] == '0')) return none;
    std::size_t index = 0;
    for (const char c : token) {
        if (c < '0' || c > '9') return none;
        index = index * 10 + static_cast<std::size_t>(c - '0');
    }
    return index;
}

}  // namespace detail

/// Appends "/token" to a pointer, the token escaped.
inline void append_token(std::string& pointer, std::string_view token)
{
    pointer += '/';
    for (const char c : token) {
        if (c == '~')
            pointer += "~0";
        else if (c == '/')
            pointer += "~1";
        else
            pointer += c;
    }
}

/// The value that a pointer names, seen from `root`; absent when there is none or the pointer is malformed.
/// pointer  "" is root itself, "/a/0" its member a's first element
[[nodiscard]] inline value find(value root, std::string_view pointer)
{
    std::string key;
    while (root && !pointer.empty()) {
        if (pointer.front() != '/') return {};
        pointer.remove_prefix(1);
        const std::string_view token = pointer.substr(0, pointer.find('/'));
        pointer.remove_prefix(token.size());
        if (root.is_array()) {
            root = root[detail::token_index(token)];
        } else {
            if (!detail::unescape_token(token, key)) return {};
            root = root[std::string_view(key)];
        }
    }
    return root;
}

namespace detail {

/// Puts the token of a value, escaped and behind a slash, before `end`.
/// returns  where it begins
inline char* put_token(char* end, value at) noexcept
{
    if (const value key = at.key()) {
        const std::string_view text = key.text();
        for (std::size_t i = text.size(); i-- > 0;) {
            const bool special = text[i] == '~' || text[i] == '/';
            *--end = special ? (text[i] == '~' ? '0' : '1') : text[i];
            if (special) *--end = '~';
        }
    } else {
        std::size_t index = at.place();
        do *--end = static_cast<char>('0' + index % 10);
        while ((index /= 10) != 0);
    }
    *--end = '/';
    return end;
}

}  // namespace detail

/// The pointer of a value. Of members with the same key all have the same pointer: find() gives the last.
/// cost  linear in its length, however long the lists around it are
[[nodiscard]] inline std::string pointer_of(value at)
{
    constexpr std::size_t digits = 10;
    std::size_t most = 0;
    for (value step = at; step && step.parent(); step = step.parent()) {
        const value key = step.key();
        most += 1 + (key ? 2 * key.text().size() : digits);
    }
    std::string pointer(most, '\0');
    char* const end = pointer.data() + most;
    char* first = end;
    for (value step = at; step && step.parent(); step = step.parent()) first = detail::put_token(first, step);
    pointer.erase(0, static_cast<std::size_t>(first - pointer.data()));
    return pointer;
}

}  // namespace pitot::json
