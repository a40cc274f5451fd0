#include <pitot/catalog/log_labels.hpp>

#include <catch.hpp>

#include <string>

namespace catalog = pitot::catalog;

TEST_CASE("labels of log streams and their values")
{
    auto read = catalog::load_log_labels(R"({"app": ["web", "db", "web"], "pod": []})");
    REQUIRE(read);
    REQUIRE(read->size() == 2);
    CHECK(read->at("app").values.size() == 2);
    CHECK(read->at("app").complete);
    CHECK_FALSE(read->at("pod").complete);

    auto more = catalog::load_log_labels(R"({"app": ["api"], "pod": ["p"], "env": ["prod"]})");
    REQUIRE(more);
    catalog::merge(*read, std::move(*more));
    CHECK(read->size() == 3);
    CHECK(read->at("app").values.size() == 3);
    CHECK(read->at("app").complete);
    CHECK_FALSE(read->at("pod").complete);  // one of the sources did not tell
    CHECK(read->at("env").complete);
}

TEST_CASE("what is no list of labels is refused at its place")
{
    struct wrong {
        const char* text;
        std::size_t offset;
    };
    for (const wrong& w : {wrong{"[]", 0}, wrong{"1", 0}, wrong{R"({"a": "b"})", 6}, wrong{R"({"a": ["b", 1]})", 12},
                           wrong{R"({"a": {"b": 1}})", 6}}) {
        const auto read = catalog::load_log_labels(w.text);
        INFO(w.text);
        REQUIRE_FALSE(read);
        CHECK(read.error().where.offset == w.offset);
    }
    CHECK_FALSE(catalog::load_log_labels(""));
    CHECK_FALSE(catalog::load_log_labels("{\"a\": ["));
    CHECK_FALSE(catalog::load_log_labels(std::string(100'000, '[')));
}
