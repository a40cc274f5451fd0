#include <pitot/vault/options.hpp>

#include <catch.hpp>

#include <map>
#include <string>

using namespace pitot;

namespace {

auto reader(const std::map<std::string, std::string>& of)
{
    return [&of](const char* name) -> const char* {
        const auto at = of.find(name);
        return at == of.end() ? nullptr : at->second.c_str();
    };
}

}  // namespace

TEST_CASE("Vault's variables, OpenBao's before them", "[vault]")
{
    const std::map<std::string, std::string> all = {
        {"VAULT_ADDR", "https://v:8200"}, {"BAO_NAMESPACE", "b"},         {"VAULT_NAMESPACE", "v"},
        {"VAULT_CACERT", "/ca.pem"},      {"VAULT_CACERT_BYTES", "PEM"},  {"VAULT_SKIP_VERIFY", "t"},
        {"VAULT_MAX_RETRIES", "5"},       {"VAULT_CLIENT_TIMEOUT", "30"}, {"VAULT_TOKEN", "hush"},
        {"VAULT_CLIENT_CERT", "c"},       {"VAULT_CLIENT_KEY", "k"},      {"VAULT_TLS_SERVER_NAME", "n"},
    };
    const auto got = vault::read_environment(reader(all));
    REQUIRE(got);
    CHECK(got->address == "https://v:8200");
    CHECK(got->space == "b");
    CHECK(got->token == "hush");
    CHECK(got->retries == 5);
    CHECK(got->http.timeout == duration_ms{30'000});
    CHECK(got->http.tls.ca.file == "/ca.pem");
    CHECK(got->http.tls.ca.value.empty());
    CHECK(got->http.tls.insecure_skip_verify);
    CHECK(got->http.tls.server_name == "n");
    CHECK_FALSE(got->http.proxy_from_environment);
    const auto none = vault::read_environment(reader({}));
    CHECK(none->address == "https://127.0.0.1:8200");
    CHECK(none->http.timeout == duration_ms{60'000});
}

TEST_CASE("a variable that cannot be understood is named", "[vault]")
{
    for (const char* name : {"VAULT_SKIP_VERIFY", "VAULT_MAX_RETRIES", "VAULT_CLIENT_TIMEOUT"}) {
        CAPTURE(name);
        const std::map<std::string, std::string> all = {{name, "perhaps"}};
        const auto got = vault::read_environment(reader(all));
        REQUIRE_FALSE(got);
        CHECK(got.error().code == errc::invalid_value);
        CHECK(got.error().message.find(name) == 0);
    }
}

TEST_CASE("authorities: given ones first, then SSL_CERT_FILE, then where systems keep them", "[vault]")
{
    http::tls_options given;
    given.ca.value = "PEM";
    CHECK(vault::find_authorities(given, reader({})).empty());
    CHECK(given.ca.file.empty());
    http::tls_options found;
    const std::map<std::string, std::string> variable = {{"SSL_CERT_FILE", "/etc/passwd"}};
    CHECK(vault::find_authorities(found, reader(variable)).empty());
    CHECK(found.ca.file == "/etc/passwd");
    http::tls_options folder;
    const std::map<std::string, std::string> both = {{"SSL_CERT_FILE", "/nonexistent"}, {"SSL_CERT_DIR", "/etc"}};
    CHECK(vault::find_authorities(folder, reader(both)).empty());
    CHECK(folder.ca_folder == "/etc");
}
