#include <catch.hpp>

#include <pitot/connect/yaml.hpp>

#include <string>
#include <vector>

using pitot::duration_ms;
using pitot::errc;

namespace {

pitot::yaml::node must(const std::string& text)
{
    auto read = pitot::yaml::read(text, "f.yml");
    if (!read) FAIL(read.error().message);
    return *read;
}

std::string problem(const std::string& text)
{
    const auto read = pitot::yaml::read(text, "f.yml");
    return read ? "" : read.error().message;
}

template <class T>
std::string problem(const pitot::result<T>& outcome)
{
    return outcome.has_value() ? "" : outcome.error().message;
}

}  // namespace

TEST_CASE("yaml: values by type, and what stands when they are missing")
{
    const auto root = must(
        "text: a b\nquoted: \"12\"\nyes: true\nn: -7\nf: 2.5\nd: 1m30s\nlist: [1, 2]\none: 5\nempty:\n");
    CHECK(*root.get<std::string>("text", "") == "a b");
    CHECK(*root.get<std::string>("quoted", "") == "12");
    CHECK(*root.get<bool>("yes", false));
    CHECK(*root.get<int>("n", 0) == -7);
    CHECK(*root.get<double>("f", 0) == 2.5);
    CHECK(root.get<duration_ms>("d", {})->count == 90'000);
    CHECK(*root.get<std::vector<int>>("list", {}) == std::vector<int>{1, 2});
    CHECK(*root.get<std::vector<int>>("one", {}) == std::vector<int>{5});
    CHECK(*root.get<int>("empty", 3) == 3);
    CHECK(*root.get<int>("missing", 4) == 4);
    CHECK(root.find("empty")->is_null());
    CHECK_FALSE(root.find("missing"));
    CHECK(root.members()->size() == 9);
    CHECK(must("").is_null());
    CHECK(must("\xEF\xBB\xBFx: 1\n").get<int>("x", 0).value() == 1);
}

TEST_CASE("yaml: a wrong value is named with its place")
{
    const auto root = must("a: 300\nb: [1,\n    x]\nc: \"true\"\nd: 5 parsecs\ne: {f: 1}\né: -1\n");
    CHECK(problem(root.get<unsigned char>("a", 0)) == "f.yml:1:4: '300' is out of range from 0 to 255");
    CHECK(problem(root.get<std::vector<int>>("b", {})) ==
          "f.yml:3:5: 'x' is not a whole number from -2147483648 to 2147483647");
    CHECK(problem(root.get<bool>("c", false)) == "f.yml:4:4: true or false is expected here");
    CHECK(problem(root.get<duration_ms>("d", {})).find("f.yml:5:4: '5 parsecs' is not a duration") == 0);
    CHECK(problem(root.get<std::string>("e", "")) == "f.yml:6:4: a text is expected here, not a map");
    CHECK(problem(root.get<unsigned>("é", 0)).find("f.yml:7:4: ") == 0);
    const auto wrong = root.get<int>("d", 0);
    CHECK(wrong.error().where.offset == std::string("a: 300\nb: [1,\n    x]\nc: \"true\"\nd: ").size());
    CHECK(wrong.error().where.length == 9);
}

TEST_CASE("yaml: unknown keys are refused, the nearest allowed one is named")
{
    const auto root = must("listen: x\nprofil: y\n");
    CHECK(problem(root.only_keys({"listen", "profile"})) == "f.yml:2:1: unknown key 'profil'; did you mean 'profile'?");
    CHECK(problem(root.only_keys({"listen", "zzz"})) == "f.yml:2:1: unknown key 'profil'; allowed here: listen zzz");
    CHECK(problem(root.find("listen")->only_keys({"a"})) == "f.yml:1:9: a map is expected here, not a single value");
    CHECK(problem(root.only_keys({"listen", "profil"})).empty());
}

TEST_CASE("yaml: duplicate keys are refused at any depth")
{
    CHECK(problem("a: 1\nb: 2\na: 3\n") == "f.yml:3:1: key 'a' is given twice; first at f.yml:1:1");
    CHECK(problem("x:\n  - {b: 1, c: 2, b: 3}\n") == "f.yml:2:18: key 'b' is given twice; first at f.yml:2:6");
}

TEST_CASE("yaml: hostile documents end in an error")
{
    CHECK(problem("a: [1\nb: 2").find("f.yml:") == 0);
    CHECK(problem("a:\n\tb: 1").find("f.yml:2:") == 0);
    CHECK(problem("a: 1\n---\nb: 1\n") == "f.yml:2:1: one document is expected, not several");
    for (const char* stray : {",", "a: 1\n]", ",#<;: *a\n", "}"}) {  // yaml-cpp's own reader never ends on some
        INFO(stray);
        CHECK(problem(stray).find("f.yml:") == 0);
    }
    CHECK(problem("? [a]\n: 1\n") == "f.yml:1:3: a key must be a text");
    CHECK(problem(std::string("a: \0", 4)).find("NUL") != std::string::npos);
    CHECK(pitot::yaml::read("a: \"\\u0\"\n", "f.yml").error().where.end() <= 9);
    CHECK(problem("a: \xff\n") == "f.yml: not UTF-8");
    CHECK(problem(std::string(50'000, '[')).find("nested too deep") != std::string::npos);
    CHECK(problem(std::string(100, '[') + std::string(100, ']')).find("nested deeper than 64") != std::string::npos);
    CHECK(problem("a: &x [*x]\n").find("nested deeper than 64") != std::string::npos);
    std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
    for (int i = 1; i < 9; ++i) {
        const std::string own = std::to_string(i);
        const std::string before = std::to_string(i - 1);
        bomb += pitot::concat("a", own, ": &a", own, " [");
        for (int j = 0; j < 10; ++j) bomb += pitot::concat(j == 0 ? "*a" : ",*a", before);
        bomb += "]\n";
    }
    CHECK(problem(bomb).find("more than 200000 values") != std::string::npos);
    std::string crowd;
    for (int i = 0; i < 1001; ++i) crowd += pitot::concat("k", std::to_string(i), ": 1\n");
    CHECK(problem(crowd) == "f.yml:1001:1: more than 1000 keys in one map");
    CHECK(pitot::yaml::read(std::string(5 << 20, ' '), "f.yml").error().code == errc::too_large);
    CHECK(pitot::yaml::read_file("/nonexistent/f.yml").error().message ==
          "/nonexistent/f.yml: No such file or directory");
    CHECK(pitot::yaml::read_file("/").error().code == errc::io);
}
