#pragma once
// What a request out needs to know: who we are, whom we trust, how long and how much. No foreign headers here.

#include <pitot/base/duration.hpp>
#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>

#include <algorithm>  // std::min
#include <cerrno>
#include <cstddef>
#include <cstdio>   // std::fopen
#include <cstring>  // std::strerror
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::http {

/// A text given in place, or a file that holds it. A file is read at every use, so that a rotated secret is taken up.
struct text_source {
    std::string value;
    std::string file;
    [[nodiscard]] bool empty() const noexcept { return value.empty() && file.empty(); }
};

/// The text of a source. Of a file: without the blanks and newlines around it, at most 1 MiB.
/// what    its name in the configuration, for the error
/// error   not_found, permission, io, too_large; names the file, never its contents
[[nodiscard]] inline result<std::string> read(const text_source& from, std::string_view what)
{
    if (from.file.empty()) return from.value;
    constexpr std::size_t limit = std::size_t{1} << 20U;
    const auto close = [](std::FILE* f) { std::fclose(f); };
    const std::unique_ptr<std::FILE, decltype(close)> file(std::fopen(from.file.c_str(), "rb"), close);
    if (!file) {
        const int code = errno;
        const errc kind = code == ENOENT ? errc::not_found : code == EACCES ? errc::permission : errc::io;
        return unexpected(kind, concat(what, ": cannot read '", from.file, "': ", std::strerror(code)));
    }
    std::string text;
    char room[4096];
    std::size_t n = 0;
    while ((n = std::fread(room, 1, sizeof room, file.get())) > 0) {
        text.append(room, n);
        if (text.size() > limit)
            return unexpected(errc::too_large, concat(what, ": '", from.file, "' is larger than 1 MiB"));
    }
    if (std::ferror(file.get()) != 0) return unexpected(errc::io, concat(what, ": cannot read '", from.file, "'"));
    return std::string(trimmed(text));
}

struct header {
    std::string name;
    text_source value;
};

enum class tls_version : unsigned char { any, tls_1_0, tls_1_1, tls_1_2, tls_1_3 };

/// Certificates are PEM. The system's authorities are used when `ca` is empty.
struct tls_options {
    text_source ca;
    std::string ca_folder;  ///< of certificates under the hashes of their subjects, as OpenSSL wants them
    text_source certificate;
    text_source key;
    std::string server_name;  ///< name to ask for and to verify, when it is not the URL's host
    tls_version min_version = tls_version::any;
    tls_version max_version = tls_version::any;
    bool insecure_skip_verify = false;
};

/// Where a bearer token comes from: client credentials of OAuth 2.0. Fetched before the first request, and again before
/// it expires.
struct oauth2_options {
    std::string client_id;
    text_source client_secret;
    std::vector<std::string> scopes;
    std::string token_url;  ///< empty: no OAuth
    std::vector<std::pair<std::string, std::string>> endpoint_params;
    tls_options tls;  ///< of the token's server
    std::string proxy;
    std::string no_proxy;
    bool proxy_from_environment = false;
};

/// How requests are made. The credentials go to the URL's own origin only, never to where a redirect leads elsewhere.
struct options {
    std::string username;
    text_source username_file;  ///< instead of username
    text_source password;
    std::string authorization_type;  ///< "Bearer" and the like; with `credentials`
    text_source credentials;
    oauth2_options oauth2;  ///< instead of credentials
    std::vector<header> headers;
    tls_options tls;
    std::string proxy;                    ///< URL; empty: none
    std::string no_proxy;                 ///< hosts, domains and networks with commas between
    bool proxy_from_environment = false;  ///< https_proxy, http_proxy, no_proxy; never for loopback
    std::vector<header> proxy_headers;
    bool follow_redirects = true;
    int max_redirects = 10;
    bool http2 = true;
    bool compression = true;                         ///< ask for gzip; an answer that comes so unasked stays so
    bool unpack = true;                              ///< what was asked for and comes so; a cut one passes for whole
    duration_ms timeout{30'000};                     ///< for everything: name lookup, connection, redirects, body
    std::size_t max_body = std::size_t{100} << 20U;  ///< bytes, after decompression
};

enum class method : unsigned char { get, post, put, delete_ };

struct request {
    std::string url;  ///< http:, https:, or unix:PATH[:/URL-PATH]
    method how = method::get;
    std::string accept;
    std::string content_type;
    std::string body;
    std::vector<header> headers;
};

struct response {
    int status = 0;
    std::string content_type;
    std::string body;  ///< decompressed, unless options::unpack is off
    std::string url;   ///< where the answer came from, without user and password
    std::string head;  ///< the lines of the answer's headers, as they came
    [[nodiscard]] bool success() const noexcept { return status >= 200 && status < 300; }
    /// The value of the last header of that name, whatever its case; empty when there is none.
    [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
};

inline std::string_view response::header(std::string_view name) const noexcept
{
    std::string_view found;
    for (std::string_view rest = head; !rest.empty();) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos || !equal_fold(line.substr(0, colon), name)) continue;
        found = trimmed(line.substr(colon + 1));
    }
    return found;
}

/// A URL without the password that may stand in it: what messages show.
[[nodiscard]] inline std::string without_credentials(std::string_view url)
{
    const std::size_t scheme = url.find("://");
    if (scheme == std::string_view::npos) return std::string(url);
    const std::size_t first = scheme + 3;
    const std::size_t end = std::min(url.find_first_of("/?#", first), url.size());
    const std::size_t at = url.substr(0, end).rfind('@');
    if (at == std::string_view::npos || at < first) return std::string(url);
    return concat(url.substr(0, first), url.substr(at + 1));
}

/// Is it for send()? "http://…", "https://…" or "unix:…".
[[nodiscard]] inline bool is_url(std::string_view text) noexcept
{
    const auto begins = [text](std::string_view scheme) { return equal_fold(text.substr(0, scheme.size()), scheme); };
    return begins("http://") || begins("https://") || begins("unix:");
}

}  // namespace pitot::http
