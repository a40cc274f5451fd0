#pragma once
// Ways to a token. Files are read again at every login, so that rotated ids and service account tokens are taken up.

#include <pitot/base/result.hpp>
#include <pitot/base/text.hpp>
#include <pitot/connect/http_options.hpp>
#include <pitot/json/write.hpp>
#include <pitot/vault/client.hpp>
#include <pitot/vault/credential.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace pitot::vault {

enum class method : unsigned char { token, approle, kubernetes, jwt, userpass, cert };

/// One row for each method: its name, where Vault mounts it, and what it needs.
struct method_row {
    method how;
    std::string_view name;
    std::string_view mount;
    std::string_view needs;
};

inline constexpr method_row methods[] = {
    {method::token, "token", "token", "a token or a token file"},
    {method::approle, "approle", "approle", "a role id and, unless the role needs none, a secret id"},
    {method::kubernetes, "kubernetes", "kubernetes", "a role; the service account's token file is known"},
    {method::jwt, "jwt", "jwt", "a JWT or its file, and a role unless the mount has a default"},
    {method::userpass, "userpass", "userpass", "a user name and a password"},
    {method::cert, "cert", "cert", "a client certificate and its key"},
};

inline constexpr std::string_view service_account_file = "/var/run/secrets/kubernetes.io/serviceaccount/token";

/// mount          without auth/; empty for the method's own name
/// wrapped        the secret id is a wrapping token, to be unwrapped once
/// wrapped_token  so is the token
/// look_up        a given token's life is asked for, which costs one of its uses
struct login {
    method how = method::token;
    std::string mount;
    std::string role;
    http::text_source token;
    bool wrapped_token = false;
    bool look_up = true;
    http::text_source role_id;
    http::text_source secret_id;
    bool wrapped = false;
    http::text_source jwt;
    std::string user;
    http::text_source password;
};

/// What a login or a renewal gives.
/// lease  seconds that it lives on; 0 for ever
struct session {
    long lease = 0;
    bool renewable = false;
};

namespace detail {

/// say  hears of files that too many may read
template <class Say>
[[nodiscard]] result<std::string> read_source(const http::text_source& from, std::string_view what, Say&& say)
{
    if (from.file.empty()) return trimmed_credential(from.value, what);
    auto read = read_credential(from.file, what);
    if (!read) return unexpected(std::move(read.error()));
    const bool projected = from.file.substr(0, 17) == "/var/run/secrets/" || from.file.substr(0, 13) == "/run/secrets/";
    if (read->too_open && !projected)  // an orchestrator's own folders are open and only ours
        say(concat(what, ": '", from.file, "' can be read by others; chmod 600 it"));
    return std::move(read->text);
}

[[nodiscard]] inline result<session> read_session(client& vault, const answer& from)
{
    const json::value auth = from.root()["auth"];
    const std::string_view token = auth["client_token"].text();
    if (token.empty()) return unexpected(errc::protocol, concat(vault.shown_address(), ": a login without a token"));
    vault.set_token(std::string(token));
    return session{static_cast<long>(auth["lease_duration"].as_int().value_or(0)),
                   auth["renewable"].as_bool().value_or(false)};
}

[[nodiscard]] inline result<answer> unwrap(client& vault, std::string wrapping, std::string_view what)
{
    auto got = vault.ask(
        {.how = http::method::post, .path = "sys/wrapping/unwrap", .body = "{}", .token = std::move(wrapping)});
    if (got && got->status() >= 400 && got->status() < 500)
        return unexpected(errc::permission,
                          concat("the wrapped ", what,
                                 " cannot be unwrapped: it has expired, or somebody unwrapped it before (possible "
                                 "interception): ",
                                 got->errors()));
    if (got && !got->success()) return unexpected(vault.refusal(*got, "sys/wrapping/unwrap"));
    return got;
}

[[nodiscard]] inline result<std::string> unwrap_secret_id(client& vault, std::string wrapping)
{
    auto got = unwrap(vault, std::move(wrapping), "secret id");
    if (!got) return unexpected(std::move(got.error()));
    const std::string_view id = got->data()["secret_id"].text();
    if (id.empty()) return unexpected(errc::protocol, "the wrapped answer holds no secret_id");
    return std::string(id);
}

template <class Say>
[[nodiscard]] result<session> take_token(client& vault, const login& with, Say&& say)
{
    auto token = read_source(with.token, "the token", say);
    if (!token) return unexpected(std::move(token.error()));
    if (with.wrapped_token) {
        auto got = unwrap(vault, std::move(*token), "token");
        if (!got) return unexpected(std::move(got.error()));
        return read_session(vault, *got);
    }
    vault.set_token(std::move(*token));
    if (!with.look_up) return session{};
    auto self = vault.ask_for_success({.path = "auth/token/lookup-self"});
    if (!self && self.error().code == errc::permission) {
        say("the token may not be looked up, so it will not be prolonged: it is not valid, or its policies do not "
            "allow auth/token/lookup-self");
        return session{};
    }
    if (!self) return unexpected(std::move(self.error()));
    return session{static_cast<long>(self->data()["ttl"].as_int().value_or(0)),
                   self->data()["renewable"].as_bool().value_or(false)};
}

}  // namespace detail

