#include <pitot/connect/http_config.hpp>

#include <catch.hpp>

#include <string>

using namespace pitot;

namespace {

result<http::options> read(std::string text)
{
    auto root = yaml::read(std::move(text), "conf/http.yml");
    if (!root) return unexpected(std::move(root.error()));
    return http::read_config(*root);
}

std::string why(std::string text)
{
    const auto got = read(std::move(text));
    return got ? "" : got.error().message;
}

}  // namespace

TEST_CASE("nothing is a configuration")
{
    const auto got = read("");
    REQUIRE(got.has_value());
    CHECK(got->follow_redirects);
    CHECK(got->timeout.count == 30000);
}

TEST_CASE("everything is read")
{
    const auto got = read(R"(
basic_auth: {username: ann, password_file: secret.txt}
tls_config:
  ca_file: /etc/ca.pem
  cert_file: client.pem
  key: KEY
  server_name: db.internal
  insecure_skip_verify: true
  min_version: TLS13
proxy_url: http://proxy:3128
no_proxy: localhost,10.0.0.0/8
proxy_connect_header: {X-A: [one, two]}
http_headers:
  X-Scope-OrgID: {values: [team]}
  X-Token: {secrets: [s1], files: [token]}
follow_redirects: false
enable_http2: false
timeout: 1m5s
)");
    REQUIRE(got.has_value());
    CHECK(got->username == "ann");
    CHECK(got->password.file == "conf/secret.txt");
    CHECK(got->tls.ca.file == "/etc/ca.pem");
    CHECK(got->tls.certificate.file == "conf/client.pem");
    CHECK(got->tls.key.value == "KEY");
    CHECK(got->tls.server_name == "db.internal");
    CHECK(got->tls.insecure_skip_verify);
    CHECK(got->tls.min_version == http::tls_version::tls_1_3);
    CHECK(got->proxy == "http://proxy:3128");
    CHECK(got->no_proxy == "localhost,10.0.0.0/8");
    REQUIRE(got->proxy_headers.size() == 2);
    REQUIRE(got->headers.size() == 3);
    CHECK(got->headers[0].name == "X-Scope-OrgID");
    CHECK(got->headers[2].value.file == "conf/token");
    CHECK_FALSE(got->follow_redirects);
    CHECK_FALSE(got->http2);
    CHECK(got->timeout.count == 65000);
}

TEST_CASE("authorization and bearer tokens")
{
    const auto typed = read("authorization: {type: Token, credentials: abc}");
    REQUIRE(typed.has_value());
    CHECK(typed->authorization_type == "Token");
    CHECK(typed->credentials.value == "abc");
    const auto bearer = read("bearer_token_file: /run/token");
    REQUIRE(bearer.has_value());
    CHECK(bearer->authorization_type == "Bearer");
    CHECK(bearer->credentials.file == "/run/token");
}

TEST_CASE("mistakes are refused with their place, and the nearest key")
{
    CHECK(why("basic_auht: {}") == "conf/http.yml:1:1: unknown key 'basic_auht'; did you mean 'basic_auth'?");
    CHECK(why("timeout: 1m\nbasic_auth:\n  pasword: x") ==
          "conf/http.yml:3:3: unknown key 'pasword'; did you mean 'password'?");
    CHECK(why("timeout: soon").find("conf/http.yml:1:10") == 0);
    CHECK(why("timeout: 0s").find("longer than 0") != std::string::npos);
    CHECK(why("tls_config: {min_version: SSL3}").find("TLS10, TLS11, TLS12 and TLS13") != std::string::npos);
    CHECK(why("tls_config: {cert_file: a}").find("needs both") != std::string::npos);
    CHECK(why("tls_config: {min_version: TLS13, max_version: TLS12}").find("below min_version") != std::string::npos);
    CHECK(why("no_proxy: x").find("needs a proxy_url") != std::string::npos);
    CHECK(why("oauth2: {client_id: x}") == "conf/http.yml:1:9: oauth2 needs a client_id and a token_url");
    CHECK(why("oauth2: {client_id: x, token_url: y, scope: z}").find("did you mean 'scopes'?") != std::string::npos);
    CHECK(why("bearer_token: b\noauth2: {client_id: x, token_url: y}").find("at most one of") != std::string::npos);
    CHECK(why("oauth2: {client_id: x, token_url: y, client_secret: a, client_secret_file: b}").find("at most one of") !=
          std::string::npos);
    CHECK(why("oauth2: {client_id: x, token_url: y, tls_config: {cert: a}}").find("needs both") != std::string::npos);
    CHECK(why("http_headers: {Authorization: {values: [x]}}").find("cannot be set here") != std::string::npos);
    CHECK(why("http_headers: {\"X Y\": {values: [x]}}").find("no header name") != std::string::npos);
    CHECK(why("authorization: {type: Basic, credentials: x}").find("use basic_auth") != std::string::npos);
    CHECK(why("authorization: {}").find("needs credentials") != std::string::npos);
    CHECK(why("- a").find("a map is expected") != std::string::npos);
}

TEST_CASE("secrets are in no message")
{
    for (const char* text :
         {"basic_auth: {username: u, password: hush, password_file: f}",
          "bearer_token: hush\nbasic_auth: {password: hush}", "authorization: {type: Basic, credentials: hush}",
          "basic_auth: {password: [hush]}", "http_headers: {X: {secrets: {hush: hush}}}"}) {
        const std::string message = why(text);
        CHECK_FALSE(message.empty());
        CHECK(message.find("hush") == std::string::npos);
    }
}

TEST_CASE("oauth2 is read")
{
    const auto got = read("oauth2: {client_id: id, client_secret_file: s, scopes: [a, b], token_url: \"http://t/\", "
                          "endpoint_params: {audience: x}, tls_config: {ca_file: ca.pem}, proxy_url: \"http://p:1\"}");
    REQUIRE(got.has_value());
    const http::oauth2_options& o = got->oauth2;
    CHECK(o.client_id == "id");
    CHECK(o.client_secret.file == "conf/s");
    CHECK(o.scopes == std::vector<std::string>{"a", "b"});
    CHECK(o.endpoint_params == std::vector<std::pair<std::string, std::string>>{{"audience", "x"}});
    CHECK(o.tls.ca.file == "conf/ca.pem");
    CHECK(got->tls.ca.empty());
    CHECK(o.proxy == "http://p:1");
    CHECK(got->proxy.empty());
}
