#include <pitot/expo/textfile.hpp>

#include <catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

using namespace pitot;

namespace {

struct folder {
    std::filesystem::path path = std::filesystem::temp_directory_path() /
                                 ("pitot-textfile-" + std::to_string(std::rand()));
    folder() { std::filesystem::create_directories(path); }
    ~folder()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
};

std::string content(const std::filesystem::path& path)
{
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

struct one_gauge {
    void collect(batch& out) const { out.add(out.family("backup_seconds", metric_type::gauge), labels_id::none, 12.5); }
};

}  // namespace

TEST_CASE("a textfile is replaced as a whole and left readable for all")
{
    const folder f;
    const auto path = f.path / "backup.prom";
    REQUIRE(expo::replace_file(path.string(), "old 1\n"));
    REQUIRE(expo::write_textfile(one_gauge{}, path.string()));
    CHECK(content(path) == "# TYPE backup_seconds gauge\nbackup_seconds 12.5\n");
    using std::filesystem::perms;
    CHECK((std::filesystem::status(path).permissions() & perms::all) ==
          (perms::owner_read | perms::owner_write | perms::group_read | perms::others_read));
    CHECK(std::distance(std::filesystem::directory_iterator(f.path), {}) == 1);  // nothing is left beside it
}

TEST_CASE("a failure names the file and leaves the old one")
{
    const folder f;
    const auto missing = expo::replace_file((f.path / "no" / "a.prom").string(), "a 1\n");
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == errc::not_found);
    CHECK(missing.error().message.find("a.prom") != std::string::npos);
    std::filesystem::create_directories(f.path / "taken.prom" / "inside");
    const auto taken = expo::replace_file((f.path / "taken.prom").string(), "a 1\n");
    REQUIRE_FALSE(taken);
    CHECK(taken.error().code == errc::io);
    CHECK(std::distance(std::filesystem::directory_iterator(f.path), {}) == 1);
}
