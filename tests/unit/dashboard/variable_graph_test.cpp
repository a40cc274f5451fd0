#include <pitot/dashboard/variable_graph.hpp>
#include <pitot/json/reader.hpp>

#include <catch.hpp>

#include <string>

namespace dashboard = pitot::dashboard;
namespace json = pitot::json;

namespace {

/// "a -> b -> a; " for each cycle, then "x?NAME " for what x names and nobody declares.
std::string graph_of(std::string_view text)
{
    const auto document = json::parse(text);
    REQUIRE(document);
    const auto all = dashboard::read_variables(document->root(), document->root());
    const auto uses = dashboard::uses_of_variables(all);
    std::string out;
    for (const auto& cycle : dashboard::cycles_of(uses, all.size())) {
        for (const auto& use : cycle) {
            CHECK(use.text.text().substr(use.where.offset, use.where.length).find(use.name) != std::string_view::npos);
            out += all[use.from].name + " -> ";
        }
        out += all[cycle.back().to].name + "; ";
    }
    for (const auto& use : uses)
        if (use.to == dashboard::variable_use::none) out += all[use.from].name + "?" + std::string(use.name) + " ";
    return out;
}

/// "a:b c:d" stands for variables a and c whose queries name b and d.
std::string graph(std::string_view names)
{
    std::string text = R"j({"templating":{"list":[)j";
    bool first = true;
    while (!names.empty()) {
        const std::size_t end = std::min(names.find(' '), names.size());
        const std::string_view one = names.substr(0, end);
        names.remove_prefix(std::min(end + 1, names.size()));
        text += pitot::concat(first ? "" : ",", R"j({"type":"query","name":")j", one.substr(0, one.find(':')),
                              R"j(","query":"label_values(m{)j");
        for (const char c : one.substr(one.find(':') + 1))
            text += pitot::concat("l=~\\\"$", std::string(1, c), "\\\",");
        text += R"j(}, l)"})j";
        first = false;
    }
    return graph_of(text + "]}}");
}

}  // namespace

TEST_CASE("variables that wait for each other")
{
    CHECK(graph("").empty());
    CHECK(graph("a:b b:c c:").empty());
    CHECK(graph("a:bc b:d c:d d:").empty());
    CHECK(graph("a:b b:a") == "a -> b -> a; ");
    CHECK(graph("a:a") == "a -> a; ");
    CHECK(graph("a:aa b:") == "a -> a; ");
    CHECK(graph("z:a a:b b:c c:a") == "a -> b -> c -> a; ");
    CHECK(graph("a:b b:ba") == "a -> b -> a; b -> b; ");
    CHECK(graph("a:b b:cd c:a d:a") == "a -> b -> c -> a; ");  // once, by the shortest way
    CHECK(graph("a:b b:a c:d d:c e:ac") == "a -> b -> a; c -> d -> c; ");
    CHECK(graph("a:bx b:y") == "a?x b?y ");
}

TEST_CASE("where a variable names another")
{
    CHECK(graph_of(R"j({"templating":{"list":[
        {"type":"query","name":"a","query":{"query":"label_values($b)","refId":"x"}},
        {"type":"query","name":"b","regex":"/${c:regex}/","query":"q"},
        {"type":"datasource","name":"c","query":"prometheus","regex":"/[[d]]/"},
        {"type":"query","name":"d","datasource":{"uid":"$a"},"query":"q"}]}})j") == "a -> b -> c -> d -> a; ");
    CHECK(graph_of(R"j({"variables":[
        {"kind":"QueryVariable","spec":{"name":"a","query":{"group":"prometheus","spec":{"query":"$b"}}}},
        {"kind":"QueryVariable","spec":{"name":"b","query":{"datasource":{"name":"$a"},"spec":{"query":"q"}}}}]})j") ==
          "a -> b -> a; ");
    // What holds its text waits for nothing.
    CHECK(graph_of(R"j({"templating":{"list":[{"type":"constant","name":"a","query":"$a"},
        {"type":"textbox","name":"b","query":"$b"},{"type":"query","name":1,"query":"$x"}]}})j")
              .empty());
}

TEST_CASE("a name that is declared twice is one variable")
{
    CHECK(graph("a: a:b b:a") == "a -> b -> a; ");
    CHECK(graph("a:b a: b:a") == "a -> b -> a; ");
    CHECK(graph("a: b:a a:") == "");
    CHECK(graph("a: a:a") == "a -> a; ");
    CHECK(graph("a:x a:y") == "a?x a?y ");
    std::string many;  // as many ways as there are pairs
    for (int i = 0; i < 20'000; ++i) many += i % 2 == 0 ? "a: " : "b:a ";
    CHECK(graph(many.substr(0, many.size() - 1)).empty());
}

TEST_CASE("what an import asks for is no variable")
{
    CHECK(graph_of(R"j({"__inputs":[{"name":"DS"}],"templating":{"list":[
        {"type":"datasource","name":"DS","query":"prometheus","datasource":{"uid":"${DS}"}}]}})j")
              .empty());
}

TEST_CASE("rows and tabs have variables of their own")
{
    const auto board = [](std::string_view own, std::string_view first, std::string_view second) {
        const auto query = [](std::string_view name, std::string_view asks) {
            return pitot::concat(R"j({"kind":"QueryVariable","spec":{"name":")j", name,
                                 R"j(","query":{"spec":{"query":")j", asks, R"j("}}}})j");
        };
        const auto row = [](const std::string& variable) {
            return pitot::concat(R"j({"kind":"RowsLayoutRow","spec":{"variables":[)j", variable, "]}}");
        };
        return pitot::concat(R"j({"variables":[)j", query("a", own),
                             R"j(],"layout":{"kind":"RowsLayout","spec":{"rows":[)j", row(query("b", first)), ",",
                             row(query("a", second)), "]}}}");
    };
    CHECK(graph_of(board("q", "$a", "$a")) == "a -> a; ");  // the second row's a names itself, not the dashboard's
    CHECK(graph_of(board("q", "$a", "$b")) == "a?b ");      // b is the first row's
    CHECK(graph_of(board("$b", "$a", "q")) == "a?b ");      // and the dashboard's own variables do not see it
    CHECK(graph_of(board("q", "$a", "q")).empty());
    const std::string twice = board("q", "q", "q");
    const auto document = json::parse(twice);
    REQUIRE(document);
    CHECK(dashboard::repeated_declarations(dashboard::read_variables(document->root(), document->root())).empty());
}
