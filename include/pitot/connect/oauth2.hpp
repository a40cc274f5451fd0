#pragma once
// OAuth 2.0 client credentials: what is asked of the token server, and what its answer says. No foreign headers here.
// source  RFC 6749, sections 2.3.1, 4.4 and 5

#include <pitot/base/percent.hpp>
#include <pitot/base/text.hpp>
#include <pitot/connect/http_options.hpp>
#include <pitot/json/reader.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace pitot::http {

/// A bearer token and how long it may be used from now.
struct oauth2_token {
    std::string value;
    std::chrono::seconds lifetime = std::chrono::seconds::max();
};

namespace detail {

[[nodiscard]] inline std::string base64(std::string_view bytes)
{
    constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        unsigned group = 0;
        for (std::size_t k = 0; k < 3; ++k)
            group = group << 8U | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
        for (std::size_t k = 0; k < 4; ++k) out += i + k <= bytes.size() ? letters[group >> (18 - 6 * k) & 63U] : '=';
    }
    return out;
}

}  // namespace detail

/// The request for a token.
/// in_body  id and secret as parameters, for servers that do not take HTTP Basic
/// error    what read() of the secret's file gives
[[nodiscard]] inline result<request> token_request(const oauth2_options& how, bool in_body)
{
    auto secret = read(how.client_secret, "oauth2: client_secret_file");
    if (!secret) return unexpected(std::move(secret.error()));
    request out;
    out.url = how.token_url;
    out.how = method::post;
    out.accept = "application/json";
    out.content_type = "application/x-www-form-urlencoded";
    out.body = "grant_type=client_credentials";
    const auto add = [&out](std::string_view name, std::string_view value) {
        out.body += concat("&", percent_encoded(name), "=", percent_encoded(value));
    };
    std::string scopes;
    for (const std::string& scope : how.scopes) scopes += concat(scopes.empty() ? "" : " ", scope);
    if (!scopes.empty()) add("scope", scopes);
    for (const auto& [name, value] : how.endpoint_params) add(name, value);
    if (in_body) {
        add("client_id", how.client_id);
        add("client_secret", *secret);
    } else {
        const std::string both = concat(percent_encoded(how.client_id), ":", percent_encoded(*secret));
        out.headers.push_back({"Authorization", {concat("Basic ", detail::base64(both)), {}}});
    }
    return out;
}

/// The token of an answer.
/// error  protocol for another status than 2xx (with the server's error code), for what is no JSON, for a token that is
///        missing or of another type than bearer; the token itself is never part of it
[[nodiscard]] inline result<oauth2_token> read_token(const response& answer)
{
    const auto fail = [&](std::string_view why) {
        return unexpected(errc::protocol, concat("oauth2: ", answer.url, " ", why));
    };
    const auto document = json::parse(answer.body);
    const json::value root = document ? document->root() : json::value{};
    if (!answer.success()) {
        const std::string_view code = root["error"].text();
        return fail(concat("answered with status ", std::to_string(answer.status), code.empty() ? "" : ": ",
                           code.substr(0, 100)));
    }
    if (!root.is_object()) return fail("answered with something that is no JSON object");
    oauth2_token out;
    out.value = root["access_token"].text();
    if (out.value.empty()) return fail("answered without an access_token");
    if (const json::value type = root["token_type"]; type && !equal_lower(type.text(), "bearer"))
        return fail("answered with a token that is no bearer token");
    if (const auto seconds = root["expires_in"].as_int(); seconds && *seconds > 0)
        out.lifetime = std::chrono::seconds(*seconds);
    return out;
}

}  // namespace pitot::http
