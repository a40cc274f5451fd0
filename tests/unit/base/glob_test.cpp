#include <pitot/base/glob.hpp>

#include <catch.hpp>

using pitot::glob_match;

TEST_CASE("globs match a whole name")
{
    CHECK(glob_match("eth*", "eth0"));
    CHECK_FALSE(glob_match("eth*", "veth0"));
    CHECK(glob_match("*", ""));
    CHECK(glob_match("a*b*c", "axxbyyc"));
    CHECK_FALSE(glob_match("a*b*c", "axxbyy"));
    CHECK(glob_match("sd[a-c]?", "sdb1"));
    CHECK_FALSE(glob_match("sd[!a-c]?", "sdb1"));
    CHECK(glob_match("sd[!a]", "sdb", "!^"));
    CHECK(glob_match("sd[!a]", "sd!", "^"));
    CHECK_FALSE(glob_match("sd[!a]", "sdb", "^"));
    CHECK_FALSE(glob_match("sd[^a]", "sda", "^"));
    CHECK(glob_match("[]x]", "]"));
    CHECK(glob_match("a[b", "a[b"));  // never closed
    CHECK_FALSE(glob_match("", "x"));
    CHECK(glob_match("/run/*", "/run/user/1000"));
}
