#pragma once
// Where Vault is and how it is spoken to: the variables of Vault's own client, and OpenBao's.

#include <pitot/base/duration.hpp>
#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>
#include <pitot/connect/http_options.hpp>

#include <charconv>  // std::from_chars
#include <string>
#include <string_view>
#include <sys/stat.h>  // is there such a file?
#include <utility>
#include <vector>

namespace pitot::vault {

/// address           http://, https:// or unix:PATH
/// http              TLS, proxy; its timeout is that of one request
/// retries           after the first try, on 5xx but 501, 412, 429 and connections that fail
/// retry_wait        before the first retry; jitter adds up to half of it
/// redirect_hosts    other hosts that may be given the token by a redirect; "*" is every host
struct options {
    std::string address = "https://127.0.0.1:8200";
    std::string space;  ///< namespace
    std::string token;
    http::options http;
    int retries = 2;
    duration_ms retry_wait{1000};
    std::vector<std::string> redirect_hosts;
};

/// Where systems keep the authorities they trust, in the order in which Go looks for them.
inline constexpr std::string_view ca_files[] = {
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
};

/// The variables that read_environment() knows, without "VAULT_" or "BAO_": what a child must not inherit unasked
/// stands first.
inline constexpr std::string_view variables[] = {
    "TOKEN",         "TOKEN_FILE",  "ROLE_ID",    "SECRET_ID",       "APPROLE_DIR", "WRAPPED_SECRET_ID",
    "WRAPPED_TOKEN", "ADDR",        "AGENT_ADDR", "NAMESPACE",       "CACERT",      "CACERT_BYTES",
    "CAPATH",        "CLIENT_CERT", "CLIENT_KEY", "TLS_SERVER_NAME", "SKIP_VERIFY", "CLIENT_TIMEOUT",
    "MAX_RETRIES",   "PROXY_ADDR",  "HTTP_PROXY",
};

namespace detail {

inline bool exists(const std::string& path)
{
    struct stat about {};
    return ::stat(path.c_str(), &about) == 0;
}

[[nodiscard]] inline result<bool> to_bool(std::string_view name, std::string_view text)
{
    for (const std::string_view yes : {"1", "t", "T", "true", "TRUE", "True"})
        if (text == yes) return true;
    for (const std::string_view no : {"", "0", "f", "F", "false", "FALSE", "False"})
        if (text == no) return false;
    return unexpected(errc::invalid_value, concat(name, "='", text, "' is neither true nor false"));
}

}  // namespace detail

/// get    (name) -> const char*, as std::getenv; BAO_X is asked before VAULT_X
/// error  invalid_value, naming the variable; its value only where it is no secret
template <class Get>
[[nodiscard]] result<options> read_environment(Get&& get)
{
    options out;
    std::string seen;  // the variable that was found
    const auto find = [&](std::string_view name) -> const char* {
        for (const std::string_view prefix : {"BAO_", "VAULT_"}) {
            seen = concat(prefix, name);
            if (const char* const value = get(seen.c_str()); value != nullptr && *value != '\0') return value;
        }
        return nullptr;
    };
    const auto take = [&](std::string_view name, std::string& to) {
        if (const char* const value = find(name)) to = value;
    };
    take("ADDR", out.address);
    take("AGENT_ADDR", out.address);
    take("NAMESPACE", out.space);
    take("TOKEN", out.token);
    http::tls_options& tls = out.http.tls;
    take("CACERT_BYTES", tls.ca.value);
    take("CACERT", tls.ca.file);
    if (!tls.ca.file.empty()) tls.ca.value.clear();
    take("CAPATH", tls.ca_folder);
    take("CLIENT_CERT", tls.certificate.file);
    take("CLIENT_KEY", tls.key.file);
    take("TLS_SERVER_NAME", tls.server_name);
    take("HTTP_PROXY", out.http.proxy);
    take("PROXY_ADDR", out.http.proxy);
    out.http.timeout = duration_ms{60'000};
    if (const char* const text = find("SKIP_VERIFY")) {
        const auto yes = detail::to_bool(seen, text);
        if (!yes) return unexpected(yes.error());
        tls.insecure_skip_verify = *yes;
    }
    if (const char* const text = find("CLIENT_TIMEOUT")) {  // "60" is seconds, as Vault reads it
        std::string written = text;
        if (written.find_first_not_of("0123456789") == std::string::npos) written += 's';
        const auto parsed = parse_duration(written);
        if (!parsed) return unexpected(errc::invalid_value, concat(seen, "='", text, "': ", parsed.error().message));
        out.http.timeout = *parsed;
    }
    if (const char* const text = find("MAX_RETRIES")) {
        const std::string_view digits = text;
        const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), out.retries);
        if (code != std::errc() || end != digits.data() + digits.size() || out.retries < 0)
            return unexpected(errc::invalid_value, concat(seen, "='", text, "' is no number of retries"));
    }
    return out;
}

/// Fills in the system's authorities when none are given, so that an image without a TLS library's own folders works.
/// returns  the paths that were looked at in vain; empty when authorities were found or given
template <class Get>
[[nodiscard]] std::vector<std::string> find_authorities(http::tls_options& tls, Get&& get)
{
    if (!tls.ca.empty() || !tls.ca_folder.empty() || tls.insecure_skip_verify) return {};
    std::vector<std::string> probed;
    if (const char* const file = get("SSL_CERT_FILE"); file != nullptr && *file != '\0') {
        if (detail::exists(file)) {
            tls.ca.file = file;
            return {};
        }
        probed.emplace_back(file);
    }
    if (const char* const folder = get("SSL_CERT_DIR"); folder != nullptr && *folder != '\0') {
        if (detail::exists(folder)) {
            tls.ca_folder = folder;
            return {};
        }
        probed.emplace_back(folder);
    }
    for (const std::string_view file : ca_files) {
        if (detail::exists(std::string(file))) {
            tls.ca.file = file;
            return {};
        }
        probed.emplace_back(file);
    }
    return probed;
}

}  // namespace pitot::vault
