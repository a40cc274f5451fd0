#include <pitot/catalog/files_named.hpp>

#include <catch.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>  // getpid
#include <vector>

using pitot::catalog::files_named;

namespace {

struct folder {
    std::filesystem::path path = std::filesystem::temp_directory_path() / ("pitot-named-" + std::to_string(::getpid()));

    folder()
    {
        std::filesystem::create_directories(path / "a" / "deep.yml");
        std::filesystem::create_directories(path / "b");
        for (const char* const name : {"p.yml", "a/1.json", "a/2.json", "a/.3.json", "b/1.json"})
            std::ofstream(path / name) << "x";
    }
    ~folder() { std::filesystem::remove_all(path); }
    [[nodiscard]] std::string operator()(const char* name) const { return (path / name).string(); }
};

}  // namespace

TEST_CASE("files beside another, by name and by pattern")
{
    using names = std::vector<std::string>;
    const folder in;
    const std::string beside = in("p.yml");
    CHECK(*files_named(beside, "a/1.json") == names{in("a/1.json")});
    CHECK(*files_named(beside, "a/*.json") == names{in("a/.3.json"), in("a/1.json"), in("a/2.json")});
    CHECK(*files_named(beside, "?/1.json") == names{in("a/1.json"), in("b/1.json")});
    CHECK(*files_named(in("a/2.json"), "../p.yml") == names{in("a/../p.yml")});
    CHECK(*files_named("elsewhere/p.yml", in("[b]/*")) == names{in("b/1.json")});
    CHECK(files_named(beside, "a/*.yml")->empty());  // a folder
    CHECK(files_named(beside, "gone.json")->empty());
    CHECK(files_named(beside, "gone/*.json")->empty());
    CHECK(files_named(beside, "")->empty());
    CHECK_FALSE(files_named(beside, "[a/*].json").has_value());
    CHECK_FALSE(files_named(beside, "a/[1.json").has_value());
    CHECK_FALSE(files_named(beside, "a/[]").has_value());
    CHECK(*files_named(beside, "[!a]/1.json") == names{in("a/1.json")});
    CHECK(*files_named(beside, "[^a]/1.json") == names{in("b/1.json")});
}
