#include <catch.hpp>

#include <pitot/connect/oauth2.hpp>

#include <string>

namespace http = pitot::http;
using pitot::errc;

TEST_CASE("base64 and form encoding")
{
    CHECK(http::detail::base64("") == "");
    CHECK(http::detail::base64("f") == "Zg==");
    CHECK(http::detail::base64("fo") == "Zm8=");
    CHECK(http::detail::base64("foo") == "Zm9v");
    CHECK(http::detail::base64("foob") == "Zm9vYg==");
    CHECK(http::detail::base64("\xff\xfe\xfd") == "//79");
    CHECK(pitot::percent_encoded("aZ0-._~") == "aZ0-._~");
    CHECK(pitot::percent_encoded(" &=\xff%") == "%20%26%3D%FF%25");
}

TEST_CASE("a token is asked for by Basic, or in the body")
{
    http::oauth2_options how;
    how.client_id = "an id";
    how.client_secret.value = "h:ush";
    how.token_url = "http://t/token";
    how.scopes = {"a", "b"};
    const auto basic = http::token_request(how, false);
    REQUIRE(basic.has_value());
    CHECK(basic->how == http::method::post);
    CHECK(basic->body == "grant_type=client_credentials&scope=a%20b");
    REQUIRE(basic->headers.size() == 1);
    CHECK(basic->headers[0].value.value == "Basic YW4lMjBpZDpoJTNBdXNo");
    const auto body = http::token_request(how, true);
    CHECK(body->headers.empty());
    CHECK(body->body == "grant_type=client_credentials&scope=a%20b&client_id=an%20id&client_secret=h%3Aush");
    how.client_secret = {"", "/nonexistent"};
    CHECK(http::token_request(how, false).error().code == errc::not_found);
}

TEST_CASE("a token's answer is read, and what is none is refused without showing it")
{
    const auto answer = [](int status, std::string body) {
        http::response r;
        r.status = status;
        r.body = std::move(body);
        r.url = "http://t/";
        return http::read_token(r);
    };
    const auto good = answer(200, R"({"access_token":"x","token_type":"bearer","expires_in":60})");
    REQUIRE(good.has_value());
    CHECK(good->value == "x");
    CHECK(good->lifetime == std::chrono::seconds(60));
    CHECK(answer(200, R"({"access_token":"x"})")->lifetime == std::chrono::seconds::max());
    CHECK(answer(200, R"({"access_token":"x","expires_in":-5})").has_value());
    for (const char* bad :
         {"", "hidden", "[]", R"({"access_token":5})", R"({"access_token":"hidden","token_type":"mac"})"}) {
        const auto got = answer(200, bad);
        REQUIRE_FALSE(got.has_value());
        CHECK(got.error().code == errc::protocol);
        CHECK(got.error().message.find("hidden") == std::string::npos);
    }
    CHECK(answer(400, R"({"error":"invalid_scope"})").error().message ==
          "oauth2: http://t/ answered with status 400: invalid_scope");
    CHECK(answer(500, "<html>").error().message == "oauth2: http://t/ answered with status 500");
}
