#include <pitot/vault/answer.hpp>
#include <pitot/vault/failure.hpp>

#include <catch.hpp>

#include <string>

using namespace pitot;
using vault::answer;

TEST_CASE("escapes arrive as the characters they mean", "[vault]")
{
    const auto got = answer::read(200, R"({"data":{"a":"\u0026\u003c\u003e\ud83d\ude00\n\"\\\u0001"}})");
    REQUIRE(got);
    CHECK(got->data()["a"].text() == "&<>\xf0\x9f\x98\x80\n\"\\\x01");
    CHECK(got->success());
    CHECK(answer::read(204, "").value().root().is_null());
}

TEST_CASE("half a pair, a key twice, broken bytes: refused, and nothing of the text is repeated", "[vault]")
{
    struct bad {
        std::string text;
        errc code;
    };
    std::string deep(1000, '[');
    for (const bad& b :
         {bad{R"({"canary":"\ud83d"})", errc::invalid_utf8}, bad{R"({"canary":"\ude00x"})", errc::invalid_utf8},
          bad{R"({"canary":"\ud83dx\ude00"})", errc::invalid_utf8}, bad{R"({"canary":1,"canary":2})", errc::duplicate},
          bad{"{\"canary\":\"\xff\"}", errc::invalid_utf8}, bad{R"({"canary":"se)", errc::unexpected_end},
          bad{"canary", errc::syntax}, bad{deep, errc::too_deep}}) {
        CAPTURE(b.text.substr(0, 40));
        const auto got = answer::read(200, b.text);
        REQUIRE_FALSE(got);
        CHECK(got.error().code == b.code);
        CHECK(vault::failure_of(got.error().code) == vault::failure::bad_answer);
        CHECK(got.error().message.find("canary") == std::string::npos);
        CHECK(got.error().message.find(" at byte ") != std::string::npos);
    }
    CHECK(answer::read(200, R"({"a":"\\ud83d"})"));  // a backslash, and then letters
}

TEST_CASE("Vault's own words, made harmless", "[vault]")
{
    const auto got = answer::read(403, "{\"errors\":[\"permission\\ndenied\",7,\"1 error\"],\"warnings\":null}");
    REQUIRE(got);
    CHECK(got->errors() == "permission denied; 1 error");
    CHECK(answer::read(500, "{\"errors\":[\"" + std::string(5000, 'x') + "\"]}")->errors().size() == 300);
}
