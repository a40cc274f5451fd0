#include <pitot/vault/template.hpp>

#include <catch.hpp>

#include <string>

using namespace pitot;
using vault::parse_inherited;
using vault::parse_template;

TEST_CASE("a template's pieces and their places", "[vault]")
{
    const auto got = parse_template("redis://:{{ redis-1#password | urlencode | base64 }}@redis");
    REQUIRE(got);
    REQUIRE(got->size() == 3);
    CHECK((*got)[0].literal == "redis://:");
    CHECK((*got)[1].secret == vault::reference{"redis-1", "password", 0, false});
    REQUIRE((*got)[1].filters.size() == 2);
    CHECK((*got)[1].filters[0]->name == "urlencode");
    CHECK((*got)[1].where == text_span{9, 43});
    CHECK((*got)[2].literal == "@redis");
    CHECK(vault::has_secrets(*got));
    CHECK(parse_template("")->empty());
    CHECK_FALSE(vault::has_secrets(*parse_template("plain } } text")));
}

TEST_CASE("what is no template says where", "[vault]")
{
    CHECK(parse_template("ab{{x#y").error().where == text_span{2, 5});
    const auto filter = parse_template("{{x#y|upper}}");
    CHECK(filter.error().message.find("'upper' is no filter") == 0);
    CHECK(filter.error().where == text_span{0, 13});
    CHECK(parse_template("{{x}}").error().message.find("#KEY") != std::string::npos);
    CHECK_FALSE(parse_template("{{}}"));
    CHECK_FALSE(parse_template("{{x#y|}}"));
}

TEST_CASE("inherited variables: all of the value, or parts of it", "[vault]")
{
    const auto whole = parse_inherited("vault:secret/data/a#b");
    REQUIRE(whole);
    REQUIRE(whole->size() == 1);
    CHECK((*whole)[0].secret == vault::reference{"secret/data/a", "b", 0, true});
    const auto part = parse_inherited("x${vault:secret/data/a#b}y${HOME}");
    REQUIRE(part);
    REQUIRE(part->size() == 3);
    CHECK((*part)[1].secret.absolute);
    CHECK((*part)[2].literal == "y${HOME}");
    CHECK_FALSE(parse_inherited("vault:nokey"));
    CHECK_FALSE(parse_inherited("${vault:a#b"));
    CHECK_FALSE(vault::has_secrets(*parse_inherited("{{a#b}}")));  // no template: it is somebody else's text
}

TEST_CASE("a secret's values as text", "[vault]")
{
    vault::secret s;
    s.fields.push_back({"text", json::kind::string, "x"});
    s.fields.push_back({"empty", json::kind::string, ""});
    s.fields.push_back({"number", json::kind::number, "1e400"});
    s.fields.push_back({"flag", json::kind::boolean, "true"});
    s.fields.push_back({"none", json::kind::null, "null"});
    s.fields.push_back({"word", json::kind::string, "null"});
    s.fields.push_back({"list", json::kind::array, "[1]"});
    const auto value = [&](const char* key, bool json_first = false, bool allow_empty = false) {
        return vault::value_of(s, {"p", key, 0, false}, json_first, allow_empty);
    };
    CHECK(value("text").value() == "x");
    CHECK(value("number").value() == "1e400");
    CHECK(value("flag").value() == "true");
    CHECK(value("word").value() == "null");
    CHECK(value("empty").error().code == errc::not_found);
    CHECK(value("empty", false, true).value().empty());
    CHECK(value("none").error().code == errc::not_found);
    CHECK(value("list").error().code == errc::type_conflict);
    CHECK(value("list", true).value() == "[1]");
    const auto missing = value("nope");
    CHECK(missing.error().code == errc::not_found);
    CHECK(missing.error().message ==
          "p#nope: the secret has no such key; it has text, empty, number, flag, none, word, list");
}