/// Logs in; the client has the token afterwards.
/// say    hears warnings
/// lease  of a token that may not be looked up, or is not, is 0: whether it is valid shows when it is used
/// error  permission when Vault refuses; invalid_value for what is missing or malformed; those of client::ask
template <class Say>
[[nodiscard]] result<session> log_in(client& vault, const login& with, Say&& say)
{
    json::writer body;
    body.begin_object();
    const auto add = [&](std::string_view key, const http::text_source& from, std::string_view what) -> result<void> {
        auto text = detail::read_source(from, what, say);
        if (!text) return unexpected(std::move(text.error()));
        body.member(key, *text);
        wipe(*text);
        return {};
    };
    const method_row& row = methods[static_cast<std::size_t>(with.how)];
    const std::string& mount = with.mount.empty() ? std::string(row.mount) : with.mount;
    std::string path = concat("auth/", percent_path(mount), "/login");
    switch (with.how) {
    case method::token: {
        if (with.token.empty())
            return unexpected(errc::invalid_value, "nothing to log in with: no token (VAULT_TOKEN, a token file), no "
                                                   "AppRole (its folder, or VAULT_ROLE_ID), no other method is given");
        return detail::take_token(vault, with, say);
    }
    case method::approle: {
        if (auto done = add("role_id", with.role_id, "the role id"); !done) return unexpected(std::move(done.error()));
        if (with.secret_id.empty()) break;
        auto id = detail::read_source(with.secret_id, "the secret id", say);
        if (id && with.wrapped) id = detail::unwrap_secret_id(vault, std::move(*id));
        if (!id) return unexpected(std::move(id.error()));
        body.member("secret_id", *id);
        wipe(*id);
        break;
    }
    case method::kubernetes:
    case method::jwt: {
        http::text_source jwt = with.jwt;
        if (jwt.empty() && with.how == method::kubernetes) jwt.file = service_account_file;
        if (auto done = add("jwt", jwt, "the JWT"); !done) return unexpected(std::move(done.error()));
        if (with.role.empty() && with.how == method::kubernetes)
            return unexpected(errc::invalid_value, "a login by Kubernetes needs a role");
        if (!with.role.empty()) { body.member("role", with.role); }
        break;
    }
    case method::userpass:
        if (with.user.empty()) return unexpected(errc::invalid_value, "a login by userpass needs a user name");
        if (auto done = add("password", with.password, "the password"); !done)
            return unexpected(std::move(done.error()));
        path = concat(path, "/", percent_path(with.user));
        break;
    case method::cert:
        if (vault.how().http.tls.certificate.empty() || vault.how().http.tls.key.empty())
            return unexpected(errc::invalid_value, "a login by certificate needs the client certificate and its key");
        if (!with.role.empty()) { body.member("name", with.role); }
        break;
    }
    body.end_object();
    auto got = vault.ask_for_success({.how = http::method::post, .path = path, .body = std::move(body).text()});
    if (!got && got.error().code == errc::permission)
        return unexpected(errc::permission, concat("login by ", row.name, " refused: ", got.error().message));
    if (!got && got.error().code == errc::not_found)
        return unexpected(errc::permission, concat("login by ", row.name, ": nothing is mounted at auth/", mount));
    if (!got) return unexpected(std::move(got.error()));
    return detail::read_session(vault, *got);
}

/// Is the client's token dead? True also for a living one whose policies do not allow auth/token/lookup-self.
[[nodiscard]] inline bool token_is_refused(client& vault)
{
    const auto self = vault.ask({.path = "auth/token/lookup-self", .retry = false});
    return self && self->status() == 403;
}

/// Prolongs the token.
[[nodiscard]] inline result<session> renew_token(client& vault)
{
    auto got = vault.ask_for_success({.how = http::method::post, .path = "auth/token/renew-self", .body = "{}"});
    if (!got) return unexpected(std::move(got.error()));
    return detail::read_session(vault, *got);
}

}  // namespace pitot::vault
