#include <pitot/catalog/relabel.hpp>

#include <catch.hpp>

#include <string>

using namespace pitot::catalog;

TEST_CASE("hashmod is what Prometheus makes of the joined labels")
{
    // Prometheus 3.16 gave these.
    CHECK(shard_hash("127.0.0.1:18999;z") % 7 == 0);
    CHECK(shard_hash("tb;q") % 1000 == 178);
    CHECK(shard_hash("tb;push_time_seconds") % 1000 == 478);

    relabel_step step{relabel_action::hashmod, {"b", "__name__"}, ";", "h", "$1", *pitot::regex::compile("(.*)"), 1000};
    label_list labels = {{"__name__", "q"}, {"b", "tb"}};
    CHECK(relabel(labels, {step}));
    CHECK(value_of(labels, "h") == "178");
    step.modulus = 1;
    CHECK(relabel(labels, {step}));
    CHECK(value_of(labels, "h") == "0");
    step.modulus = 0;
    set_label(labels, "h", "");
    CHECK(relabel(labels, {step}));
    CHECK(value_of(labels, "h").empty());
}
