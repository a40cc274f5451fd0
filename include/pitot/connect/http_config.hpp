#pragma once
// Prometheus's HTTP client configuration, the format of --http-config.
// source  Prometheus documentation, "Configuration", <http_config>

#include <pitot/base/text.hpp>
#include <pitot/connect/http_options.hpp>
#include <pitot/connect/yaml.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitot::http {

namespace detail {

/// A file's path as Prometheus takes it: beside the configuration, unless it is absolute.
[[nodiscard]] inline std::string beside(const std::string& config, std::string path)
{
    const std::size_t cut = config.rfind('/');
    if (path.empty() || path.front() == '/' || cut == std::string::npos) return path;
    return config.substr(0, cut + 1) + path;
}

class config_reader {
public:
    [[nodiscard]] result<options> read(const yaml::node& root)
    {
        check(root.only_keys({"basic_auth", "authorization", "bearer_token", "bearer_token_file", "oauth2",
                              "tls_config", "proxy_url", "no_proxy", "proxy_from_environment", "proxy_connect_header",
                              "http_headers", "follow_redirects", "enable_http2", "timeout"}));
        basic_auth(root);
        authorization(root);
        tls(root, out_.tls);
        proxy(root, out_.proxy, out_.no_proxy, out_.proxy_from_environment);
        take(root, "follow_redirects", out_.follow_redirects);
        take(root, "enable_http2", out_.http2);
        take(root, "timeout", out_.timeout);
        oauth2(root);
        if (const auto seconds = root.find("timeout"); seconds && out_.timeout.count == 0)
            refuse(*seconds, errc::invalid_value, "the timeout must be longer than 0");
        if (const auto headers = root.find("proxy_connect_header")) {
            for_each(*headers,
                     [&](const yaml::node::member& m) { add_values(out_.proxy_headers, m.name, m.value, false); });
        }
        if (const auto headers = root.find("http_headers")) {
            for_each(*headers, [&](const yaml::node::member& m) { http_header(m); });
        }
        if (!good_) return unexpected(std::move(good_.error()));
        return std::move(out_);
    }

private:
    void check(result<void> done)
    {
        if (good_ && !done) good_ = std::move(done);
    }
    void refuse(const yaml::node& at, errc code, std::string_view why)
    {
        if (good_) good_ = at.refuse(code, why);
    }
    template <class T>
    void take(const yaml::node& from, std::string_view key, T& to)
    {
        if (!good_) return;
        auto value = from.get<T>(key, to);
        if (value)
            to = std::move(*value);
        else
            good_ = unexpected(std::move(value.error()));
    }
    /// KEY holds the text, KEY_file the name of a file with it; not both.
    void take_source(const yaml::node& from, std::string_view key, text_source& to)
    {
        take(from, key, to.value);
        const std::string file_key = concat(key, "_file");
        take(from, file_key, to.file);
        if (!to.value.empty() && !to.file.empty())
            refuse(*from.find(file_key), errc::invalid_value,
                   concat("at most one of ", key, " and ", file_key, " may be given"));
        to.file = beside(from.file(), std::move(to.file));
    }
    template <class F>
    void for_each(const yaml::node& map, F&& f)
    {
        if (!good_) return;
        auto members = map.members();
        if (!members) {
            good_ = unexpected(std::move(members.error()));
            return;
        }
        for (const yaml::node::member& m : *members) f(m);
    }

    void basic_auth(const yaml::node& root)
    {
        const auto at = root.find("basic_auth");
        if (!at) return;
        check(at->only_keys({"username", "username_file", "password", "password_file"}));
        text_source user;
        take_source(*at, "username", user);
        out_.username = std::move(user.value);
        out_.username_file.file = std::move(user.file);
        take_source(*at, "password", out_.password);
    }

    void authorization(const yaml::node& root)
    {
        int ways = root.find("basic_auth") ? 1 : 0;
        if (const auto at = root.find("authorization")) {
            ++ways;
            check(at->only_keys({"type", "credentials", "credentials_file"}));
            out_.authorization_type = "Bearer";
            take(*at, "type", out_.authorization_type);
            take_source(*at, "credentials", out_.credentials);
            if (good_ && out_.credentials.empty())
                refuse(*at, errc::invalid_value, "authorization needs credentials or credentials_file");
            if (out_.authorization_type == "Basic" || out_.authorization_type == "basic")
                refuse(*at, errc::invalid_value, "authorization cannot be of type Basic; use basic_auth");
        }
        if (root.find("bearer_token") || root.find("bearer_token_file")) {
            ++ways;
            out_.authorization_type = "Bearer";
            text_source token;
            take_source(root, "bearer_token", token);
            if (out_.credentials.empty()) out_.credentials = std::move(token);
        }
        if (ways > 1)
            refuse(root, errc::invalid_value, "at most one of basic_auth, authorization and bearer_token may be given");
    }

    void tls_versions(const yaml::node& at, std::string_view key, tls_version& to)
    {
        std::string name;
        take(at, key, name);
        if (!good_ || name.empty()) return;
        constexpr std::pair<std::string_view, tls_version> known[] = {{"TLS10", tls_version::tls_1_0},
                                                                      {"TLS11", tls_version::tls_1_1},
                                                                      {"TLS12", tls_version::tls_1_2},
                                                                      {"TLS13", tls_version::tls_1_3}};
        for (const auto& [word, version_] : known)
            if (name == word) to = version_;
        if (to == tls_version::any)
            refuse(*at.find(key), errc::invalid_value,
                   concat("'", name, "' is no TLS version: TLS10, TLS11, TLS12 and TLS13 are"));
    }

