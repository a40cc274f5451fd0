#pragma once
// JSON Pointer (RFC 6901): the address of a value in a document.

#include <pitot/json/document.hpp>

#include <algorithm>  // std::reverse
#include <string>
#include <string_view>
#include <vector>

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

/// The pointer of a value. Of members with the same key all have the same pointer: find() gives the last.
/// cost  linear in its length, however long the lists around it are
[[nodiscard]] inline std::string pointer_of(value at)
{
    std::vector<value> path;
    for (; at && at.parent(); at = at.parent()) path.push_back(at);
    std::reverse(path.begin(), path.end());
    std::string pointer;
    for (const value step : path) {
        if (const value key = step.key()) {
            append_token(pointer, key.text());
            continue;
        }
        append_token(pointer, std::to_string(step.place()));
    }
    return pointer;
}

}  // namespace pitot::json
