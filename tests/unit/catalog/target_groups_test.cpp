#include <pitot/catalog/target_groups.hpp>

#include <catch.hpp>

#include <string>
#include <vector>

using namespace pitot::catalog;

TEST_CASE("groups of targets, with and without labels")
{
    const auto root = pitot::yaml::read("[{targets: [a, b], labels: {zone: z, none: ''}}, {targets: [c]}, {}]",
                                        "t.yml");
    REQUIRE(root);
    const auto groups = read_target_groups(*root);
    REQUIRE(groups);
    REQUIRE(groups->size() == 3);
    CHECK(groups->front().addresses == std::vector<std::string>{"a", "b"});
    CHECK(groups->front().labels == label_list{{"zone", "z"}});
    CHECK(groups->back().addresses.empty());

    for (const char* const bad : {"{targets: [a]}", "[{targets: [[a]]}]", "[{targets: [a], labels: [b]}]"}) {
        const auto other = pitot::yaml::read(bad, "t.yml");
        REQUIRE(other);
        CHECK(read_target_groups(*other).error().code == pitot::errc::invalid_value);
    }
}

TEST_CASE("files of targets that are missing leave the targets open")
{
    const auto root = pitot::yaml::read("[{files: [gone/*.json]}, {files: []}]", "/nowhere/p.yml");
    REQUIRE(root);
    std::vector<target_group> groups;
    CHECK_FALSE(*read_target_files(*root, groups));
    CHECK(groups.empty());
}
