#include <pitot/expo/collisions.hpp>
#include <pitot/expo/escaping.hpp>

#include <catch.hpp>

using namespace pitot;
using namespace pitot::expo;

TEST_CASE("names are escaped as the scraper undoes it (E15)")
{
    struct row {
        const char* name;
        const char* underscores;
        const char* dots;
        const char* values;
    };
    const row rows[] = {
        {"mysystem_prod_west_cpu_load", "mysystem_prod_west_cpu_load", "mysystem__prod__west__cpu__load",
         "mysystem_prod_west_cpu_load"},
        {"mysystem.prod.west.cpu.load", "mysystem_prod_west_cpu_load", "mysystem_dot_prod_dot_west_dot_cpu_dot_load",
         "U__mysystem_2e_prod_2e_west_2e_cpu_2e_load"},
        {"a_b.c", "a_b_c", "a__b_dot_c", "U__a__b_2e_c"},
        {"http:errors", "http:errors", "http:errors", "http:errors"},
        {"label with \xe5\xad\x97", "label_with__", "label__with____", "U__label_20_with_20__5b57_"},
        {"1abc", "_abc", "__abc", "U___31_abc"},
        {"a\xff"
         "b",
         "a_b", "a__b", "U__a_FFFD_b"},
        {"", "", "", ""},
    };
    for (const row& r : rows) {
        CAPTURE(r.name);
        CHECK(escape_name(r.name, escaping::allow_utf8) == r.name);
        CHECK(escape_name(r.name, escaping::underscores) == r.underscores);
        CHECK(escape_name(r.name, escaping::dots) == r.dots);
        CHECK(escape_name(r.name, escaping::values) == r.values);
    }
}

TEST_CASE("label names have no colon")
{
    CHECK(escape_name("a:b", escaping::values, name_kind::label) == "U__a_3a_b");
    CHECK(escape_name("a:b", escaping::underscores, name_kind::label) == "a_b");
}

TEST_CASE("dots and values can be undone")
{
    for (const char* name : {"mysystem.prod", "a_b.c", "x", "\xc3\xa9t\xc3\xa9", "a b", "__"}) {
        CAPTURE(name);
        CHECK(unescape_name(escape_name(name, escaping::values), escaping::values) == name);
    }
    CHECK(unescape_name("a_dot_b__c", escaping::dots) == "a.b_c");
    CHECK(unescape_name("U__bad_zz_", escaping::values) == "U__bad_zz_");
    CHECK(unescape_name("U__cut_2e", escaping::values) == "U__cut_2e");
    CHECK(unescape_name("U__sur_d800_x", escaping::values) == "U__sur_d800_x");
    CHECK(unescape_name("U__big_1234567_", escaping::values) == "U__big_1234567_");
    CHECK(unescape_name("plain", escaping::values) == "plain");
}

TEST_CASE("names that collide when escaped are said (E16)")
{
    batch b;
    b.add(b.family("a.b", metric_type::gauge), labels_id::none, 1);
    b.add(b.family("a_b", metric_type::gauge), b.labels({{"x.y", "1"}, {"x_y", "2"}}), 2);
    b.finish();
    CHECK(escaping_collisions(b, escaping::allow_utf8).empty());
    CHECK(escaping_collisions(b, escaping::values).empty());
    const auto found = escaping_collisions(b, escaping::underscores);
    REQUIRE(found.size() == 2);
    CHECK(found[0].code == errc::duplicate);
    CHECK(found[0].message == "the families a.b and a_b are both a_b when escaped");
    CHECK(found[1].message == "the labels x.y and x_y of a_b are both x_y when escaped");
}