    void proxy(const yaml::node& at, std::string& url, std::string& without, bool& from_environment)
    {
        take(at, "proxy_url", url);
        take(at, "no_proxy", without);
        take(at, "proxy_from_environment", from_environment);
        if (from_environment && (!url.empty() || !without.empty()))
            refuse(*at.find("proxy_from_environment"), errc::invalid_value,
                   "proxy_from_environment excludes proxy_url and no_proxy");
        if (!without.empty() && url.empty())
            refuse(*at.find("no_proxy"), errc::invalid_value, "no_proxy needs a proxy_url");
    }

    void oauth2(const yaml::node& root)
    {
        const auto at = root.find("oauth2");
        if (!at) return;
        oauth2_options& to = out_.oauth2;
        check(at->only_keys({"client_id", "client_secret", "client_secret_file", "scopes", "token_url",
                             "endpoint_params", "tls_config", "proxy_url", "no_proxy", "proxy_from_environment"}));
        take(*at, "client_id", to.client_id);
        take_source(*at, "client_secret", to.client_secret);
        take(*at, "scopes", to.scopes);
        take(*at, "token_url", to.token_url);
        if (good_ && (to.client_id.empty() || to.token_url.empty()))
            refuse(*at, errc::invalid_value, "oauth2 needs a client_id and a token_url");
        if (const auto more = at->find("endpoint_params"))
            for_each(*more, [&](const yaml::node::member& m) {
                std::string value;
                take(*more, m.name, value);
                to.endpoint_params.emplace_back(m.name, std::move(value));
            });
        tls(*at, to.tls);
        proxy(*at, to.proxy, to.no_proxy, to.proxy_from_environment);
        if (root.find("basic_auth") || root.find("authorization") || root.find("bearer_token") ||
            root.find("bearer_token_file"))
            refuse(*at, errc::invalid_value,
                   "at most one of basic_auth, authorization, bearer_token and oauth2 may be given");
    }

    void tls(const yaml::node& root, tls_options& to)
    {
        const auto at = root.find("tls_config");
        if (!at) return;
        check(at->only_keys({"ca", "ca_file", "cert", "cert_file", "key", "key_file", "server_name",
                             "insecure_skip_verify", "min_version", "max_version"}));
        take_source(*at, "ca", to.ca);
        take_source(*at, "cert", to.certificate);
        take_source(*at, "key", to.key);
        take(*at, "server_name", to.server_name);
        take(*at, "insecure_skip_verify", to.insecure_skip_verify);
        tls_versions(*at, "min_version", to.min_version);
        tls_versions(*at, "max_version", to.max_version);
        if (to.min_version != tls_version::any && to.max_version != tls_version::any && to.max_version < to.min_version)
            refuse(*at->find("max_version"), errc::invalid_value, "max_version is below min_version");
        if (to.certificate.empty() != to.key.empty())
            refuse(*at, errc::invalid_value, "a client certificate needs both cert or cert_file and key or key_file");
    }

    void add_values(std::vector<header>& to, const std::string& name, const yaml::node& list, bool files)
    {
        if (!good_) return;
        auto values = list.as<std::vector<std::string>>();
        if (!values) {
            good_ = unexpected(std::move(values.error()));
            return;
        }
        for (std::string& value : *values) {
            header h{name, {}};
            (files ? h.value.file : h.value.value) = files ? beside(list.file(), std::move(value)) : std::move(value);
            to.push_back(std::move(h));
        }
    }

    void http_header(const yaml::node::member& m)
    {
        for (const std::string_view reserved :
             {"authorization", "host", "content-encoding", "content-length", "content-type", "user-agent", "connection",
              "keep-alive", "proxy-authenticate", "proxy-authorization", "www-authenticate", "accept-encoding",
              "transfer-encoding", "x-prometheus-remote-write-version", "x-prometheus-remote-read-version",
              "x-prometheus-scrape-timeout-seconds"})
            if (equal_lower(m.name, reserved))
                refuse(m.key, errc::invalid_name, concat("the header ", m.name, " cannot be set here"));
        if (m.name.empty() || m.name.find_first_of("\r\n\t :") != std::string::npos)
            refuse(m.key, errc::invalid_name, concat("'", m.name, "' is no header name"));
        check(m.value.only_keys({"values", "secrets", "files"}));
        for (const std::string_view key : {"values", "secrets"})
            if (const auto list = m.value.find(key)) add_values(out_.headers, m.name, *list, false);
        if (const auto list = m.value.find("files")) add_values(out_.headers, m.name, *list, true);
    }

    options out_;
    result<void> good_;
};

}  // namespace detail

/// A configuration that stands inside another document.
/// error  with FILE:LINE:COLUMN; an unknown key names the nearest known one. Secrets are never part of it.
[[nodiscard]] inline result<options> read_config(const yaml::node& root) { return detail::config_reader().read(root); }

/// A configuration file.
/// error  not_found, permission, io; what yaml::read() and read_config(node) give
[[nodiscard]] inline result<options> read_config_file(const std::string& path)
{
    auto root = yaml::read_file(path);
    if (!root) return unexpected(std::move(root.error()));
    return read_config(*root);
}

}  // namespace pitot::http
