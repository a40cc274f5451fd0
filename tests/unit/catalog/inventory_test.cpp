#include <pitot/catalog/inventory.hpp>

#include <catch.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace pitot;
using namespace pitot::catalog;

namespace {

using targets = std::vector<label_list>;

scrape_job job_with(targets all)
{
    scrape_job out;
    out.name = "v";
    out.targets = std::move(all);
    out.targets_known = true;
    return out;
}

batch exposed(std::string_view name, std::string_view label, std::string_view value)
{
    batch b;
    const label_view own[] = {{label, value}};
    b.add(b.family(name, metric_type::gauge), b.labels(own), 1);
    b.finish();
    return b;
}

/// What the one series of a name has on each of its targets.
targets stored(const inventory& in, std::string_view name)
{
    targets all;
    const existing_metric* const metric = in.find(name);
    REQUIRE(metric != nullptr);
    for (const existing_series& s : metric->series)
        for (const label_list& t : in.targets_of(s)) {
            label_list& labels = all.emplace_back();
            in.each_label(s, t, [&](std::string_view label, std::string_view value) {
                CHECK(in.value(s, t, label) == value);
                set_label(labels, label, value);
            });
        }
    return all;
}

}  // namespace

TEST_CASE("labels beside an exposition name the targets that expose it")
{
    const label_list one = {{"instance", "one"}, {"job", "v"}};
    const label_list two = {{"instance", "two"}, {"job", "v"}, {"zone", "z"}};
    const scrape_job job = job_with({one, two});
    const auto on = [&job](std::vector<std::pair<std::string, std::string>> labels) {
        return targets_exposing(job, {"v", std::move(labels)}).labels;
    };
    CHECK(on({}).empty());
    CHECK(on({{"instance", "one"}}) == targets{one});
    CHECK(on({{"instance", "three"}}).empty());
    CHECK(on({{"zone", "z"}}) == targets{two});
    CHECK(on({{"zone", "y"}}) == targets{{{"instance", "one"}, {"job", "v"}, {"zone", "y"}}});
    CHECK(on({{"site", "s"}}) == targets{{{"instance", "one"}, {"job", "v"}, {"site", "s"}},
                                         {{"instance", "two"}, {"job", "v"}, {"site", "s"}, {"zone", "z"}}});

    scrape_job found = job_with({{{"job", "v"}}});
    found.discovered = true;
    CHECK(targets_exposing(found, {"v", {{"instance", "one"}}}).labels == targets{{{"job", "v"}}, one});
}

TEST_CASE("series are on the targets that expose them; the others' were not given")
{
    const label_list one = {{"instance", "one"}, {"job", "v"}};
    const label_list two = {{"instance", "two"}, {"job", "v"}};
    inventory in;
    const std::uint32_t job = in.job("v");
    in.at(job) = job_with({one, two});
    in.add(exposed("a", "l", "x"), job, false, targets_exposing(in.at(job), {"v", {{"instance", "one"}}}));
    CHECK(in.at(job).unread == std::vector<std::size_t>{1});
    CHECK(stored(in, "a") == targets{{{"instance", "one"}, {"job", "v"}, {"l", "x"}}});
    in.add(exposed("b", "l", "x"), job);
    CHECK(in.at(job).unread.empty());
    CHECK(stored(in, "b").size() == 2);
}

TEST_CASE("a target that is added exposes its own series only")
{
    inventory in;
    in.add(exposed("a", "l", "x"), in.job("v"), false, in.add_target({"v", {}}));
    in.add(exposed("b", "l", "x"), in.job("v"), false, in.add_target({"v", {{"zone", "z"}}}));
    CHECK(stored(in, "a") == targets{{{"job", "v"}, {"l", "x"}}});
    CHECK(stored(in, "b") == targets{{{"job", "v"}, {"l", "x"}, {"zone", "z"}}});
    CHECK(in.jobs()[0].unread.empty());
}

TEST_CASE("a label that the target has, too, is exported_NAME, for metric_relabel_configs as well")
{
    const label_list target = {{"b", "of_target"}, {"job", "v"}};
    for (const bool relabelled : {false, true}) {
        inventory in;
        const std::uint32_t job = in.job("v");
        in.at(job) = job_with({target});
        if (relabelled)
            in.at(job).metric_relabelling = {
                {relabel_action::replace, {"exported_b"}, ";", "copy", "$1", *regex::compile("(.*)")}};
        in.add(exposed("a", "b", "own"), job);
        label_list expected = {{"b", "of_target"}, {"exported_b", "own"}, {"job", "v"}};
        if (relabelled) set_label(expected, "copy", "own");
        CHECK(stored(in, "a") == targets{expected});
    }
}

TEST_CASE("labels that are moved for a target's have names of their own")
{
    inventory in;
    const std::uint32_t job = in.job("v");
    in.at(job) = job_with({{{"exported_z", "u"}, {"z", "t"}}});
    batch b;
    const label_view own[] = {{"z", "1"}, {"exported_z", "2"}};
    b.add(b.family("x", metric_type::gauge), b.labels(own), 1);
    b.finish();
    in.add(b, job);
    const label_list expected = {
        {"exported_exported_exported_z", "2"}, {"exported_exported_z", "1"}, {"exported_z", "u"}, {"z", "t"}};
    CHECK(stored(in, "x") == targets{expected});
}

TEST_CASE("with honor_labels an empty label keeps the target's away")
{
    const label_list target = {{"instance", "push:9091"}, {"job", "v"}};
    for (const bool honor : {false, true})
        for (const bool relabelled : {false, true}) {
            inventory in;
            const std::uint32_t job = in.job("v");
            in.at(job) = job_with({target});
            in.at(job).honor_labels = honor;
            if (relabelled)
                in.at(job).metric_relabelling = {
                    {relabel_action::labeldrop, {}, ";", "", "$1", *regex::compile("none")}};
            in.add(exposed("a", "instance", ""), job);
            CHECK(stored(in, "a") == targets{honor ? label_list{{"job", "v"}} : target});
        }
}
