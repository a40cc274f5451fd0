#include <pitot/dashboard/datasource_files.hpp>

#include <catch.hpp>
#include <dashboard/shown_datasources.hpp>

#include <string>
#include <string_view>

namespace dashboard = pitot::dashboard;

namespace {

/// All of them shown; or the error.
std::string read_provisioned(std::string_view text)
{
    const auto all = dashboard::read_datasources(text, "f.yml");
    if (!all) return all.error().message;
    return shown(*all);
}

}  // namespace

TEST_CASE("datasources of provisioning")
{
    CHECK(read_provisioned(
              "apiVersion: 1\ndatasources:\n  - name: Main\n    type: prometheus\n    uid: p-1\n    isDefault: true\n"
              "    jsonData: {timeInterval: 15s}\n  - {name: Logs, type: loki, uid: l-1, isDefault: false}\n") ==
          "Main/p-1/prometheus* Logs/l-1/loki ");
    CHECK(read_provisioned("datasources: [{name: Old, type: graphite, uid: 7, is_default: true}]") ==
          "Old/7/graphite* ");
    CHECK(read_provisioned(
              "{\"apiVersion\": 1, \"datasources\": [{\"name\": \"J\", \"type\": \"loki\", \"uid\": \"j\"}]}") ==
          "J/j/loki ");
    CHECK(read_provisioned("apiVersion: 1\ndeleteDatasources: [{name: Main, orgId: 1}]").empty());
    CHECK(read_provisioned("").empty());
    CHECK(read_provisioned(" \n[{\"name\": \"A\", \"type\": \"loki\", \"uid\": \"a\"}]") == "A/a/loki ");
}

TEST_CASE("without a uid provisioning makes one of the name")
{
    CHECK(read_provisioned("datasources: [{name: Prometheus, type: prometheus}]") ==
          "Prometheus/PBFA97CFB590B2093/prometheus ");
}

TEST_CASE("variables of provisioning are unknown, not wrong")
{
    CHECK(read_provisioned(
              "datasources: [{name: \"$NAME\", type: \"${TYPE}\", uid: \"x-$__file{/uid}\", isDefault: $YES}]") ==
          "// ");
    CHECK(read_provisioned("datasources: [{name: a$$b, type: loki, uid: $$x}]") == "a$b/$x/loki ");
    CHECK(read_provisioned("datasources: [{name: $NAME, type: loki}]") == "//loki ");
    CHECK(read_provisioned("datasources: [{name: a$, type: loki, isDefault: \"true\"}]") == "//loki* ");
}

TEST_CASE("what declares no datasources is said with its place")
{
    CHECK(read_provisioned("groups: []")
              .starts_with("f.yml:1:1: this declares no datasources; Grafana's provisioning is expected"));
    CHECK(read_provisioned("just text").starts_with("f.yml:1:1: this declares no datasources"));
    CHECK(read_provisioned("datasources: []\n---\ndatasources: []") ==
          "f.yml:2:1: one document is expected, not several");
    CHECK(read_provisioned("datasources: {name: a}") == "f.yml:1:14: a list is expected here, not a map");
    CHECK(read_provisioned("datasources:\n  - a") == "f.yml:2:5: a datasource is a map: {name: …, type: …, uid: …}");
    CHECK(read_provisioned("datasources:\n  - {type: loki}") == "f.yml:2:5: this datasource has no name");
    CHECK(read_provisioned("datasources:\n  - {name: a}") == "f.yml:2:5: this datasource has no type");
    CHECK(read_provisioned("datasources:\n  - {name: [a]}") == "f.yml:2:12: a text is expected here, not a list");
    CHECK(read_provisioned("datasources:\n  - {name: a, type: b, isDefault: 1}") ==
          "f.yml:2:35: true or false is expected here");
    CHECK(read_provisioned("datasources:\n  - {name: a, name: b}") ==
          "f.yml:2:15: key 'name' is given twice; first at f.yml:2:6");
    CHECK(read_provisioned("datasources: [").starts_with("f.yml:1:15: "));
    CHECK(read_provisioned("\n[{\"name\": 1}]") == "f.yml:2:11: name is a text");
    CHECK(read_provisioned("[") == "f.yml:1:2: the text ends inside the array that begins in line 1");
}
