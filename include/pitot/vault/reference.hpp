#pragma once
// A secret's address as users write it: "redis-1#password", "/database/creds/app#username",
// "redis-1?version=3#password".

#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>

#include <algorithm>  // std::min
#include <charconv>   // std::from_chars
#include <string>
#include <string_view>

namespace pitot::vault {

/// path      below the mount, or a full path of the API when absolute; without slashes at its ends
/// key       of the value in the secret; empty for all of them
/// version   0 for the newest
/// absolute  it began with "/" or "vault:"
struct reference {
    std::string path;
    std::string key;
    unsigned version = 0;
    bool absolute = false;
    friend bool operator==(const reference&, const reference&) = default;
};

/// How it is shown in messages and dry runs.
[[nodiscard]] inline std::string to_text(const reference& r)
{
    const bool mount_is_v1 = r.path.starts_with("v1/");  // the first v1/ would be taken for the API's own
    return concat(!r.absolute   ? ""
                  : mount_is_v1 ? "/v1/"
                                : "/",
                  r.path, r.version == 0 ? "" : concat("?version=", std::to_string(r.version)),
                  r.key.empty() ? "" : "#", r.key);
}

/// text   PATH[?version=N][#KEY]
/// error  invalid_value: an empty path or key, "..", a control character, an unknown query parameter
[[nodiscard]] inline result<reference> parse_reference(std::string_view text)
{
    const auto bad = [text](std::string_view why) {
        return unexpected(errc::invalid_value, concat("'", text, "': ", why));
    };
    for (const char c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            return unexpected(errc::invalid_value, "a secret's path holds a control character");
    reference out;
    std::string_view rest = text;
    if (rest.substr(0, 6) == "vault:") {
        rest.remove_prefix(6);
        out.absolute = true;
    }
    if (rest.substr(0, 1) == "/") out.absolute = true;
    const std::size_t hash = rest.find('#');
    if (hash != std::string_view::npos) {
        out.key = rest.substr(hash + 1);
        if (out.key.empty()) return bad("a key must follow the #");
        rest = rest.substr(0, hash);
    }
    const std::size_t query = rest.find('?');
    if (query != std::string_view::npos) {
        const std::string_view parameter = rest.substr(query + 1);
        rest = rest.substr(0, query);
        if (parameter.substr(0, 8) != "version=") return bad("only ?version=N may follow a path");
        const char* const last = parameter.data() + parameter.size();
        const auto [end, code] = std::from_chars(parameter.data() + 8, last, out.version);
        if (code != std::errc() || end != last || out.version == 0) return bad("a version is a number from 1 on");
    }
    while (!rest.empty() && rest.front() == '/') rest.remove_prefix(1);
    while (!rest.empty() && rest.back() == '/') rest.remove_suffix(1);
    if (rest.substr(0, 3) == "v1/" && out.absolute) rest.remove_prefix(3);
    if (rest.empty()) return bad("a path is missing: PATH[?version=N][#KEY]");
    for (std::size_t at = 0; at <= rest.size();) {
        const std::size_t end = std::min(rest.find('/', at), rest.size());
        const std::string_view part = rest.substr(at, end - at);
        if (part.empty() || part == "." || part == "..") return bad("a path must not hold empty parts, . or ..");
        at = end + 1;
    }
    out.path = rest;
    return out;
}

/// A path for a URL: everything but letters, digits and -._~/ in percent form.
[[nodiscard]] inline std::string percent_path(std::string_view path)
{
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string out;
    for (const char c : path) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                           c == '.' || c == '_' || c == '~' || c == '/';
        if (plain) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += hex[byte >> 4U];
        out += hex[byte & 15U];
    }
    return out;
}

}  // namespace pitot::vault
