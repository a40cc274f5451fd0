#include <pitot/catalog/known.hpp>

#include <catch.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <unistd.h>  // getpid
#include <vector>

using namespace pitot;

namespace {

/// A file that is gone with the test.
struct file {
    explicit file(std::string_view text)
        : path((std::filesystem::temp_directory_path() / ("pitot-known-" + std::to_string(::getpid()))).string())
    {
        std::ofstream(path) << text;
    }
    file(const file&) = delete;
    file& operator=(const file&) = delete;
    ~file() { std::remove(path.c_str()); }
    std::string path;
};

}  // namespace

TEST_CASE("a saved catalog is names and series")
{
    const file saved(R"({"version":1,"metrics":[{"name":"up_total","type":"counter","jobs":["app"]}]})");
    catalog::listing names;
    catalog::inventory series;
    REQUIRE(catalog::read_saved(saved.path, names, series).has_value());
    CHECK(names.find("up_total"));
    CHECK(series.find("up_total") != nullptr);
}

TEST_CASE("what is no catalog is refused with file, line and column")
{
    const file wrong("{\"version\": 1,\n \"metrics\": [{\"name\": 5}]}");
    catalog::listing names;
    catalog::inventory series;
    const auto read = catalog::read_saved(wrong.path, names, series);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().message == wrong.path + ":2:14: a metric needs a \"name\"");
    CHECK(names.empty());
    const auto gone = catalog::read_saved(wrong.path + ".gone", names, series);
    REQUIRE_FALSE(gone.has_value());
    CHECK(gone.error().code == errc::not_found);
}

TEST_CASE("words are what could be a name")
{
    const file text("expr: rate(a:b_total[5m]) > x");
    const std::vector<std::string> one{text.path, text.path + ".gone"};
    CHECK(catalog::words_of(one, 100) == catalog::word_set{"expr:", "rate", "a:b_total", "5m", "x"});
    CHECK(catalog::words_of(one, 5).empty());
    const file escaped(R"("expr": "sum(\nx_total{a=\"b\"}) + \u0079_total\tz_total")");
    const std::vector<std::string> other{escaped.path};
    CHECK(catalog::words_of(other, 100) ==
          catalog::word_set{"expr", ":", "sum", "x_total", "a", "b", "y_total", "z_total"});
    const std::vector<std::string> input{text.path, "-"};
    CHECK(catalog::words_of(input, 100).empty());
}
