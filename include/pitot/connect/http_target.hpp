#pragma once
// Where a request goes: a URL taken apart by the library that will follow it.

#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>
#include <pitot/connect/http_options.hpp>

#include <curl/curl.h>  // curl_url

#include <memory>
#include <new>  // std::bad_alloc
#include <string>
#include <string_view>

namespace pitot::http::detail {

struct url_delete {
    void operator()(CURLU* handle) const noexcept { curl_url_cleanup(handle); }
};

/// A URL taken apart; user and password are out of `url`.
struct target {
    std::string url;
    std::string shown;
    std::string scheme;
    std::string host;
    std::string port;
    std::string user;
    std::string password;
    std::string socket;  ///< of unix:
    bool has_user = false;

    [[nodiscard]] bool same_origin(const target& o) const
    {
        return scheme == o.scheme && host == o.host && port == o.port && socket == o.socket;
    }
    [[nodiscard]] bool is_loopback() const
    {
        return host == "localhost" || host.starts_with("127.") || host == "[::1]" || !socket.empty();
    }
};

inline result<target> take_apart(std::string_view url)
{
    target out;
    out.shown = without_credentials(url);
    std::string text(url);
    if (url.substr(0, 5) == "unix:") {  // unix:/run/x.sock:/path, or unix:///run/x.sock
        std::string_view rest = url.substr(5);
        while (rest.substr(0, 2) == "//") rest.remove_prefix(1);
        const std::size_t cut = rest.find(":/");
        out.socket = rest.substr(0, cut);
        if (out.socket.empty())
            return unexpected(errc::invalid_value, concat("'", out.shown, "' names no socket: unix:PATH[:/URL-PATH]"));
        text = concat("http://localhost", cut == std::string_view::npos ? "/" : rest.substr(cut + 1));
    }
    const std::unique_ptr<CURLU, url_delete> parts(curl_url());
    if (!parts) throw std::bad_alloc();
    const CURLUcode code = curl_url_set(parts.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME);
    if (code != CURLUE_OK)
        return unexpected(errc::invalid_value, concat("'", out.shown, "' is not a URL: ", curl_url_strerror(code)));
    const auto get = [&](CURLUPart part, unsigned flags, std::string& to) {
        char* value = nullptr;
        if (curl_url_get(parts.get(), part, &value, flags) != CURLUE_OK) return false;
        to = value;
        curl_free(value);
        return true;
    };
    get(CURLUPART_SCHEME, 0, out.scheme);
    if (out.scheme != "http" && out.scheme != "https")
        return unexpected(errc::invalid_value, concat("'", out.shown, "': the scheme must be http, https or unix"));
    get(CURLUPART_HOST, 0, out.host);
    get(CURLUPART_PORT, CURLU_DEFAULT_PORT, out.port);
    out.has_user = get(CURLUPART_USER, CURLU_URLDECODE, out.user);
    get(CURLUPART_PASSWORD, CURLU_URLDECODE, out.password);
    curl_url_set(parts.get(), CURLUPART_USER, nullptr, 0);
    curl_url_set(parts.get(), CURLUPART_PASSWORD, nullptr, 0);
    curl_url_set(parts.get(), CURLUPART_FRAGMENT, nullptr, 0);
    get(CURLUPART_URL, 0, out.url);
    return out;
}

}  // namespace pitot::http::detail
