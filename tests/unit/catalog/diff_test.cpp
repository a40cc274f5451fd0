#include <pitot/catalog/diff.hpp>
#include <pitot/catalog/exposition.hpp>

#include <catch.hpp>

#include <string>

using namespace pitot;
using catalog::change_kind;

namespace {

std::vector<catalog::change> between(std::string a, std::string b)
{
    const auto one = catalog::read_exposition("1", std::move(a));
    const auto two = catalog::read_exposition("2", std::move(b));
    catalog::listing before;
    catalog::listing after;
    before.add(one.families);
    after.add(two.families);
    return catalog::diff(before, after);
}

}  // namespace

TEST_CASE("nothing changed is no change") { CHECK(between("a{x=\"1\"} 1\n", "a{x=\"1\"} 7\n").empty()); }

TEST_CASE("removed, added and renamed metrics")
{
    const auto gone = between("a 1\n", "b 1\n");
    REQUIRE(gone.size() == 2);
    CHECK(gone[0].kind == change_kind::removed);
    CHECK(gone[1].kind == change_kind::added);
    const auto total = between("a 1\n", "a_total 1\n");
    REQUIRE(total.size() == 1);
    CHECK(total[0].kind == change_kind::renamed);
    CHECK(total[0].after == "a_total");
    const auto help = between("# HELP a Same.\na 1\n", "# HELP b Same.\nb 1\n");
    REQUIRE(help.size() == 1);
    CHECK(help[0].kind == change_kind::renamed);
    CHECK(between("# HELP a S.\na 1\n", "# HELP b S.\nb 1\n# HELP c S.\nc 1\n").size() == 3);  // b or c?
}

TEST_CASE("a part that a histogram lost is removed, and nothing is the successor of two")
{
    const std::string whole = "# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n";
    const std::string part = "# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_count 1\n";
    const auto lost = between(whole, part);
    REQUIRE(lost.size() == 1);
    CHECK(lost[0].kind == change_kind::removed);
    CHECK(lost[0].name == "h_sum");
    const auto won = between(part, whole);
    REQUIRE(won.size() == 1);
    CHECK(won[0].kind == change_kind::added);
    const auto two = between("# HELP a S.\na 1\n# HELP c S.\nc 1\n", "# HELP b S.\nb 1\n");
    REQUIRE(two.size() == 2);
    CHECK(two[0].kind == change_kind::renamed);
    CHECK(two[1].kind == change_kind::removed);
}

TEST_CASE("types, labels and values")
{
    const auto all = between("# TYPE a gauge\na{x=\"1\",y=\"1\"} 1\n", "# TYPE a counter\na{x=\"2\",z=\"1\"} 1\n");
    REQUIRE(all.size() == 5);
    CHECK(all[0].kind == change_kind::type_changed);
    CHECK(all[0].before == "gauge");
    CHECK(all[1].kind == change_kind::value_removed);
    CHECK(all[2].kind == change_kind::value_added);
    CHECK(all[3].kind == change_kind::label_removed);
    CHECK(all[4].kind == change_kind::label_added);
    CHECK(catalog::breaks(all[3].kind));
    CHECK_FALSE(catalog::breaks(all[4].kind));
    const auto unit = between("# TYPE a_s gauge\n# UNIT a_s s\na_s 1\n# EOF\n", "# TYPE a_s gauge\na_s 1\n# EOF\n");
    REQUIRE(unit.size() == 1);
    CHECK(unit[0].kind == change_kind::unit_changed);
    CHECK(unit[0].before == "s");
    CHECK_FALSE(catalog::breaks(unit[0].kind));
}
